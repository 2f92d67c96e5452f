// SPDX-License-Identifier: Apache-2.0
/* A firmware that calls each program of several.bpf.c: the default main, whose bpf_main calls the others first. */
#include <stddef.h>
#include <stdint.h>

static uint64_t call_all(void *ctx, size_t ctx_size);
#define bpf_main call_all
#include "../../helpers-template/main.c"
#undef bpf_main

uint64_t bpf_prog_first(void *ctx, size_t ctx_size);
uint64_t bpf_prog_second(void *ctx, size_t ctx_size);
uint64_t bpf_prog_report(void *ctx, size_t ctx_size);

static uint64_t call_all(void *ctx, size_t ctx_size)
{
    _Alignas(8) uint32_t slot = 2;
    uint64_t second[2] = {2, 40}, wrong[2] = {9, 1};
    uint64_t one = bpf_prog_first(&slot, sizeof slot);
    uint64_t two = bpf_prog_second(second, sizeof second);
    uint64_t none = bpf_prog_second(wrong, sizeof wrong);
    return one + 100 * two + 10000 * bpf_prog_report(ctx, ctx_size) + none;
}
