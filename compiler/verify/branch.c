// SPDX-License-Identifier: Apache-2.0
/* What a conditional jump teaches on either side. */
#include "machine.h"
#include "progress.h"
#include "reference.h"
#include "word.h"

/* Sound because: numbers with one id differ by the difference of their distances, modulo 2^64. */
static void narrow_linked(struct value *v, const void *argument)
{
    const struct value *known = argument;
    struct num both = v->num, distance = num_const((uint64_t)v->off - (uint64_t)known->off);
    struct num moved = num_alu(OP_ADD, &known->num, &distance, 64);
    if (num_intersect(&both, &moved))
        v->num = both;
}

/* Gives a register and everything linked to it the number it was found to have. */
static void learn_number(struct state *s, unsigned reg, const struct num *n)
{
    struct value *v = &state_frame(s)->regs[reg];
    v->num = *n;
    const struct value known = *v;
    if (v->id)
        state_each_linked(s, KIND_NUMBER, v->id, narrow_linked, &known);
}

/* One side of a comparison of numbers; false when it is impossible. */
static bool compare_numbers(struct state *s, const struct insn *insn, bool taken)
{
    struct value a = *state_reg(s, insn->dst), b = operand_value(s, insn);
    if (!insn->use_imm && insn->dst == insn->src) {
        bool reflexive = insn->op == OP_JEQ || insn->op == OP_JGE || insn->op == OP_JLE || insn->op == OP_JSGE ||
                         insn->op == OP_JSLE;
        if (insn->op != OP_JSET)
            return reflexive == taken;
    }
    if (!num_compare(insn->op, &a.num, &b.num, insn->bits, taken))
        return false;
    learn_number(s, insn->dst, &a.num);
    if (!insn->use_imm)
        learn_number(s, insn->src, &b.num);
    return true;
}

static void become_null(struct value *v, const void *argument)
{
    (void)argument;
    uint32_t origin = v->origin;
    *v = value_number(num_const(0));
    v->origin = origin;
}

static void become_not_null(struct value *v, const void *argument)
{
    const bool *keep_id = argument;
    v->maybe_null = false;
    if (!*keep_id)
        v->id = 0;
}

/* True when a pointer that is not NULL itself cannot be the address 0 either: it points into its object, and no object
 * lies at 0. Pointers beside their object, into an empty context or into a packet that may be empty can be any address.
 */
static bool is_nonzero(const struct machine *m, const struct value *v)
{
    int64_t low = range_signed_min(v->num.all, 64), high = range_signed_max(v->num.all, 64);
    switch (v->kind) {
    case KIND_STACK: return low >= -machine_stack(m) && high <= 0;
    case KIND_CONTEXT: return low >= 0 && high < m->context_bytes;
    case KIND_PACKET:
    case KIND_PACKET_META: return v->off >= 0 && low >= 0 && (uint32_t)v->off < v->readable;
    case KIND_MAP_VALUE: return low >= 0 && high <= m->program->maps[v->object].value_bytes;
    case KIND_MEM: return low >= 0 && high < v->readable;
    case KIND_TABLE: return low >= 0 && high <= (int64_t)m->program->tables[v->object].count * 8;
    case KIND_MAP:
    case KIND_LABEL:
    case KIND_FUNC: return true;
    default: return false;
    }
}

/* One side of a comparison of a pointer with 0. */
static bool compare_null(const struct machine *m, struct state *s, unsigned reg, bool is_null)
{
    struct value v = *state_reg(s, reg);
    if (!v.maybe_null)
        return !is_null || !is_nonzero(m, &v);
    /* Which value of a map it is matters where it holds a lock. */
    bool keep_id = v.kind == KIND_MAP_VALUE && m->specials[v.object].lock != NONE;
    state_each_linked(s, v.kind, v.id, is_null ? become_null : become_not_null, &keep_id);
    bool acquired = v.object & (v.kind == KIND_OBJECT ? OBJECT_ACQUIRED : (uint32_t)MEM_RINGBUF);
    if (is_null && v.ref && acquired) /* not part of what a dynptr holds, nor of a socket */
        reference_drop(s, v.ref);
    return true;
}

/* What equals a pointer that cannot be NULL is not NULL. */
static void learn_same_address(const struct machine *m, struct state *s, const struct insn *insn)
{
    struct value a = *state_reg(s, insn->dst), b = *state_reg(s, insn->src);
    if (a.maybe_null && !b.maybe_null && is_nonzero(m, &b))
        compare_null(m, s, insn->dst, false);
    if (b.maybe_null && !a.maybe_null && is_nonzero(m, &a))
        compare_null(m, s, insn->src, false);
}

/* Bytes proved to lie before the end. */
static void learn_readable(struct value *v, const void *argument)
{
    const uint32_t *bytes = argument;
    if (v->readable < *bytes)
        v->readable = *bytes;
}

