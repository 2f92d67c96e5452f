// SPDX-License-Identifier: Apache-2.0
/* LD_ABS and LD_IND, the loads from a packet that classic BPF left behind. RFC 9669 §5.5; which programs have them, and
 * what they leave in registers: Linux (6.18), check_ld_abs().
 * The bytes are looked for when the program runs: there is nothing to prove of the offset. Where they are missing the
 * function returns 0. Sound because: each way is followed, the missing bytes as an exit with the constant 0, with all
 * that an exit demands. */
#include "reference.h"

/* The context stands in r6 as it was given. */
static bool check_context(struct machine *m, const struct state *s)
{
    const struct value *v = state_reg(s, PACKET_LOAD_CONTEXT);
    if (!hook_loads_packets(m->hook)) {
        need_fail(m, s, D_PACKET_LOAD, "no packet to load from", "%s programs have no packet loads (LD_ABS, LD_IND)",
                  m->hook ? m->hook->name : "raw");
        diag_suggest(m->d, "socket and tc programs have them; compare with data_end and load through data instead");
        return false;
    }
    if (!need_written(m, s, PACKET_LOAD_CONTEXT))
        return false;
    if (v->kind == KIND_CONTEXT && !v->maybe_null && num_is(&v->num, 0))
        return true;
    const char *what = need_describe(m, v);
    return need_fail(m, s, D_PACKET_LOAD, arena_printf(m->arena, "r6 is %s", what),
                     "r6 is %s; packet loads need the context there, as it was given", what);
}

/* What the load leaves in registers. */
static void give_result(struct machine *m, struct state *s, const struct insn *insn)
{
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, value_number(num_word(insn->bits)));
    fact_result(m, s->insn, state_reg(s, 0));
    s->insn++;
}

enum outcome packet_load_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    const char *ends = "this packet load may end the program";
    if (!check_context(m, s) || (!insn->use_imm && !need_written(m, s, insn->src)) || !lock_none(m, s, ends) ||
        (s->depth == 0 && !reference_none(m, s, 0, ends)))
        return STEP_FAILED;
    struct state *missing = state_clone(s);
    state_set_reg(missing, 0, value_number(num_const(0)));
    enum outcome ended = step_exit(m, missing);
    if (ended == STEP_NEXT)
        *other = missing;
    else
        state_free(missing);
    if (ended == STEP_FAILED)
        return STEP_FAILED;
    give_result(m, s, insn);
    return *other ? STEP_BOTH : STEP_NEXT;
}
