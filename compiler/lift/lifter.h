// SPDX-License-Identifier: Apache-2.0
/* What the files of this room share: the state of one lift_program() call and the functions of each concern.
 * A BPF register lives in three views, each a stack slot that mem2reg turns into SSA: the number (i64), on 32-bit
 * targets its low word (i32), and the pointer. Every write fills all views; reads choose by the proven facts, so that
 * a pointer stays a `ptr` and a small number stays in one machine register. Views that nothing reads vanish. */
#ifndef BAREBPF_LIFT_LIFTER_H
#define BAREBPF_LIFT_LIFTER_H

#include "../program/helper.h"
#include "lift.h"

/* How a value crosses a bpf-to-bpf call. */
enum pass {
    PASS_NOTHING, /* no caller sets it */
    PASS_WORD,    /* i32, zero-extended: a number that is below 2^32 in every call (32-bit targets) */
    PASS_NUMBER,  /* i64 */
    PASS_POINTER, /* ptr */
    PASS_BOTH     /* i64 and ptr: a number in some calls, a pointer in others */
};

#define ARG_REGS 5

/* Linux: BPF_MAX_LOOPS, of may_goto in one frame and of bpf_loop. */
#define LOOPS_MAX (8u * 1024 * 1024)

/* A BPF function and its LLVM function. */
struct lifted_func {
    enum pass args[ARG_REGS], result;
    LLVMTypeRef type;
    LLVMValueRef value;    /* NULL when not reached */
    LLVMValueRef callback; /* its form for C: rt_callback (rt.h); NULL when nothing asked for it */
    bool address_taken;
};

/* Stack slots of one BPF register; `word` is NULL on 64-bit targets. */
struct views {
    LLVMValueRef number, word, pointer;
};

/* Bytes of the stack frame that are an alloca of their own. */
struct piece {
    int32_t low;   /* offset from r10 of its first byte, */
    int32_t start; /* and of the alloca's, which can lie lower to be aligned */
    LLVMValueRef base;
};

struct lifter {
    const struct verified *verified;
    const struct program *program;
    const struct lift_options *options;
    struct diag *diag;
    struct arena arena; /* freed at the end of lift_program() */

    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTypeRef i1, i8, i16, i32, i64, ptr, void_type, size_type; /* size_type: size_t of the target */
    uint32_t pointer_bytes;
    bool narrow; /* 32-bit target: numbers have a word view */
    struct lifted_func *funcs;
    bool tails;               /* some tail call can succeed: programs are bodies under a dispatcher, see tail.c */
    LLVMTypeRef run_type;     /* of its state */
    LLVMValueRef run;         /* the dispatcher: i64 (ptr ctx, ptr run) */
    struct lift_debug *debug; /* NULL: no source positions */

    /* the function being lifted */
    uint32_t func; /* its index */
    LLVMValueRef function;
    struct views regs[REG_COUNT];
    LLVMValueRef run_state; /* the dispatcher's state, handed from function to function; NULL: no tail calls */
    struct piece *pieces;   /* of its stack frame, from the top down; at least one */
    uint32_t piece_count;
    LLVMValueRef gotos_left;   /* slot: how often may_goto still falls through in this frame (i32) */
    LLVMBasicBlockRef *blocks; /* one per instruction of the function; NULL: not the start of a block */
    uint32_t insn;             /* index of the instruction being lifted */
    const struct fact *fact;   /* its fact */
    uint64_t *wanted; /* per instruction of the function: the bits of its result that anything reads; NULL: all */
};

/* facts.c: questions about facts. Facts of unverified code answer "no" to each. */
bool fact_is_pointer(const struct reg_fact *fact);    /* a pointer in every execution */
bool fact_is_number(const struct reg_fact *fact);     /* a number in every execution */
bool fact_fits_unsigned(const struct reg_fact *fact); /* a number in [0, 2^32) */
bool fact_fits_signed(const struct reg_fact *fact);   /* a number in [-2^31, 2^31) */
bool fact_is_zero(const struct reg_fact *fact);
bool fact_never_zero(const struct reg_fact *fact, uint8_t bits); /* as a number of `bits` bits */
bool fact_never_minus_one(const struct reg_fact *fact, uint8_t bits);
bool fact_is_below(const struct reg_fact *fact, uint64_t bound); /* a number in [0, bound) */
/* The fact of the second operand, immediate or src. */
struct reg_fact fact_operand(const struct insn *insn, const struct fact *fact);

