// SPDX-License-Identifier: Apache-2.0
/* The 256 opcodes: operation, width and shape of each. For decode.c; other rooms use struct insn. */
#ifndef BAREBPF_PROGRAM_OPCODE_H
#define BAREBPF_PROGRAM_OPCODE_H

#include "insn.h"

/* Forms of instructions: which fields they use and how. */
enum shape_id {
    SHAPE_NONE, /* not an opcode */
    SHAPE_ALU_IMM,
    SHAPE_ALU_REG,
    SHAPE_DIV_IMM,
    SHAPE_DIV_REG,
    SHAPE_MOV_REG,
    SHAPE_NEG,
    SHAPE_SWAP,
    SHAPE_LDDW,
    SHAPE_ABS,
    SHAPE_IND,
    SHAPE_LDX,
    SHAPE_ST,
    SHAPE_STX,
    SHAPE_ATOMIC,
    SHAPE_JMP_IMM,
    SHAPE_JMP_REG,
    SHAPE_GOTO,
    SHAPE_GOTOL,
    SHAPE_GOTOX,
    SHAPE_CALL,
    SHAPE_CALLX,
    SHAPE_EXIT,
    SHAPE_COUNT
};

struct opcode {
    enum shape_id shape;
    enum op op;   /* before offset, src or immediate choose a variant */
    uint8_t bits; /* as in struct insn */
};

/* The opcode's row; shape SHAPE_NONE when it is not defined. RFC 9669 §4, §5 and appendix A. */
struct opcode opcode_find(uint8_t opcode);

#endif
