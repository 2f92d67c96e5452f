// SPDX-License-Identifier: Apache-2.0
/* Calls: helpers, maps, functions of the program, callbacks, tail calls. See generator.h. */
#include "generator.h"

#include "program/helper.h"

static void lose_caller_saved(struct generator *g)
{
    for (int reg = 1; reg <= 5; reg++)
        g->regs[reg] = NOTHING;
    g->regs[0] = NUMBER;
}

static void emit_helper(struct generator *g, uint32_t id)
{
    emit(g, (struct insn){.op = OP_HELPER, .bits = 64, .imm = id});
    lose_caller_saved(g);
}

/* Linux replaces elements of a hash, where others change them: pointers from before then differ in what they show. */
static void forget_hash_value(struct generator *g)
{
    if (g->regs[9] != POINTER || g->value_bytes != HASH_VALUE_BYTES)
        return;
    if (slips(g, 30))
        g->keeps_hash_value = true;
    else
        g->regs[9] = NOTHING;
}

/* -- maps ---------------------------------------------------------------------------------------------------------- */

/* Puts a key on the stack and the map and key into r1 and r2. */
static void map_arguments(struct generator *g, uint32_t map)
{
    if (chance(g, 70))
        emit(g, (struct insn){
                    .op = OP_ST, .bits = 32, .dst = REG_FP, .off = STACK_KEY, .use_imm = true, .imm = pick(g, 6)});
    else
        emit(g, (struct insn){.op = OP_STX, .bits = 32, .dst = REG_FP, .src = source_reg(g), .off = STACK_KEY});
    emit_mov(g, 2, REG_FP);
    emit_add_imm(g, 2, STACK_KEY);
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = 1, .ref = REF_MAP, .index = map, .use_imm = true});
}

/* r9 = a value, or .bss where there is none: as many bytes either way. */
void random_lookup(struct generator *g)
{
    uint32_t map = pick(g, 2);
    map_arguments(g, map);
    emit_helper(g, 1);
    emit_mov(g, 9, 0);
    if (!slips(g, 5)) {
        emit(
            g,
            (struct insn){
                .op = OP_JNE, .bits = 64, .dst = chance(g, 50) ? 0 : 9, .use_imm = true, .target = g->insns.count + 2});
        emit(g,
             (struct insn){
                 .op = OP_LDDW, .bits = 64, .dst = 9, .ref = REF_MAP_VALUE, .index = MAP_BSS_INDEX, .use_imm = true});
    }
    emit_mov_imm(g, 0, 1);
    g->regs[9] = POINTER;
    g->value_bytes = map == MAP_ARRAY_INDEX ? ARRAY_VALUE_BYTES : HASH_VALUE_BYTES;
}

void random_update(struct generator *g)
{
    uint32_t map = pick(g, 2);
    map_arguments(g, map);
    if (map == MAP_HASH_INDEX)
        forget_hash_value(g);
    if (chance(g, 30)) {
        emit_helper(g, 3);
        return;
    }
    emit_mov(g, 3, REG_FP);
    emit_add_imm(g, 3, slips(g, 10) ? -8 : -STACK_NUMBERS_BYTES);
    emit_mov_imm(g, 4, chance(g, 60) ? 0 : pick(g, 4));
    emit_helper(g, 2);
}

void random_helper(struct generator *g)
{
    static const uint32_t helpers[] = {5, 7, 8};
    emit_helper(g, helpers[pick(g, 3)]);
}

/* -- functions ----------------------------------------------------------------------------------------------------- */

/* bpf_loop(rounds, callback, 16 bytes of the stack, 0) */
static void call_loop(struct generator *g)
{
    if (chance(g, 60)) {
        emit_mov_imm(g, 1, pick(g, 6));
    } else {
        emit_mov(g, 1, source_reg(g));
        emit(g, (struct insn){.op = OP_AND,
                              .bits = chance(g, 50) ? 32 : 64,
                              .dst = 1,
                              .use_imm = true,
                              .imm = chance(g, 50) ? 3 : 7});
    }
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = 2, .ref = REF_FUNC, .index = g->callback, .use_imm = true});
    emit_mov(g, 3, REG_FP);
    emit_add_imm(g, 3, -ARGUMENT_BYTES);
    emit_mov_imm(g, 4, slips(g, 10) ? 1 : 0);
    emit_helper(g, HELPER_LOOP);
}

/* uint64 sub(void *memory, uint64 a, uint64 b) */
static void call_direct(struct generator *g, uint32_t func)
{
    emit_mov(g, 3, source_reg(g));
    g->regs[3] = NUMBER;
    emit_mov(g, 2, source_reg(g));
    emit_mov(g, 1, REG_FP);
    emit_add_imm(g, 1, slips(g, 5) ? -8 : -ARGUMENT_BYTES);
    emit(g, (struct insn){.op = OP_CALL, .bits = 64, .index = func});
    lose_caller_saved(g);
}

void call_sub(struct generator *g, uint32_t func)
{
    forget_hash_value(g);
    g->called[func] = true;
    if (func == g->callback)
        call_loop(g);
    else
        call_direct(g, func);
}

/* Functions call those behind them, so that nothing recurs. */
void random_sub_call(struct generator *g)
{
    if (g->func < g->sub_count)
        call_sub(g, g->func + 1 + pick(g, g->sub_count - g->func));
    else
        random_alu(g);
}

void random_loop_call(struct generator *g)
{
    if (g->callback > g->func && g->func <= g->sub_count)
        call_sub(g, g->callback);
    else
        random_alu(g);
}

/* bpf_tail_call(context, array, slot): some slots are empty, some do not exist. */
void random_tail_call(struct generator *g)
{
    if (!g->tail_count || g->memory_is_stack) {
        random_unary(g);
        return;
    }
    if (chance(g, 70)) {
        emit_mov_imm(g, 3, pick(g, 5));
    } else {
        emit_mov(g, 3, source_reg(g));
        emit(g, (struct insn){.op = OP_AND, .bits = 64, .dst = 3, .use_imm = true, .imm = 7});
    }
    emit_mov(g, 1, 6);
    emit(g,
         (struct insn){.op = OP_LDDW, .bits = 64, .dst = 2, .ref = REF_MAP, .index = MAP_PROGS_INDEX, .use_imm = true});
    emit_helper(g, HELPER_TAIL_CALL);
    g->regs[0] = NOTHING; /* when it fails it returns nothing */
}