/* One side of a comparison of a packet pointer with the end of its memory: p <= end (or p < end when `strict`). */
static void learn_packet(struct state *s, const struct value *p, bool strict)
{
    /* Sound because: p = data + variable + off, and p <= end means that `off` bytes from data + variable lie before the
     * end. Offsets are small and not negative, so that no sum wraps. */
    uint64_t variable = range_max(p->num.all, 64);
    if (range_signed_min(p->num.all, 64) < 0 || p->off < 0 || variable > PACKET_LIMIT ||
        variable + (uint64_t)p->off > PACKET_LIMIT)
        return;
    uint32_t bytes = (uint32_t)p->off + (strict ? 1 : 0);
    state_each_linked(s, p->kind, p->id, learn_readable, &bytes);
}

/* What `op` says of its operands on one side. */
enum relation { BELOW, AT_MOST, AT_LEAST, ABOVE, NOTHING };

static enum relation relation_of(enum op op, bool taken)
{
    switch ((int)op) {
    case OP_JGT: return taken ? ABOVE : AT_MOST;
    case OP_JGE: return taken ? AT_LEAST : BELOW;
    case OP_JLT: return taken ? BELOW : AT_LEAST;
    case OP_JLE: return taken ? AT_MOST : ABOVE;
    }
    return NOTHING;
}

/* True when `end` is where the memory of packet pointer `p` ends: data_end for the packet, data itself for metadata. */
static bool ends(const struct value *end, const struct value *p)
{
    if (p->kind == KIND_PACKET)
        return end->kind == KIND_PACKET_END;
    return p->kind == KIND_PACKET_META && end->kind == KIND_PACKET && end->off == 0 && num_is(&end->num, 0);
}

static void compare_packet(struct state *s, const struct insn *insn, bool taken)
{
    struct value a = *state_reg(s, insn->dst), b = *state_reg(s, insn->src);
    enum relation r = relation_of(insn->op, taken);
    if (insn->bits != 64)
        return;
    if (ends(&b, &a) && (r == BELOW || r == AT_MOST))
        learn_packet(s, &a, r == BELOW);
    if (ends(&a, &b) && (r == ABOVE || r == AT_LEAST))
        learn_packet(s, &b, r == ABOVE);
}

/* Assumes that the branch is taken or not; false when that is impossible. */
static bool assume(const struct machine *m, struct state *s, const struct insn *insn, bool taken)
{
    const struct value *a = state_reg(s, insn->dst);
    struct value b = operand_value(s, insn);
    if (a->kind == KIND_NUMBER && b.kind == KIND_NUMBER)
        return compare_numbers(s, insn, taken);
    bool equality = (insn->op == OP_JEQ || insn->op == OP_JNE) && insn->bits == 64;
    if (equality && value_is_pointer(a) && value_is(&b, 0))
        return compare_null(m, s, insn->dst, (insn->op == OP_JEQ) == taken);
    if (equality && value_is_pointer(&b) && value_is(a, 0))
        return compare_null(m, s, insn->src, (insn->op == OP_JEQ) == taken);
    if (!insn->use_imm)
        compare_packet(s, insn, taken);
    if (equality && (insn->op == OP_JEQ) == taken && value_is_pointer(a) && value_is_pointer(&b))
        learn_same_address(m, s, insn);
    return true;
}

/* may_goto falls through while the function's budget lasts (which it uses up), and jumps when it is spent. */
static enum outcome step_may_goto(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    *other = state_clone(s);
    (*other)->insn = insn->target;
    fact_branch(m, s->insn, true, true);
    s->insn++;
    s->ticks++;
    motion_tick(&state_frame(s)->budget);
    return STEP_BOTH;
}

enum outcome branch_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    if (insn->op == OP_JCOND)
        return step_may_goto(m, s, insn, other);
    if (!need_written(m, s, insn->dst) || (!insn->use_imm && !need_written(m, s, insn->src)))
        return STEP_FAILED;
    if (!table_compare(m, s, insn))
        return STEP_FAILED;
    struct state *jump = state_clone(s);
    bool jumps = assume(m, jump, insn, true), falls = assume(m, s, insn, false);
    fact_branch(m, s->insn, jumps, falls);
    if (jumps && falls) {
        state_went(jump, s->insn, true);
        state_went(s, s->insn, false);
    }
    jump->insn = insn->target;
    s->insn++;
    if (!jumps && !falls) { /* no concrete run comes here */
        state_free(jump);
        return STEP_DONE;
    }
    if (jumps && falls) {
        *other = jump;
        return STEP_BOTH;
    }
    if (jumps) { /* only the jump: it replaces the state */
        struct state old = *s;
        *s = *jump;
        *jump = old;
    }
    state_free(jump);
    return STEP_NEXT;
}
