// SPDX-License-Identifier: Apache-2.0
/* Known bits. Sound because: each function's comment says why every concrete result is a member. */
#include "tnum.h"

#include "word.h"

struct tnum tnum_const(uint64_t value)
{
    return (struct tnum){value, 0};
}

struct tnum tnum_range(uint64_t low, uint64_t high)
{
    /* Sound because: all numbers between low and high share the bits above the highest bit in which the two differ. */
    uint64_t differ = low ^ high;
    uint64_t mask = differ ? UINT64_MAX >> __builtin_clzll(differ) : 0;
    return (struct tnum){low & ~mask, mask};
}

struct tnum tnum_cut(struct tnum a, unsigned bits)
{
    return (struct tnum){a.value & word_mask(bits), a.mask & word_mask(bits)};
}

struct tnum tnum_sign_extend(struct tnum a, unsigned bits)
{
    /* Sound because: the upper bits are copies of the sign bit, so they are known exactly where it is known. */
    return (struct tnum){(uint64_t)word_signed(a.value, bits) & ~(uint64_t)word_signed(a.mask, bits),
                         (uint64_t)word_signed(a.mask, bits)};
}

struct tnum tnum_add(struct tnum a, struct tnum b)
{
    /* Sound because: a sum bit is certain unless an operand bit is unknown or the carries of the least and the greatest
     * sum differ there. */
    uint64_t least = a.value + b.value;
    uint64_t most = least + a.mask + b.mask;
    uint64_t mask = (least ^ most) | a.mask | b.mask;
    return (struct tnum){least & ~mask, mask};
}

struct tnum tnum_sub(struct tnum a, struct tnum b)
{
    /* Sound because: as for the sum, with borrows; the greatest difference has all of a's and none of b's unknown bits.
     */
    uint64_t middle = a.value - b.value;
    uint64_t mask = ((middle + a.mask) ^ (middle - b.mask)) | a.mask | b.mask;
    return (struct tnum){middle & ~mask, mask};
}

struct tnum tnum_mul(struct tnum a, struct tnum b)
{
    /* Sound because: schoolbook multiplication; a known 1 adds b shifted, an unknown bit adds either nothing or b
     * shifted, and the tnum with all bits of b unknown holds both. */
    struct tnum sum = tnum_const(0);
    for (unsigned i = 0; i < 64 && (a.value >> i || a.mask >> i); i++) {
        struct tnum shifted = tnum_lshift(b, i);
        if (a.mask >> i & 1)
            sum = tnum_add(sum, (struct tnum){0, shifted.value | shifted.mask});
        else if (a.value >> i & 1)
            sum = tnum_add(sum, shifted);
    }
    return sum;
}

struct tnum tnum_and(struct tnum a, struct tnum b)
{
    /* Sound because: a bit is 1 only if both may be, and is certain to be 1 only if both are. */
    uint64_t value = a.value & b.value;
    return (struct tnum){value, ((a.value | a.mask) & (b.value | b.mask)) & ~value};
}

struct tnum tnum_or(struct tnum a, struct tnum b)
{
    uint64_t value = a.value | b.value;
    return (struct tnum){value, (a.mask | b.mask) & ~value};
}

struct tnum tnum_xor(struct tnum a, struct tnum b)
{
    uint64_t mask = a.mask | b.mask;
    return (struct tnum){(a.value ^ b.value) & ~mask, mask};
}

struct tnum tnum_mod(struct tnum a, struct tnum b)
{
    /* Sound because: a multiple of 2^n taken from x leaves its low n bits alone; x % 0 = x. */
    uint64_t any = b.value | b.mask, kept = any ? (any & (0 - any)) - 1 : UINT64_MAX;
    return (struct tnum){a.value & kept, a.mask | ~kept};
}

struct tnum tnum_lshift(struct tnum a, unsigned count)
{
    return (struct tnum){a.value << count, a.mask << count};
}

struct tnum tnum_rshift(struct tnum a, unsigned count)
{
    return (struct tnum){a.value >> count, a.mask >> count};
}

struct tnum tnum_arshift(struct tnum a, unsigned count, unsigned bits)
{
    struct tnum wide = tnum_sign_extend(a, bits);
    uint64_t mask = (uint64_t)((int64_t)wide.mask >> count);
    return tnum_cut((struct tnum){(uint64_t)((int64_t)wide.value >> count) & ~mask, mask}, bits);
}

bool tnum_intersect(struct tnum a, struct tnum b, struct tnum *result)
{
    if ((a.value ^ b.value) & ~a.mask & ~b.mask)
        return false;
    result->mask = a.mask & b.mask;
    result->value = a.value | b.value;
    return true;
}

struct tnum tnum_join(struct tnum a, struct tnum b)
{
    uint64_t mask = a.mask | b.mask | (a.value ^ b.value);
    return (struct tnum){a.value & ~mask, mask};
}

bool tnum_includes(struct tnum outer, struct tnum inner)
{
    return !(inner.mask & ~outer.mask) && !((inner.value ^ outer.value) & ~outer.mask);
}

bool tnum_has(struct tnum a, uint64_t member)
{
    return (member & ~a.mask) == a.value;
}

bool tnum_is_const(struct tnum a)
{
    return a.mask == 0;
}

bool tnum_next(struct tnum a, uint64_t from, uint64_t *member)
{
    uint64_t wrong = (from ^ a.value) & ~a.mask;
    *member = from;
    if (!wrong)
        return true;
    uint64_t bit = (uint64_t)1 << (63 - __builtin_clzll(wrong)), below = bit - 1;
    if (!(a.value & bit)) {
        /* `from` has a 1 where members have 0: the next unknown bit above that is 0 must become 1 instead. */
        uint64_t free_bits = a.mask & ~from & ~(below | bit);
        if (!free_bits)
            return false;
        bit = free_bits & (0 - free_bits);
        below = bit - 1;
    }
    *member = (from & ~below) | bit | (a.value & below);
    return true;
}

bool tnum_previous(struct tnum a, uint64_t from, uint64_t *member)
{
    struct tnum mirrored = {~(a.value | a.mask), a.mask};
    bool found = tnum_next(mirrored, ~from, member);
    *member = ~*member;
    return found;
}
