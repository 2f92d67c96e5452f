// SPDX-License-Identifier: Apache-2.0
/* See cases.h. Each program loads a = mem[0..8) and b = mem[8..16), computes, and returns r0. */
#include "cases.h"

#include <stdio.h>
#include <string.h>

/* Opcode fields: RFC 9669 §3, §4, §5. */
enum {
    ALU64 = 0x07,
    ALU32 = 0x04,
    JMP64 = 0x05,
    JMP32 = 0x06,
    SRC_REG = 0x08,
    LDX_DW = 0x79,
    STX_DW = 0x7b,
    MOV64_IMM = 0xb7,
    EXIT = 0x95,
    ATOMIC_W = 0xc3,
    ATOMIC_DW = 0xdb,
    GOTO = 0x05,
    GOTOL = 0x06,
    MAY_GOTO = 0xe5,
    CALL = 0x85,
    LOAD_ACQUIRE = 0x100, /* operations in the immediate of an atomic: Linux */
    STORE_RELEASE = 0x110
};

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 7,
                                 0x7f,
                                 0x80,
                                 0x8000,
                                 0x7fffffff,
                                 0x80000000,
                                 0xffffffff,
                                 0x100000000,
                                 0x180000001,
                                 0x123456789abcdef0,
                                 0x7fffffffffffffff,
                                 0x8000000000000000,
                                 0xffffffff80000000,
                                 0xfffffffffffffffe,
                                 0xffffffffffffffff};
#define EDGE_COUNT (sizeof edges / sizeof edges[0])
static const int32_t imms[] = {0, 1, 3, 31, 33, 63, 127, INT32_MAX, -1, -2, INT32_MIN};
#define IMM_COUNT (sizeof imms / sizeof imms[0])
#define RUN_MAX   (EDGE_COUNT * EDGE_COUNT)

static void emit(struct test_case *test, unsigned code, unsigned dst, unsigned src, unsigned offset, uint32_t imm)
{
    uint8_t *at = &test->bytes[8u * test->slots++];
    at[0] = (uint8_t)code;
    at[1] = (uint8_t)(dst | src << 4);
    at[2] = (uint8_t)offset;
    at[3] = (uint8_t)(offset >> 8);
    for (unsigned i = 0; i < 4; i++)
        at[4 + i] = (uint8_t)(imm >> (8 * i));
}

/* r6 = mem; r0 = a; r2 = b. */
static void begin(struct test_case *test, const char *name)
{
    memset(test, 0, sizeof *test);
    snprintf(test->name, sizeof test->name, "%s", name);
    emit(test, ALU64 | SRC_REG | 0xb0, 6, 1, 0, 0);
    emit(test, LDX_DW, 0, 6, 0, 0);
    emit(test, LDX_DW, 2, 6, 8, 0);
}

