// SPDX-License-Identifier: Apache-2.0
/* Numbers: the product of known bits and two ranges, and their arithmetic. What comparisons teach is in compare.c. */
#include "num.h"

#include "word.h"

struct num num_const(uint64_t value)
{
    return (struct num){tnum_const(value), range_const(value), range_const(value & word_mask(32))};
}

struct num num_unknown(void)
{
    return (struct num){TNUM_UNKNOWN, range_full(64), range_full(32)};
}

/* Brings the views in step. They contradict each other only when the operands stood for no number at all (an impossible
 * path that no comparison noticed); then any result is right. */
static struct num synced(struct num a)
{
    return num_sync(&a) ? a : num_unknown();
}

struct num num_word(unsigned bits)
{
    return synced((struct num){{0, word_mask(bits)}, range_unsigned(0, word_mask(bits)), range_full(32)});
}

struct num num_signed_word(unsigned bits)
{
    int64_t low = word_signed(word_sign(bits), bits);
    return synced((struct num){TNUM_UNKNOWN, range_signed(low, -(low + 1), 64), range_full(32)});
}

bool num_is_const(const struct num *a, uint64_t *value)
{
    if (a->bits.mask)
        return false;
    *value = a->bits.value;
    return true;
}

bool num_is(const struct num *a, uint64_t n)
{
    uint64_t known;
    return num_is_const(a, &known) && known == n;
}

bool num_has(const struct num *a, uint64_t member)
{
    return tnum_has(a->bits, member) && range_has(a->all, member, 64) && range_has(a->low, member & word_mask(32), 32);
}

bool num_includes(const struct num *outer, const struct num *inner)
{
    return tnum_includes(outer->bits, inner->bits) && range_includes(outer->all, inner->all, 64) &&
           range_includes(outer->low, inner->low, 32);
}

bool num_intersect(struct num *a, const struct num *b)
{
    return tnum_intersect(a->bits, b->bits, &a->bits) && range_intersect(a->all, b->all, 64, &a->all) &&
           range_intersect(a->low, b->low, 32, &a->low) && num_sync(a);
}

struct num num_join(const struct num *a, const struct num *b)
{
    return synced(
        (struct num){tnum_join(a->bits, b->bits), range_join(a->all, b->all, 64), range_join(a->low, b->low, 32)});
}

/* Moves the ends of a plain interval inwards to the nearest words whose bits are allowed. */
static bool trim(struct range *r, struct tnum bits, unsigned width)
{
    uint64_t first, last;
    if (range_last(*r, width) < r->low)
        return true; /* goes round: has no ends */
    if (!tnum_next(bits, r->low, &first) || !tnum_previous(bits, range_last(*r, width), &last) || first > last)
        return false;
    *r = range_unsigned(first, last);
    return true;
}

/* Ranges from bits: members lie between the word with all unknown bits 0 and that with all of them 1. */
static bool bits_to_ranges(struct num *a)
{
    struct range all = range_unsigned(a->bits.value, a->bits.value | a->bits.mask);
    struct tnum half = tnum_cut(a->bits, 32);
    struct range low = range_unsigned(half.value, half.value | half.mask);
    return range_intersect(a->all, all, 64, &a->all) && range_intersect(a->low, low, 32, &a->low) &&
           trim(&a->all, a->bits, 64) && trim(&a->low, half, 32);
}

/* The low half's range from the word's: an arc shorter than 2^32 keeps its length when the upper half is cut off. */
static bool all_to_low(struct num *a)
{
    if (a->all.span > word_mask(32))
        return true;
    struct range cut = {a->all.low & word_mask(32), a->all.span};
    return range_intersect(a->low, cut, 32, &a->low);
}

