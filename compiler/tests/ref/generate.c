// SPDX-License-Identifier: Apache-2.0
/* Programs, functions, branches and loops. See generator.h for what registers and stack are used for. */
#include "generator.h"

#include <string.h>

#define INSNS_LIMIT       60 /* of a function: no new branches, loops and groups beyond */
#define SMALL_INSNS_LIMIT 25

uint64_t generate_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545F4914F6CDD1D;
}

uint32_t pick(struct generator *g, uint32_t count)
{
    return (uint32_t)(generate_random(&g->seed) >> 33) % count;
}

bool chance(struct generator *g, uint32_t percent)
{
    return pick(g, 100) < percent;
}

bool slips(struct generator *g, uint32_t percent)
{
    return g->careless && chance(g, percent);
}

int64_t immediate(struct generator *g)
{
    static const int32_t edges[] = {0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 32767, 65535, INT32_MAX};
    int64_t imm = edges[pick(g, sizeof edges / sizeof *edges)];
    if (chance(g, 20))
        imm = (int32_t)generate_random(&g->seed);
    return chance(g, 30) ? -imm : imm;
}

/* -- instructions and registers ------------------------------------------------------------------------------------ */

void emit(struct generator *g, struct insn insn)
{
    vec_push(&g->insns, insn);
}

void emit_mov_imm(struct generator *g, uint8_t reg, int64_t imm)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = reg, .use_imm = true, .imm = imm});
    g->regs[reg] = NUMBER;
}

void emit_mov(struct generator *g, uint8_t dst, uint8_t src)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = dst, .src = src});
}

void emit_add_imm(struct generator *g, uint8_t reg, int64_t imm)
{
    emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = reg, .use_imm = true, .imm = imm});
}

uint8_t index_reg(struct generator *g)
{
    uint8_t reg = g->counts_in_r8 || chance(g, 50) ? 7 : 8;
    if (g->regs[reg] != NUMBER)
        emit_mov_imm(g, reg, immediate(g));
    return reg;
}

uint8_t number_reg(struct generator *g)
{
    for (int tries = 0; tries < 8; tries++) {
        uint8_t reg = (uint8_t)pick(g, 9);
        if (g->regs[reg] == NUMBER)
            return reg;
    }
    return index_reg(g);
}

uint8_t source_reg(struct generator *g)
{
    return g->counts_in_r8 && chance(g, 20) ? 8 : number_reg(g);
}

uint8_t result_reg(struct generator *g)
{
    static const uint8_t regs[] = {0, 1, 2, 3, 7, 4, 5, 8};
    uint8_t reg = regs[pick(g, g->counts_in_r8 ? 7 : 8)];
    g->regs[reg] = NUMBER;
    return reg;
}

/* -- structure ----------------------------------------------------------------------------------------------------- */

static void random_block(struct generator *g);

/* What registers hold where two paths meet. */
static void join(struct generator *g, const enum holds other[REG_COUNT], uint32_t value_bytes)
{
    for (int reg = 0; reg < REG_COUNT; reg++)
        if (other[reg] != g->regs[reg])
            g->regs[reg] = NOTHING;
    if (g->value_bytes > value_bytes)
        g->value_bytes = value_bytes;
}

static void random_group(struct generator *g)
{
    static const struct {
        generate_operation *operation;
        uint32_t weight;
        bool small;
    } kinds[] = {{random_alu, 6, true},       {random_unary, 3, true},      {random_constant, 2, true},
                 {random_access, 8, true},    {computed_access, 5, false},  {spill_pointer, 1, false},
                 {random_lookup, 2, false},   {random_update, 2, false},    {random_helper, 1, false},
                 {random_sub_call, 1, false}, {random_loop_call, 1, false}, {random_tail_call, 1, false}};
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        sum += g->deep && !kinds[i].small ? 0 : kinds[i].weight;
    for (uint32_t n = 1 + pick(g, 4); n; n--) {
        uint32_t at = pick(g, sum);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            uint32_t weight = g->deep && !kinds[i].small ? 0 : kinds[i].weight;
            if (at < weight) {
                kinds[i].operation(g);
                break;
            }
            at -= weight;
        }
    }
}