static void put64(uint8_t *at, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void set_run(struct test_run *run, uint64_t a, uint64_t b, uint64_t r0)
{
    memset(run, 0, sizeof *run);
    put64(run->before, a);
    put64(run->before + 8, b);
    memcpy(run->after, run->before, sizeof run->after);
    run->r0 = r0;
}

/* -- the evaluator ------------------------------------------------------------------------------------------------- */

static uint64_t sign_extend(uint64_t value, unsigned bits)
{
    uint64_t sign = 1ull << (bits - 1), mask = sign | (sign - 1);
    value &= mask;
    return (value ^ sign) - sign;
}

/* Quotient or remainder of the magnitudes, signed as C does, defined for every pair. RFC 9669 §4.1. */
static uint64_t signed_divide(uint64_t a, uint64_t b, bool remainder)
{
    bool a_negative = a >> 63, b_negative = b >> 63;
    uint64_t x = a_negative ? 0 - a : a, y = b_negative ? 0 - b : b;
    if (y == 0)
        return remainder ? a : 0;
    if (remainder)
        return a_negative ? 0 - x % y : x % y;
    return a_negative != b_negative ? 0 - x / y : x / y;
}

/* RFC 9669 §4.1, table 4: `code` is the operation's upper four bits, `off` selects signed forms. */
static uint64_t evaluate(unsigned code, unsigned off, bool wide, uint64_t a, uint64_t b)
{
    uint64_t mask = wide ? UINT64_MAX : UINT32_MAX, sa = a, sb = b, r = 0;
    unsigned width = wide ? 64 : 32;
    if (!wide) {
        sa = sign_extend(a, 32);
        sb = sign_extend(b, 32);
    }
    a &= mask;
    b &= mask;
    unsigned count = (unsigned)b & (width - 1);
    if (code == 0x00)
        r = a + b;
    if (code == 0x10)
        r = a - b;
    if (code == 0x20)
        r = a * b;
    if (code == 0x30)
        r = off ? signed_divide(sa, sb, false) : b ? a / b : 0;
    if (code == 0x40)
        r = a | b;
    if (code == 0x50)
        r = a & b;
    if (code == 0x60)
        r = a << count;
    if (code == 0x70)
        r = a >> count;
    if (code == 0x80)
        r = 0 - a;
    if (code == 0x90)
        r = off ? signed_divide(sa, sb, true) : b ? a % b : a;
    if (code == 0xa0)
        r = a ^ b;
    if (code == 0xb0)
        r = off ? sign_extend(b, off) : b;
    if (code == 0xc0)
        r = sa >> count | (sa >> 63 && count ? ~(UINT64_MAX >> count) : 0);
    return r & mask;
}

static bool evaluate_jump(unsigned code, bool wide, uint64_t a, uint64_t b)
{
    uint64_t flip = 1ull << 63; /* turns signed order into unsigned order */
    uint64_t sa = (wide ? a : sign_extend(a, 32)) ^ flip, sb = (wide ? b : sign_extend(b, 32)) ^ flip;
    if (!wide) {
        a &= UINT32_MAX;
        b &= UINT32_MAX;
    }
    switch (code) {
    case 0x10: return a == b;
    case 0x20: return a > b;
    case 0x30: return a >= b;
    case 0x40: return (a & b) != 0;
    case 0x50: return a != b;
    case 0x60: return sa > sb;
    case 0x70: return sa >= sb;
    case 0xa0: return a < b;
    case 0xb0: return a <= b;
    case 0xc0: return sa < sb;
    case 0xd0: return sa <= sb;
    }
    return false;
}

static uint64_t reverse(uint64_t value, unsigned bits)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < bits; i += 8)
        r |= (value >> i & 0xff) << (bits - 8 - i);
    return r;
}

/* -- families of programs ------------------------------------------------------------------------------------------ */

static void visit_alu(case_visit *visit, void *self, unsigned code, unsigned off, bool wide)
{
    static struct test_run runs[RUN_MAX];
    struct test_case test;
    char name[48];
    unsigned class = wide ? ALU64 : ALU32;
    uint32_t count = 0;
    snprintf(name, sizeof name, "alu%u_%02x_%u_reg", wide ? 64u : 32u, code, off);
    begin(&test, name);
    emit(&test, class | (code == 0x80 ? 0 : SRC_REG) | code, 0, code == 0x80 ? 0 : 2, off, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++)
        for (size_t j = 0; j < (code == 0x80 ? 1 : EDGE_COUNT); j++)
            set_run(&runs[count++], edges[i], edges[j], evaluate(code, off, wide, edges[i], edges[j]));
    visit(self, &test, runs, count);
    for (size_t k = 0; k < IMM_COUNT && code != 0x80 && !(code == 0xb0 && off); k++) {
        snprintf(name, sizeof name, "alu%u_%02x_%u_imm%zu", wide ? 64u : 32u, code, off, k);
        begin(&test, name);
        emit(&test, class | code, 0, 0, off, (uint32_t)imms[k]);
        emit(&test, EXIT, 0, 0, 0, 0);
        for (size_t i = 0; i < EDGE_COUNT; i++)
            set_run(&runs[i], edges[i], 0, evaluate(code, off, wide, edges[i], (uint64_t)(int64_t)imms[k]));
        visit(self, &test, runs, EDGE_COUNT);
    }
}