/* The word's range from the low half's: moves both ends inwards to the nearest word whose low half is allowed. */
static bool low_to_all(struct num *a)
{
    const uint64_t mask = word_mask(32);
    if (range_is_full(a->low, 32))
        return true;
    uint64_t first = a->all.low & mask, last = range_last(a->all, 64) & mask;
    uint64_t up = range_has(a->low, first, 32) ? 0 : (a->low.low - first) & mask;
    if (up > a->all.span)
        return false;
    uint64_t down = range_has(a->low, last, 32) ? 0 : (last - range_last(a->low, 32)) & mask;
    if (down > a->all.span - up)
        return false;
    a->all.low += up;
    a->all.span -= up + down;
    return true;
}

/* Bits from ranges: the common leading bits of all members. */
static bool ranges_to_bits(struct num *a)
{
    struct tnum all = tnum_range(range_min(a->all, 64), range_max(a->all, 64));
    struct tnum low = tnum_range(range_min(a->low, 32), range_max(a->low, 32));
    low.mask |= ~word_mask(32);
    return tnum_intersect(a->bits, all, &a->bits) && tnum_intersect(a->bits, low, &a->bits);
}

bool num_sync(struct num *a)
{
    for (int round = 0; round < 3; round++) {
        struct num before = *a;
        if (!bits_to_ranges(a) || !all_to_low(a) || !low_to_all(a) || !ranges_to_bits(a))
            return false;
        if (before.bits.mask == a->bits.mask && before.all.span == a->all.span && before.low.span == a->low.span)
            break;
    }
    return true;
}

struct num num_zero_extend(const struct num *a, unsigned bits)
{
    struct num cut = num_word(bits);
    cut.bits = tnum_cut(a->bits, bits);
    if (bits >= 32)
        cut.low = a->low;
    if (bits == 64)
        cut.all = a->all;
    else if (bits == 32)
        cut.all = range_unsigned(range_min(a->low, 32), range_max(a->low, 32));
    else if (range_max(a->low, 32) <= word_mask(bits))
        cut.low = a->low;
    return synced(cut);
}

struct num num_sign_extend(const struct num *a, unsigned from, unsigned bits)
{
    struct num wide = num_signed_word(from);
    struct range source = from == 32 ? a->low : range_full(from);
    /* A narrow word's range is that of the low half when it lies inside it. */
    if (from < 32 && range_max(a->low, 32) <= word_mask(from))
        source = (struct range){a->low.low, a->low.span};
    wide.all = range_signed(range_signed_min(source, from), range_signed_max(source, from), 64);
    wide.bits = tnum_sign_extend(a->bits, from);
    wide = synced(wide);
    return bits == 32 ? num_zero_extend(&wide, 32) : wide;
}

static uint64_t swap_bytes(uint64_t word, unsigned bits)
{
    return __builtin_bswap64(word) >> (64 - bits);
}

struct num num_byte_swap(const struct num *a, unsigned bits)
{
    struct num swapped = num_word(bits);
    swapped.bits = (struct tnum){swap_bytes(a->bits.value, bits), swap_bytes(a->bits.mask, bits)};
    return synced(swapped);
}

/* Concrete division of two constants by RFC 9669 §4.1: x / 0 = 0, x % 0 = x, least / -1 = least, least % -1 = 0. */
static uint64_t divide(enum op op, uint64_t a, uint64_t b, unsigned bits)
{
    int64_t x = word_signed(a, bits), y = word_signed(b, bits);
    a &= word_mask(bits);
    b &= word_mask(bits);
    if (b == 0)
        return op == OP_DIV || op == OP_SDIV ? 0 : a;
    if (op == OP_DIV)
        return a / b;
    if (op == OP_MOD)
        return a % b;
    if (y == -1)
        return op == OP_SDIV ? (0 - a) & word_mask(bits) : 0;
    return (uint64_t)(op == OP_SDIV ? x / y : x % y) & word_mask(bits);
}

