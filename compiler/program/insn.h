// SPDX-License-Identifier: Apache-2.0
/* One decoded instruction. Source: RFC 9669 (BPF Instruction Set Architecture). */
#ifndef BAREBPF_PROGRAM_INSN_H
#define BAREBPF_PROGRAM_INSN_H

#include <stdbool.h>
#include <stdint.h>

/* OP_ADD, OP_LDX, … : one per operation; widths and operand forms are fields of struct insn. */
enum op {
#define OP(id, name, class, section) OP_##id,
#include "ops.def"
#undef OP
    OP_COUNT
};

enum op_class {
    CLASS_ALU,    /* dst = dst op operand */
    CLASS_LOAD,   /* dst = memory */
    CLASS_STORE,  /* memory = operand */
    CLASS_ATOMIC, /* read-modify-write of memory */
    CLASS_JUMP,   /* conditional, two operands, or unconditional */
    CLASS_CALL,
    CLASS_EXIT
};

/* What the 64-bit immediate of OP_LDDW means after loading. RFC 9669 §5.4. */
enum ref_kind {
    REF_NONE,      /* the number itself */
    REF_MAP,       /* the map `index` */
    REF_MAP_VALUE, /* address of byte `imm` of the first value of map `index` (.data, .bss, .rodata, arrays) */
    REF_FUNC,      /* address of function `index` (a callback) */
    REF_TABLE,     /* address of byte `imm` of the jump table `index` */
    REF_EXTERN     /* address of the extern variable `index` */
};

#define REG_COUNT 11
#define REG_FP    10

/* Where packet loads (OP_LDABS, OP_LDIND) find the context. RFC 9669 §5.5. */
#define PACKET_LOAD_CONTEXT 6

struct insn {
    enum op op;
    enum ref_kind ref; /* OP_LDDW */
    uint8_t bits; /* ALU, jump: 32 or 64. Memory: access width 8, 16, 32, 64. OP_LE/BE/BSWAP: 16, 32, 64. Else 64 */
    uint8_t from_bits; /* OP_MOVSX: width of the source, 8, 16, 32 */
    uint8_t dst, src;  /* registers 0..10; 0 where unused */
    bool use_imm;      /* the second operand is imm, not src */
    bool fetch;        /* atomics that return the old value (in src; compare-exchange in r0) */
    int32_t off;       /* memory operands: bytes from the base register */
    int64_t imm;       /* immediate, sign-extended; OP_LDDW the number or the byte offset; helper or kfunc number */
    uint32_t target;   /* jumps: index into insns[] of the same program. OP_GOTOX: see index */
    uint32_t index; /* OP_LDDW: see ref. OP_CALL: function index. OP_KFUNC: extern index. OP_GOTOX: it leads to one of
                       the `index` instructions at program.jump_targets[target], the tables of its function */
    uint32_t
        slot; /* 8-byte slot within its function, as the kernel and llvm-objdump number instructions (lddw takes two) */
};

const char *op_name(enum op op);
enum op_class op_class(enum op op);

/* True for conditional jumps (two successors). */
bool insn_is_branch(const struct insn *insn);
/* Does it read the register dst, src? Calls and exit, which read fixed registers: no. */
bool insn_reads_dst(const struct insn *insn);
bool insn_reads_src(const struct insn *insn);
/* True when `target` is the index of an instruction: jumps but gotox. */
bool insn_has_target(const struct insn *insn);
/* True when control never reaches the next instruction (exit, unconditional jump, gotox). */
bool insn_ends_block(const struct insn *insn);

#endif