static void visit_jump(case_visit *visit, void *self, unsigned code, bool wide)
{
    static struct test_run runs[RUN_MAX];
    struct test_case test;
    char name[48];
    unsigned class = wide ? JMP64 : JMP32;
    for (size_t k = 0; k <= IMM_COUNT; k++) {
        bool by_register = k == IMM_COUNT;
        uint32_t count = 0;
        snprintf(name, sizeof name, "jmp%u_%02x_%zu", wide ? 64u : 32u, code, k);
        begin(&test, name);
        emit(&test, class | code | (by_register ? SRC_REG : 0u), 0, by_register ? 2 : 0, 2,
             by_register ? 0 : (uint32_t)imms[k]);
        emit(&test, MOV64_IMM, 0, 0, 0, 10);
        emit(&test, EXIT, 0, 0, 0, 0);
        emit(&test, MOV64_IMM, 0, 0, 0, 20);
        emit(&test, EXIT, 0, 0, 0, 0);
        for (size_t i = 0; i < EDGE_COUNT; i++)
            for (size_t j = 0; j < (by_register ? EDGE_COUNT : 1); j++) {
                uint64_t b = by_register ? edges[j] : (uint64_t)(int64_t)imms[k];
                set_run(&runs[count++], edges[i], edges[j], evaluate_jump(code, wide, edges[i], b) ? 20 : 10);
            }
        visit(self, &test, runs, count);
    }
}

/* RFC 9669 §4.2: class ALU with source 0 is LE, 1 is BE; class ALU64 is an unconditional swap. */
static void visit_swap(case_visit *visit, void *self, unsigned code, bool swaps, unsigned bits)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    char name[48];
    uint64_t mask = bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
    snprintf(name, sizeof name, "swap_%02x_%u", code, bits);
    begin(&test, name);
    emit(&test, code, 0, 0, 0, bits);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++)
        set_run(&runs[i], edges[i], 0, swaps ? reverse(edges[i] & mask, bits) : edges[i] & mask);
    visit(self, &test, runs, EDGE_COUNT);
}

/* Loads of every width from an odd address, signed and not: RFC 9669 §5.1, §5.2. */
static void visit_load(case_visit *visit, void *self, unsigned code, unsigned bits, bool is_signed)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    char name[48];
    uint64_t mask = bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
    snprintf(name, sizeof name, "load_%02x", code);
    begin(&test, name);
    emit(&test, STX_DW, 6, 0, 17, 0);
    emit(&test, code, 0, 6, 17, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        uint64_t value = edges[i] & mask;
        set_run(&runs[i], edges[i], 0, is_signed ? sign_extend(value, bits) : value);
        put64(runs[i].after + 17, edges[i]);
    }
    visit(self, &test, runs, EDGE_COUNT);
}

/* Stores of every width, of a register and of a constant, through the stack and into the memory. */
static void visit_store(case_visit *visit, void *self, unsigned code, unsigned bits, bool constant)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    char name[48];
    snprintf(name, sizeof name, "store_%02x", code);
    begin(&test, name);
    emit(&test, STX_DW, 10, 2, 0x10000 - 16, 0);
    emit(&test, code, 10, constant ? 0 : 0, 0x10000 - 16, constant ? 0x8badf00d : 0);
    emit(&test, LDX_DW, 0, 10, 0x10000 - 16, 0);
    emit(&test, STX_DW, 6, 0, 16, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        uint64_t mask = bits == 64 ? UINT64_MAX : (1ull << bits) - 1, b = 0x1122334455667788;
        uint64_t stored = constant ? 0xffffffff8badf00d : edges[i];
        uint64_t result = (b & ~mask) | (stored & mask);
        set_run(&runs[i], edges[i], b, result);
        put64(runs[i].after + 16, result);
    }
    visit(self, &test, runs, EDGE_COUNT);
}

