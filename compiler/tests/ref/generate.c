// SPDX-License-Identifier: Apache-2.0
/* The generator keeps a loose idea of what each register holds, so that most programs are accepted, and now and then
 * chooses a bound that is wrong by a little, so that a verifier that is wrong by a little is caught. */
#include "generate.h"

#include <string.h>

#include "base/memory.h"

enum holds { NOTHING, NUMBER, CONTEXT, VALUE /* of a map, not NULL */ };

enum { MAP_ARRAY_INDEX, MAP_HASH_INDEX, MAP_BSS_INDEX, MAP_RODATA_INDEX, MAP_COUNT };

struct generator {
    uint64_t seed;
    VEC(struct insn) insns;
    enum holds regs[REG_COUNT];
    uint32_t object[REG_COUNT]; /* VALUE: the map */
    int nesting;
    bool has_leaf;
};

uint64_t generate_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545F4914F6CDD1D;
}

static uint32_t pick(struct generator *g, uint32_t count)
{
    return (uint32_t)(generate_random(&g->seed) >> 33) % count;
}

static bool chance(struct generator *g, uint32_t percent)
{
    return pick(g, 100) < percent;
}

/* Immediates near the edges that matter. */
static int64_t immediate(struct generator *g)
{
    static const int32_t edges[] = {0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 32767, 65535, INT32_MAX};
    int64_t imm = edges[pick(g, sizeof edges / sizeof *edges)];
    if (chance(g, 20))
        imm = (int32_t)generate_random(&g->seed);
    return chance(g, 30) ? -imm : imm;
}

static void emit(struct generator *g, struct insn insn)
{
    vec_push(&g->insns, insn);
}

static void emit_mov_imm(struct generator *g, uint8_t reg, int64_t imm)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = reg, .use_imm = true, .imm = imm});
    g->regs[reg] = NUMBER;
}

static void emit_mov(struct generator *g, uint8_t dst, uint8_t src)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = dst, .src = src});
}

static void emit_add_imm(struct generator *g, uint8_t reg, int64_t imm)
{
    emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = reg, .use_imm = true, .imm = imm});
}

/* A register that holds this, or one that is made to. */
static uint8_t number_reg(struct generator *g)
{
    for (int tries = 0; tries < 8; tries++) {
        uint8_t reg = (uint8_t)pick(g, 9);
        if (g->regs[reg] == NUMBER)
            return reg;
    }
    uint8_t reg = (uint8_t)(7 + pick(g, 2));
    if (g->regs[reg] != NUMBER)
        emit_mov_imm(g, reg, immediate(g));
    return reg;
}

static unsigned width(struct generator *g)
{
    return 8u << pick(g, 4);
}

/* -- single operations
 * ----------------------------------------------------------------------------------------------------------------------
 */

static void random_alu(struct generator *g)
{
    static const enum op ops[] = {OP_ADD, OP_SUB,  OP_MUL, OP_DIV,  OP_SDIV, OP_OR,  OP_AND, OP_LSH,
                                  OP_RSH, OP_ARSH, OP_MOD, OP_SMOD, OP_XOR,  OP_MOV, OP_AND, OP_ADD};
    uint8_t src = number_reg(g), dst = number_reg(g);
    struct insn insn = {
        .op = ops[pick(g, sizeof ops / sizeof *ops)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .src = src};
    bool shifts = insn.op == OP_LSH || insn.op == OP_RSH || insn.op == OP_ARSH;
    if (chance(g, 60)) {
        insn.use_imm = true;
        insn.src = 0;
        insn.imm = shifts ? pick(g, insn.bits) : immediate(g);
        bool divides = insn.op == OP_DIV || insn.op == OP_SDIV || insn.op == OP_MOD || insn.op == OP_SMOD;
        if (divides && insn.imm == 0)
            insn.imm = 3;
    }
    emit(g, insn);
}

static void random_unary(struct generator *g)
{
    static const enum op ops[] = {OP_NEG, OP_LE, OP_BE, OP_BSWAP, OP_MOVSX};
    uint8_t src = number_reg(g), dst = number_reg(g);
    struct insn insn = {.op = ops[pick(g, 5)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .use_imm = true};
    if (insn.op == OP_LE || insn.op == OP_BE || insn.op == OP_BSWAP)
        insn.bits = (uint8_t)(16u << pick(g, 3));
    if (insn.op == OP_MOVSX) {
        insn.use_imm = false;
        insn.src = src;
        insn.from_bits = (uint8_t)(8u << pick(g, insn.bits == 64 ? 3 : 2));
    }
    emit(g, insn);
}

static void load_context(struct generator *g)
{
    unsigned bits = width(g), size = bits / 8;
    uint8_t dst = number_reg(g);
    int32_t off = (int32_t)(pick(g, GENERATED_CONTEXT_BYTES / size) * size);
    enum op op = bits < 64 && chance(g, 25) ? OP_LDXS : OP_LDX;
    emit(g, (struct insn){.op = op, .bits = (uint8_t)bits, .dst = dst, .src = 6, .off = off});
}

static int32_t stack_slot(struct generator *g, unsigned size)
{
    return -(int32_t)size * (int32_t)(1 + pick(g, 48 / size));
}

static void store_stack(struct generator *g)
{
    unsigned bits = width(g);
    struct insn insn = {
        .op = OP_STX, .bits = (uint8_t)bits, .dst = REG_FP, .src = number_reg(g), .off = stack_slot(g, bits / 8)};
    if (chance(g, 30)) {
        insn = (struct insn){
            .op = OP_ST, .bits = insn.bits, .dst = REG_FP, .off = insn.off, .use_imm = true, .imm = immediate(g)};
    }
    emit(g, insn);
}

/* Spills the context pointer to a slot that numbers do not use, fills it again and reads through it. */
static void spill_pointer(struct generator *g)
{
    uint8_t dst = number_reg(g);
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 6, .off = -72});
    emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 5, .src = REG_FP, .off = -72});
    emit(g, (struct insn){
                .op = OP_LDX, .bits = 8, .dst = dst, .src = 5, .off = (int32_t)pick(g, GENERATED_CONTEXT_BYTES)});
    emit_mov_imm(g, 5, immediate(g));
}

