// SPDX-License-Identifier: Apache-2.0
/* Functions of the firmware that a program calls by name (`extern … __ksym`): what their BTF prototype promises.
 * Numbers and pointers to memory of a known size can be checked; what lies behind the function is trusted, as a helper
 * is. */
#ifndef BAREBPF_PROGRAM_KFUNC_H
#define BAREBPF_PROGRAM_KFUNC_H

#include "helper.h"
#include "program.h"

/* Weight of a call in the proven bound where no contract (own.h) says another: what the firmware's function does is not
 * known. */
#define KFUNC_COST 100

struct kfunc {
    struct helper contract; /* names and kinds: ARG_U32, ARG_U64, or ARG_MEM / ARG_MEM_OUT of `bytes` without a size */
    uint32_t bytes[5];      /* of the memory that an argument points to; 0 for numbers */
    uint32_t types[5];      /* of the parameters, and of the result: indices into program.types */
    uint32_t ret_type;
    bool ret_signed;
    bool has_contract;  /* of the firmware's own (own.h): then `contract` is all that counts */
    uint32_t ret_bytes; /* 0: none */
};

/* Fills `k` for extern `index`; false with the reason in `*why` when its prototype cannot be checked. */
bool kfunc_contract(struct kfunc *k, const struct program *program, uint32_t index, const char **why);

/* Weight of a call of extern `index` in the proven bound. */
uint32_t kfunc_cost(const struct program *program, uint32_t index);

/* Functions that are part of the language (iterators over numbers) are there without being provided: the C types of
 * such a function on the target; NULL for any other name. kfuncs.def is the list; the target's code is
 * helpers-template/kfuncs.h. */
const struct helper *kfunc_builtin(const char *name);

#endif
