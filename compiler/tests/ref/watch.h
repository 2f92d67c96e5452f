/* SPDX-License-Identifier: Apache-2.0 */
/* Compares every step of the reference interpreter with what was proved: registers inside their facts, accesses inside
 * the bytes that their facts name, no instruction that was proved dead. */
#ifndef BAREBPF_TESTS_WATCH_H
#define BAREBPF_TESTS_WATCH_H

#include "base/memory.h"
#include "ref.h"
#include "verify/verify.h"

/* The program under test and what was proved of it. */
struct watch {
    const struct verified *v;
    const struct program *program;
    const char *violation; /* NULL: none */
    /* Addresses from which memory was handed over: arguments of functions and callbacks, results of helpers. What a
     * fact says of KIND_MEM is counted from one of them. */
    VEC(uint64_t) bases;
};

/* Frees what a watch took. */
void watch_end(struct watch *s);

/* For ref_machine's `observe`, with a struct watch as `owner`: stops the machine at the first violation. */
void watch_observe(struct ref_machine *m, uint32_t at, bool after);

#endif
