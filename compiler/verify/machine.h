// SPDX-License-Identifier: Apache-2.0
/* One abstract step of a program: what must hold before an instruction, and what is known after it. Exploring and
 * checking use the same steps; only the checker records facts. */
#ifndef BAREBPF_VERIFY_MACHINE_H
#define BAREBPF_VERIFY_MACHINE_H

#include "../program/helper.h"
#include "state.h"
#include "verified.h"

/* Instructions that exploring may step when the limits do not say. */
#define EXPLORED_DEFAULT 5000000u

/* Packets are not longer than this (Linux: MAX_PACKET_OFF). */
#define PACKET_LIMIT 0xffff

/* Where the values of a map hold what only helpers may touch: byte offsets, NONE = nowhere. */
struct special {
    uint32_t lock, timer; /* struct bpf_spin_lock, struct bpf_timer */
};

/* Everything a step needs besides the state. */
struct machine {
    const struct program *program;
    uint32_t entry;
    uint32_t apart;          /* what is proved, when it is no program: its index in verified.aparts; else NONE */
    uint32_t timer;          /* map of the timer whose callback it is; NONE: no timer's */
    const struct hook *hook; /* of the entry; NULL: plain memory */
    uint32_t context_bytes;
    const struct limits *limits;
    struct diag *d;
    struct arena *arena;            /* for messages */
    bool packets_aligned;           /* limits->net_ip_align, and nothing in the program moves a packet's start */
    const struct special *specials; /* per map */
    struct meter *meter;            /* host memory of all states */
    struct contract *contracts;     /* per function, as far as they were asked for (contract.h) */
    struct verified *proof;         /* what is being made, also while exploring */
    struct verify_stats *stats;     /* NULL: not counted */
    uint64_t charge;                /* instructions that the step just made counts for besides its own */
    bool (*prove_global)(struct machine *m,
                         uint32_t apart); /* proves a function while the checker is at a call of it */
    struct verified *facts;               /* where the checker records; NULL while exploring */
    const uint32_t *pcs; /* per instruction, while logging: its number, as libbpf lays out what it loads */
    uint32_t unbounded;  /* set by the checker: the first instruction of a loop without a bound; NONE = none found */
};

/* verify.c: fills `m` for the program that starts at `entry`; the rest must outlive it. Reports hook-unknown. */
bool machine_init(struct machine *m, const struct program *program, uint32_t entry, const struct limits *limits,
                  struct diag *d, struct arena *arena);

/* Host memory that states may take. */
static inline uint64_t machine_memory(const struct machine *m)
{
    return m->limits->memory_bytes ? m->limits->memory_bytes : (uint64_t)1 << 30;
}

/* BPF stack that a call chain, and so a frame, may take. */
static inline int machine_stack(const struct machine *m)
{
    return m->limits->stack_bytes ? (int)m->limits->stack_bytes : STACK_BYTES;
}

/* How control goes on after a step. */
enum outcome {
    STEP_FAILED, /* a requirement does not hold; reported */
    STEP_NEXT,   /* the state stands at its next instruction */
    STEP_BOTH, /* several sides are possible: the state takes the first (a branch falls through), `*other` another, and
                  `also` of that one the next */
    STEP_DONE  /* the program returned */
};

/* step.c: executes the instruction at s->insn; `*other` is set for STEP_BOTH and owned by the caller. */
enum outcome step(struct machine *m, struct state *s, struct state **other);
/* step.c: leaves the function or the program with what stands in r0. */
enum outcome step_exit(struct machine *m, struct state *s);

/* The bytes that an access may touch. */
struct access {
    uint16_t region;    /* KIND_STACK, … */
    uint32_t object;    /* as in struct value */
    int64_t low, high;  /* half-open, from the object's start (stack: from the frame's top) */
    uint8_t align_log2; /* of the address, as struct fact says */
    bool exact;         /* low is the only possible start */
};

enum access_use { USE_READ, USE_WRITE, USE_ATOMIC };

/* An access to be judged: `size` bytes at `off` from `base`. */
struct request {
    const struct value *base;
    unsigned reg; /* register that holds the base, */
    const struct helper
        *helper; /* which is an argument of this helper; NULL: of the instruction itself. For messages */
    int off;
    uint64_t size;
    enum access_use use;
};

/* access.c: may these bytes be touched? Fills `a`; reports why not. */
bool access_check(struct machine *m, const struct state *s, const struct request *r, struct access *a);
/* access.c: the instructions of classes load, store and atomic. */
bool access_step(struct machine *m, struct state *s, const struct insn *insn);

/* transfer.c: CLASS_ALU. */
bool transfer_step(struct machine *m, struct state *s, const struct insn *insn);

/* packet_load.c: OP_LDABS and OP_LDIND. */
enum outcome packet_load_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other);

/* branch.c: conditional jumps. */
enum outcome branch_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other);

/* prototype.c: OP_KFUNC of a function of the firmware. */
bool call_prototype(struct machine *m, struct state *s, const struct insn *insn);
/* call.c: judges a call by this contract and goes on behind it. */
bool call_by_contract(struct machine *m, struct state *s, const struct helper *helper);
/* call.c: OP_HELPER. */
bool call_helper(struct machine *m, struct state *s, const struct insn *insn);
/* format.c: the format string and arguments of bpf_trace_printk and bpf_trace_vprintk. */
bool call_check_format(struct machine *m, const struct state *s, const struct helper *helper);
/* format.c: the value points to constant characters that end in NUL. */
bool call_is_string(const struct machine *m, const struct state *s, const struct value *v);
/* call.c: the known byte at `at` bytes from where `pointer` points; false when it is not known. */
bool memory_byte(const struct machine *m, const struct state *s, const struct value *pointer, int64_t at,
                 uint8_t *byte);

