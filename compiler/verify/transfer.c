// SPDX-License-Identifier: Apache-2.0
/* What arithmetic leaves in its register. RFC 9669 §4.1, §4.2, §5.4. */
#include "machine.h"
#include "progress.h"
#include "word.h"

/* Offsets from an object's start stay below this, so that no sum overflows. */
#define OFFSET_LIMIT (1 << 29)

struct value operand_value(const struct state *s, const struct insn *insn)
{
    if (!insn->use_imm)
        return *state_reg(s, insn->src);
    uint64_t imm = (uint64_t)insn->imm;
    bool narrow = insn->bits == 32 && (op_class(insn->op) == CLASS_ALU || op_class(insn->op) == CLASS_JUMP);
    return value_number(num_const(narrow ? imm & word_mask(32) : imm));
}

static bool refuse_arithmetic(struct machine *m, const struct state *s, const struct value *pointer, const char *why)
{
    const char *what = need_describe(m, pointer);
    need_fail(m, s, D_POINTER_ARITHMETIC, arena_printf(m->arena, "%s", what), "arithmetic on %s: %s", what, why);
    return need_origin(m, pointer, "it");
}

/* Adds a number to a packet pointer: constants move `off`; anything else becomes part of the variable offset under a
 * new identity. */
static bool move_packet(struct machine *m, struct state *s, const struct insn *insn, struct value pointer,
                        const struct num *delta)
{
    uint64_t known;
    pointer.motion = motion_add(pointer.motion, delta);
    if (num_is_const(delta, &known)) {
        int64_t delta_bytes = (int64_t)known;
        bool small = delta_bytes >= -OFFSET_LIMIT && delta_bytes <= OFFSET_LIMIT;
        int64_t off = small ? pointer.off + delta_bytes : INT64_MAX;
        if (off > OFFSET_LIMIT || off < -OFFSET_LIMIT)
            return refuse_arithmetic(m, s, &pointer, "the offset is out of any packet");
        pointer.off = (int32_t)off;
    } else {
        if (range_signed_min(delta->all, 64) < 0 || range_max(delta->all, 64) > PACKET_LIMIT)
            return refuse_arithmetic(m, s, &pointer, "the offset must be proved to lie in 0..65535");
        pointer.num = num_alu(OP_ADD, &pointer.num, delta, 64);
        if (range_max(pointer.num.all, 64) > PACKET_LIMIT)
            return refuse_arithmetic(m, s, &pointer, "the sum of the offsets must be proved to lie in 0..65535");
        pointer.id = state_new_id(s);
        pointer.readable = 0;
    }
    state_set_reg(s, insn->dst, pointer);
    return true;
}

/* dst = pointer + delta. */
static bool move_pointer(struct machine *m, struct state *s, const struct insn *insn, struct value pointer,
                         const struct num *delta)
{
    pointer.origin = NONE;
    if (pointer.maybe_null)
        return refuse_arithmetic(m, s, &pointer, "compare it with NULL first");
    if (pointer.kind & KIND_PACKETS)
        return move_packet(m, s, insn, pointer, delta);
    if (!(pointer.kind & (KIND_STACK | KIND_CONTEXT | KIND_MAP_VALUE | KIND_MEM | KIND_TABLE)))
        return refuse_arithmetic(m, s, &pointer, "it cannot be moved");
    int64_t low = range_signed_min(delta->all, 64), high = range_signed_max(delta->all, 64);
    if (low < -OFFSET_LIMIT || high > OFFSET_LIMIT)
        return refuse_arithmetic(m, s, &pointer,
                                 "the number added has no proved bounds; compare it with the object's size first");
    pointer.num = num_alu(OP_ADD, &pointer.num, delta, 64);
    pointer.motion = motion_add(pointer.motion, delta);
    if (range_signed_min(pointer.num.all, 64) < -OFFSET_LIMIT || range_signed_max(pointer.num.all, 64) > OFFSET_LIMIT)
        return refuse_arithmetic(m, s, &pointer, "the offset is out of any object");
    state_set_reg(s, insn->dst, pointer);
    return true;
}