static void random_branch(struct generator *g)
{
    static const enum op ops[] = {OP_JEQ,  OP_JNE,  OP_JGT,  OP_JGE,  OP_JLT, OP_JLE,
                                  OP_JSGT, OP_JSGE, OP_JSLT, OP_JSLE, OP_JSET};
    uint8_t src = source_reg(g), dst = source_reg(g);
    struct insn insn = {.op = ops[pick(g, 11)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .src = src};
    if (chance(g, 60)) {
        insn.use_imm = true;
        insn.src = 0;
        insn.imm = immediate(g);
    }
    if (chance(g, 5)) /* never jumps: no run is that long */
        insn = (struct insn){.op = OP_JCOND, .bits = 64};
    emit(g, insn);
    enum holds before[REG_COUNT], then[REG_COUNT];
    uint32_t jump = g->insns.count - 1, value_bytes = g->value_bytes;
    memcpy(before, g->regs, sizeof before);
    random_block(g);
    if (chance(g, 30)) { /* an else part */
        emit(g, (struct insn){.op = OP_JA, .bits = 64});
        g->insns.items[jump].target = g->insns.count;
        jump = g->insns.count - 1;
        uint32_t then_bytes = g->value_bytes;
        memcpy(then, g->regs, sizeof then);
        memcpy(g->regs, before, sizeof before);
        g->value_bytes = value_bytes;
        random_block(g);
        join(g, then, then_bytes);
    } else {
        join(g, before, value_bytes);
    }
    g->insns.items[jump].target = g->insns.count;
}

/* At a loop's head: what the body may not keep is not known there. */
static void begin_loop(struct generator *g)
{
    for (int reg = 0; reg <= 5; reg++)
        g->regs[reg] = slips(g, 20) ? g->regs[reg] : NOTHING;
    g->regs[9] = NOTHING;
}

/* may_goto out of the loop, sometimes: bounded loops never come to that. */
static uint32_t maybe_may_goto(struct generator *g)
{
    if (!chance(g, 30))
        return NONE;
    emit(g, (struct insn){.op = OP_JCOND, .bits = 64});
    return g->insns.count - 1;
}

static void end_loop(struct generator *g, uint32_t exit)
{
    if (exit != NONE)
        g->insns.items[exit].target = g->insns.count;
    for (int reg = 0; reg <= 5; reg++)
        g->regs[reg] = NOTHING;
    g->regs[9] = NOTHING;
}

static int32_t rounds_of(struct generator *g)
{
    return 1 + (int32_t)pick(g, g->nesting > 1 || g->func ? 3 : 6);
}

/* Counts up in memory. */
static void stack_loop(struct generator *g)
{
    int32_t rounds = rounds_of(g);
    g->counts_in_stack = true;
    emit(g, (struct insn){.op = OP_ST, .bits = 64, .dst = REG_FP, .off = STACK_COUNTER, .use_imm = true});
    begin_loop(g);
    uint32_t head = g->insns.count, out = maybe_may_goto(g);
    random_block(g);
    emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 3, .src = REG_FP, .off = STACK_COUNTER});
    emit_add_imm(g, 3, 1);
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 3, .off = STACK_COUNTER});
    emit(g, (struct insn){.op = OP_JLT, .bits = 64, .dst = 3, .use_imm = true, .imm = rounds, .target = head});
    end_loop(g, out);
    g->counts_in_stack = false;
}

/* The end of a loop that counts in r8: from 0 up to `rounds`, or from `rounds` down to 0. */
static void count_in_r8(struct generator *g, bool down, int32_t rounds, uint32_t head)
{
    static const enum op up_ops[] = {OP_JLT, OP_JSLT, OP_JNE, OP_JLE, OP_JSLE};
    static const enum op down_ops[] = {OP_JNE, OP_JGT, OP_JSGT, OP_JGE, OP_JSGE, OP_JSET};
    enum op op = down ? down_ops[pick(g, 6)] : up_ops[pick(g, 5)];
    uint8_t bits = chance(g, 50) ? 32 : 64;
    int64_t limit = down ? (op == OP_JGE || op == OP_JSGE) : rounds - (op == OP_JLE || op == OP_JSLE);
    if (op == OP_JSET)
        limit = 0xff;
    emit(g, (struct insn){.op = OP_ADD, .bits = bits, .dst = 8, .use_imm = true, .imm = down ? -1 : 1});
    emit(g, (struct insn){.op = op, .bits = bits, .dst = 8, .use_imm = true, .imm = limit, .target = head});
}

static void register_loop(struct generator *g)
{
    bool down = chance(g, 50), tests_first = chance(g, 30);
    int32_t rounds = rounds_of(g);
    emit_mov_imm(g, 8, down && !tests_first ? rounds : 0);
    g->counts_in_r8 = true;
    g->regs[8] = NOTHING;
    begin_loop(g);
    uint32_t head = g->insns.count, test = NONE, out = maybe_may_goto(g);
    if (tests_first) {
        emit(g, (struct insn){.op = OP_JGE, .bits = 64, .dst = 8, .use_imm = true, .imm = rounds});
        test = g->insns.count - 1;
    }
    random_block(g);
    if (tests_first) {
        emit_add_imm(g, 8, 1);
        emit(g, (struct insn){.op = OP_JA, .bits = 64, .target = head});
        g->insns.items[test].target = g->insns.count;
    } else {
        count_in_r8(g, down, rounds, head);
    }
    end_loop(g, out);
    g->counts_in_r8 = false;
    g->regs[8] = NUMBER;
}

