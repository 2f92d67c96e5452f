// SPDX-License-Identifier: Apache-2.0
/* Arcs of the circle of words. */
#include "range.h"

#include "word.h"

struct range range_const(uint64_t value)
{
    return (struct range){value, 0};
}

struct range range_full(unsigned bits)
{
    return (struct range){0, word_mask(bits)};
}

struct range range_unsigned(uint64_t low, uint64_t high)
{
    return (struct range){low, high - low};
}

struct range range_signed(int64_t low, int64_t high, unsigned bits)
{
    return (struct range){(uint64_t)low & word_mask(bits), (uint64_t)high - (uint64_t)low};
}

uint64_t range_last(struct range a, unsigned bits)
{
    return (a.low + a.span) & word_mask(bits);
}

uint64_t range_min(struct range a, unsigned bits)
{
    return range_last(a, bits) < a.low ? 0 : a.low;
}

uint64_t range_max(struct range a, unsigned bits)
{
    return range_last(a, bits) < a.low ? word_mask(bits) : range_last(a, bits);
}

int64_t range_signed_min(struct range a, unsigned bits)
{
    int64_t low = word_signed(a.low, bits), last = word_signed(range_last(a, bits), bits);
    return last < low ? word_signed(word_sign(bits), bits) : low;
}

int64_t range_signed_max(struct range a, unsigned bits)
{
    int64_t low = word_signed(a.low, bits), last = word_signed(range_last(a, bits), bits);
    return last < low ? word_signed(word_sign(bits) - 1, bits) : last;
}

bool range_has(struct range a, uint64_t member, unsigned bits)
{
    return ((member - a.low) & word_mask(bits)) <= a.span;
}

bool range_includes(struct range outer, struct range inner, unsigned bits)
{
    if (range_is_full(outer, bits))
        return true;
    return inner.span <= outer.span && ((inner.low - outer.low) & word_mask(bits)) <= outer.span - inner.span;
}

bool range_is_full(struct range a, unsigned bits)
{
    return a.span == word_mask(bits);
}