static void load_stack(struct generator *g)
{
    unsigned bits = width(g);
    uint8_t dst = number_reg(g);
    enum op op = bits < 64 && chance(g, 25) ? OP_LDXS : OP_LDX;
    emit(g, (struct insn){.op = op, .bits = (uint8_t)bits, .dst = dst, .src = REG_FP, .off = stack_slot(g, bits / 8)});
}

/* A constant of 64 bits, often one that 32 bits or a sign decide on. */
static void load_constant(struct generator *g)
{
    static const uint64_t edges[] = {0x80000000,         0xffffffff,         0x100000000,        0x7fffffffffffffff,
                                     0x8000000000000000, 0xffffffff00000000, 0xffffffff7fffffff, 0x180000001};
    uint64_t value = chance(g, 60) ? edges[pick(g, 8)] : generate_random(&g->seed);
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = number_reg(g), .use_imm = true, .imm = (int64_t)value});
}

/* -- memory at a computed offset
 * ------------------------------------------------------------------------------------------------------------- */

/* Bounds register `reg` to about 0..most, by a mask or a comparison that jumps to the end of the group; returns the
 * jump to patch or NONE. */
static uint32_t bound_index(struct generator *g, uint8_t reg, uint32_t most)
{
    if (chance(g, 40)) {
        uint32_t ones = 1;
        while (ones * 2 <= most)
            ones *= 2;
        emit(g, (struct insn){.op = OP_AND,
                              .bits = chance(g, 50) ? 32 : 64,
                              .dst = reg,
                              .use_imm = true,
                              .imm = (int64_t)ones * (chance(g, 10) ? 2 : 1) - 1});
        return NONE;
    }
    static const enum op ops[] = {OP_JGT, OP_JGE, OP_JSGT, OP_JSGE, OP_JGT, OP_JGT};
    enum op op = ops[pick(g, 6)];
    bool narrow = chance(g, 30);
    if (narrow)
        emit(g, (struct insn){.op = OP_MOV, .bits = 32, .dst = reg, .src = reg});
    else if (op == OP_JSGT || op == OP_JSGE)
        emit(g, (struct insn){
                    .op = OP_AND, .bits = 64, .dst = reg, .use_imm = true, .imm = chance(g, 80) ? INT32_MAX : -1});
    bool strict = op == OP_JGE || op == OP_JSGE;
    emit(g, (struct insn){.op = op,
                          .bits = narrow ? 32 : 64,
                          .dst = reg,
                          .use_imm = true,
                          .imm = (int64_t)most + strict + (chance(g, 8) ? 1 : 0)});
    return g->insns.count - 1;
}

