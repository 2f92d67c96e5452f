// SPDX-License-Identifier: Apache-2.0
/* The table of opcodes. An opcode is class (low 3 bits), then for arithmetic and jumps the source bit 0x08 and the
 * operation (high 4 bits), for memory the width (0x18) and the mode (high 3 bits). RFC 9669 §3.1, §4, §5. */
#include "opcode.h"

/* Arithmetic: 32-bit class 4, 64-bit class 7; immediate, and register with 0x08. */
#define ALU(code, id, imm_shape, reg_shape)                                                                            \
    [0x04 | (code)] = {imm_shape, OP_##id, 32}, [0x0c | (code)] = {reg_shape, OP_##id, 32},                            \
            [0x07 | (code)] = {imm_shape, OP_##id, 64}, [0x0f | (code)] = {reg_shape, OP_##id, 64}

/* Conditional jumps: 64-bit class 5, 32-bit class 6. */
#define JUMP(code, id)                                                                                                 \
    [0x05 | (code)] = {SHAPE_JMP_IMM, OP_##id, 64}, [0x0d | (code)] = {SHAPE_JMP_REG, OP_##id, 64},                    \
            [0x06 | (code)] = {SHAPE_JMP_IMM, OP_##id, 32}, [0x0e | (code)] = {SHAPE_JMP_REG, OP_##id, 32}

/* Memory: widths 32, 16, 8 and, where there is one, 64. */
#define NARROW(code, id, shape)                                                                                        \
    [(code)] = {shape, OP_##id, 32}, [0x08 | (code)] = {shape, OP_##id, 16}, [0x10 | (code)] = {shape, OP_##id, 8}
#define WIDE(code, id, shape) NARROW(code, id, shape), [0x18 | (code)] = {shape, OP_##id, 64}

static const struct opcode opcodes[256] = {
    ALU(0x00, ADD, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x10, SUB, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x20, MUL, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x30, DIV, SHAPE_DIV_IMM, SHAPE_DIV_REG),
    ALU(0x40, OR, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x50, AND, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x60, LSH, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x70, RSH, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0x80, NEG, SHAPE_NEG, SHAPE_NONE),
    ALU(0x90, MOD, SHAPE_DIV_IMM, SHAPE_DIV_REG),
    ALU(0xa0, XOR, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    ALU(0xb0, MOV, SHAPE_ALU_IMM, SHAPE_MOV_REG),
    ALU(0xc0, ARSH, SHAPE_ALU_IMM, SHAPE_ALU_REG),
    [0xd4] = {SHAPE_SWAP, OP_LE, 0},
    [0xdc] = {SHAPE_SWAP, OP_BE, 0},
    [0xd7] = {SHAPE_SWAP, OP_BSWAP, 0},

    [0x18] = {SHAPE_LDDW, OP_LDDW, 64},
    NARROW(0x20, LDABS, SHAPE_ABS),
    NARROW(0x40, LDIND, SHAPE_IND),
    WIDE(0x61, LDX, SHAPE_LDX),
    NARROW(0x81, LDXS, SHAPE_LDX),
    WIDE(0x62, ST, SHAPE_ST),
    WIDE(0x63, STX, SHAPE_STX),
    WIDE(0xc3, ATOMIC_ADD, SHAPE_ATOMIC),

    [0x05] = {SHAPE_GOTO, OP_JA, 64},
    [0x06] = {SHAPE_GOTOL, OP_JA, 64},
    [0x0d] = {SHAPE_GOTOX, OP_GOTOX, 64}, /* Linux */
    JUMP(0x10, JEQ),
    JUMP(0x20, JGT),
    JUMP(0x30, JGE),
    JUMP(0x40, JSET),
    JUMP(0x50, JNE),
    JUMP(0x60, JSGT),
    JUMP(0x70, JSGE),
    JUMP(0xa0, JLT),
    JUMP(0xb0, JLE),
    JUMP(0xc0, JSLT),
    JUMP(0xd0, JSLE),
    [0xe5] = {SHAPE_GOTO, OP_JCOND, 64}, /* Linux: may_goto */
    [0x85] = {SHAPE_CALL, OP_CALL, 64},
    [0x8d] = {SHAPE_CALLX, OP_CALLX, 64},
    [0x95] = {SHAPE_EXIT, OP_EXIT, 64},
};

struct opcode opcode_find(uint8_t opcode)
{
    return opcodes[opcode];
}