/* registers.c: slots, reading and writing registers. */
void registers_begin(struct lifter *l);
LLVMValueRef reg_number(struct lifter *l, uint8_t reg, const struct reg_fact *fact);
LLVMValueRef reg_word(struct lifter *l, uint8_t reg, const struct reg_fact *fact);
LLVMValueRef reg_pointer(struct lifter *l, uint8_t reg, const struct reg_fact *fact);
void reg_set_number(struct lifter *l, uint8_t reg, LLVMValueRef number, const struct reg_fact *fact);
void reg_set_word(struct lifter *l, uint8_t reg, LLVMValueRef word); /* zero-extends */
void reg_set_pointer(struct lifter *l, uint8_t reg, LLVMValueRef pointer);
void reg_set_both(struct lifter *l, uint8_t reg, LLVMValueRef number, LLVMValueRef pointer);
void reg_copy(struct lifter *l, uint8_t to, uint8_t from, const struct reg_fact *fact);
/* The second operand as a value of 32 or 64 bits. */
LLVMValueRef reg_operand(struct lifter *l, const struct insn *insn, uint8_t bits);
/* The number as the target's size_t, for address arithmetic. */
LLVMValueRef reg_operand_index(struct lifter *l, const struct insn *insn);
LLVMValueRef number_to_pointer(struct lifter *l, LLVMValueRef number);
LLVMValueRef pointer_to_number(struct lifter *l, LLVMValueRef pointer);

/* frame.c: the function's stack frame; the address at an offset from r10; and is the register always such an address,
 * *offset from r10? Then it is the register's value. */
void frame_begin(struct lifter *l);
LLVMValueRef frame_address(struct lifter *l, int32_t offset);
bool frame_place(const struct lifter *l, uint8_t reg, const struct reg_fact *fact, int32_t *offset);

/* One file per concern: each lifts the instruction l->insn. False: reported. */
bool lift_alu(struct lifter *l, const struct insn *insn);
bool lift_load(struct lifter *l, const struct insn *insn);
bool lift_packet_load(struct lifter *l, const struct insn *insn);
bool lift_store(struct lifter *l, const struct insn *insn);
bool lift_atomic(struct lifter *l, const struct insn *insn);
bool lift_jump(struct lifter *l, const struct insn *insn);
bool lift_call(struct lifter *l, const struct insn *insn);
void lift_exit(struct lifter *l);
/* log.c: a call of bpf_trace_printk or bpf_trace_vprintk as a message of deferred printk; false: it is none. */
bool lift_log(struct lifter *l, const struct insn *insn);

/* divide.c: OP_DIV, OP_SDIV, OP_MOD, OP_SMOD of two values of `bits` bits without ever executing a division that LLVM
 * leaves undefined. `divisor` is what is known of b. */
LLVMValueRef divide_value(struct lifter *l, enum op op, LLVMValueRef a, LLVMValueRef b, const struct reg_fact *divisor);

/* memory.c: the address of a memory operand and its proven alignment in bytes (at most the access's width). */
LLVMValueRef memory_address(struct lifter *l, const struct insn *insn, uint32_t *align_bytes);
LLVMTypeRef memory_type(struct lifter *l, uint8_t bits);

/* atomic.c: can the core access `bits` bits at once; and interrupts off and on around what it cannot. */
bool atomic_is_native(const struct lifter *l, uint8_t bits, uint32_t align_bytes);
LLVMValueRef atomic_lock(struct lifter *l);
void atomic_unlock(struct lifter *l, LLVMValueRef state);

/* function.c: prototypes of the program's functions, and their bodies. */
bool functions_declare(struct lifter *l);
bool function_lift(struct lifter *l, uint32_t func);
/* Declares an external function once; `name` with `count` parameters. */
LLVMValueRef function_external(struct lifter *l, const char *name, LLVMTypeRef result, LLVMTypeRef *params,
                               uint32_t count);
