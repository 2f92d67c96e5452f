// SPDX-License-Identifier: Apache-2.0
/* The value domains: every arc and every tnum of a small width enumerated with all their members; numbers of 64 bits
 * sampled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verify/num.h"
#include "verify/word.h"

/* assert_true() for the inner loops: cmocka is called only where it fails. */
#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            assert_true(condition);                                                                                    \
    } while (0)

#define W    4 /* width of the exhaustive tests */
#define SIZE (1u << W)

/* The concrete meaning of an operation on words of W bits, written from RFC 9669 §4.1. */
static uint64_t concrete(enum op op, uint64_t a, uint64_t b, unsigned bits)
{
    uint64_t mask = word_mask(bits);
    int64_t x = word_signed(a, bits), y = word_signed(b, bits);
    switch ((int)op) {
    case OP_ADD: return (a + b) & mask;
    case OP_SUB: return (a - b) & mask;
    case OP_NEG: return (0 - a) & mask;
    case OP_MUL: return (a * b) & mask;
    case OP_DIV: return b ? a / b : 0;
    case OP_MOD: return b ? a % b : a;
    case OP_SDIV: return b == 0 ? 0 : y == -1 ? (0 - a) & mask : (uint64_t)(x / y) & mask;
    case OP_SMOD: return b == 0 ? a : y == -1 ? 0 : (uint64_t)(x % y) & mask;
    case OP_AND: return a & b;
    case OP_OR: return a | b;
    case OP_XOR: return a ^ b;
    case OP_LSH: return (a << (b & (bits - 1))) & mask;
    case OP_RSH: return a >> (b & (bits - 1));
    case OP_ARSH: return (uint64_t)(x >> (b & (bits - 1))) & mask;
    }
    fail();
    return 0;
}

typedef struct range binary_range(struct range, struct range, unsigned);

static const struct {
    enum op op;
    binary_range *on_ranges;
    bool shifts;
} range_ops[] = {
    {OP_ADD, range_add, false},     {OP_SUB, range_sub, false},   {OP_MUL, range_mul, false},
    {OP_DIV, range_div, false},     {OP_MOD, range_mod, false},   {OP_SDIV, range_sdiv, false},
    {OP_SMOD, range_smod, false},   {OP_AND, range_and, false},   {OP_OR, range_or, false},
    {OP_XOR, range_xor, false},     {OP_LSH, range_lshift, true}, {OP_RSH, range_rshift, true},
    {OP_ARSH, range_arshift, true},
};

/* Calls visit for every pair of arcs of W bits. */
static void each_pair(void (*visit)(struct range a, struct range b))
{
    for (uint64_t i = 0; i < SIZE * SIZE; i++)
        for (uint64_t k = 0; k < SIZE * SIZE; k++)
            visit((struct range){i / SIZE, i % SIZE}, (struct range){k / SIZE, k % SIZE});
}