/* Gives `reg` a pointer to an object; its size, and the bytes that lie before the pointer (stack). */
static uint32_t base_pointer(struct generator *g, uint8_t reg, int32_t *start, bool *writable)
{
    static const uint32_t sizes[] = {[MAP_BSS_INDEX] = 24, [MAP_RODATA_INDEX] = 16};
    *start = 0;
    *writable = true;
    switch (pick(g, 4)) {
    case 0:
        emit_mov(g, reg, REG_FP);
        *start = -64;
        return 64;
    case 1: emit_mov(g, reg, 6); return GENERATED_CONTEXT_BYTES;
    case 2:
        if (g->regs[9] == VALUE) {
            emit_mov(g, reg, 9);
            return g->object[9] == MAP_ARRAY_INDEX ? 16 : 8;
        }
        break;
    }
    uint32_t map = MAP_BSS_INDEX + pick(g, 2);
    *writable = map == MAP_BSS_INDEX;
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = reg, .ref = REF_MAP_VALUE, .index = map, .use_imm = true});
    return sizes[map];
}

static void access_computed(struct generator *g)
{
    uint8_t index = (uint8_t)(7 + pick(g, 2)), base = (uint8_t)(4 + pick(g, 2));
    unsigned bits = width(g), size = bits / 8;
    int32_t start;
    bool writable;
    if (g->regs[index] != NUMBER)
        emit_mov_imm(g, index, immediate(g));
    uint32_t object = base_pointer(g, base, &start, &writable);
    bool stack = start < 0;
    uint32_t room = object - size;
    uint32_t jump = bound_index(g, index, stack ? room / size : room);
    if (stack && size > 1)
        emit(g, (struct insn){.op = OP_LSH, .bits = 64, .dst = index, .use_imm = true, .imm = __builtin_ctz(size)});
    emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = base, .src = index});
    uint32_t kind = pick(g, 3);
    if (kind == 0 || !writable)
        emit(g, (struct insn){.op = OP_LDX, .bits = (uint8_t)bits, .dst = index, .src = base, .off = start});
    else if (kind == 1)
        emit(g, (struct insn){.op = OP_STX, .bits = (uint8_t)bits, .dst = base, .src = index, .off = start});
    else
        emit(g,
             (struct insn){
                 .op = OP_ST, .bits = (uint8_t)bits, .dst = base, .off = start, .use_imm = true, .imm = immediate(g)});
    if (kind == 0 || !writable)
        g->regs[index] = NUMBER;
    g->regs[base] = NOTHING;
    if (jump != NONE)
        g->insns.items[jump].target = g->insns.count;
    emit_mov_imm(g, base, immediate(g));
}

static void random_atomic(struct generator *g)
{
    static const enum op ops[] = {OP_ATOMIC_ADD, OP_ATOMIC_OR, OP_ATOMIC_AND, OP_ATOMIC_XOR, OP_XCHG, OP_CMPXCHG};
    struct insn insn = {.op = ops[pick(g, 6)], .bits = chance(g, 50) ? 32 : 64, .dst = REG_FP, .src = number_reg(g)};
    insn.fetch = insn.op == OP_XCHG || insn.op == OP_CMPXCHG || chance(g, 50);
    insn.off = stack_slot(g, insn.bits / 8u);
    if (g->regs[9] == VALUE && chance(g, 50)) {
        insn.dst = 9;
        insn.off = 0;
    }
    if (insn.op == OP_CMPXCHG && g->regs[0] != NUMBER)
        emit_mov_imm(g, 0, immediate(g));
    emit(g, insn);
}

/* -- calls
 * --------------------------------------------------------------------------------------------------------------------------------------
 */

static void lose_caller_saved(struct generator *g)
{
    for (int reg = 1; reg <= 5; reg++)
        g->regs[reg] = NOTHING;
}

static void helper(struct generator *g, uint32_t id)
{
    emit(g, (struct insn){.op = OP_HELPER, .bits = 64, .imm = id});
    lose_caller_saved(g);
    g->regs[0] = NUMBER;
}

/* Puts a key on the stack and the map and key into r1 and r2. */
static void map_arguments(struct generator *g, uint32_t map)
{
    if (chance(g, 50))
        emit(g, (struct insn){.op = OP_ST, .bits = 32, .dst = REG_FP, .off = -56, .use_imm = true, .imm = pick(g, 6)});
    else
        emit(g, (struct insn){.op = OP_STX, .bits = 32, .dst = REG_FP, .src = number_reg(g), .off = -56});
    emit_mov(g, 2, REG_FP);
    emit_add_imm(g, 2, -56);
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = 1, .ref = REF_MAP, .index = map, .use_imm = true});
}

