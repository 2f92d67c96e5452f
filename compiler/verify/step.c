// SPDX-License-Identifier: Apache-2.0
/* One instruction: dispatch, calls between functions, return. */
#include <inttypes.h>

#include "contract.h"
#include "reference.h"
#include "tail.h"

/* Enters a function of the program. */
static enum outcome step_call(struct machine *m, struct state *s, uint32_t func)
{
    uint32_t back = s->insn + 1;
    if (contract_of(m, func))
        return contract_call(m, s, func) ? STEP_NEXT : STEP_FAILED;
    fact_enter(m, s, func);
    if (state_push(s, func, m->program->funcs[func].first, back))
        return STEP_NEXT;
    need_fail(m, s, D_CALL_DEPTH, NULL, "calls nest deeper than %d frames", FRAME_COUNT);
    return STEP_FAILED;
}

/* callx: the register holds the address of a function of the program. */
static enum outcome step_call_register(struct machine *m, struct state *s, const struct insn *insn)
{
    const struct value *v = state_reg(s, insn->dst);
    if (!need_written(m, s, insn->dst))
        return STEP_FAILED;
    if (v->kind == KIND_FUNC && !v->maybe_null) {
        fact_callback(m, s, v->object);
        return step_call(m, s, v->object);
    }
    const char *what = need_describe(m, v);
    need_fail(m, s, D_BAD_POINTER, arena_printf(m->arena, "r%u is %s", insn->dst, what),
              "callx through %s, must be a function of the program", what);
    diag_suggest(m->d, "call the function by its name, or through a pointer that is set in the same program");
    return STEP_FAILED;
}

/* The program's result lies in the range that its hook allows. */
static bool check_return(struct machine *m, const struct state *s, const struct value *r0)
{
    const struct hook *hook = m->hook;
    if (!hook || hook->return_low > hook->return_high)
        return true;
    if (r0->kind == KIND_NUMBER && range_signed_min(r0->num.all, 64) >= hook->return_low &&
        range_signed_max(r0->num.all, 64) <= hook->return_high)
        return true;
    const char *what = need_describe(m, r0);
    need_fail(m, s, D_RETURN_VALUE, arena_printf(m->arena, "r0 is %s", what),
              "the program returns %s; %s programs must return %" PRId64 "..%" PRId64, what, hook->name,
              hook->return_low, hook->return_high);
    return need_origin(m, r0, "r0");
}

enum outcome step_exit(struct machine *m, struct state *s)
{
    const struct value *r0 = state_reg(s, 0);
    if (s->depth == 0 && !reference_none(m, s, 0, "the program ends"))
        return STEP_FAILED;
    if (s->depth == 0 && m->timer != NONE)
        return timer_return(m, s) ? STEP_DONE : STEP_FAILED;
    if (s->depth == 0 && m->apart != NONE)
        return contract_return(m, s) ? STEP_DONE : STEP_FAILED;
    if (s->depth == 0) {
        if (r0->kind != KIND_UNINIT)
            return check_return(m, s, r0) ? STEP_DONE : STEP_FAILED;
        need_fail(m, s, D_RETURN_VALUE, "r0 was never written on this path", "the program returns without a value");
        diag_suggest(m->d, "return a value on every path");
        return STEP_FAILED;
    }
    if (r0->kind == KIND_STACK && r0->object == s->depth) {
        need_fail(m, s, D_BAD_POINTER, "outlives its frame", "returns a pointer to its own stack");
        return STEP_FAILED;
    }
    uint32_t back = state_frame(s)->return_insn;
    if (callback_is_call(&m->program->insns[back]) && s->frames[s->depth - 1]->calling == back)
        return callback_return(m, s);
    state_pop(s);
    fact_result(m, s->insn - 1, state_reg(s, 0));
    return STEP_NEXT;
}

/* A callback cannot end its program by a tail call. */
static bool tail_call_allowed(struct machine *m, const struct state *s)
{
    if (m->timer != NONE)
        return need_fail(m, s, D_FEATURE, NULL, "a tail call from within a callback is not supported");
    for (uint32_t depth = 0; depth < s->depth; depth++)
        if (s->frames[depth]->calling != NONE)
            return need_fail(m, s, D_FEATURE, NULL, "a tail call from within a callback is not supported");
    return true;
}

/* Goes on behind a tail call, which may have failed; where it succeeds the program has ended, or the subprogram, whose
 * caller is then `*other`. */
static enum outcome step_tail_call(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    bool succeeds = false;
    uint32_t at = s->insn;
    if (!reference_none(m, s, 0, "bpf_tail_call is called") || !tail_call_allowed(m, s))
        return STEP_FAILED;
    struct state *before = state_clone(s);
    bool ok = call_helper(m, s, insn) && tail_call_check(m, before, &succeeds);
    state_free(before);
    if (!ok)
        return STEP_FAILED;
    fact_result(m, at, state_reg(s, 0));
    if (succeeds && s->depth > 0)
        *other = tail_call_return(m, s);
    s->insn++;
    return *other ? STEP_BOTH : STEP_NEXT;
}

static enum outcome step_control(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    switch ((int)insn->op) {
    case OP_JA: s->insn = insn->target; return STEP_NEXT;
    case OP_GOTOX: return table_jump(m, s, insn, other);
    case OP_CALL: return step_call(m, s, insn->index);
    case OP_EXIT: return step_exit(m, s);
    case OP_HELPER: return callback_step(m, s, insn, other);
    case OP_KFUNC: return kfunc_step(m, s, insn, other);
    case OP_CALLX: return step_call_register(m, s, insn);
    }
    return branch_step(m, s, insn, other);
}

enum outcome step(struct machine *m, struct state *s, struct state **other)
{
    const struct insn *insn = &m->program->insns[s->insn];
    uint32_t at = s->insn;
    bool ok;
    fact_visit(m, s);
    switch (op_class(insn->op)) {
    case CLASS_ALU: ok = transfer_step(m, s, insn); break;
    case CLASS_LOAD:
        if (insn->op == OP_LDABS || insn->op == OP_LDIND)
            return packet_load_step(m, s, insn, other);
        ok = access_step(m, s, insn);
        break;
    case CLASS_STORE:
    case CLASS_ATOMIC: ok = access_step(m, s, insn); break;
    case CLASS_CALL:
        if (insn->op == OP_HELPER && insn->imm == HELPER_TAIL_CALL)
            return step_tail_call(m, s, insn, other);
        if (insn->op == OP_HELPER && !callback_is_call(insn)) {
            ok = call_helper(m, s, insn);
            break;
        }
        return step_control(m, s, insn, other);
    case CLASS_JUMP:
    case CLASS_EXIT: return step_control(m, s, insn, other);
    default: BUG("class of %s", op_name(insn->op));
    }
    if (!ok)
        return STEP_FAILED;
    if (op_class(insn->op) == CLASS_ALU || op_class(insn->op) == CLASS_LOAD)
        fact_result(m, at, state_reg(s, insn->dst));
    else if (insn->op == OP_HELPER)
        fact_result(m, at, state_reg(s, 0));
    s->insn++;
    return STEP_NEXT;
}