static void random_block(struct generator *g)
{
    uint32_t length = g->insns.count - g->first, kind = pick(g, 10);
    bool loops = !g->deep && g->nesting < (g->func ? 1 : 2);
    if (length > (g->func ? INSNS_LIMIT / 2 : INSNS_LIMIT) || (g->deep && length > SMALL_INSNS_LIMIT))
        return;
    g->nesting++;
    if (kind < 3 && g->nesting < 4)
        random_branch(g);
    else if (kind == 3 && loops && !g->counts_in_stack)
        stack_loop(g);
    else if (kind == 4 && loops && !g->counts_in_r8)
        register_loop(g);
    else
        random_group(g);
    g->nesting--;
}

/* -- functions ----------------------------------------------------------------------------------------------------- */

static void begin_function(struct generator *g, uint32_t func, uint32_t memory_bytes)
{
    memset(g->regs, 0, sizeof g->regs);
    g->func = func;
    g->first = g->insns.count;
    g->memory_bytes = memory_bytes;
    g->memory_is_stack = memory_bytes == ARGUMENT_BYTES;
    g->stack_bytes = g->deep ? ARGUMENT_BYTES : STACK_NUMBERS_BYTES;
    g->regs[6] = g->regs[REG_FP] = POINTER;
}

static void load_memory(struct generator *g, uint8_t dst)
{
    uint8_t bits = (uint8_t)(8u << pick(g, 4));
    int32_t off = (int32_t)(pick(g, g->memory_bytes / (bits / 8)) * (bits / 8));
    emit(g, (struct insn){.op = OP_LDX, .bits = bits, .dst = dst, .src = 6, .off = off});
    g->regs[dst] = NUMBER;
}

static void body(struct generator *g, uint32_t blocks)
{
    if (!g->unwritten_stack || chance(g, 50))
        written_stack(g);
    for (; blocks; blocks--)
        random_block(g);
    if (g->func < g->sub_count && !g->called[g->func + 1])
        call_sub(g, g->func + 1);
}

/* r0 = a number that depends on several registers and the stack, so that no mistake in them goes unseen. */
static void mixed_result(struct generator *g)
{
    uint8_t first = number_reg(g);
    emit_mov(g, 0, first);
    g->regs[0] = NUMBER;
    for (uint8_t reg = 7; reg <= 8; reg++) {
        if (g->regs[reg] != NUMBER)
            continue;
        emit(g,
             (struct insn){
                 .op = OP_MUL, .bits = 64, .dst = 0, .use_imm = true, .imm = (int32_t)generate_random(&g->seed) | 1});
        emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = 0, .src = reg});
    }
    if (!g->unwritten_stack) {
        int32_t off = -8 * (1 + (int32_t)pick(g, g->stack_bytes / 8));
        emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 1, .src = REG_FP, .off = off});
        emit(g, (struct insn){.op = OP_XOR, .bits = 64, .dst = 0, .src = 1});
    }
}

/* A program over the context. */
static void generate_entry(struct generator *g, uint32_t func)
{
    begin_function(g, func, GENERATED_CONTEXT_BYTES);
    emit_mov(g, 6, 1);
    load_memory(g, 7);
    load_memory(g, 8);
    body(g, func ? 1 : 1 + pick(g, 4));
    mixed_result(g);
    if (chance(g, 70)) /* Linux returns 32 bits of r0 only */
        emit(g, (struct insn){.op = OP_STX,
                              .bits = 64,
                              .dst = 6,
                              .src = 0,
                              .off = 8 * (int32_t)pick(g, GENERATED_CONTEXT_BYTES / 8)});
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
}

/* uint64 sub(void *memory, uint64 a, uint64 b), or int callback(uint64 round, void *memory): it returns 0 to go on. */
static void generate_sub(struct generator *g, uint32_t func)
{
    bool is_callback = func == g->callback;
    begin_function(g, func, ARGUMENT_BYTES);
    emit_mov(g, 6, is_callback ? 2 : 1);
    emit_mov(g, 7, is_callback ? 1 : 2);
    g->regs[7] = NUMBER;
    if (is_callback) {
        load_memory(g, 8);
    } else {
        emit_mov(g, 8, 3);
        g->regs[8] = NUMBER;
    }
    body(g, 1);
    mixed_result(g);
    if (is_callback) /* Linux wants 0 or 1 */
        emit(g, (struct insn){
                    .op = OP_AND, .bits = chance(g, 50) ? 32 : 64, .dst = 0, .use_imm = true, .imm = chance(g, 20)});
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
}

