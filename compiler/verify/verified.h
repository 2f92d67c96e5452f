// SPDX-License-Identifier: Apache-2.0
/* The inside of struct verified, for the files of this room only. */
#ifndef BAREBPF_VERIFY_VERIFIED_H
#define BAREBPF_VERIFY_VERIFIED_H

#include "../base/memory.h"
#include "verify.h"

/* A function that is entered with a context: the entry, and what tail calls lead to. Each is proved by itself. */
struct root {
    bool entered, proved;
    bool nested;        /* it makes tail calls from within a subprogram, whose callers stay on the stack */
    uint64_t max_insns; /* of one run until it returns or leaves by a tail call */
    bool *targets;      /* per function: a tail call may lead there; NULL: none */
};

/* A function that is proved by itself and is no program: a timer's callback, or a global function. */
struct apart {
    uint32_t func;
    uint32_t map;   /* timers: whose values hold them; NONE: a global function */
    bool unaligned; /* global functions: some caller hands over memory that is not aligned as its type is */
    bool proved;
    uint64_t max_insns;
};

struct verified {
    struct arena arena;
    const struct program *program;
    uint32_t entry; /* function index */
    uint32_t context_bytes;
    bool proved;
    struct fact *facts;           /* one per instruction of the program */
    struct func_fact *func_facts; /* one per function */
    struct root *roots;           /* one per function */
    VEC(struct apart) aparts;
    struct bounds bounds;
    struct verified **parts; /* of a join, owned; NULL: this is no join */
    uint32_t part_count;
    uint8_t *enters; /* bit caller * function count + callee: the callee's frame stands on the caller's in some run */
};

/* An empty result for the program: every fact "not reachable", not proved. */
struct verified *verified_new(const struct program *program, uint32_t entry, uint32_t context_bytes);

/* Forgets all facts and bounds: "not reachable" again. */
void verified_reset(struct verified *v);
/* A tail call of the program that starts at `root` may lead to function `target`. */
void root_add_target(struct verified *v, uint32_t root, uint32_t target);

/* The callback `func` may be called for a timer in a value of `map`. */
void verified_add_timer(struct verified *v, uint32_t func, uint32_t map);

/* The global function `func` is called by contract; its index in aparts. */
uint32_t verified_add_global(struct verified *v, uint32_t func);

/* Size of the context in the BPF view: from the hook, the limits, or the type of the entry's first argument. Reports
 * hook-unknown (2). */
bool context_size(const struct program *program, uint32_t entry, const struct limits *limits, uint32_t *bytes,
                  struct diag *d);

#endif