static void random_lookup(struct generator *g)
{
    uint32_t map = pick(g, 2);
    map_arguments(g, map);
    helper(g, 1);
    emit_mov(g, 9, 0);
    /* if it is NULL, r9 points to .bss instead: a value of at least 8 bytes either way */
    bool wrong = chance(g, 3);
    if (!wrong)
        emit(
            g,
            (struct insn){
                .op = OP_JNE, .bits = 64, .dst = chance(g, 50) ? 0 : 9, .use_imm = true, .target = g->insns.count + 2});
    if (!wrong)
        emit(g,
             (struct insn){
                 .op = OP_LDDW, .bits = 64, .dst = 9, .ref = REF_MAP_VALUE, .index = MAP_BSS_INDEX, .use_imm = true});
    emit_mov_imm(g, 0, 1);
    g->regs[9] = VALUE;
    g->object[9] = map == MAP_ARRAY_INDEX && chance(g, 5) ? MAP_ARRAY_INDEX : MAP_HASH_INDEX;
}

static void random_update(struct generator *g)
{
    uint32_t map = pick(g, 2);
    map_arguments(g, map);
    if (chance(g, 30)) {
        helper(g, 3);
        return;
    }
    emit_mov(g, 3, REG_FP);
    emit_add_imm(g, 3, chance(g, 95) ? -48 : -8);
    emit_mov_imm(g, 4, pick(g, 4));
    helper(g, 2);
}

static void random_call(struct generator *g)
{
    static const uint32_t helpers[] = {5, 7, 8};
    if (!g->has_leaf || chance(g, 40)) {
        helper(g, helpers[pick(g, 3)]);
        return;
    }
    emit_mov(g, 1, REG_FP);
    emit_add_imm(g, 1, -16);
    uint8_t argument = (uint8_t)(7 + pick(g, 2));
    if (g->regs[argument] != NUMBER)
        emit_mov_imm(g, argument, immediate(g));
    emit_mov(g, 2, argument);
    emit(g, (struct insn){.op = OP_CALL, .bits = 64, .index = 1});
    lose_caller_saved(g);
    g->regs[0] = NUMBER;
}

/* -- structure
 * -------------------------------------------------------------------------------------------------------------------------------------
 */

static void random_group(struct generator *g);

static void random_branch(struct generator *g)
{
    static const enum op ops[] = {OP_JEQ,  OP_JNE,  OP_JGT,  OP_JGE,  OP_JLT, OP_JLE,
                                  OP_JSGT, OP_JSGE, OP_JSLT, OP_JSLE, OP_JSET};
    uint8_t src = number_reg(g), dst = number_reg(g);
    struct insn insn = {.op = ops[pick(g, 11)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .src = src};
    if (chance(g, 60)) {
        insn.use_imm = true;
        insn.src = 0;
        insn.imm = immediate(g);
    }
    emit(g, insn);
    uint32_t jump = g->insns.count - 1;
    for (uint32_t n = 1 + pick(g, 3); n; n--)
        random_alu(g);
    if (g->nesting < 3)
        random_group(g);
    if (chance(g, 30)) { /* an else part */
        emit(g, (struct insn){.op = OP_JA, .bits = 64});
        g->insns.items[jump].target = g->insns.count;
        jump = g->insns.count - 1;
        for (uint32_t n = 1 + pick(g, 3); n; n--)
            random_alu(g);
    }
    g->insns.items[jump].target = g->insns.count;
}

static void random_loop(struct generator *g)
{
    int32_t rounds = 1 + (int32_t)pick(g, 6);
    emit(g, (struct insn){.op = OP_ST, .bits = 64, .dst = REG_FP, .off = -64, .use_imm = true, .imm = 0});
    uint32_t head = g->insns.count;
    random_group(g);
    uint8_t counter = 3;
    emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = counter, .src = REG_FP, .off = -64});
    emit_add_imm(g, counter, 1);
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = counter, .off = -64});
    emit(g, (struct insn){.op = OP_JLT, .bits = 64, .dst = counter, .use_imm = true, .imm = rounds, .target = head});
    g->regs[counter] = NUMBER;
}

/* Registers whose content the group may have changed on one path only count as nothing afterwards. */
static void random_group(struct generator *g)
{
    enum holds before[REG_COUNT];
    memcpy(before, g->regs, sizeof before);
    g->nesting++;
    for (uint32_t n = 1 + pick(g, 4); n; n--) {
        switch (pick(g, 13)) {
        case 0: random_unary(g); break;
        case 1: load_context(g); break;
        case 2: store_stack(g); break;
        case 3:
            if (chance(g, 25))
                spill_pointer(g);
            else
                load_stack(g);
            break;
        case 4:
        case 5: access_computed(g); break;
        case 6: random_atomic(g); break;
        case 7: random_lookup(g); break;
        case 8: random_update(g); break;
        case 9: random_call(g); break;
        case 10: load_constant(g); break;
        default: random_alu(g); break;
        }
    }
    g->nesting--;
    for (int reg = 0; reg < REG_COUNT; reg++)
        if (before[reg] != g->regs[reg] || g->regs[reg] == VALUE)
            g->regs[reg] = g->nesting ? NOTHING : g->regs[reg];
}

