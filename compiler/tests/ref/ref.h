// SPDX-License-Identifier: Apache-2.0
/* The reference interpreter: what RFC 9669 says a program does, instruction by instruction, with every memory access
 * checked against the regions it was given. Written from the RFC alone and independent of verification and lifting,
 * which are tested against it. */
#ifndef BAREBPF_TESTS_REF_H
#define BAREBPF_TESTS_REF_H

#include "program/program.h"

/* Addresses: the kind in the top byte, the object's number below it, then the offset. Between objects nothing is
 * mapped. */
enum ref_space {
    REF_SPACE_CONTEXT = 1,
    REF_SPACE_STACK,
    REF_SPACE_PACKET,
    REF_SPACE_MAP,
    REF_SPACE_VALUE,
    REF_SPACE_FUNC,
    REF_SPACE_KEY,   /* as a helper hands it to a callback */
    REF_SPACE_TABLE, /* jump tables, one behind the other; entry n holds label n */
    REF_SPACE_LABEL,
    REF_SPACE_RECORD, /* reservations in ring buffers, by the order in which they were made */
    REF_SPACE_COUNT
};

#define REF_STACK_BYTES 4096 /* of a frame; the most that --stack-limit allows */

/* What the context is. */
enum ref_context {
    REF_CONTEXT_MEMORY, /* plain memory */
    REF_CONTEXT_XDP,    /* struct xdp_md */
    REF_CONTEXT_SKB     /* struct __sk_buff */
};

#define REF_ROOM_BYTES     1024 /* of the packet's buffer, */
#define REF_ROOM_BEFORE    256  /* and before the packet; */
#define REF_ROOM_RESERVED  40   /* the first of them are not for packets (Linux: struct xdp_frame) */
#define REF_PACKET_LONGEST 512

/* A packet in its buffer: positions of its parts. Helpers that move it make it older by one; pointers remember the age
 * that they were made in, and are void in another. */
struct ref_packet {
    uint8_t room[REF_ROOM_BYTES];
    uint32_t meta, data, end; /* metadata is meta .. data */
    uint32_t link, network;   /* struct __sk_buff: the headers */
    uint32_t age;
    bool writable; /* through the program's pointers */
};

/* Entries of one map: arrays have all of them, hashes those in use. */
struct ref_map {
    uint8_t *keys, *values; /* entries * size */
    bool *used;
};

/* A reservation in a ring buffer. */
struct ref_record {
    uint8_t *bytes; /* NULL: submitted or discarded */
    uint32_t size;
};

/* A timer of a map value that was initialised. */
struct ref_timer {
    uint64_t where;    /* its address */
    uint64_t function; /* address of its callback; 0 = none */
    bool armed;
};

#define REF_TIMERS  16
#define REF_RECORDS 0xffffu /* made in a run; more are refused */

/* What an access touched, for the observer. */
struct ref_access {
    uint64_t where; /* the address */
    enum ref_space space;
    uint32_t object;   /* map index, frame depth; else 0 */
    int64_t low, high; /* half-open, from the object's start (stack: from the frame's top) */
    bool any;          /* the instruction accessed memory */
};

struct ref_machine {
    const struct program *program;
    uint8_t *context;
    uint32_t context_bytes;
    enum ref_context kind;
    struct ref_packet packet; /* of contexts other than plain memory */
    uint64_t budget;          /* instructions (helpers by their cost) before it gives up */
    uint64_t random_state;    /* bpf_get_prandom_u32: the runtime's xorshift32, so that results can be compared */
    bool clean_stack;         /* stack frames begin as zeros, as images have those that may be read before written */
    uint64_t whims;           /* not 0: reservations fail now and then, and helpers that it does not know give anything
                                 that their contract allows */
    /* Called before and after each instruction; `access` is filled after it. */
    void (*observe)(struct ref_machine *m, uint32_t insn, bool after);
    void *owner;

    /* the machine's state */
    struct ref_map *maps;
    uint64_t *tables;
    uint64_t regs[REG_COUNT];
    uint64_t saved[8][5]; /* r6..r10 of the callers */
    uint32_t return_insn[8];
    uint32_t gotos_left[8]; /* may_goto: per frame, BPF_MAX_LOOPS at its start */
    uint32_t tail_calls;    /* made so far in this run */
    uint32_t depth;
    uint8_t stack[8][REF_STACK_BYTES];
    uint64_t executed; /* weighted as the proven bound weighs */
    struct ref_record *records;
    uint32_t record_count, record_capacity;
    uint32_t held;   /* iterators and records that must be given back */
    uint64_t locked; /* address of the lock that is held; 0 = none */
    struct ref_timer timers[REF_TIMERS];
    uint32_t timer_count;
    struct ref_access access;
    const char *fault; /* why it stopped, NULL when the program returned */
    uint32_t fault_insn;
};

/* Storage for the maps with their initial values; release with ref_free. */
void ref_init(struct ref_machine *m, const struct program *program);
void ref_free(struct ref_machine *m);

/* Makes the context one of the hook's kind, over a packet of these bytes (at most REF_PACKET_LONGEST). Context memory
 * keeps what it holds but for fields that tell of the packet. False when the interpreter has no such context. */
bool ref_give_packet(struct ref_machine *m, const struct hook *hook, const uint8_t *bytes, uint32_t count);

/* Runs from function `entry`; true when it returned, with r0 in regs[0]; false with `fault` set. */
bool ref_run(struct ref_machine *m, uint32_t entry);

/* Calls the callbacks of timers that are running down, `rounds` at most (they may start timers), each with `budget`
 * instructions. False with `fault` set. */
bool ref_run_timers(struct ref_machine *m, uint64_t budget, unsigned rounds);

#endif
