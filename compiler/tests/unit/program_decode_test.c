// SPDX-License-Identifier: Apache-2.0
/* The decoder: every opcode to the expected struct insn and text, every structural rule broken once and refused. The
 * tables here are written from RFC 9669 and stand apart from the decoder's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "program/decode.h"
#include "program/program.h"

#define EXIT_SLOT 0x95

/* One slot: opcode, registers, offset, immediate. */
struct slot {
    uint8_t opcode, dst, src;
    int16_t off;
    int32_t imm;
};

/* What came of decoding some slots. */
struct outcome {
    struct arena arena;
    struct diag *d;
    bool ok;
    struct insn *insns;
    uint32_t count, *slot_insn;
};

static uint8_t *encode(struct arena *arena, const struct slot *slots, uint32_t count)
{
    uint8_t *bytes = arena_alloc(arena, (size_t)count * SLOT_BYTES);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *b = bytes + (size_t)i * SLOT_BYTES;
        uint16_t off = (uint16_t)slots[i].off;
        uint32_t imm = (uint32_t)slots[i].imm;
        b[0] = slots[i].opcode;
        b[1] = (uint8_t)(slots[i].src << 4 | slots[i].dst);
        b[2] = (uint8_t)off;
        b[3] = (uint8_t)(off >> 8);
        for (unsigned n = 0; n < 4; n++)
            b[4 + n] = (uint8_t)(imm >> 8 * n);
    }
    return bytes;
}

static struct outcome decode(const struct slot *slots, uint32_t count, const struct slot_reloc *relocs)
{
    struct outcome o = {.d = diag_new("test")};
    struct code code = {.bytes = encode(&o.arena, slots, count),
                        .slot_count = count,
                        .relocs = relocs,
                        .file = "test.bpf.o",
                        .function = "f"};
    o.ok = decode_func(&o.insns, &o.count, &o.slot_insn, &code, &o.arena, o.d);
    return o;
}

static void outcome_free(struct outcome *o)
{
    arena_free(&o->arena);
    diag_free(o->d);
}

static const char *error_name(const struct outcome *o)
{
    const char *name = "none", *message;
    struct place where;
    return diag_root(o->d, &name, &message, &where) ? name : "none";
}

/* `slot` followed by enough exits for any jump used here. */
static struct outcome decode_slot(struct slot slot)
{
    struct slot slots[8] = {slot};
    for (int i = 1; i < 8; i++)
        slots[i].opcode = EXIT_SLOT;
    return decode(slots, 8, NULL);
}

static void check_same(const struct insn *is, const struct insn *want)
{
    assert_int_equal(is->op, want->op);
    assert_int_equal(is->ref, want->ref);
    assert_int_equal(is->bits, want->bits);
    assert_int_equal(is->from_bits, want->from_bits);
    assert_int_equal(is->dst, want->dst);
    assert_int_equal(is->src, want->src);
    assert_int_equal(is->use_imm, want->use_imm);
    assert_int_equal(is->fetch, want->fetch);
    assert_int_equal(is->off, want->off);
    assert_int_equal(is->imm, want->imm);
    assert_int_equal(is->target, want->target);
    assert_int_equal(is->index, want->index);
}

/* An encoding, what it means, and how the kernel prints it. */
struct encoding {
    struct slot slot;
    struct insn insn;
    const char *text;
};

static void check_encoding(const struct encoding *e)
{
    struct outcome o = decode_slot(e->slot);
    if (!o.ok)
        fail_msg("opcode 0x%02x (%s) was refused: %s", e->slot.opcode, e->text, error_name(&o));
    check_same(&o.insns[0], &e->insn);
    struct program program = {.insns = o.insns, .insn_count = o.count};
    char text[128];
    int length = insn_print(text, sizeof text, &program, 0);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, e->text);
    uint8_t opcode = insn_opcode(&o.insns[0]);
    assert_int_equal(opcode, e->slot.opcode == 0x06 ? 0x05 : e->slot.opcode);
    outcome_free(&o);
}

static void check_encodings(const struct encoding *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_encoding(&rows[i]);
}

#define CHECK(rows) check_encodings(rows, sizeof(rows) / sizeof(rows)[0])

/* The four forms of an arithmetic operation. */
#define ALU_FORMS(code, operation, sign, o)                                                                            \
    {{0x04 | (code), 1, 0, o, -5},                                                                                     \
     {.op = operation, .bits = 32, .dst = 1, .use_imm = true, .imm = -5},                                              \
     "w1 " sign " -5"},                                                                                                \
        {{0x0c | (code), 1, 2, o, 0}, {.op = operation, .bits = 32, .dst = 1, .src = 2}, "w1 " sign " w2"},            \
        {{0x07 | (code), 1, 0, o, 7},                                                                                  \
         {.op = operation, .bits = 64, .dst = 1, .use_imm = true, .imm = 7},                                           \
         "r1 " sign " 7"},                                                                                             \
        {{0x0f | (code), 1, 10, o, 0}, {.op = operation, .bits = 64, .dst = 1, .src = 10}, "r1 " sign " r10"}