#define EACH(member, arc)                                                                                              \
    (uint64_t offset_##member = 0, member;                                                                             \
     offset_##member <= (arc).span && (member = ((arc).low + offset_##member) & word_mask(W), true);                   \
     offset_##member++)

static void check_operations(struct range a, struct range b)
{
    for (size_t i = 0; i < sizeof range_ops / sizeof *range_ops; i++) {
        struct range result = range_ops[i].on_ranges(a, b, W);
        for
            EACH(x, a)
            for
                EACH(y, b)
            if (!range_ops[i].shifts || y < W)
                HOLDS(range_has(result, concrete(range_ops[i].op, x, y, W), W));
    }
}

static void range_operations_hold_every_result(void **state)
{
    (void)state;
    each_pair(check_operations);
}

static void check_sets(struct range a, struct range b)
{
    struct range both, join = range_join(a, b, W);
    bool meet = range_intersect(a, b, W, &both), includes = true;
    for (uint64_t x = 0; x < SIZE; x++) {
        bool in_a = range_has(a, x, W), in_b = range_has(b, x, W);
        if (in_a && in_b)
            HOLDS(meet && range_has(both, x, W));
        if (in_a || in_b)
            HOLDS(range_has(join, x, W));
        includes = includes && (in_a || !in_b);
        if (in_a) {
            HOLDS(x >= range_min(a, W) && x <= range_max(a, W));
            HOLDS(word_signed(x, W) >= range_signed_min(a, W) && word_signed(x, W) <= range_signed_max(a, W));
        }
    }
    assert_int_equal(includes, range_includes(a, b, W));
    if (meet) {
        HOLDS(both.span <= a.span || both.span <= b.span);
        HOLDS(range_has(a, both.low, W) && range_has(b, both.low, W) ? true
                                                                     : both.span == a.span || both.span == b.span);
    }
}

static void range_sets_agree_with_members(void **state)
{
    (void)state;
    each_pair(check_sets);
}

static void range_remove_takes_only_the_member(void **state)
{
    (void)state;
    for (uint64_t low = 0; low < SIZE; low++)
        for (uint64_t span = 0; span < SIZE; span++)
            for (uint64_t gone = 0; gone < SIZE; gone++) {
                struct range before = {low, span}, after = before;
                bool left = range_remove(&after, gone, W);
                assert_int_equal(left, !(span == 0 && low == gone));
                for (uint64_t x = 0; left && x < SIZE; x++)
                    if (range_has(before, x, W) && x != gone)
                        HOLDS(range_has(after, x, W));
            }
}

/* Every tnum of W bits: value and mask disjoint. */
#define EACH_TNUM(t)                                                                                                   \
    (struct tnum t = {0, 0}; t.mask < SIZE;                                                                            \
     t.value + 1 < SIZE ? t.value++ : (t.value = 0, t.mask++)) if (!(t.value & t.mask))

static void check_tnum_pair(struct tnum a, struct tnum b)
{
    static const enum op ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_AND, OP_OR, OP_XOR, OP_MOD, OP_SMOD};
    static struct tnum (*const on_tnums[])(struct tnum, struct tnum) = {tnum_add, tnum_sub, tnum_mul, tnum_and,
                                                                        tnum_or,  tnum_xor, tnum_mod, tnum_mod};
    struct tnum both, join = tnum_join(a, b);
    bool meet = tnum_intersect(a, b, &both), includes = true;
    for (uint64_t x = 0; x < SIZE; x++)
        for (uint64_t y = 0; y < SIZE; y++) {
            if (!tnum_has(a, x) || !tnum_has(b, y))
                continue;
            for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
                HOLDS(tnum_has(tnum_cut(on_tnums[i](a, b), W), concrete(ops[i], x, y, W)));
            HOLDS(tnum_has(join, x) && tnum_has(join, y));
            if (x == y)
                HOLDS(meet && tnum_has(both, x));
        }
    for (uint64_t y = 0; y < SIZE; y++)
        includes = includes && (!tnum_has(b, y) || tnum_has(a, y));
    assert_int_equal(includes, tnum_includes(a, b));
}

static void tnum_operations_hold_every_result(void **state)
{
    (void)state;
    for
        EACH_TNUM(a)
        for
            EACH_TNUM(b)
        check_tnum_pair(a, b);
}

static void tnum_shifts_and_extensions_hold_every_result(void **state)
{
    (void)state;
    for
        EACH_TNUM(a)
    for (uint64_t x = 0; x < SIZE; x++) {
        if (!tnum_has(a, x))
            continue;
        HOLDS(tnum_has(tnum_sign_extend(a, W), (uint64_t)word_signed(x, W)));
        for (unsigned n = 0; n < W; n++) {
            HOLDS(tnum_has(tnum_cut(tnum_lshift(a, n), W), concrete(OP_LSH, x, n, W)));
            HOLDS(tnum_has(tnum_rshift(a, n), concrete(OP_RSH, x, n, W)));
            HOLDS(tnum_has(tnum_arshift(a, n, W), concrete(OP_ARSH, x, n, W)));
        }
    }
    for (uint64_t low = 0; low < SIZE; low++)
        for (uint64_t high = low; high < SIZE; high++)
            for (uint64_t x = low; x <= high; x++)
                HOLDS(tnum_has(tnum_range(low, high), x));
}

/* xorshift64*: the same numbers on every host. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545F4914F6CDD1D;
}

/* Words near the edges of both widths, and any words. */
static uint64_t interesting(uint64_t *seed)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     0x7f,
                                     0x80,
                                     0xff,
                                     0x7fff,
                                     0xffff,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     0xffffffff80000000,
                                     0xffffffffffffffff};
    uint64_t r = next_random(seed);
    uint64_t base = edges[r % (sizeof edges / sizeof *edges)];
    switch (r >> 60) {
    case 0: return r;
    case 1: return r & 0xffffffff;
    case 2: return r & 0xff;
    default: return base + (r >> 8) % 5 - 2;
    }
}

/* A number that holds x: any of the three views may be loose or tight. */
static struct num around(uint64_t x, uint64_t *seed)
{
    struct num a = num_unknown();
    uint64_t r = next_random(seed);
    if (r & 1)
        a.bits = (struct tnum){x & ~(next_random(seed) & next_random(seed)), 0},
        a.bits.mask = ~a.bits.value & next_random(seed), a.bits.value = x & ~a.bits.mask;
    if (r & 2) {
        uint64_t before = interesting(seed), after = interesting(seed);
        if (before <= UINT64_MAX - after)
            a.all = (struct range){x - before, before + after};
    }
    if (r & 4) {
        uint64_t before = interesting(seed) & 0xffffffff, after = interesting(seed) & 0xffffffff;
        if (before + after <= 0xffffffff)
            a.low = (struct range){(x - before) & 0xffffffff, before + after};
    }
    HOLDS(num_sync(&a));
    HOLDS(num_has(&a, x));
    return a;
}