/* An operation with at least one pointer operand. */
static bool pointer_step(struct machine *m, struct state *s, const struct insn *insn, const struct value *a,
                         const struct value *b)
{
    bool both = value_is_pointer(a) && value_is_pointer(b);
    const struct value *pointer = value_is_pointer(a) ? a : b;
    struct value unknown = value_number(num_word(insn->bits));
    if (insn->op == OP_SUB && (both || insn->bits == 32)) {
        state_set_reg(s, insn->dst, unknown); /* a distance: addresses may be known as numbers */
        return true;
    }
    if (insn->bits == 32)
        return refuse_arithmetic(m, s, pointer, "32-bit operations cut addresses");
    if (insn->op == OP_ADD && !both)
        return move_pointer(m, s, insn, *pointer, value_is_pointer(a) ? &b->num : &a->num);
    if (insn->op == OP_SUB && value_is_pointer(a)) {
        struct num zero = num_const(0), delta = num_alu(OP_SUB, &zero, &b->num, 64);
        return move_pointer(m, s, insn, *a, &delta);
    }
    return refuse_arithmetic(m, s, pointer, "only numbers can be added and subtracted");
}

static struct value lddw_value(const struct insn *insn)
{
    switch (insn->ref) {
    case REF_NONE: return value_number(num_const((uint64_t)insn->imm));
    case REF_MAP: return value_pointer(KIND_MAP, insn->index);
    case REF_MAP_VALUE: {
        struct value v = value_pointer(KIND_MAP_VALUE, insn->index);
        v.num = num_const((uint64_t)insn->imm);
        return v;
    }
    case REF_FUNC: return value_pointer(KIND_FUNC, insn->index);
    case REF_TABLE: {
        struct value v = value_pointer(KIND_TABLE, insn->index);
        v.num = num_const((uint64_t)insn->imm);
        return v;
    }
    case REF_EXTERN: break;
    }
    BUG("reference kind %d", (int)insn->ref);
}

static bool step_move(struct machine *m, struct state *s, const struct insn *insn)
{
    if (!insn->use_imm && !need_written(m, s, insn->src))
        return false;
    if (!insn->use_imm && value_is_within(state_reg(s, insn->src), insn->bits))
        state_link(s, insn->src);
    struct value v = operand_value(s, insn);
    if (insn->bits == 32 && v.kind != KIND_NUMBER)
        v = value_number(num_word(32));
    if (insn->bits == 32 && range_max(v.num.all, 64) > word_mask(32)) {
        struct motion motion = motion_narrow(v.motion);
        v = value_number(num_zero_extend(&v.num, 32));
        v.motion = motion;
    }
    state_set_reg(s, insn->dst, v);
    return true;
}

/* A number as it is when sign extension of its low `from` bits to `bits` bits leaves it as it is. */
static bool is_short(const struct num *n, unsigned from)
{
    return range_max(n->all, 64) < word_sign(from);
}

/* Operations with one operand: sign extension, negation, byte order. */
static bool step_unary(struct machine *m, struct state *s, const struct insn *insn)
{
    unsigned reg = insn->op == OP_MOVSX ? insn->src : insn->dst;
    if (!need_written(m, s, reg))
        return false;
    struct value v = *state_reg(s, reg);
    if (v.kind != KIND_NUMBER && insn->op != OP_MOVSX)
        return refuse_arithmetic(m, s, &v, "only numbers can be added and subtracted");
    struct num n = v.kind == KIND_NUMBER ? v.num : num_unknown();
    if (insn->op == OP_MOVSX && v.kind == KIND_NUMBER && is_short(&n, insn->from_bits)) {
        state_link(s, insn->src);
        state_set_reg(s, insn->dst, *state_reg(s, insn->src));
        return true;
    }
    switch ((int)insn->op) {
    case OP_MOVSX: n = num_sign_extend(&n, insn->from_bits, insn->bits); break;
    case OP_NEG: n = num_alu(OP_NEG, &n, &n, insn->bits); break;
    case OP_LE: n = num_zero_extend(&n, insn->bits); break;
    default: n = num_byte_swap(&n, insn->bits); break;
    }
    struct value result = value_number(n);
    if (insn->op == OP_MOVSX && insn->from_bits == 32 && v.kind == KIND_NUMBER)
        result.motion = motion_narrow(v.motion);
    state_set_reg(s, insn->dst, result);
    return true;
}