/* uint64 leaf(void *memory, uint64 number): touches 16 bytes of its caller's stack and some of its own. */
static void generate_leaf(struct generator *g)
{
    memset(g->regs, 0, sizeof g->regs);
    g->has_leaf = false;
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = 1, .src = 2, .off = chance(g, 95) ? 8 : 16});
    emit_mov(g, 0, 2);
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 0, .off = -8 * (1 + (int32_t)pick(g, 4))});
    g->regs[0] = g->regs[2] = NUMBER;
    emit_mov_imm(g, 7, immediate(g));
    emit_mov_imm(g, 8, immediate(g));
    for (uint32_t n = pick(g, 5); n; n--)
        random_alu(g);
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
}

static void add_map(struct program *p, uint32_t index, const struct map *map)
{
    p->maps[index] = *map;
    p->maps[index].symbol = p->maps[index].name;
}

static void add_maps(struct program *p, struct generator *g)
{
    uint8_t *constants = arena_alloc(&p->arena, 16);
    for (int i = 0; i < 16; i++)
        constants[i] = (uint8_t)generate_random(&g->seed);
    p->map_count = MAP_COUNT;
    p->maps = arena_array(&p->arena, MAP_COUNT, sizeof *p->maps);
    add_map(p, MAP_ARRAY_INDEX,
            &(struct map){.name = "array", .type = MAP_ARRAY, .key_bytes = 4, .value_bytes = 16, .entries = 4});
    add_map(p, MAP_HASH_INDEX,
            &(struct map){.name = "hash", .type = MAP_HASH, .key_bytes = 4, .value_bytes = 8, .entries = 3});
    add_map(p, MAP_BSS_INDEX,
            &(struct map){.name = "bss",
                          .type = MAP_ARRAY,
                          .role = MAP_SECTION_BSS,
                          .key_bytes = 4,
                          .value_bytes = 24,
                          .entries = 1});
    add_map(p, MAP_RODATA_INDEX,
            &(struct map){.name = "rodata",
                          .type = MAP_ARRAY,
                          .role = MAP_SECTION_RODATA,
                          .key_bytes = 4,
                          .value_bytes = 16,
                          .entries = 1,
                          .init = constants});
}

static void generate_entry(struct generator *g)
{
    g->has_leaf = chance(g, 40);
    emit_mov(g, 6, 1);
    g->regs[6] = CONTEXT;
    emit_mov_imm(g, 7, immediate(g));
    load_context(g);
    emit_mov_imm(g, 8, immediate(g));
    load_context(g);
    for (uint32_t n = 2 + pick(g, 6); n; n--) {
        uint32_t kind = pick(g, 8);
        if (kind < 3)
            random_branch(g);
        else if (kind == 3)
            random_loop(g);
        else
            random_group(g);
    }
    emit_mov(g, 0, number_reg(g));
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
}

void generate_program(struct program *p, uint64_t seed)
{
    struct generator g = {.seed = seed * 0x9E3779B97F4A7C15 + 1};
    generate_random(&g.seed);
    p->path = p->stem = "generated";
    p->func_count = 1;
    p->funcs = arena_array(&p->arena, 2, sizeof *p->funcs);
    add_maps(p, &g);
    generate_entry(&g);
    p->funcs[0] = (struct func){.name = "fuzz",
                                .section = "raw",
                                .count = g.insns.count,
                                .is_program = true,
                                .is_global = true,
                                .hook = hook_named("raw")};
    for (uint32_t i = 0; i < p->funcs[0].count; i++)
        if (g.insns.items[i].op == OP_CALL)
            p->func_count = 2;
    if (p->func_count == 2) {
        generate_leaf(&g);
        p->funcs[1] = (struct func){
            .name = "leaf", .section = ".text", .first = p->funcs[0].count, .count = g.insns.count - p->funcs[0].count};
    }
    p->insn_count = g.insns.count;
    p->insns = arena_memdup(&p->arena, g.insns.items, g.insns.count * sizeof *g.insns.items);
    for (uint32_t func = 0, slot = 0; func < p->func_count; func++, slot = 0)
        for (uint32_t i = p->funcs[func].first; i < p->funcs[func].first + p->funcs[func].count; i++) {
            p->insns[i].slot = slot;
            slot += p->insns[i].op == OP_LDDW ? 2 : 1;
        }
    vec_free(&g.insns);
}