static void arithmetic_decodes_in_all_forms(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        ALU_FORMS(0x00, OP_ADD, "+=", 0), ALU_FORMS(0x10, OP_SUB, "-=", 0),    ALU_FORMS(0x20, OP_MUL, "*=", 0),
        ALU_FORMS(0x30, OP_DIV, "/=", 0), ALU_FORMS(0x30, OP_SDIV, "s/=", 1),  ALU_FORMS(0x40, OP_OR, "|=", 0),
        ALU_FORMS(0x50, OP_AND, "&=", 0), ALU_FORMS(0x60, OP_LSH, "<<=", 0),   ALU_FORMS(0x70, OP_RSH, ">>=", 0),
        ALU_FORMS(0x90, OP_MOD, "%=", 0), ALU_FORMS(0x90, OP_SMOD, "s%=", 1),  ALU_FORMS(0xa0, OP_XOR, "^=", 0),
        ALU_FORMS(0xb0, OP_MOV, "=", 0),  ALU_FORMS(0xc0, OP_ARSH, "s>>=", 0),
    };
    CHECK(rows);
}

static void unary_arithmetic_decodes(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        {{0x84, 3, 0, 0, 0}, {.op = OP_NEG, .bits = 32, .dst = 3, .use_imm = true}, "w3 = -w3"},
        {{0x87, 3, 0, 0, 0}, {.op = OP_NEG, .bits = 64, .dst = 3, .use_imm = true}, "r3 = -r3"},
        {{0xd4, 3, 0, 0, 16}, {.op = OP_LE, .bits = 16, .dst = 3, .use_imm = true, .imm = 16}, "r3 = le16 r3"},
        {{0xd4, 3, 0, 0, 32}, {.op = OP_LE, .bits = 32, .dst = 3, .use_imm = true, .imm = 32}, "r3 = le32 r3"},
        {{0xd4, 3, 0, 0, 64}, {.op = OP_LE, .bits = 64, .dst = 3, .use_imm = true, .imm = 64}, "r3 = le64 r3"},
        {{0xdc, 3, 0, 0, 16}, {.op = OP_BE, .bits = 16, .dst = 3, .use_imm = true, .imm = 16}, "r3 = be16 r3"},
        {{0xdc, 3, 0, 0, 32}, {.op = OP_BE, .bits = 32, .dst = 3, .use_imm = true, .imm = 32}, "r3 = be32 r3"},
        {{0xdc, 3, 0, 0, 64}, {.op = OP_BE, .bits = 64, .dst = 3, .use_imm = true, .imm = 64}, "r3 = be64 r3"},
        {{0xd7, 3, 0, 0, 16}, {.op = OP_BSWAP, .bits = 16, .dst = 3, .use_imm = true, .imm = 16}, "r3 = bswap16 r3"},
        {{0xd7, 3, 0, 0, 32}, {.op = OP_BSWAP, .bits = 32, .dst = 3, .use_imm = true, .imm = 32}, "r3 = bswap32 r3"},
        {{0xd7, 3, 0, 0, 64}, {.op = OP_BSWAP, .bits = 64, .dst = 3, .use_imm = true, .imm = 64}, "r3 = bswap64 r3"},
        {{0xbc, 1, 2, 8, 0}, {.op = OP_MOVSX, .bits = 32, .from_bits = 8, .dst = 1, .src = 2}, "w1 = (s8)w2"},
        {{0xbc, 1, 2, 16, 0}, {.op = OP_MOVSX, .bits = 32, .from_bits = 16, .dst = 1, .src = 2}, "w1 = (s16)w2"},
        {{0xbf, 1, 2, 8, 0}, {.op = OP_MOVSX, .bits = 64, .from_bits = 8, .dst = 1, .src = 2}, "r1 = (s8)r2"},
        {{0xbf, 1, 2, 16, 0}, {.op = OP_MOVSX, .bits = 64, .from_bits = 16, .dst = 1, .src = 2}, "r1 = (s16)r2"},
        {{0xbf, 1, 2, 32, 0}, {.op = OP_MOVSX, .bits = 64, .from_bits = 32, .dst = 1, .src = 2}, "r1 = (s32)r2"},
    };
    CHECK(rows);
}

