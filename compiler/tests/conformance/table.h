// SPDX-License-Identifier: Apache-2.0
/* The cases to be run, whatever board: our own table (compiler/tests/lift/cases.h) in several register allocations,
 * with and without its proof, and the public suite. */
#ifndef BAREBPF_TESTS_CONFORMANCE_TABLE_H
#define BAREBPF_TESTS_CONFORMANCE_TABLE_H

#include "base/memory.h"
#include "verify/verify.h"

/* A program, its inputs and what must come out, as batch.h answers. */
struct item {
    char name[80];
    struct program *program;
    struct verified *verified;
    uint8_t *inputs; /* count * bytes */
    uint32_t count, bytes;
    uint64_t r0;     /* of the only input, or the digest of all */
    uint64_t memory; /* digest of the memory afterwards */
    uint64_t *each;  /* r0 of each input */
    bool memory_known;
};

struct table {
    struct arena arena;
    VEC(struct item) items;
    uint32_t skipped;
    uint32_t unproved; /* of our own: the verifier refuses them, so that they run without a proof only */
};

/* Adds every program of our own table. */
void table_add_own(struct table *table);

/* Adds the public suite's positive.json of `folder` where it is present; what it cannot say anything of us is counted
 * as skipped, with the reason on stdout. */
void table_add_public(struct table *table, const char *folder);

void table_free(struct table *table);

#endif
