// SPDX-License-Identifier: Apache-2.0
/* Calls of the firmware's functions (kfuncs) by their BTF prototypes. Needs: every argument written; numbers for
 * numbers; for pointers memory of the size of what they point to, writable unless it is const, never NULL. Afterwards
 * r1 to r5 hold nothing, memory that the function may write holds anything, r0 a number of its result's width.
 * Sound because: the stub converts arguments and result by C's rules for exactly this prototype (firmware/kfuncs.c),
 * and the firmware's definition is compiled against it. */
#include "../program/kfunc.h"

#include "machine.h"

/* The alignment that memory for an argument must have: that of its size, which covers types with attributes; stack
 * memory, which the compiler lays out by type, that of its type. */
static uint32_t aligned_to(const struct machine *m, const struct kfunc *k, unsigned arg, uint16_t region)
{
    uint32_t by_size = k->bytes[arg] & -k->bytes[arg];
    if (region == KIND_STACK)
        return 1u << type_align_log2(m->program, type_resolve(m->program, k->types[arg])->target, 3);
    return by_size > 8 ? 8 : by_size;
}

static bool check_argument(struct machine *m, const struct state *s, const struct kfunc *k, unsigned arg)
{
    const struct value *v = state_reg(s, arg + 1);
    if (!need_written(m, s, arg + 1))
        return false;
    if (k->bytes[arg] == 0)
        return v->kind == KIND_NUMBER ||
               need_fail(
                   m, s, D_HELPER_ARGUMENT, arena_printf(m->arena, "argument %u is %s", arg + 1, need_describe(m, v)),
                   "argument %u of %s is %s, must be a number", arg + 1, k->contract.enum_name, need_describe(m, v));
    struct access a;
    bool writes = k->contract.args[arg] == ARG_MEM_OUT;
    if (v->kind == KIND_CONTEXT && hook_has_fields(m->hook))
        return need_fail(m, s, D_HELPER_ARGUMENT, NULL, "argument %u of %s is the context, must be plain memory",
                         arg + 1, k->contract.enum_name);
    const struct request r = {v, arg + 1, &k->contract, 0, k->bytes[arg], writes ? USE_WRITE : USE_READ};
    if (!access_check(m, s, &r, &a))
        return false;
    uint32_t align = aligned_to(m, k, arg, a.region);
    if ((1u << a.align_log2) < align)
        return need_fail(m, s, D_UNALIGNED, "unaligned", "argument %u of %s is not aligned to %u bytes", arg + 1,
                         k->contract.enum_name, align);
    if (a.region == KIND_STACK && writes)
        frame_forget(s->frames[a.object], (int)a.low, (int)a.high, false);
    else if (a.region == KIND_STACK && !frame_is_written(s->frames[a.object], (int)a.low, (int)a.high))
        fact_unwritten_read(m, s, a.object);
    fact_access(m, s, &a);
    return true;
}

bool call_prototype(struct machine *m, struct state *s, const struct insn *insn)
{
    struct kfunc k;
    const char *why = NULL;
    const struct external *external = &m->program->externs[insn->index];
    if (!kfunc_contract(&k, m->program, insn->index, &why))
        return need_fail(m, s, D_EXTERN, NULL, "function '%s' of the firmware cannot be called: %s", external->name,
                         why);
    if (k.has_contract)
        return call_by_contract(m, s, &k.contract);
    for (unsigned arg = 0; arg < k.contract.arg_count; arg++)
        if (!check_argument(m, s, &k, arg))
            return false;
    struct value result = k.contract.ret == RET_VOID ? value_uninit() : value_number(num_unknown());
    if (k.ret_bytes > 0 && k.ret_bytes < 8) /* extended to 32 bits as C promotes it, zeroes above */
        result = value_number(num_word(k.ret_signed || k.ret_bytes > 4 ? 32 : k.ret_bytes * 8));
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, result);
    return true;
}
