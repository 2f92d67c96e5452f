// SPDX-License-Identifier: Apache-2.0
/* Jump tables. Their entries are constants that lead to instructions of one function (load/tables.c). A load of a whole
 * entry gives a label, which can be moved, stored on the stack and jumped to, but not computed with or compared.
 * Sound because: a label is made by such a load only, so that its concrete value is the entry at one of the offsets in
 * its `num` that are starts of entries; gotox goes on at each of these, and refuses labels of other functions. */
#include <inttypes.h>

#include "../base/memory.h"
#include "machine.h"

#define ENTRY_BYTES 8

struct value table_label(const struct value *base, int off)
{
    struct value v = value_pointer(KIND_LABEL, base->object);
    struct num delta = num_const((uint64_t)(int64_t)off);
    v.num = num_alu(OP_ADD, &base->num, &delta, 64);
    return v;
}

/* The register holds a label of the function that is running. */
static bool check_label(struct machine *m, const struct state *s, unsigned reg)
{
    const struct value *v = state_reg(s, reg);
    if (!need_written(m, s, reg))
        return false;
    if (v->kind != KIND_LABEL || v->maybe_null) {
        const char *what = need_describe(m, v);
        need_fail(m, s, D_BAD_POINTER, arena_printf(m->arena, "r%u is %s", reg, what),
                  "gotox through %s, must be an entry of a jump table", what);
        return diag_suggest(m->d, "load the whole entry, 8 bytes, and jump to what was loaded"), false;
    }
    const struct jump_table *table = &m->program->tables[v->object];
    return table->func == state_frame(s)->func ||
           need_fail(m, s, D_BAD_JUMP, "leads to another function",
                     "gotox in '%s' by the jump table '%s', which leads to instructions of '%s'",
                     m->program->funcs[state_frame(s)->func].name, table->name, m->program->funcs[table->func].name);
}

/* One side more: the state goes on at `target`. */
static void add_side(const struct state *s, uint32_t target, struct state **others)
{
    struct state *side = state_clone(s);
    side->insn = target;
    side->also = *others;
    *others = side;
}

enum outcome table_jump(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    if (!check_label(m, s, insn->dst))
        return STEP_FAILED;
    const struct value label = *state_reg(s, insn->dst);
    const struct jump_table *table = &m->program->tables[label.object];
    const struct func *func = &m->program->funcs[table->func];
    bool *taken = memory_alloc(func->count);
    uint32_t first = NONE;
    for (uint32_t i = 0; i < table->count; i++) {
        if (!num_has(&label.num, (uint64_t)i * ENTRY_BYTES))
            continue;
        fact_targets(m, s, table->first + i, table->first + i + 1);
        uint32_t target = m->program->jump_targets[table->first + i];
        if (taken[target - func->first])
            continue;
        taken[target - func->first] = true;
        if (first == NONE)
            first = target;
        else
            add_side(s, target, other);
    }
    free(taken);
    if (first == NONE) /* no concrete run comes here */
        return STEP_DONE;
    s->insn = first;
    return *other ? STEP_BOTH : STEP_NEXT;
}

bool table_compare(struct machine *m, const struct state *s, const struct insn *insn)
{
    const struct value *a = state_reg(s, insn->dst), b = operand_value(s, insn);
    bool with_zero =
        insn->bits == 64 && (insn->op == OP_JEQ || insn->op == OP_JNE) && (value_is(a, 0) || value_is(&b, 0));
    return (a->kind != KIND_LABEL && b.kind != KIND_LABEL) || with_zero ||
           need_fail(m, s, D_FEATURE, "a jump target",
                     "compares an entry of a jump table: it is no address here, but can only be jumped to");
}