static void num_operations_hold_sampled_results(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_ADD,  OP_SUB, OP_NEG, OP_MUL, OP_DIV, OP_MOD, OP_SDIV,
                                  OP_SMOD, OP_AND, OP_OR,  OP_XOR, OP_LSH, OP_RSH, OP_ARSH};
    uint64_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        uint64_t x = interesting(&seed), y = interesting(&seed);
        struct num a = around(x, &seed), b = around(y, &seed);
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
            for (unsigned bits = 32; bits <= 64; bits += 32) {
                struct num result = num_alu(ops[i], &a, &b, bits);
                HOLDS(num_has(&result, concrete(ops[i], x & word_mask(bits), y & word_mask(bits), bits)));
            }
        struct num join = num_join(&a, &b);
        HOLDS(num_has(&join, x) && num_has(&join, y));
        for (unsigned from = 8; from <= 64; from *= 2) {
            struct num zero = num_zero_extend(&a, from);
            HOLDS(num_has(&zero, x & word_mask(from)));
            struct num swapped = num_byte_swap(&a, from);
            HOLDS(from == 8 || num_has(&swapped, __builtin_bswap64(x) >> (64 - from)));
            struct num wide = num_sign_extend(&a, from, 64), half = num_sign_extend(&a, from > 32 ? 32 : from, 32);
            HOLDS(num_has(&wide, (uint64_t)word_signed(x, from)));
            HOLDS(num_has(&half, (uint64_t)word_signed(x, from > 32 ? 32 : from) & 0xffffffff));
        }
    }
}

static bool concrete_compare(enum op op, uint64_t a, uint64_t b, unsigned bits)
{
    int64_t x = word_signed(a, bits), y = word_signed(b, bits);
    a &= word_mask(bits);
    b &= word_mask(bits);
    switch ((int)op) {
    case OP_JEQ: return a == b;
    case OP_JNE: return a != b;
    case OP_JGT: return a > b;
    case OP_JGE: return a >= b;
    case OP_JLT: return a < b;
    case OP_JLE: return a <= b;
    case OP_JSGT: return x > y;
    case OP_JSGE: return x >= y;
    case OP_JSLT: return x < y;
    case OP_JSLE: return x <= y;
    case OP_JSET: return (a & b) != 0;
    }
    fail();
    return false;
}

static void num_comparisons_keep_the_sampled_case(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_JEQ,  OP_JNE,  OP_JGT,  OP_JGE,  OP_JLT, OP_JLE,
                                  OP_JSGT, OP_JSGE, OP_JSLT, OP_JSLE, OP_JSET};
    uint64_t seed = 2;
    for (int round = 0; round < 100000; round++) {
        uint64_t x = interesting(&seed), y = round % 3 ? interesting(&seed) : x;
        struct num a = around(x, &seed), b = around(y, &seed);
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
            for (unsigned bits = 32; bits <= 64; bits += 32) {
                struct num p = a, q = b;
                HOLDS(num_compare(ops[i], &p, &q, bits, concrete_compare(ops[i], x, y, bits)));
                HOLDS(num_has(&p, x) && num_has(&q, y));
            }
    }
}

static void num_comparison_of_constants_has_one_side(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_JEQ,  OP_JNE,  OP_JGT,  OP_JGE,  OP_JLT, OP_JLE,
                                  OP_JSGT, OP_JSGE, OP_JSLT, OP_JSLE, OP_JSET};
    uint64_t seed = 3;
    for (int round = 0; round < 20000; round++) {
        uint64_t x = interesting(&seed), y = round % 3 ? interesting(&seed) : x;
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
            for (unsigned bits = 32; bits <= 64; bits += 32) {
                struct num p = num_const(x), q = num_const(y);
                assert_false(num_compare(ops[i], &p, &q, bits, !concrete_compare(ops[i], x, y, bits)));
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(range_operations_hold_every_result),
        cmocka_unit_test(range_sets_agree_with_members),
        cmocka_unit_test(range_remove_takes_only_the_member),
        cmocka_unit_test(tnum_operations_hold_every_result),
        cmocka_unit_test(tnum_shifts_and_extensions_hold_every_result),
        cmocka_unit_test(num_operations_hold_sampled_results),
        cmocka_unit_test(num_comparisons_keep_the_sampled_case),
        cmocka_unit_test(num_comparison_of_constants_has_one_side),
    };
    return cmocka_run_group_tests_name("value domains", tests, NULL, NULL);
}