/* Memory a, source b; compare-exchange compares with r0 = a or, for `miss`, a + 1. RFC 9669 §5.3. */
static void visit_atomic(case_visit *visit, void *self, unsigned operation, bool wide, bool miss)
{
    static struct test_run runs[RUN_MAX];
    struct test_case test;
    char name[48];
    bool exchange = operation == 0xe1, compare = operation == 0xf1, fetch = operation & 1;
    uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
    uint32_t count = 0;
    snprintf(name, sizeof name, "atomic%u_%02x_%d", wide ? 64u : 32u, operation, miss);
    begin(&test, name);
    if (miss)
        emit(&test, ALU64, 0, 0, 0, 1);
    emit(&test, wide ? ATOMIC_DW : ATOMIC_W, 6, 2, 0, operation);
    if (!compare)
        emit(&test, ALU64 | SRC_REG | 0xb0, 0, 2, 0, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++)
        for (size_t j = 0; j < EDGE_COUNT; j++) {
            uint64_t a = edges[i], b = edges[j], old = a & mask, value = b & mask;
            if (!exchange && !compare)
                value = evaluate(operation & 0xf0, 0, wide, a, b);
            if (compare && miss)
                value = old;
            set_run(&runs[count], a, b, fetch ? old : b);
            put64(runs[count++].after, (a & ~mask) | (value & mask));
        }
    visit(self, &test, runs, count);
}

/* lddw: the low half is not sign-extended into the high half. RFC 9669 §5.4. */
static void visit_lddw(case_visit *visit, void *self)
{
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        struct test_case test;
        struct test_run run;
        char name[48];
        snprintf(name, sizeof name, "lddw_%zu", i);
        begin(&test, name);
        emit(&test, 0x18, 0, 0, 0, (uint32_t)edges[i]);
        emit(&test, 0, 0, 0, 0, (uint32_t)(edges[i] >> 32));
        emit(&test, EXIT, 0, 0, 0, 0);
        set_run(&run, 0, 0, edges[i]);
        visit(self, &test, &run, 1);
    }
}

