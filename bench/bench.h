// SPDX-License-Identifier: Apache-2.0
/* The table of calls that bench.py generates for main.c. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_HEADROOM     66u /* before packets */
#define BENCH_MEMORY_BYTES 1024u

typedef uint64_t bench_function(void *ctx, size_t ctx_size);

struct bench_case {
    bench_function *function;
    const uint8_t *input;
    uint32_t bytes;
    bool is_packet;
};

extern const struct bench_case bench_cases[];
extern const uint32_t bench_case_count;

#endif