/* maps.c: the maps that the reachable code refers to have possible shapes; reports map-shape. */
struct cfg;
bool maps_check(const struct program *program, const struct cfg *cfg, struct arena *arena, struct diag *d);

/* call.c: judges all arguments of a helper. */
bool call_check_arguments(struct machine *m, struct state *s, const struct helper *helper);

/* callback.c: true for calls of helpers that call back; one step of such a call (STEP_BOTH: `*other` enters the
 * callback); the end of a callback. */
bool callback_is_call(const struct insn *insn);
enum outcome callback_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other);
enum outcome callback_return(struct machine *m, struct state *s);

/* socket.c: an argument that is a socket; *ref is its reference, 0 = none. A result that is one: of another socket with
 * reference `ref`. Does a program put sockets into maps of this type and get
 * them out? What a lookup in a map of sockets gives; false: it is no such map. May programs of this kind change
 * such maps by the helper? */
bool socket_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg, uint32_t *ref);
struct value socket_result(struct machine *m, struct state *s, enum ret_kind kind, uint32_t ref);
bool socket_is_map(uint32_t map_type);
bool socket_of_map(struct machine *m, struct state *s, uint32_t map_type, struct value *v);
bool socket_map_changes(struct machine *m, const struct state *s, const struct helper *helper);

/* dynptr.c: arguments of helpers that are dynptrs. For a new one the cells are made; a reference stands for one of a
 * ring buffer. `*ref` is the reference of the dynptr, 0 = none. */
bool dynptr_make(struct machine *m, struct state *s, const struct helper *helper, unsigned arg);
bool dynptr_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg, uint32_t *ref);
/* dynptr.c: a register points to a dynptr, which may be lent to a global function; what that gets. */
bool dynptr_lend(struct machine *m, const struct state *s, unsigned reg);
struct value dynptr_lent(void);
/* dynptr.c: bytes low .. high - 1 of the frame are read or written otherwise: refused, or the dynptr there is gone. */
bool dynptr_touch(struct machine *m, const struct state *s, const struct access *a, bool writes);

/* timer.c: an argument that is the timer of a map value; what timer_init and timer_set_callback need besides. */
bool timer_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg);
bool timer_call(struct machine *m, const struct state *s, const struct helper *helper);
/* timer.c: the state in which a callback starts; its end. */
struct state *timer_entry_state(const struct machine *m);
bool timer_return(struct machine *m, const struct state *s);

/* kfunc.c: OP_KFUNC. */
enum outcome kfunc_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other);

/* table.c: what a load of an entry at `off` from `base` gives; OP_GOTOX; entries of jump tables are not compared. */
struct value table_label(const struct value *base, int off);
enum outcome table_jump(struct machine *m, struct state *s, const struct insn *insn, struct state **other);
bool table_compare(struct machine *m, const struct state *s, const struct insn *insn);

/* The second operand of an instruction. */
struct value operand_value(const struct state *s, const struct insn *insn);

/* log.c: the log, when it is on and the checker does not run. The numbers of instructions in it. A path goes on at `s`.
 * A copy of the state before a step, NULL when nothing is logged; the step that was made from it (`after` NULL: the
 * path ended there). The proof of a function by itself begins. The end. */
const uint32_t *log_pcs(const struct program *program, uint32_t entry, struct arena *arena);
void log_path(const struct machine *m, const struct state *s);
struct state *log_before(const struct machine *m, const struct state *s);
void log_insn(const struct machine *m, const struct state *before, const struct state *after);
void log_apart(const struct machine *m);
void log_end(const struct machine *m, const struct verify_stats *stats);

/* need.c: reports a requirement that does not hold at s->insn. `label` is written under the caret. Returns false. */
bool need_fail(struct machine *m, const struct state *s, enum diag_id id, const char *label, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* need.c: argument `arg` of a helper is not what its contract asks for. Returns false. */
bool need_argument(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg,
                   const char *needs);
/* need.c: where a value comes from, as a cause of the error just reported. Returns false. */
bool need_origin(struct machine *m, const struct value *v, const char *who);
/* need.c: the register was written. */
bool need_written(struct machine *m, const struct state *s, unsigned reg);
/* need.c: a value or an object in words: "map value of 'counts' (8 bytes)". Owned by the arena. */
const char *need_describe(const struct machine *m, const struct value *v);

/* fact.c: records, when the checker runs. */
void fact_visit(struct machine *m, const struct state *s);
/* False when the instruction was seen to access a structure of fields, or a jump table, and is now to access other
 * memory, or the other way round: the firmware's view of fields lies elsewhere, and jump tables are no memory at all,
 * so that lifted code can serve one of them only. */
bool fact_one_layout(const struct machine *m, const struct state *s, const struct access *a);
void fact_access(struct machine *m, const struct state *s, const struct access *a);
void fact_result(struct machine *m, uint32_t insn, const struct value *v);
void fact_branch(struct machine *m, uint32_t insn, bool jumps, bool falls);
/* The gotox may use the entries low .. high - 1 of program.jump_targets. */
void fact_targets(struct machine *m, const struct state *s, uint32_t low, uint32_t high);
void fact_map(struct machine *m, const struct state *s, uint32_t map);
void fact_callback(struct machine *m, const struct state *s, uint32_t func);
void fact_format(struct machine *m, const struct state *s, const char *format);
/* A frame of `func` is entered on top of the current one. */
void fact_enter(struct machine *m, const struct state *s, uint32_t func);
void fact_unwritten_read(struct machine *m, const struct state *s, uint32_t depth);
/* fact.c: makes ranges of values that are not only numbers vague, rounds frames. Call once after checking. */
void fact_finish(struct verified *v);

#endif