/* A subprogram has its own frame and r10, gets r1..r5, keeps r6..r9 of its caller: RFC 9669 §4.3.2. */
static void visit_call(case_visit *visit, void *self)
{
    struct test_case test;
    struct test_run runs[EDGE_COUNT];
    begin(&test, "call");
    emit(&test, STX_DW, 10, 0, 0x10000 - 8, 0);
    emit(&test, ALU64 | SRC_REG | 0xb0, 1, 10, 0, 0);
    emit(&test, 0x85, 0, 1, 0, 3);
    emit(&test, LDX_DW, 3, 10, 0x10000 - 8, 0);
    emit(&test, ALU64 | SRC_REG, 0, 3, 0, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    emit(&test, MOV64_IMM, 6, 0, 0, 99);
    emit(&test, STX_DW, 10, 6, 0x10000 - 8, 0);
    emit(&test, LDX_DW, 0, 1, 0x10000 - 8, 0);
    emit(&test, ALU64 | SRC_REG, 0, 2, 0, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++)
        set_run(&runs[i], edges[i], 5, 2 * edges[i] + 5);
    visit(self, &test, runs, EDGE_COUNT);
}

/* sum of 1..(b | 1), a loop with a back edge that ends for every b. */
static void visit_loop(case_visit *visit, void *self)
{
    struct test_case test;
    struct test_run run;
    begin(&test, "loop");
    emit(&test, ALU64 | 0x50, 2, 0, 0, 127);
    emit(&test, ALU64 | 0x40, 2, 0, 0, 1);
    emit(&test, ALU64 | SRC_REG, 0, 2, 0, 0);
    emit(&test, ALU64, 2, 0, 0, UINT32_MAX);
    emit(&test, JMP64 | 0x50, 2, 0, 0x10000 - 3, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    set_run(&run, 0x100000000, 100, 0x100000000 + 5151);
    visit(self, &test, &run, 1);
}

/* Linux: load-acquire and store-release, of all widths, into memory that holds b. */
static void visit_ordered(case_visit *visit, void *self, unsigned code, unsigned bits)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    char name[48];
    uint64_t mask = bits == 64 ? UINT64_MAX : (1ull << bits) - 1, b = 0x1122334455667788;
    snprintf(name, sizeof name, "load_acquire_%u", bits);
    begin(&test, name);
    emit(&test, STX_DW, 6, 0, 16, 0);
    emit(&test, code, 0, 6, 16, LOAD_ACQUIRE);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        set_run(&runs[i], edges[i], b, edges[i] & mask);
        put64(runs[i].after + 16, edges[i]);
    }
    visit(self, &test, runs, EDGE_COUNT);
    snprintf(name, sizeof name, "store_release_%u", bits);
    begin(&test, name);
    emit(&test, code, 6, 0, 8, STORE_RELEASE);
    emit(&test, LDX_DW, 0, 6, 8, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        uint64_t result = (b & ~mask) | (edges[i] & mask);
        set_run(&runs[i], edges[i], b, result);
        put64(runs[i].after + 8, result);
    }
    visit(self, &test, runs, EDGE_COUNT);
}

/* goto and gotol, forwards and backwards: the parts stand in another order than they run. RFC 9669 §4.3. */
static void visit_goto(case_visit *visit, void *self, unsigned code)
{
    static struct test_run runs[EDGE_COUNT];
    static const int distances[] = {2, 2, -4};
    struct test_case test;
    char name[48];
    snprintf(name, sizeof name, "goto_%02x", code);
    begin(&test, name);
    for (unsigned i = 0; i < 3; i++) {
        uint32_t distance = (uint32_t)distances[i];
        emit(&test, code, 0, 0, code == GOTOL ? 0 : distance & 0xffff, code == GOTOL ? distance : 0);
        if (i == 0)
            emit(&test, ALU64 | 0x20, 0, 0, 0, 3);
        if (i == 1)
            emit(&test, ALU64, 0, 0, 0, 2);
    }
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++)
        set_run(&runs[i], edges[i], 0, (edges[i] + 2) * 3);
    visit(self, &test, runs, EDGE_COUNT);
}

/* may_goto falls through as long as no run is: Linux. */
static void visit_may_goto(case_visit *visit, void *self)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    begin(&test, "may_goto");
    emit(&test, ALU64 | 0x50, 2, 0, 0, 7);
    emit(&test, MAY_GOTO, 0, 0, 3, 0);
    emit(&test, ALU64, 0, 0, 0, 1);
    emit(&test, ALU64, 2, 0, 0, UINT32_MAX);
    emit(&test, JMP64 | 0x60, 2, 0, 0x10000 - 4, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        uint64_t rounds = edges[i] & 7 ? edges[i] & 7 : 1;
        set_run(&runs[i], edges[i], edges[i], edges[i] + rounds);
    }
    visit(self, &test, runs, EDGE_COUNT);
}

