// SPDX-License-Identifier: Apache-2.0
/* Contracts of global functions, from their BTF prototypes. */
#ifndef BAREBPF_VERIFY_CONTRACT_H
#define BAREBPF_VERIFY_CONTRACT_H

#include "machine.h"

enum param_kind { PARAM_NUMBER, PARAM_CONTEXT, PARAM_MEMORY, PARAM_DYNPTR };

struct param {
    enum param_kind kind;
    uint32_t bytes;     /* PARAM_MEMORY: readable and writable */
    uint8_t align_log2; /* of its type; the function relies on it only when all callers keep it */
    bool maybe_null;
};

struct contract {
    bool known, exists;
    bool returns;      /* a number; else nothing */
    bool moves_packet; /* pointers into the packet are void afterwards */
    uint32_t count;
    struct param params[5];
};

/* NULL: the function is judged where it is called: static ones, those without BTF, those whose parameters no contract
 * can describe, and those that make tail calls, packet loads or calls through registers. */
const struct contract *contract_of(struct machine *m, uint32_t func);

/* A call of a function with a contract: judges the arguments and goes on behind it. */
bool contract_call(struct machine *m, struct state *s, uint32_t func);

/* The state in which the function m->entry starts; its end. */
struct state *contract_entry_state(const struct machine *m);
bool contract_return(struct machine *m, const struct state *s);

#endif