/* -- the program --------------------------------------------------------------------------------------------------- */

static void add_maps(struct program *p, struct generator *g)
{
    static const struct map maps[MAP_COUNT] = {
        {.name = "array", .type = MAP_ARRAY, .key_bytes = 4, .value_bytes = ARRAY_VALUE_BYTES, .entries = 4},
        {.name = "hash", .type = MAP_HASH, .key_bytes = 4, .value_bytes = HASH_VALUE_BYTES, .entries = 3},
        {.name = "bss",
         .type = MAP_ARRAY,
         .role = MAP_SECTION_BSS,
         .key_bytes = 4,
         .value_bytes = BSS_BYTES,
         .entries = 1},
        {.name = "rodata",
         .type = MAP_ARRAY,
         .role = MAP_SECTION_RODATA,
         .key_bytes = 4,
         .value_bytes = RODATA_BYTES,
         .entries = 1},
        {.name = "progs", .type = MAP_PROG_ARRAY, .key_bytes = 4, .value_bytes = 4, .entries = 4}};
    uint8_t *constants = arena_alloc(&p->arena, RODATA_BYTES);
    for (int i = 0; i < RODATA_BYTES; i++)
        constants[i] = (uint8_t)generate_random(&g->seed);
    p->map_count = g->tail_count ? MAP_COUNT : MAP_PROGS_INDEX;
    p->maps = arena_memdup(&p->arena, maps, sizeof maps);
    for (uint32_t i = 0; i < MAP_COUNT; i++)
        p->maps[i].symbol = p->maps[i].name;
    p->maps[MAP_RODATA_INDEX].init = constants;
    if (!g->tail_count)
        return;
    uint32_t *slots = arena_array(&p->arena, 4, sizeof *slots);
    for (uint32_t i = 0; i < 4; i++)
        slots[i] = i == 1 ? NONE : 1 + g->sub_count + i % g->tail_count;
    p->maps[MAP_PROGS_INDEX].progs = slots;
    p->maps[MAP_PROGS_INDEX].value_count = 4;
}

static void choose_style(struct generator *g)
{
    g->careless = chance(g, 20);
    g->beyond_linux = chance(g, 15);
    g->unwritten_stack = chance(g, 10);
    g->deep = chance(g, 5);
    g->sub_count = g->deep ? SUB_LIMIT - pick(g, 2) : chance(g, 45) ? 1 + pick(g, 3) : 0;
    if (g->sub_count && !g->deep && chance(g, 50))
        g->callback = 1 + pick(g, g->sub_count);
    g->tail_count = !g->deep && chance(g, 8) ? 1 + pick(g, 2) : 0;
}

static void add_function(struct program *p, const struct generator *g)
{
    static const char *const names[FUNC_LIMIT] = {"fuzz", "sub1", "sub2", "sub3", "sub4",
                                                  "sub5", "sub6", "sub7", "sub8", "sub9"};
    bool is_program = g->func == 0 || g->func > g->sub_count;
    p->funcs[p->func_count++] = (struct func){.name = names[g->func],
                                              .section = is_program ? "raw" : ".text",
                                              .first = g->first,
                                              .count = g->insns.count - g->first,
                                              .is_program = is_program,
                                              .is_global = is_program,
                                              .hook = is_program ? hook_named("raw") : NULL};
}

static void number_slots(struct program *p)
{
    for (uint32_t func = 0, slot = 0; func < p->func_count; func++, slot = 0)
        for (uint32_t i = p->funcs[func].first; i < p->funcs[func].first + p->funcs[func].count; i++) {
            p->insns[i].slot = slot;
            slot += p->insns[i].op == OP_LDDW ? 2 : 1;
        }
}

bool generate_program(struct program *p, uint64_t seed)
{
    struct generator g = {.seed = seed * 0x9E3779B97F4A7C15 + 1};
    generate_random(&g.seed);
    choose_style(&g);
    p->path = p->stem = "generated";
    p->funcs = arena_array(&p->arena, FUNC_LIMIT, sizeof *p->funcs);
    add_maps(p, &g);
    for (uint32_t func = 0; func <= g.sub_count + g.tail_count; func++) {
        if (func == 0 || func > g.sub_count)
            generate_entry(&g, func);
        else
            generate_sub(&g, func);
        add_function(p, &g);
    }
    p->insn_count = g.insns.count;
    p->insns = arena_memdup(&p->arena, g.insns.items, g.insns.count * sizeof *g.insns.items);
    number_slots(p);
    vec_free(&g.insns);
    return !g.tail_count && !g.keeps_hash_value;
}
