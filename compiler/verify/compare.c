// SPDX-License-Identifier: Apache-2.0
/* What a comparison teaches about its two numbers. */
#include "../base/diag.h"
#include "num.h"
#include "word.h"

/* The part of a number that a comparison of `bits` bits sees. */
static struct range *view(struct num *a, unsigned bits)
{
    return bits == 32 ? &a->low : &a->all;
}

/* Intersects the compared part with a range; false when nothing is left. */
static bool narrow(struct num *a, struct range r, unsigned bits)
{
    return range_intersect(*view(a, bits), r, bits, view(a, bits)) && num_sync(a);
}

static bool learn_equal(struct num *a, struct num *b, unsigned bits)
{
    if (bits == 64)
        return num_intersect(a, b) && num_intersect(b, a);
    struct tnum low_a = tnum_cut(a->bits, 32), low_b = tnum_cut(b->bits, 32), both;
    if (!tnum_intersect(low_a, low_b, &both))
        return false;
    a->bits = (struct tnum){(a->bits.value & ~word_mask(32)) | both.value, (a->bits.mask & ~word_mask(32)) | both.mask};
    b->bits = (struct tnum){(b->bits.value & ~word_mask(32)) | both.value, (b->bits.mask & ~word_mask(32)) | both.mask};
    return narrow(a, b->low, 32) && narrow(b, a->low, 32);
}

static bool learn_unequal(struct num *a, struct num *b, unsigned bits)
{
    /* Sound because: only a known value on one side can take an end off the other side's arc. */
    struct range *x = view(a, bits), *y = view(b, bits);
    if (y->span == 0 && !range_remove(x, y->low, bits))
        return false;
    if (x->span == 0 && !range_remove(y, x->low, bits))
        return false;
    return num_sync(a) && num_sync(b);
}

/* low < high, strictly or not, unsigned. */
static bool learn_below(struct num *low, struct num *high, unsigned bits, bool strict)
{
    uint64_t top = range_max(*view(high, bits), bits), bottom = range_min(*view(low, bits), bits);
    if (strict && (top == 0 || bottom == word_mask(bits)))
        return false;
    return narrow(low, range_unsigned(0, top - strict), bits) &&
           narrow(high, range_unsigned(bottom + strict, word_mask(bits)), bits);
}

/* low < high, strictly or not, signed. */
static bool learn_below_signed(struct num *low, struct num *high, unsigned bits, bool strict)
{
    int64_t least = word_signed(word_sign(bits), bits), most = word_signed(word_sign(bits) - 1, bits);
    int64_t top = range_signed_max(*view(high, bits), bits), bottom = range_signed_min(*view(low, bits), bits);
    if (strict && (top == least || bottom == most))
        return false;
    return narrow(low, range_signed(least, top - strict, bits), bits) &&
           narrow(high, range_signed(bottom + strict, most, bits), bits);
}

/* a & b came out zero or not, where b is a known number. */
static bool learn_masked(struct num *a, uint64_t b, unsigned bits, bool nonzero)
{
    struct tnum fact;
    b &= word_mask(bits);
    if (nonzero && (b == 0 || ((a->bits.value | a->bits.mask) & b) == 0))
        return false;
    if (nonzero && (b & (b - 1)) != 0)
        return true; /* some of several bits: a tnum cannot say which */
    fact = nonzero ? (struct tnum){b, ~b} : (struct tnum){0, ~b};
    return tnum_intersect(a->bits, fact, &a->bits) && num_sync(a);
}

static bool learn_set(struct num *a, struct num *b, unsigned bits, bool nonzero)
{
    uint64_t known;
    if (num_is_const(b, &known))
        return learn_masked(a, known, bits, nonzero);
    if (num_is_const(a, &known))
        return learn_masked(b, known, bits, nonzero);
    return true;
}

bool num_compare(enum op op, struct num *a, struct num *b, unsigned bits, bool taken)
{
    switch ((int)op) {
    case OP_JEQ: return taken ? learn_equal(a, b, bits) : learn_unequal(a, b, bits);
    case OP_JNE: return taken ? learn_unequal(a, b, bits) : learn_equal(a, b, bits);
    case OP_JGT: return taken ? learn_below(b, a, bits, true) : learn_below(a, b, bits, false);
    case OP_JGE: return taken ? learn_below(b, a, bits, false) : learn_below(a, b, bits, true);
    case OP_JLT: return taken ? learn_below(a, b, bits, true) : learn_below(b, a, bits, false);
    case OP_JLE: return taken ? learn_below(a, b, bits, false) : learn_below(b, a, bits, true);
    case OP_JSGT: return taken ? learn_below_signed(b, a, bits, true) : learn_below_signed(a, b, bits, false);
    case OP_JSGE: return taken ? learn_below_signed(b, a, bits, false) : learn_below_signed(a, b, bits, true);
    case OP_JSLT: return taken ? learn_below_signed(a, b, bits, true) : learn_below_signed(b, a, bits, false);
    case OP_JSLE: return taken ? learn_below_signed(a, b, bits, false) : learn_below_signed(b, a, bits, true);
    case OP_JSET: return learn_set(a, b, bits, taken);
    }
    BUG("not a comparison: %d", (int)op);
}