/* As many frames as Linux allows: each function adds what it kept in r6 and on its stack while the next one ran. */
static void visit_frames(case_visit *visit, void *self)
{
    static struct test_run runs[EDGE_COUNT];
    struct test_case test;
    begin(&test, "frames");
    emit(&test, ALU64 | SRC_REG | 0xb0, 1, 0, 0, 0);
    for (unsigned frame = 0; frame < 7; frame++) {
        unsigned kept = frame ? 1 : 2;
        emit(&test, ALU64 | SRC_REG | 0xb0, 6, kept, 0, 0);
        emit(&test, STX_DW, 10, kept, 0x10000 - 8, 0);
        emit(&test, ALU64, 1, 0, 0, frame ? 1 : 0);
        emit(&test, CALL, 0, 1, 0, 4);
        emit(&test, LDX_DW, 1, 10, 0x10000 - 8, 0);
        emit(&test, ALU64 | SRC_REG, 0, 1, 0, 0);
        emit(&test, ALU64 | SRC_REG, 0, 6, 0, 0);
        emit(&test, EXIT, 0, 0, 0, 0);
    }
    emit(&test, ALU64 | SRC_REG | 0xb0, 0, 1, 0, 0);
    emit(&test, MOV64_IMM, 6, 0, 0, 99);
    emit(&test, STX_DW, 10, 6, 0x10000 - 8, 0);
    emit(&test, EXIT, 0, 0, 0, 0);
    for (size_t i = 0; i < EDGE_COUNT; i++) /* a + 6 comes back; frames 1..6 add 2 * (a + frame - 1), the first 2 * b */
        set_run(&runs[i], edges[i], 5, 13 * edges[i] + 36 + 10);
    visit(self, &test, runs, EDGE_COUNT);
}

static void visit_memory(case_visit *visit, void *self)
{
    static const struct {
        unsigned load, load_signed, store, store_constant, bits;
    } widths[] = {{0x71, 0x91, 0x73, 0x72, 8},
                  {0x69, 0x89, 0x6b, 0x6a, 16},
                  {0x61, 0x81, 0x63, 0x62, 32},
                  {0x79, 0, 0x7b, 0x7a, 64}};
    for (size_t i = 0; i < 4; i++) {
        visit_load(visit, self, widths[i].load, widths[i].bits, false);
        if (widths[i].load_signed)
            visit_load(visit, self, widths[i].load_signed, widths[i].bits, true);
        visit_store(visit, self, widths[i].store, widths[i].bits, false);
        visit_store(visit, self, widths[i].store_constant, widths[i].bits, true);
        visit_ordered(visit, self, 0xc3 | (widths[i].load & 0x18), widths[i].bits);
    }
}

void cases_visit(case_visit *visit, void *self)
{
    static const unsigned operations[] = {0x00, 0x40, 0x50, 0xa0};
    for (unsigned wide = 0; wide < 2; wide++) {
        for (unsigned code = 0; code <= 0xc0; code += 0x10)
            visit_alu(visit, self, code, 0, wide);
        visit_alu(visit, self, 0x30, 1, wide);
        visit_alu(visit, self, 0x90, 1, wide);
        for (unsigned from = 8; from <= (wide ? 32u : 16u); from *= 2)
            visit_alu(visit, self, 0xb0, from, wide);
        for (unsigned code = 0x10; code <= 0xd0; code += 0x10)
            if (code != 0x80 && code != 0x90)
                visit_jump(visit, self, code, wide);
        for (size_t i = 0; i < 4; i++) {
            visit_atomic(visit, self, operations[i], wide, false);
            visit_atomic(visit, self, operations[i] | 1, wide, false);
        }
        visit_atomic(visit, self, 0xe1, wide, false);
        visit_atomic(visit, self, 0xf1, wide, false);
        visit_atomic(visit, self, 0xf1, wide, true);
    }
    for (unsigned bits = 16; bits <= 64; bits *= 2) {
        visit_swap(visit, self, 0xd4, false, bits);
        visit_swap(visit, self, 0xdc, true, bits);
        visit_swap(visit, self, 0xd7, true, bits);
    }
    visit_memory(visit, self);
    visit_lddw(visit, self);
    visit_goto(visit, self, GOTO);
    visit_goto(visit, self, GOTOL);
    visit_may_goto(visit, self);
    visit_call(visit, self);
    visit_frames(visit, self);
    visit_loop(visit, self);
}
