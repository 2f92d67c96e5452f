// SPDX-License-Identifier: Apache-2.0
/* What the files of the generator share. Registers: r6 points to memory (the context, or 16 bytes of the caller's
 * stack), r7 and r8 hold numbers (r8, or a slot of the stack, counts in loops), r9 may point to the value of a map; the
 * others come and go. The generator keeps a loose idea of what each register holds, so that most programs are accepted;
 * in careless programs it now and then chooses a bound that is wrong by a little, so that a verifier that is wrong by a
 * little is caught. Stack, from the top: numbers, then the key of map calls, a loop's counter, a spilled pointer. */
#ifndef BAREBPF_TESTS_GENERATOR_H
#define BAREBPF_TESTS_GENERATOR_H

#include "base/memory.h"
#include "generate.h"

enum holds { NOTHING, NUMBER, POINTER };

enum { MAP_ARRAY_INDEX, MAP_HASH_INDEX, MAP_BSS_INDEX, MAP_RODATA_INDEX, MAP_PROGS_INDEX, MAP_COUNT };

enum {
    ARRAY_VALUE_BYTES = 16,
    HASH_VALUE_BYTES = 8,
    BSS_BYTES = 24,
    RODATA_BYTES = 16,
    ARGUMENT_BYTES = 16 /* of its stack that a function hands to another */
};

enum { STACK_NUMBERS_BYTES = 48, STACK_KEY = -56, STACK_COUNTER = -64, STACK_SPILL = -72 };

#define SUB_LIMIT  7 /* subprograms: with the entry 8 frames, as deep as Linux goes */
#define FUNC_LIMIT (1 + SUB_LIMIT + 2)

struct generator {
    uint64_t seed;
    VEC(struct insn) insns;

    /* the program */
    bool careless;         /* some bounds may be wrong by a little */
    bool beyond_linux;     /* the context and atomic operations on the stack at computed offsets, which Linux refuses */
    bool unwritten_stack;  /* may be read */
    bool keeps_hash_value; /* a pointer into the hash was used after an update: Linux's then shows the old value */
    bool deep;             /* small functions that call each other down to the last frame */
    uint32_t sub_count;    /* functions 1.. are subprograms */
    uint32_t callback;     /* the one for bpf_loop; 0: none */
    uint32_t tail_count;   /* programs behind the subprograms, for tail calls */
    bool called[FUNC_LIMIT];

    /* the function */
    uint32_t func, first; /* its number and first instruction */
    enum holds regs[REG_COUNT];
    uint32_t memory_bytes; /* behind r6 */
    bool memory_is_stack;
    uint32_t value_bytes;               /* behind r9, when it holds a POINTER */
    uint32_t stack_bytes;               /* for numbers, from the top */
    bool counts_in_r8, counts_in_stack; /* loops that are open */
    uint32_t nesting;
};

/* generate.c: chance, and instructions. */
uint32_t pick(struct generator *g, uint32_t count);
bool chance(struct generator *g, uint32_t percent);
bool slips(struct generator *g, uint32_t percent); /* careless programs only */
int64_t immediate(struct generator *g);            /* near the edges that matter */
void emit(struct generator *g, struct insn insn);
void emit_mov_imm(struct generator *g, uint8_t reg, int64_t imm);
void emit_mov(struct generator *g, uint8_t dst, uint8_t src);
void emit_add_imm(struct generator *g, uint8_t reg, int64_t imm);

/* A register that holds a number, or one that is made to; one to read only (a loop's counter); one to be written, which
 * counts as a number from then on; and r7 or r8, holding a number, whichever no loop counts in. */
uint8_t number_reg(struct generator *g);
uint8_t source_reg(struct generator *g);
uint8_t result_reg(struct generator *g);
uint8_t index_reg(struct generator *g);

/* Kinds of operation. random_group() chooses by their weights; `small`: also for functions with a small frame. */
typedef void generate_operation(struct generator *g);

/* generate_alu.c */
generate_operation random_alu, random_unary, random_constant;
/* generate_memory.c */
generate_operation random_access, computed_access, spill_pointer, written_stack;
/* generate_call.c */
generate_operation random_lookup, random_update, random_helper, random_sub_call, random_loop_call, random_tail_call;
void call_sub(struct generator *g, uint32_t func); /* directly, or the callback through bpf_loop */

#endif