/* The bits of a result of `bits` bits; `count` is the shift count when it is constant, else negative. */
static struct tnum alu_bits(enum op op, struct tnum a, struct tnum b, unsigned bits, int count)
{
    struct tnum result = TNUM_UNKNOWN;
    if (op == OP_ADD)
        result = tnum_add(a, b);
    else if (op == OP_SUB)
        result = tnum_sub(a, b);
    else if (op == OP_NEG)
        result = tnum_sub(tnum_const(0), a);
    else if (op == OP_MUL)
        result = tnum_mul(a, b);
    else if (op == OP_MOD || op == OP_SMOD)
        result = tnum_mod(a, tnum_cut(b, bits));
    else if (op == OP_AND)
        result = tnum_and(a, b);
    else if (op == OP_OR)
        result = tnum_or(a, b);
    else if (op == OP_XOR)
        result = tnum_xor(a, b);
    else if (op == OP_LSH && count >= 0)
        result = tnum_lshift(a, (unsigned)count);
    else if (op == OP_RSH && count >= 0)
        result = tnum_rshift(tnum_cut(a, bits), (unsigned)count);
    else if (op == OP_ARSH && count >= 0)
        result = tnum_arshift(a, (unsigned)count, bits);
    return tnum_cut(result, bits);
}

/* The range of a result of `bits` bits. */
static struct range alu_range(enum op op, struct range a, struct range b, unsigned bits)
{
    switch ((int)op) {
    case OP_ADD: return range_add(a, b, bits);
    case OP_SUB: return range_sub(a, b, bits);
    case OP_NEG: return range_sub(range_const(0), a, bits);
    case OP_MUL: return range_mul(a, b, bits);
    case OP_DIV: return range_div(a, b, bits);
    case OP_SDIV: return range_sdiv(a, b, bits);
    case OP_MOD: return range_mod(a, b, bits);
    case OP_SMOD: return range_smod(a, b, bits);
    case OP_AND: return range_and(a, b, bits);
    case OP_OR: return range_or(a, b, bits);
    case OP_XOR: return range_xor(a, b, bits);
    case OP_LSH: return range_lshift(a, b, bits);
    case OP_RSH: return range_rshift(a, b, bits);
    case OP_ARSH: return range_arshift(a, b, bits);
    }
    return range_full(bits);
}

/* True for operations whose low 32 result bits depend on the low 32 bits of the operands only. */
static bool is_low_closed(enum op op)
{
    return op == OP_ADD || op == OP_SUB || op == OP_NEG || op == OP_MUL || op == OP_AND || op == OP_OR || op == OP_XOR;
}

/* A shift count as the machine takes it: masked to the width. */
static struct num shift_count(const struct num *b, unsigned bits)
{
    struct num width = num_const(bits - 1);
    return range_max(b->all, 64) < bits ? *b : num_alu(OP_AND, b, &width, 64);
}

struct num num_alu(enum op op, const struct num *a, const struct num *b, unsigned bits)
{
    uint64_t x, y;
    if (op == OP_MOV)
        return num_zero_extend(b, bits);
    bool divides = op == OP_DIV || op == OP_SDIV || op == OP_MOD || op == OP_SMOD;
    if (divides && num_is_const(a, &x) && num_is_const(b, &y))
        return num_const(divide(op, x, y, bits));
    bool shifts = op == OP_LSH || op == OP_RSH || op == OP_ARSH;
    struct num operand = shifts ? shift_count(b, bits) : *b;
    int count = shifts && num_is_const(&operand, &y) ? (int)y : -1;
    struct num result = num_unknown();
    result.bits = alu_bits(op, a->bits, operand.bits, bits, count);
    if (bits == 32) {
        result.low = alu_range(op, a->low, operand.low, 32);
        result.all = range_unsigned(0, word_mask(32));
    } else {
        result.all = alu_range(op, a->all, operand.all, 64);
        if (is_low_closed(op))
            result.low = alu_range(op, a->low, operand.low, 32);
    }
    return synced(result);
}