/* The mark of a sum or difference of numbers: of its first operand, or of a sum's second. Modulo 2^32, an operation of
 * 32 bits is one of 64 with its operands sign-extended. */
static struct motion motion_of(const struct insn *insn, const struct value *a, const struct value *b)
{
    struct num x = a->num, y = b->num, zero = num_const(0);
    if (insn->op != OP_ADD && insn->op != OP_SUB)
        return (struct motion){0};
    if (insn->bits == 32)
        x = num_sign_extend(&x, 32, 64), y = num_sign_extend(&y, 32, 64);
    if (insn->op == OP_SUB)
        y = num_alu(OP_SUB, &zero, &y, 64);
    struct motion motion = motion_add(a->motion, &y);
    if (!motion.place && insn->op == OP_ADD)
        motion = motion_add(b->motion, &x);
    return insn->bits == 32 ? motion_narrow(motion) : motion;
}

/* A number that was moved by a constant stays linked to what it was linked to, at another distance. */
static void keep_link(const struct insn *insn, const struct value *a, const struct value *b, struct value *result)
{
    uint64_t known;
    const struct value *moved = num_is_const(&b->num, &known) ? a : b;
    if (insn->bits != 64 || (insn->op != OP_ADD && (insn->op != OP_SUB || moved == b)) || moved->id == 0 ||
        (moved == b && !num_is_const(&a->num, &known)))
        return;
    int64_t delta = (int64_t)(insn->op == OP_SUB ? 0 - known : known);
    if (delta < -OFFSET_LIMIT || delta > OFFSET_LIMIT || moved->off + delta < -OFFSET_LIMIT ||
        moved->off + delta > OFFSET_LIMIT)
        return;
    result->id = moved->id;
    result->off = moved->off + (int32_t)delta;
}

/* Operations with two operands. */
static bool step_binary(struct machine *m, struct state *s, const struct insn *insn)
{
    if (!need_written(m, s, insn->dst) || (!insn->use_imm && !need_written(m, s, insn->src)))
        return false;
    bool divides = insn->op == OP_DIV || insn->op == OP_MOD || insn->op == OP_SDIV || insn->op == OP_SMOD;
    if (divides && insn->use_imm && insn->imm == 0)
        return need_fail(m, s, D_DIVISION_BY_ZERO, "divides by 0", "division by the constant 0");
    struct value a = *state_reg(s, insn->dst), b = operand_value(s, insn);
    if (a.kind != KIND_NUMBER || b.kind != KIND_NUMBER)
        return pointer_step(m, s, insn, &a, &b);
    bool same = !insn->use_imm && insn->dst == insn->src && (insn->op == OP_XOR || insn->op == OP_SUB);
    struct value v = value_number(same ? num_const(0) : num_alu(insn->op, &a.num, &b.num, insn->bits));
    if (!same && (a.motion.place || b.motion.place))
        v.motion = motion_of(insn, &a, &b);
    if (!same)
        keep_link(insn, &a, &b, &v);
    state_set_reg(s, insn->dst, v);
    return true;
}

bool transfer_step(struct machine *m, struct state *s, const struct insn *insn)
{
    switch ((int)insn->op) {
    case OP_MOV: return step_move(m, s, insn);
    case OP_MOVSX:
    case OP_NEG:
    case OP_LE:
    case OP_BE:
    case OP_BSWAP: return step_unary(m, s, insn);
    case OP_LDDW:
        if (insn->ref == REF_EXTERN)
            return need_fail(m, s, D_EXTERN, NULL, "extern variable '%s' is provided by nothing",
                             m->program->externs[insn->index].name);
        state_set_reg(s, insn->dst, lddw_value(insn));
        return true;
    }
    return step_binary(m, s, insn);
}
