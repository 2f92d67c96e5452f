// SPDX-License-Identifier: Apache-2.0
/* Reading machine code of a linked image: where each instruction leads, and what it does to the stack. For the families
 * arm-m (Thumb) and riscv; what is not recognised with certainty is said to be unknown, never guessed. */
#ifndef BAREBPF_FIRMWARE_MACHINE_H
#define BAREBPF_FIRMWARE_MACHINE_H

#include "../base/memory.h"
#include "../program/program.h"
#include "binary.h"
#include "board.h"

enum machine_flow {
    FLOW_NEXT,
    FLOW_BRANCH,   /* to the target or on */
    FLOW_JUMP,     /* to the target */
    FLOW_CALL,     /* of the target, then on */
    FLOW_CALL_ANY, /* of an unknown function, then on */
    FLOW_TABLE,    /* to one of the entries of a table behind it (Thumb: tbb, tbh) */
    FLOW_JUMP_ANY, /* to an unknown place */
    FLOW_RETURN,
    FLOW_STOP,   /* a trap: the program never gets further */
    FLOW_UNKNOWN /* no instruction that is recognised */
};

struct machine_insn {
    uint64_t address, target;
    enum machine_flow flow;
    uint8_t bytes;
    uint8_t table_entry; /* FLOW_TABLE: bytes of an entry */
    bool conditional;    /* FLOW_RETURN and others: or on */
    bool stack_unknown;  /* it moves the stack pointer to where only the running program knows */
    int32_t pushes;      /* bytes by which the stack pointer falls; negative: it rises */
    uint8_t sets;        /* 1 + number of the register that it sets to `value`; 0: none */
    uint32_t value;
};

/* What instructions before it say of an instruction in a straight line of code. Zero at its start. */
struct machine_line {
    unsigned conditional_left; /* Thumb: instructions of the IT block that follow */
    uint8_t page_register;     /* RISC-V: register that the instruction before has set with auipc, to */
    uint64_t page;
};

/* Decodes the instruction at insn->address from `left` bytes. */
void machine_thumb(struct machine_insn *insn, const uint8_t *code, uint64_t left, struct machine_line *line);
void machine_riscv(struct machine_insn *insn, const uint8_t *code, uint64_t left, struct machine_line *line);

/* Can code of this board be read? */
bool machine_is_read(const struct board *board);

/* A way from one instruction of a function to another, both as indices. */
struct machine_edge {
    uint32_t from, to;
    bool is_jump; /* not simply on to the next */
};

struct machine_func {
    const char *name;
    uint64_t start, end;
    struct machine_insn *insns; /* those that are reached, by address */
    struct machine_edge *edges; /* by `from` */
    uint32_t insn_count, edge_count;
    const char *unknown; /* why not all of its ways are known; NULL: they are */
    uint64_t unknown_at;
};

/* An image whose functions are read when they are asked for. */
struct machine_code {
    const struct binary *binary;
    const struct board *board;
    struct arena *arena;
    VEC(struct machine_func *) funcs;
};

/* Decodes the instruction at insn->address. */
void machine_decode(const struct machine_code *code, struct machine_insn *insn, struct machine_line *line);

/* The function that begins at `address`; NULL: no code is there. Owned by the arena. */
struct machine_func *machine_func_at(struct machine_code *code, uint64_t address);

/* Index of the instruction at `address` in the function; NONE: none begins there. */
uint32_t machine_insn_at(const struct machine_func *f, uint64_t address);

#endif