static struct range smaller(struct range a, struct range b)
{
    return b.span < a.span ? b : a;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

bool range_intersect(struct range a, struct range b, unsigned bits, struct range *result)
{
    uint64_t mask = word_mask(bits);
    if (range_is_full(a, bits) || range_is_full(b, bits)) {
        *result = range_is_full(a, bits) ? b : a;
        return true;
    }
    uint64_t ahead = (b.low - a.low) & mask;  /* from a's first member to b's */
    bool starts_inside = ahead <= a.span;     /* b begins inside a */
    bool comes_round = b.span > mask - ahead; /* b reaches a's first member from behind */
    uint64_t overlap = comes_round ? least(a.span, b.span - (mask - ahead) - 1) : 0;
    if (starts_inside && comes_round)
        *result = smaller(a, b);
    else if (starts_inside)
        *result = (struct range){b.low, least(a.span - ahead, b.span)};
    else if (comes_round)
        *result = (struct range){a.low, overlap};
    return starts_inside || comes_round;
}

/* The arc from a's first member as far as it must go to hold b too. */
static struct range extend(struct range a, struct range b, unsigned bits)
{
    uint64_t mask = word_mask(bits), ahead = (b.low - a.low) & mask;
    if (b.span > mask - ahead)
        return range_full(bits);
    return (struct range){a.low, a.span > ahead + b.span ? a.span : ahead + b.span};
}

struct range range_join(struct range a, struct range b, unsigned bits)
{
    if (range_includes(a, b, bits))
        return a;
    if (range_includes(b, a, bits))
        return b;
    return smaller(extend(a, b, bits), extend(b, a, bits));
}

bool range_remove(struct range *a, uint64_t member, unsigned bits)
{
    uint64_t mask = word_mask(bits);
    if (range_is_full(*a, bits)) {
        *a = (struct range){(member + 1) & mask, mask - 1};
        return mask != 0;
    }
    if (a->span == 0)
        return a->low != member;
    if (a->low == member)
        a->low = (a->low + 1) & mask, a->span--;
    else if (range_last(*a, bits) == member)
        a->span--;
    return true;
}

struct range range_add(struct range a, struct range b, unsigned bits)
{
    /* Sound because: the sum of arcs is the arc of the sums of the ends, unless together they go round the circle. */
    uint64_t mask = word_mask(bits);
    if (b.span > mask - a.span)
        return range_full(bits);
    return (struct range){(a.low + b.low) & mask, a.span + b.span};
}

struct range range_sub(struct range a, struct range b, unsigned bits)
{
    uint64_t mask = word_mask(bits);
    if (b.span > mask - a.span)
        return range_full(bits);
    return (struct range){(a.low - b.low - b.span) & mask, a.span + b.span};
}

struct range range_mul(struct range a, struct range b, unsigned bits)
{
    /* Sound because: over the integers a product of intervals lies between the corner products; if those fit, nothing
     * wraps. */
    struct range best = range_full(bits);
    unsigned __int128 most = (unsigned __int128)range_max(a, bits) * range_max(b, bits);
    if (most <= word_mask(bits))
        best = range_unsigned(range_min(a, bits) * range_min(b, bits), (uint64_t)most);
    const __int128 x[2] = {range_signed_min(a, bits), range_signed_max(a, bits)};
    const __int128 y[2] = {range_signed_min(b, bits), range_signed_max(b, bits)};
    __int128 low = x[0] * y[0], high = low;
    for (int i = 1; i < 4; i++) {
        __int128 corner = x[i & 1] * y[i >> 1];
        low = corner < low ? corner : low;
        high = corner > high ? corner : high;
    }
    if (low >= word_signed(word_sign(bits), bits) && high <= word_signed(word_sign(bits) - 1, bits))
        best = smaller(best, range_signed((int64_t)low, (int64_t)high, bits));
    return best;
}

struct range range_div(struct range a, struct range b, unsigned bits)
{
    uint64_t low = range_min(b, bits), high = range_max(b, bits);
    if (high == 0)
        return range_const(0);
    return range_unsigned(low ? range_min(a, bits) / high : 0, range_max(a, bits) / (low ? low : 1));
}

struct range range_mod(struct range a, struct range b, unsigned bits)
{
    uint64_t low = range_min(b, bits), high = range_max(b, bits), most = range_max(a, bits);
    if (high == 0 || most < low)
        return a;
    if (low == 0)
        return range_unsigned(0, most);
    return range_unsigned(0, least(most, high - 1));
}

/* Signed bounds while they are gathered. */
struct hull {
    int64_t low, high;
    bool any;
};

static void hull_add(struct hull *h, int64_t x)
{
    h->low = h->any && h->low < x ? h->low : x;
    h->high = h->any && h->high > x ? h->high : x;
    h->any = true;
}

/* Quotients of the ends of a by divisors of one sign, first..last. */
static void add_quotients(struct hull *h, struct range a, int64_t first, int64_t last, unsigned bits)
{
    int64_t low = range_signed_min(a, bits), high = range_signed_max(a, bits);
    if (first > last)
        return;
    hull_add(h, low / first);
    hull_add(h, low / last);
    hull_add(h, high / first);
    hull_add(h, high / last);
}

struct range range_sdiv(struct range a, struct range b, unsigned bits)
{
    /* Sound because: among divisors of one sign a quotient is monotone in either operand, so it lies between those of
     * the ends; x / 0 = 0; only the least number divided by -1 wraps. */
    struct hull h = {0};
    int64_t low = range_signed_min(b, bits), high = range_signed_max(b, bits);
    bool wraps = low <= -1 && high >= -1 && range_signed_min(a, bits) == word_signed(word_sign(bits), bits);
    if (wraps)
        return range_full(bits);
    add_quotients(&h, a, low > 1 ? low : 1, high, bits);
    add_quotients(&h, a, low, high < -1 ? high : -1, bits);
    if (low <= 0 && high >= 0)
        hull_add(&h, 0);
    return range_signed(h.low, h.high, bits);
}

struct range range_smod(struct range a, struct range b, unsigned bits)
{
    /* Sound because: x % y has the sign of x, is not larger than x, and smaller than y; x % 0 = x. */
    int64_t low = range_signed_min(a, bits), high = range_signed_max(a, bits);
    int64_t first = range_signed_min(b, bits), last = range_signed_max(b, bits);
    uint64_t below = first < 0 ? 0 - (uint64_t)first : (uint64_t)first,
             above = last < 0 ? 0 - (uint64_t)last : (uint64_t)last;
    uint64_t most = (below > above ? below : above) - 1; /* of the result, beside its sign */
    if (first <= 0 && last >= 0)
        most = UINT64_MAX; /* x % 0 */
    uint64_t fall = low < 0 ? 0 - (uint64_t)low : 0, rise = high > 0 ? (uint64_t)high : 0;
    uint64_t nearest = below < above ? below : above;
    if (most != UINT64_MAX && fall < nearest && rise < nearest)
        return a;
    fall = least(fall, most), rise = least(rise, most);
    return range_signed((int64_t)(0 - fall), (int64_t)rise, bits);
}

/* The counts as a plain interval; false when they can lie outside 0 .. bits - 1. */
static bool shift_counts(struct range count, unsigned bits, unsigned *fewest, unsigned *most)
{
    if (range_max(count, bits) >= bits)
        return false;
    *fewest = (unsigned)range_min(count, bits);
    *most = (unsigned)range_max(count, bits);
    return true;
}

struct range range_lshift(struct range a, struct range count, unsigned bits)
{
    unsigned fewest, most;
    if (!shift_counts(count, bits, &fewest, &most) || range_max(a, bits) > word_mask(bits) >> most)
        return range_full(bits);
    return range_unsigned(range_min(a, bits) << fewest, range_max(a, bits) << most);
}

struct range range_rshift(struct range a, struct range count, unsigned bits)
{
    unsigned fewest, most;
    if (!shift_counts(count, bits, &fewest, &most))
        return range_full(bits);
    return range_unsigned(range_min(a, bits) >> most, range_max(a, bits) >> fewest);
}

struct range range_arshift(struct range a, struct range count, unsigned bits)
{
    unsigned fewest, most;
    if (!shift_counts(count, bits, &fewest, &most))
        return range_full(bits);
    int64_t low = range_signed_min(a, bits), high = range_signed_max(a, bits);
    return range_signed(low >> (low < 0 ? fewest : most), high >> (high < 0 ? most : fewest), bits);
}

/* The least number of the form 2^n - 1 that is not below x. */
static uint64_t ones_from(uint64_t x)
{
    return x ? UINT64_MAX >> __builtin_clzll(x) : 0;
}

struct range range_and(struct range a, struct range b, unsigned bits)
{
    /* Sound because: x & y has no bit that x lacks, so it is at most x, and likewise y. */
    return range_unsigned(0, least(range_max(a, bits), range_max(b, bits)));
}

struct range range_or(struct range a, struct range b, unsigned bits)
{
    /* Sound because: x | y is at least each operand, and has no bit above the highest bit of either. */
    uint64_t low_a = range_min(a, bits), low_b = range_min(b, bits);
    return range_unsigned(low_a > low_b ? low_a : low_b, ones_from(range_max(a, bits) | range_max(b, bits)));
}

struct range range_xor(struct range a, struct range b, unsigned bits)
{
    return range_unsigned(0, ones_from(range_max(a, bits) | range_max(b, bits)));
}