LLVMValueRef function_call(struct lifter *l, LLVMValueRef callee, LLVMValueRef *args, uint32_t count);

/* callback.c: functions whose address is taken. */
void callbacks_find(struct lifter *l); /* fills: funcs[].address_taken */
LLVMValueRef function_address(struct lifter *l, uint32_t func);
bool lift_call_register(struct lifter *l, const struct insn *insn); /* OP_CALLX */
bool lift_loop(struct lifter *l);                                   /* bpf_loop */
/* May the instruction call `func`? Then what it hands over in r1..r5 and gets back (NULL: nothing is known). */
bool call_hands(const struct lifter *l, uint32_t insn, uint32_t func, const struct reg_fact *handed[ARG_REGS],
                const struct reg_fact **returned);
/* After all bodies: those that C gets the address of. */
bool callbacks_finish(struct lifter *l);

/* call.c: a call with these values in r1..r5, each as a number and as a pointer; r0 becomes what it returns. */
struct argument {
    LLVMValueRef number, pointer; /* both NULL: nothing */
};
void function_call_lifted(struct lifter *l, uint32_t func, const struct argument args[ARG_REGS]);
/* The same without r0: what it returns, as a number. */
LLVMValueRef function_call_number(struct lifter *l, uint32_t func, const struct argument args[ARG_REGS]);
/* The registers r1..r5 as they stand. */
void registers_as_arguments(struct lifter *l, struct argument args[ARG_REGS]);

/* tail.c: tail calls. tails_declare makes the dispatcher's prototype; tails_finish, after all bodies, the dispatcher
 * and the entry's function. */
void tails_declare(struct lifter *l);
void tails_finish(struct lifter *l);
bool lift_tail_call(struct lifter *l);
/* The address that stands for a prog array: no memory, only a number of its own. */
LLVMValueRef prog_array_address(struct lifter *l, uint32_t map);

/* function.c: what every lifted function says to LLVM; and a named function of the program that says so. */
void function_attributes(struct lifter *l, LLVMValueRef function);
LLVMValueRef function_declare(struct lifter *l, const char *prefix, uint32_t func, LLVMTypeRef type, bool internal);

/* call.c: what the function returns, from a number. */
void lift_return(struct lifter *l, LLVMValueRef number);

/* demand.c: bits of results that nothing observes. Fills l->wanted for the function l->func; bits of the result of the
 * instruction l->insn that are observed; and is the 64-bit operation's low word, from low words, all that is? */
void demand_find(struct lifter *l);
uint64_t demand_of(const struct lifter *l);
bool demand_is_low(const struct lifter *l, const struct insn *insn);

/* table.c: jump tables. They are no memory: a pointer into one is 8 * (1 + index in program.jump_targets) plus the
 * offset, a label 1 + that index, and gotox a `switch`. The address of byte `offset` of a table; a load of an entry;
 * OP_GOTOX. */
LLVMValueRef table_address(struct lifter *l, uint32_t table, int64_t offset);
void lift_table_load(struct lifter *l, const struct insn *insn);
bool lift_table_jump(struct lifter *l, const struct insn *insn);
/* branch.c: a new block behind the current one; the block that begins at an instruction of the function. */
LLVMBasicBlockRef block_after(struct lifter *l, const char *name);
LLVMBasicBlockRef block_at(const struct lifter *l, uint32_t insn);

/* marks.c: the head of a loop, when the instruction l->insn is one; the start of the function `func`, of whose loops
 * the rounds are known for each time that it is entered. */
void marks_round(struct lifter *l);
void marks_enter(struct lifter *l, uint32_t func);

/* check.c: --check-facts. Calls rt_fact_failed(insn) when a fact does not hold. A block that does nothing but that. */
LLVMBasicBlockRef check_failed(struct lifter *l);
void check_facts(struct lifter *l, const struct insn *insn);

/* debug.c: source positions from the program's line records. */
void debug_begin(struct lifter *l);
void debug_function(struct lifter *l, uint32_t func);
void debug_position(struct lifter *l, uint32_t insn);
void debug_end(struct lifter *l);

/* Reports that this instruction cannot be lifted; false. */
bool lift_refuse(struct lifter *l, enum diag_id id, const char *what);

#endif
