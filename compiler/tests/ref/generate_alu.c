// SPDX-License-Identifier: Apache-2.0
/* Arithmetic. See generator.h. */
#include "generator.h"

static bool is_shift(enum op op)
{
    return op == OP_LSH || op == OP_RSH || op == OP_ARSH;
}

static bool is_division(enum op op)
{
    return op == OP_DIV || op == OP_SDIV || op == OP_MOD || op == OP_SMOD;
}

void random_alu(struct generator *g)
{
    static const enum op ops[] = {OP_ADD, OP_SUB,  OP_MUL, OP_DIV,  OP_SDIV, OP_OR,  OP_AND, OP_LSH,
                                  OP_RSH, OP_ARSH, OP_MOD, OP_SMOD, OP_XOR,  OP_MOV, OP_AND, OP_ADD};
    uint8_t src = source_reg(g), dst = number_reg(g);
    struct insn insn = {
        .op = ops[pick(g, sizeof ops / sizeof *ops)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .src = src};
    if (chance(g, 60)) {
        insn.use_imm = true;
        insn.src = 0;
        insn.imm = is_shift(insn.op) ? pick(g, insn.bits) : immediate(g);
        if (is_division(insn.op) && insn.imm == 0)
            insn.imm = 3;
    }
    emit(g, insn);
}

void random_unary(struct generator *g)
{
    static const enum op ops[] = {OP_NEG, OP_LE, OP_BE, OP_BSWAP, OP_MOVSX, OP_MOVSX};
    uint8_t src = source_reg(g), dst = number_reg(g);
    struct insn insn = {.op = ops[pick(g, 6)], .bits = chance(g, 50) ? 32 : 64, .dst = dst, .use_imm = true};
    if (insn.op == OP_LE || insn.op == OP_BE || insn.op == OP_BSWAP)
        insn.bits = (uint8_t)(16u << pick(g, 3));
    if (insn.op == OP_MOVSX) {
        insn.use_imm = false;
        insn.src = src;
        insn.from_bits = (uint8_t)(8u << pick(g, insn.bits == 64 ? 3 : 2));
    }
    emit(g, insn);
}

/* A constant of 64 bits, often one that 32 bits or a sign decide on, or of 32. */
void random_constant(struct generator *g)
{
    static const uint64_t edges[] = {0x80000000,         0xffffffff,         0x100000000,        0x7fffffffffffffff,
                                     0x8000000000000000, 0xffffffff00000000, 0xffffffff7fffffff, 0x180000001};
    uint64_t value = chance(g, 60) ? edges[pick(g, 8)] : generate_random(&g->seed);
    uint8_t dst = result_reg(g);
    if (chance(g, 40))
        emit_mov_imm(g, dst, immediate(g));
    else
        emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = dst, .use_imm = true, .imm = (int64_t)value});
}