/* Load, store of a register and store of an immediate, of one width. */
#define MEMORY_FORMS(size, width)                                                                                      \
    {{0x61 | (size), 1, 10, -8, 0},                                                                                    \
     {.op = OP_LDX, .bits = width, .dst = 1, .src = 10, .off = -8},                                                    \
     "r1 = *(u" #width " *)(r10 -8)"},                                                                                 \
        {{0x63 | (size), 10, 2, -16, 0},                                                                               \
         {.op = OP_STX, .bits = width, .dst = 10, .src = 2, .off = -16},                                               \
         "*(u" #width " *)(r10 -16) = r2"},                                                                            \
        {{0x62 | (size), 1, 0, 4, -3},                                                                                 \
         {.op = OP_ST, .bits = width, .dst = 1, .use_imm = true, .off = 4, .imm = -3},                                 \
         "*(u" #width " *)(r1 +4) = -3"}

/* What only exists up to 32 bits: sign-extending loads and the legacy packet loads. */
#define NARROW_FORMS(size, width)                                                                                      \
    {{0x81 | (size), 1, 2, 0, 0}, {.op = OP_LDXS, .bits = width, .dst = 1, .src = 2}, "r1 = *(s" #width " *)(r2 +0)"}

#define PACKET_FORMS(size, width)                                                                                      \
    {{0x20 | (size), 0, 0, 0, 14},                                                                                     \
     {.op = OP_LDABS, .bits = width, .use_imm = true, .imm = 14},                                                      \
     "r0 = *(u" #width " *)skb[14]"},                                                                                  \
        {{0x40 | (size), 0, 7, 0, 14},                                                                                 \
         {.op = OP_LDIND, .bits = width, .src = 7, .imm = 14},                                                         \
         "r0 = *(u" #width " *)skb[r7 + 14]"}

static void memory_decodes_in_all_widths(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        MEMORY_FORMS(0x00, 32), MEMORY_FORMS(0x08, 16), MEMORY_FORMS(0x10, 8), MEMORY_FORMS(0x18, 64),
        NARROW_FORMS(0x00, 32), NARROW_FORMS(0x08, 16), NARROW_FORMS(0x10, 8), PACKET_FORMS(0x00, 32),
        PACKET_FORMS(0x08, 16), PACKET_FORMS(0x10, 8),
    };
    CHECK(rows);
}

/* An atomic operation in 32 and 64 bits. */
#define ATOMIC_FORMS(code, operation, fetches, text32, text64)                                                         \
    {{0xc3, 1, 2, 4, code}, {.op = operation, .bits = 32, .dst = 1, .src = 2, .off = 4, .fetch = fetches}, text32},    \
    {                                                                                                                  \
        {0xdb, 1, 2, 8, code}, {.op = operation, .bits = 64, .dst = 1, .src = 2, .off = 8, .fetch = fetches}, text64   \
    }

static void atomics_decode(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        ATOMIC_FORMS(0x00, OP_ATOMIC_ADD, false, "lock *(u32 *)(r1 +4) += r2", "lock *(u64 *)(r1 +8) += r2"),
        ATOMIC_FORMS(0x40, OP_ATOMIC_OR, false, "lock *(u32 *)(r1 +4) |= r2", "lock *(u64 *)(r1 +8) |= r2"),
        ATOMIC_FORMS(0x50, OP_ATOMIC_AND, false, "lock *(u32 *)(r1 +4) &= r2", "lock *(u64 *)(r1 +8) &= r2"),
        ATOMIC_FORMS(0xa0, OP_ATOMIC_XOR, false, "lock *(u32 *)(r1 +4) ^= r2", "lock *(u64 *)(r1 +8) ^= r2"),
        ATOMIC_FORMS(0x01, OP_ATOMIC_ADD, true, "r2 = atomic_fetch_add((u32 *)(r1 +4), r2)",
                     "r2 = atomic64_fetch_add((u64 *)(r1 +8), r2)"),
        ATOMIC_FORMS(0x41, OP_ATOMIC_OR, true, "r2 = atomic_fetch_or((u32 *)(r1 +4), r2)",
                     "r2 = atomic64_fetch_or((u64 *)(r1 +8), r2)"),
        ATOMIC_FORMS(0x51, OP_ATOMIC_AND, true, "r2 = atomic_fetch_and((u32 *)(r1 +4), r2)",
                     "r2 = atomic64_fetch_and((u64 *)(r1 +8), r2)"),
        ATOMIC_FORMS(0xa1, OP_ATOMIC_XOR, true, "r2 = atomic_fetch_xor((u32 *)(r1 +4), r2)",
                     "r2 = atomic64_fetch_xor((u64 *)(r1 +8), r2)"),
        ATOMIC_FORMS(0xe1, OP_XCHG, true, "r2 = atomic_xchg((u32 *)(r1 +4), r2)",
                     "r2 = atomic64_xchg((u64 *)(r1 +8), r2)"),
        ATOMIC_FORMS(0xf1, OP_CMPXCHG, true, "r0 = atomic_cmpxchg((u32 *)(r1 +4), r0, r2)",
                     "r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)"),
        ATOMIC_FORMS(0x100, OP_LDACQ, false, "r1 = load_acquire((u32 *)(r2 +4))", "r1 = load_acquire((u64 *)(r2 +8))"),
        ATOMIC_FORMS(0x110, OP_STREL, false, "store_release((u32 *)(r1 +4), r2)", "store_release((u64 *)(r1 +8), r2)"),
        {{0xd3, 1, 2, 0, 0x100}, {.op = OP_LDACQ, .bits = 8, .dst = 1, .src = 2}, "r1 = load_acquire((u8 *)(r2 +0))"},
        {{0xcb, 1, 2, 0, 0x100}, {.op = OP_LDACQ, .bits = 16, .dst = 1, .src = 2}, "r1 = load_acquire((u16 *)(r2 +0))"},
        {{0xd3, 1, 2, 0, 0x110}, {.op = OP_STREL, .bits = 8, .dst = 1, .src = 2}, "store_release((u8 *)(r1 +0), r2)"},
        {{0xcb, 1, 2, 0, 0x110}, {.op = OP_STREL, .bits = 16, .dst = 1, .src = 2}, "store_release((u16 *)(r1 +0), r2)"},
    };
    CHECK(rows);
}

/* The four forms of a conditional jump, over two slots. */
#define JUMP_FORMS(code, operation, sign)                                                                              \
    {{0x05 | (code), 1, 0, 2, -1},                                                                                     \
     {.op = operation, .bits = 64, .dst = 1, .use_imm = true, .imm = -1, .target = 3},                                 \
     "if r1 " sign " 0xffffffff goto pc+2"},                                                                           \
        {{0x0d | (code), 1, 2, 2, 0},                                                                                  \
         {.op = operation, .bits = 64, .dst = 1, .src = 2, .target = 3},                                               \
         "if r1 " sign " r2 goto pc+2"},                                                                               \
        {{0x06 | (code), 1, 0, 2, 5},                                                                                  \
         {.op = operation, .bits = 32, .dst = 1, .use_imm = true, .imm = 5, .target = 3},                              \
         "if w1 " sign " 0x5 goto pc+2"},                                                                              \
        {{0x0e | (code), 1, 2, -1, 0},                                                                                 \
         {.op = operation, .bits = 32, .dst = 1, .src = 2, .target = 0},                                               \
         "if w1 " sign " w2 goto pc-1"}

static void jumps_decode_in_all_forms(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        JUMP_FORMS(0x10, OP_JEQ, "=="),   JUMP_FORMS(0x20, OP_JGT, ">"),    JUMP_FORMS(0x30, OP_JGE, ">="),
        JUMP_FORMS(0x40, OP_JSET, "&"),   JUMP_FORMS(0x50, OP_JNE, "!="),   JUMP_FORMS(0x60, OP_JSGT, "s>"),
        JUMP_FORMS(0x70, OP_JSGE, "s>="), JUMP_FORMS(0xa0, OP_JLT, "<"),    JUMP_FORMS(0xb0, OP_JLE, "<="),
        JUMP_FORMS(0xc0, OP_JSLT, "s<"),  JUMP_FORMS(0xd0, OP_JSLE, "s<="),
    };
    CHECK(rows);
}

static void control_decodes(void **state)
{
    (void)state;
    static const struct encoding rows[] = {
        {{0x05, 0, 0, 2, 0}, {.op = OP_JA, .bits = 64, .target = 3}, "goto pc+2"},
        {{0x06, 0, 0, 0, 2}, {.op = OP_JA, .bits = 64, .target = 3}, "goto pc+2"},
        {{0xe5, 0, 0, 2, 0}, {.op = OP_JCOND, .bits = 64, .target = 3}, "may_goto pc+2"},
        {{0x85, 0, 0, 0, 1}, {.op = OP_HELPER, .bits = 64, .imm = 1}, "call bpf_map_lookup_elem#1"},
        {{0x85, 0, 0, 0, 999}, {.op = OP_HELPER, .bits = 64, .imm = 999}, "call unknown#999"},
        {{0x8d, 4, 0, 0, 0}, {.op = OP_CALLX, .bits = 64, .dst = 4}, "callx r4"},
        {{0x95, 0, 0, 0, 0}, {.op = OP_EXIT, .bits = 64}, "exit"},
    };
    CHECK(rows);
}

static void lddw_is_one_insn_in_two_slots(void **state)
{
    (void)state;
    static const struct slot slots[] = {
        {0x18, 1, 0, 0, (int32_t)0x90abcdef}, {0, 0, 0, 0, 0x12345678}, {0x95, 0, 0, 0, 0}};
    struct outcome o = decode(slots, 3, NULL);
    assert_true(o.ok);
    assert_int_equal(o.count, 2);
    assert_int_equal(o.insns[0].imm, 0x1234567890abcdef);
    assert_int_equal(o.insns[0].ref, REF_NONE);
    assert_int_equal(o.slot_insn[0], 0);
    assert_int_equal(o.slot_insn[1], NONE);
    assert_int_equal(o.slot_insn[2], 1);
    assert_int_equal(o.insns[1].slot, 2);
    struct program program = {.insns = o.insns, .insn_count = o.count};
    char text[64];
    insn_print(text, sizeof text, &program, 0);
    assert_string_equal(text, "r1 = 0x1234567890abcdef");
    outcome_free(&o);
}

static void jump_targets_count_instructions_not_slots(void **state)
{
    (void)state;
    static const struct slot slots[] = {
        {0x05, 0, 0, 2, 0}, {0x18, 0, 0, 0, 1}, {0, 0, 0, 0, 0}, {0x15, 0, 0, -3, 0}, {0x95, 0, 0, 0, 0}};
    struct outcome o = decode(slots, 5, NULL);
    assert_true(o.ok);
    assert_int_equal(o.count, 4);
    assert_int_equal(o.insns[0].target, 2);
    assert_int_equal(o.insns[2].target, 1);
    outcome_free(&o);
}

/* clang -O0 calls helpers so; where the number is not certain the call stays one through a register. */
static void callx_of_a_known_number_calls_the_helper(void **state)
{
    (void)state;
    static const struct slot known[] = {{0xb7, 2, 0, 0, 5}, {0xbf, 1, 6, 0, 0}, {0x8d, 2, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    static const struct slot changed[] = {
        {0xb7, 2, 0, 0, 5}, {0x07, 2, 0, 0, 1}, {0x8d, 2, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    static const struct slot joined[] = {
        {0x15, 1, 0, 1, 0}, {0xb7, 2, 0, 0, 5}, {0x8d, 2, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    static const struct slot called[] = {
        {0xb7, 2, 0, 0, 5}, {0x85, 0, 0, 0, 7}, {0x8d, 2, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    const struct slot *const all[] = {known, changed, joined, called};
    for (size_t i = 0; i < 4; i++) {
        struct outcome o = decode(all[i], 4, NULL);
        assert_true(o.ok);
        assert_int_equal(o.insns[2].op, i == 0 ? OP_HELPER : OP_CALLX);
        assert_int_equal(o.insns[2].imm, i == 0 ? 5 : 0);
        outcome_free(&o);
    }
}

static void relocations_resolve_lddw(void **state)
{
    (void)state;
    static const struct slot slots[] = {{0x18, 1, 1, 0, 0}, {0, 0, 0, 0, 0},     {0x18, 2, 0, 0, 8},
                                        {0, 0, 0, 0, 0},    {0x18, 3, 4, 0, -1}, {0, 0, 0, 0, 0},
                                        {0x18, 4, 3, 0, 0}, {0, 0, 0, 0, 0},     {0x95, 0, 0, 0, 0}};
    static const struct slot_reloc relocs[9] = {[0] = {RELOC_LDDW, REF_MAP, 3, 0},
                                                [2] = {RELOC_LDDW, REF_MAP_VALUE, 1, 12},
                                                [4] = {RELOC_LDDW, REF_FUNC, 5, 0},
                                                [6] = {RELOC_LDDW, REF_EXTERN, 2, 0}};
    struct outcome o = decode(slots, 9, relocs);
    assert_true(o.ok);
    static const struct insn want[] = {
        {.op = OP_LDDW, .ref = REF_MAP, .bits = 64, .dst = 1, .use_imm = true, .index = 3},
        {.op = OP_LDDW, .ref = REF_MAP_VALUE, .bits = 64, .dst = 2, .use_imm = true, .index = 1, .imm = 12},
        {.op = OP_LDDW, .ref = REF_FUNC, .bits = 64, .dst = 3, .use_imm = true, .index = 5},
        {.op = OP_LDDW, .ref = REF_EXTERN, .bits = 64, .dst = 4, .use_imm = true, .index = 2}};
    for (size_t i = 0; i < 4; i++)
        check_same(&o.insns[i], &want[i]);
    outcome_free(&o);
}

static void relocations_resolve_calls(void **state)
{
    (void)state;
    static const struct slot slots[] = {
        {0x85, 0, 1, 0, -1}, {0x85, 0, 1, 0, -1}, {0x85, 0, 2, 0, 7}, {0x95, 0, 0, 0, 0}};
    static const struct slot_reloc relocs[4] = {
        {RELOC_CALL, REF_NONE, 6, 0}, {RELOC_KFUNC, REF_NONE, 2, 0}, {RELOC_KFUNC, REF_NONE, 3, 0}, {0}};
    struct outcome o = decode(slots, 4, relocs);
    assert_true(o.ok);
    check_same(&o.insns[0], &(struct insn){.op = OP_CALL, .bits = 64, .index = 6});
    check_same(&o.insns[1], &(struct insn){.op = OP_KFUNC, .bits = 64, .index = 2});
    check_same(&o.insns[2], &(struct insn){.op = OP_KFUNC, .bits = 64, .index = 3});
    assert_int_equal(insn_opcode(&o.insns[0]), 0x85);
    outcome_free(&o);
}

/* A slot (followed by exits) and the id it is refused with. */
struct refusal {
    struct slot slot;
    const char *id;
};

static void check_refusals(const struct refusal *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct outcome o = decode_slot(rows[i].slot);
        if (o.ok)
            fail_msg("row %zu, opcode 0x%02x was accepted", i, rows[i].slot.opcode);
        assert_string_equal(error_name(&o), rows[i].id);
        outcome_free(&o);
    }
}

#define REFUSED(rows) check_refusals(rows, sizeof(rows) / sizeof(rows)[0])

/* Fields of a slot that an opcode leaves unused. */
enum { DST = 1, SRC = 2, OFF = 4, IMM = 8 };

/* Sets each field of `fields` in turn to a value and expects reserved-field. */
static void check_reserved(struct slot slot, int fields)
{
    for (int field = DST; field <= IMM; field <<= 1) {
        struct slot bad = slot;
        if (!(fields & field))
            continue;
        bad.dst = field == DST ? 1 : bad.dst;
        bad.src = field == SRC ? 3 : bad.src;
        bad.off = field == OFF ? 2 : bad.off;
        bad.imm = field == IMM ? 1 : bad.imm;
        check_refusals(&(struct refusal){bad, "reserved-field"}, 1);
    }
}

static void check_group(const uint8_t *opcodes, size_t count, int32_t imm, int fields)
{
    for (size_t i = 0; i < count; i++) {
        struct slot slot = {.opcode = opcodes[i], .imm = imm};
        struct outcome o = decode_slot(slot);
        assert_true(o.ok);
        outcome_free(&o);
        check_reserved(slot, fields);
    }
}

#define GROUP(imm, fields, ...)                                                                                        \
    check_group((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__}, imm, fields)

static void reserved_fields_are_refused(void **state)
{
    (void)state;
    GROUP(0, SRC | OFF, 0x04, 0x07, 0x14, 0x17, 0x24, 0x27, 0x44, 0x47, 0x54, 0x57, 0x64, 0x67, 0x74, 0x77, 0xa4, 0xa7,
          0xb4, 0xb7, 0xc4, 0xc7);
    GROUP(0, OFF | IMM, 0x0c, 0x0f, 0x1c, 0x1f, 0x2c, 0x2f, 0x4c, 0x4f, 0x5c, 0x5f, 0x6c, 0x6f, 0x7c, 0x7f, 0xac, 0xaf,
          0xbc, 0xbf, 0xcc, 0xcf);
    GROUP(1, SRC | OFF, 0x34, 0x37, 0x94, 0x97);
    GROUP(0, OFF | IMM, 0x3c, 0x3f, 0x9c, 0x9f);
    GROUP(0, SRC | OFF | IMM, 0x84, 0x87);
    GROUP(32, SRC | OFF, 0xd4, 0xdc, 0xd7);
    GROUP(14, DST | SRC | OFF, 0x20, 0x28, 0x30);
    GROUP(14, DST | OFF, 0x40, 0x48, 0x50);
    GROUP(0, IMM, 0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91, 0x63, 0x6b, 0x73, 0x7b);
    GROUP(1, SRC, 0x62, 0x6a, 0x72, 0x7a);
    GROUP(1, SRC, 0x15, 0x16, 0x25, 0x26, 0x35, 0x36, 0x45, 0x46, 0x55, 0x56, 0x65, 0x66, 0x75, 0x76, 0xa5, 0xa6, 0xb5,
          0xb6, 0xc5, 0xc6, 0xd5, 0xd6);
    GROUP(0, IMM, 0x1d, 0x1e, 0x2d, 0x2e, 0x3d, 0x3e, 0x4d, 0x4e, 0x5d, 0x5e, 0x6d, 0x6e, 0x7d, 0x7e, 0xad, 0xae, 0xbd,
          0xbe, 0xcd, 0xce, 0xdd, 0xde);
    GROUP(0, DST | SRC | IMM, 0x05, 0xe5);
    GROUP(1, DST | SRC | OFF, 0x06);
    GROUP(1, DST | SRC | OFF, 0x85);
    GROUP(0, SRC | OFF | IMM, 0x8d);
    GROUP(0, DST | SRC | OFF | IMM, 0x95);
}

static void undefined_variants_are_refused(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {{0xd4, 1, 0, 0, 0}, "reserved-field"},  {{0xd4, 1, 0, 0, 8}, "reserved-field"},
        {{0xdc, 1, 0, 0, 48}, "reserved-field"}, {{0xd7, 1, 0, 0, 128}, "reserved-field"},
        {{0xbc, 1, 2, 32, 0}, "reserved-field"}, {{0xbc, 1, 2, 1, 0}, "reserved-field"},
        {{0xbf, 1, 2, 64, 0}, "reserved-field"}, {{0xbf, 1, 2, -8, 0}, "reserved-field"},
        {{0xb7, 1, 0, 8, 0}, "reserved-field"},  {{0x37, 1, 0, -1, 3}, "reserved-field"},
        {{0xc3, 1, 2, 0, 0x10}, "bad-opcode"},   {{0xc3, 1, 2, 0, 0xe0}, "bad-opcode"},
        {{0xdb, 1, 2, 0, 0xf0}, "bad-opcode"},   {{0xdb, 1, 2, 0, 0x101}, "bad-opcode"},
        {{0xcb, 1, 2, 0, 0x00}, "bad-opcode"},   {{0xd3, 1, 2, 0, 0xe1}, "bad-opcode"},
        {{0xe5, 0, 1, 0, 0}, "reserved-field"},  {{0x18, 1, 7, 0, 0}, "bad-lddw"},
        {{0xbf, 1, 2, 1, 0x10000}, "feature"},   {{0xbf, 1, 2, 1, 0}, "reserved-field"},
        {{0x0d, 1, 2, 0, 0}, "reserved-field"},  {{0x0d, 1, 0, 1, 0}, "reserved-field"},
        {{0x0d, 1, 0, 0, 1}, "reserved-field"},  {{0x0d, 11, 0, 0, 0}, "bad-register"},
    };
    REFUSED(rows);
}

/* Opcodes that are defined, as ranges of RFC 9669's appendix and Linux's additions, written out. */
static bool is_defined(unsigned code)
{
    static const uint8_t others[] = {0x18, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x05, 0x06, 0x0d, 0x85, 0x8d, 0x95,
                                     0xe5, 0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91, 0x62, 0x6a, 0x72, 0x7a, 0x63,
                                     0x6b, 0x73, 0x7b, 0xc3, 0xcb, 0xd3, 0xdb, 0x84, 0x87, 0xd4, 0xdc, 0xd7};
    unsigned class = code & 7, operation = code >> 4;
    if ((class == 4 || class == 7) && operation <= 0xc && operation != 8)
        return true;
    if ((class == 5 || class == 6) && operation >= 1 && operation <= 0xd && operation != 8 && operation != 9)
        return true;
    return memchr(others, (int)code, sizeof others) != NULL;
}

static void undefined_opcodes_are_refused(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        int32_t imm = code >= 0xc0 && (code & 7) == 3 ? 0x100 : 0; /* acquire loads exist in all widths */
        struct outcome o = decode_slot((struct slot){.opcode = (uint8_t)code, .imm = imm});
        bool unknown = !o.ok && strcmp(error_name(&o), "bad-opcode") == 0;
        if (unknown == is_defined(code))
            fail_msg("opcode 0x%02x: %s", code, error_name(&o));
        outcome_free(&o);
    }
}

static void bad_registers_are_refused(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {{0x07, 11, 0, 0, 1}, "bad-register"},     {{0x0f, 1, 11, 0, 0}, "bad-register"},
        {{0x07, 10, 0, 0, 1}, "bad-register"},     {{0x0f, 10, 1, 0, 0}, "bad-register"},
        {{0xb4, 10, 0, 0, 1}, "bad-register"},     {{0xbf, 10, 1, 0, 0}, "bad-register"},
        {{0x37, 10, 0, 0, 1}, "bad-register"},     {{0x3f, 10, 1, 0, 0}, "bad-register"},
        {{0x87, 10, 0, 0, 0}, "bad-register"},     {{0xd7, 10, 0, 0, 16}, "bad-register"},
        {{0x18, 10, 0, 0, 0}, "bad-register"},     {{0x79, 10, 1, 0, 0}, "bad-register"},
        {{0x81, 10, 1, 0, 0}, "bad-register"},     {{0x79, 1, 15, 0, 0}, "bad-register"},
        {{0x7b, 12, 1, 0, 0}, "bad-register"},     {{0x7b, 1, 12, 0, 0}, "bad-register"},
        {{0x7a, 11, 0, 0, 0}, "bad-register"},     {{0x40, 0, 11, 0, 0}, "bad-register"},
        {{0xdb, 11, 1, 0, 0}, "bad-register"},     {{0xdb, 1, 11, 0, 0}, "bad-register"},
        {{0xdb, 1, 10, 0, 0x01}, "bad-register"},  {{0xdb, 1, 10, 0, 0xe1}, "bad-register"},
        {{0xdb, 10, 1, 0, 0x100}, "bad-register"}, {{0x15, 11, 0, 0, 0}, "bad-register"},
        {{0x1d, 1, 11, 0, 0}, "bad-register"},     {{0x8d, 11, 0, 0, 0}, "bad-register"},
    };
    REFUSED(rows);
}

static void r10_may_be_read_and_stored(void **state)
{
    (void)state;
    static const struct slot rows[] = {{0x7b, 10, 10, -8, 0},  {0xdb, 10, 1, -8, 1}, {0xdb, 1, 10, 0, 0},
                                       {0xdb, 1, 10, 0, 0xf1}, {0x1d, 10, 10, 0, 0}, {0xdb, 10, 1, -8, 0x110}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome o = decode_slot(rows[i]);
        assert_true(o.ok);
        outcome_free(&o);
    }
}

static void jumps_stay_inside_the_function(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {{0x05, 0, 0, 7, 0}, "bad-jump"},         {{0x05, 0, 0, -2, 0}, "bad-jump"},
        {{0x06, 0, 0, 0, 7}, "bad-jump"},         {{0x06, 0, 0, 0, INT32_MIN}, "bad-jump"},
        {{0x06, 0, 0, 0, INT32_MAX}, "bad-jump"}, {{0x15, 1, 0, 7, 0}, "bad-jump"},
        {{0x1e, 1, 0, INT16_MAX, 0}, "bad-jump"}, {{0xe5, 0, 0, INT16_MIN, 0}, "bad-jump"},
    };
    REFUSED(rows);
    static const struct slot into_lddw[] = {
        {0x05, 0, 0, 1, 0}, {0x18, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    struct outcome o = decode(into_lddw, 4, NULL);
    assert_false(o.ok);
    assert_string_equal(error_name(&o), "bad-jump");
    outcome_free(&o);
}

/* Decodes and expects one id at one slot. */
static void check_slots(const struct slot *slots, uint32_t count, const char *id, int64_t slot)
{
    struct outcome o = decode(slots, count, NULL);
    const char *name, *message;
    struct place where;
    assert_false(o.ok);
    assert_true(diag_root(o.d, &name, &message, &where));
    assert_string_equal(name, id);
    assert_int_equal(where.insn, slot);
    assert_string_equal(where.function, "f");
    outcome_free(&o);
}

static void incomplete_lddw_is_refused(void **state)
{
    (void)state;
    static const struct slot cut[] = {{0x95, 0, 0, 0, 0}, {0x18, 0, 0, 0, 0}};
    check_slots(cut, 2, "bad-lddw", 1);
    static const struct slot halves[] = {{0x95, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 1, 0}};
    for (int i = 0; i < 4; i++) {
        struct slot slots[] = {{0x18, 0, 0, 0, 0}, halves[i], {0x95, 0, 0, 0, 0}};
        check_slots(slots, 3, "bad-lddw", 1);
    }
    static const struct slot offset[] = {{0x18, 0, 0, 1, 0}, {0, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    check_slots(offset, 3, "reserved-field", 0);
}

static void last_instruction_must_not_fall_off(void **state)
{
    (void)state;
    static const struct slot lasts[] = {
        {0xb7, 0, 0, 0, 0}, {0x15, 0, 0, -2, 0}, {0xe5, 0, 0, -2, 0}, {0x85, 0, 0, 0, 5}};
    for (int i = 0; i < 4; i++) {
        struct slot slots[] = {{0x95, 0, 0, 0, 0}, lasts[i]};
        check_slots(slots, 2, "falls-off", 1);
    }
    static const struct slot jumps[] = {{0x95, 0, 0, 0, 0}, {0x05, 0, 0, -2, 0}};
    struct outcome o = decode(jumps, 2, NULL);
    assert_true(o.ok);
    outcome_free(&o);
    check_slots(jumps, 0, "empty-function", -1);
}

static void references_without_relocation_are_refused(void **state)
{
    (void)state;
    static const struct refusal rows[] = {{{0x85, 0, 1, 0, 1}, "unrelocated"}, {{0x85, 0, 2, 0, 1}, "unrelocated"}};
    REFUSED(rows);
    for (uint8_t src = 1; src <= 6; src++) {
        struct slot slots[] = {{0x18, 0, src, 0, 0}, {0, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
        check_slots(slots, 3, "unrelocated", 0);
    }
}

static void relocations_at_other_instructions_are_refused(void **state)
{
    (void)state;
    static const struct slot slots[] = {{0x18, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0x85, 0, 0, 0, 5}, {0x95, 0, 0, 0, 0}};
    static const struct slot_reloc bad[4][4] = {{[0] = {.kind = RELOC_CALL}},
                                                {[1] = {.kind = RELOC_LDDW, .ref = REF_MAP}},
                                                {[2] = {.kind = RELOC_LDDW, .ref = REF_MAP}},
                                                {[3] = {.kind = RELOC_KFUNC}}};
    for (int i = 0; i < 4; i++) {
        struct outcome o = decode(slots, 4, bad[i]);
        assert_false(o.ok);
        assert_string_equal(error_name(&o), "elf-malformed");
        outcome_free(&o);
    }
}

static bool split(struct outcome *o, struct code **parts, const struct slot *slots, uint32_t count)
{
    *o = (struct outcome){.d = diag_new("test")};
    struct code code = {.bytes = encode(&o->arena, slots, count), .slot_count = count, .function = "f"};
    return decode_split(parts, &o->count, &code, 10, &o->arena, o->d);
}

static void split_finds_functions_and_resolves_calls(void **state)
{
    (void)state;
    static const struct slot slots[] = {
        {0x85, 0, 1, 0, 4},                      /* 0: calls slot 5 */
        {0x18, 2, 4, 0, 1},                      /* 1: address of slot 3 */
        {0, 0, 0, 0, 0},    {0x85, 0, 1, 0, -4}, /* 3: calls slot 0 */
        {0x95, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0},
    };
    struct outcome o;
    struct code *parts;
    assert_true(split(&o, &parts, slots, 6));
    assert_int_equal(o.count, 3);
    static const uint32_t sizes[] = {3, 2, 1};
    static const char *const names[] = {"f", "f+3", "f+5"};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(parts[i].slot_count, sizes[i]);
        assert_string_equal(parts[i].function, names[i]);
    }
    assert_int_equal(parts[0].relocs[0].kind, RELOC_CALL);
    assert_int_equal(parts[0].relocs[0].index, 12);
    assert_int_equal(parts[0].relocs[1].kind, RELOC_LDDW);
    assert_int_equal(parts[0].relocs[1].ref, REF_FUNC);
    assert_int_equal(parts[0].relocs[1].index, 11);
    assert_int_equal(parts[1].relocs[0].index, 10);
    struct insn *insns;
    uint32_t count, *slot_insn;
    assert_true(decode_func(&insns, &count, &slot_insn, &parts[1], &o.arena, o.d));
    check_same(&insns[0], &(struct insn){.op = OP_CALL, .bits = 64, .index = 10});
    outcome_free(&o);
}

static void split_refuses_calls_out_of_the_code(void **state)
{
    (void)state;
    static const struct slot bad[][4] = {
        {{0x85, 0, 1, 0, 3}, {0x95, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}},
        {{0x85, 0, 1, 0, -2}, {0x95, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}},
        {{0x85, 0, 1, 0, 1}, {0x18, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}}};
    for (int i = 0; i < 3; i++) {
        struct outcome o;
        struct code *parts;
        assert_false(split(&o, &parts, bad[i], 4));
        assert_string_equal(error_name(&o), "bad-jump");
        outcome_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_decodes_in_all_forms),
        cmocka_unit_test(unary_arithmetic_decodes),
        cmocka_unit_test(memory_decodes_in_all_widths),
        cmocka_unit_test(atomics_decode),
        cmocka_unit_test(jumps_decode_in_all_forms),
        cmocka_unit_test(control_decodes),
        cmocka_unit_test(lddw_is_one_insn_in_two_slots),
        cmocka_unit_test(jump_targets_count_instructions_not_slots),
        cmocka_unit_test(callx_of_a_known_number_calls_the_helper),
        cmocka_unit_test(relocations_resolve_lddw),
        cmocka_unit_test(relocations_resolve_calls),
        cmocka_unit_test(reserved_fields_are_refused),
        cmocka_unit_test(undefined_variants_are_refused),
        cmocka_unit_test(undefined_opcodes_are_refused),
        cmocka_unit_test(bad_registers_are_refused),
        cmocka_unit_test(r10_may_be_read_and_stored),
        cmocka_unit_test(jumps_stay_inside_the_function),
        cmocka_unit_test(incomplete_lddw_is_refused),
        cmocka_unit_test(last_instruction_must_not_fall_off),
        cmocka_unit_test(references_without_relocation_are_refused),
        cmocka_unit_test(relocations_at_other_instructions_are_refused),
        cmocka_unit_test(split_finds_functions_and_resolves_calls),
        cmocka_unit_test(split_refuses_calls_out_of_the_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
