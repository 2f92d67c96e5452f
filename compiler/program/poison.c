// SPDX-License-Identifier: Apache-2.0
/* Instructions that could not be made, and weak externs that nothing provides. Neither is an error while no path leads
 * to it: programs ask first (bpf_core_field_exists, bpf_ksym_exists), and the verifier follows the answer. */
#include <string.h>

#include "kfunc.h"

const struct poison *program_poison(const struct program *program, const struct insn *insn)
{
    bool poisoned = insn->op == OP_HELPER && insn->imm >= POISON_HELPER;
    return poisoned && insn->imm - POISON_HELPER < program->poison_count ? &program->poisons[insn->imm - POISON_HELPER]
                                                                         : NULL;
}

void program_set_poison(struct program *program, uint32_t insn, enum diag_id id, const char *text)
{
    /* Room is made for a power of two: the array moves when the count reaches one. */
    uint32_t count = program->poison_count;
    if ((count & (count - 1)) == 0) {
        struct poison *longer = arena_array(&program->arena, count ? 2 * (size_t)count : 1, sizeof *longer);
        if (count)
            memcpy(longer, program->poisons, count * sizeof *longer);
        program->poisons = longer;
    }
    program->poisons[program->poison_count++] = (struct poison){id, text};
    program->insns[insn] = (struct insn){
        .op = OP_HELPER, .bits = 64, .imm = POISON_HELPER + (int64_t)count, .slot = program->insns[insn].slot};
}

static bool is_provided(const char *name, const char *const *provided)
{
    for (; provided && *provided; provided++)
        if (strcmp(*provided, name) == 0)
            return true;
    return false;
}

/* The address of an extern in a lddw. */
static void bind_address(struct insn *insn, const struct external *external, bool missing)
{
    if (missing || external->is_func) { /* of a function: any number but 0, for only the test can be done with it */
        insn->ref = REF_NONE;
        insn->imm = !missing;
    } else if (external->map != NONE) {
        insn->ref = REF_MAP_VALUE;
        insn->index = external->map;
    }
}

void program_bind_externs(struct program *program, const char *const *provided)
{
    for (uint32_t i = 0; i < program->insn_count; i++) {
        struct insn *insn = &program->insns[i];
        bool address = insn->op == OP_LDDW && insn->ref == REF_EXTERN;
        if (!address && insn->op != OP_KFUNC)
            continue;
        const struct external *external = &program->externs[insn->index];
        bool missing = external->is_weak && !external->is_provided && !is_provided(external->name, provided) &&
                       !kfunc_builtin(external->name);
        if (address)
            bind_address(insn, external, missing);
        else if (missing)
            program_set_poison(
                program, i, D_EXTERN,
                arena_printf(&program->arena, "function '%s' is weak and nothing provides it", external->name));
    }
}
