// SPDX-License-Identifier: Apache-2.0
/* What is known at one point of one path: the call stack with registers and stack memory of every frame. */
#ifndef BAREBPF_VERIFY_STATE_H
#define BAREBPF_VERIFY_STATE_H

#include "meter.h"
#include "num.h"
#include "verify.h"

#define STACK_BYTES  512 /* deepest byte that any frame may touch, below its top, when --stack-limit does not say */
#define STRIPE_BYTES 64  /* stretches of a frame that states share; no cell lies across their borders */
/* Kinds through which memory can be accessed. */
#define KIND_MEMORY (KIND_STACK | KIND_CONTEXT | KIND_PACKETS | KIND_MAP_VALUE | KIND_MEM)

#define FRAME_COUNT 8 /* the most calls that nest, as Linux */

#define REFERENCE_COUNT 16 /* things acquired and not yet released, at most */

#define MAY_GOTO_LIMIT 8388608u /* rounds of may_goto in one call of a function. Linux: BPF_MAX_LOOPS */

/* Where a value comes from: it is what stood at `place` at the last cut point, plus low..high, modulo 2^64 (`narrow`:
 * modulo 2^32). The checker follows values with it to see what loops count (progress.h). No part of what a state says.
 */
struct motion {
    uint16_t place; /* PLACE_*; 0 = not followed */
    bool narrow;
    int32_t low, high;
};

/* A register's or stack cell's value: a number, or a pointer to an object with an offset. */
struct value {
    uint16_t kind;   /* exactly one of KIND_* */
    bool maybe_null; /* pointers: NULL, or what the rest says */
    uint32_t
        object;   /* KIND_STACK: depth of the frame. KIND_MAP, KIND_MAP_VALUE: map. KIND_FUNC: function. KIND_OBJECT:
                     enum field_kind, plus OBJECT_ACQUIRED. KIND_MEM: MEM_* flags. KIND_TABLE, KIND_LABEL: jump table */
    uint32_t id;  /* 0, or: numbers with the same id are equal but for `off`; maybe-NULL pointers with the same id are
                     NULL together; packet pointers with the same id share the variable part of their offset */
    uint32_t ref; /* what must be released and this value stands for (struct reference); 0 = nothing */
    uint32_t origin;   /* instruction that made it, NONE at the entry; for messages only */
    int32_t off;       /* KIND_PACKETS: constant part of the offset from data or data_meta. KIND_NUMBER with an id: its
                          distance from what all numbers with this id stand at, modulo 2^64 */
    uint32_t readable; /* KIND_PACKETS: bytes proved to lie before data_end (data_meta: before data), counted from data
                          or data_meta + variable part. KIND_MEM: bytes of it. KIND_ITER: rounds at most */
    struct motion motion;
    struct num num; /* the number; or the offset from the object's start (stack: top), packet: its variable part; a
                       label: the offset that it was loaded from: any that is the start of an entry */
};

/* Bytes off .. off + size - 1 of a frame's stack that hold one value. */
struct cell {
    int16_t off; /* from the frame's top: -8, -16, … */
    uint8_t size;
    struct value value;
};

/* A stretch of a frame's stack memory. */
struct stripe {
    uint32_t users; /* frames, of any states, that share it; who changes it must be the only one */
    uint32_t count, capacity;
    uint64_t written;    /* bit n: the byte at n + 1 bytes before its end was written */
    struct cell cells[]; /* ascending by off, without overlap; other bytes hold unknown numbers */
};

struct frame {
    uint32_t func;
    uint32_t return_insn; /* where the caller goes on */
    uint32_t calling;     /* the call instruction whose callback is being repeated; NONE = none */
    uint32_t held;        /* callbacks: references that were held when it was entered */
    uint32_t rounds;      /* how often its callback is called at most */
    struct motion budget; /* of may_goto */
    struct motion called; /* of the callback's rounds */
    struct value regs[REG_COUNT];
    struct meter *meter; /* NULL: not counted */
    uint32_t stripe_count;
    struct stripe *stripes[]; /* stripe n: offsets -64 * (n + 1) .. -64 * n - 1; NULL: nothing known, nothing written */
};

/* Something that was acquired and must be released: a reservation, an iterator. */
struct reference {
    uint32_t ref;  /* values with this `ref` stand for it */
    uint32_t insn; /* where it was acquired; for messages only */
};

/* A lock that is held: the map value that it lies in. */
struct lock {
    bool held;
    uint32_t map;
    uint32_t id; /* of the pointer to the value; 0: the only value of a data section */
    uint32_t insn;
};

/* Flags of memory that a helper gave, in value.object of KIND_MEM; plus MEM_FRAME times the depth of the frame (of a
 * callback) with which the memory goes, 0 = none. */
enum {
    MEM_READ_ONLY = 1,
    MEM_ALIGNED = 2 /* to 8 bytes */,
    MEM_RINGBUF = 4 /* a reservation */,
    MEM_ALIGNED_4 = 8,
    MEM_DYNPTR = 16 /* a dynptr of some caller's, which only helpers read */,
    MEM_FRAME = 32
};

/* Added to the kind of an object that was acquired with this very pointer; others only last as long as one that was. */
#define OBJECT_ACQUIRED 16u

#define TRAIL_COUNT 3 /* branches that a state remembers */

struct state {
    struct reference references[REFERENCE_COUNT];
    uint32_t reference_count;
    struct lock lock;
    uint32_t insn;    /* the next instruction */
    uint32_t last_id; /* ids given out so far */
    uint32_t depth;   /* frames in use - 1 */
    uint32_t ticks;   /* steps so far that use up a budget (may_goto, iterators, callbacks); exploring looks at it */
    uint32_t
        trail[TRAIL_COUNT]; /* the last branches that could have gone the other way, the newest first: 2 * instruction
                               + 1 when it jumped; NONE = none. For messages only */
    struct meter *meter;    /* NULL: not counted */
    struct frame *frames[FRAME_COUNT];
    struct state *also; /* only as it comes from step(): one more side that control may take */
};

struct value value_uninit(void);
struct value value_number(struct num num);
/* A pointer to the start of an object. */
struct value value_pointer(uint16_t kind, uint32_t object);
bool value_is_pointer(const struct value *v);
/* True for the constant number `n`. */
bool value_is(const struct value *v, uint64_t n);

/* True when `bits` bits hold all of the value. */
bool value_is_within(const struct value *v, unsigned bits);

/* True when nothing is known of a stored number of `size` bytes beyond its width. */
bool value_is_vague(const struct value *v, unsigned size);

struct state *state_new(uint32_t func, uint32_t insn, struct meter *meter);
struct state *state_clone(const struct state *s);
void state_free(struct state *s);
/* Remembers which way the branch at `insn` went. */
void state_went(struct state *s, uint32_t insn, bool jumped);

static inline struct frame *state_frame(const struct state *s)
{
    return s->frames[s->depth];
}

/* Register of the current frame, to read. */
static inline const struct value *state_reg(const struct state *s, unsigned reg)
{
    return &state_frame(s)->regs[reg];
}

/* The one way to write a register: the old value's identity, links and facts go with it. A value without an origin gets
 * this instruction. */
void state_set_reg(struct state *s, unsigned reg, struct value value);

/* A new identity. */
uint32_t state_new_id(struct state *s);
/* Gives the register an id, so that a copy can share it; only numbers that are not constant need one. */
void state_link(struct state *s, unsigned reg);

/* Applies `change` to every register and cell with this kind and id, in all frames. */
void state_each_linked(struct state *s, uint16_t kind, uint32_t id,
                       void (*change)(struct value *v, const void *argument), const void *argument);

/* What is left of a pointer to what is no more there: an unknown number, from this instruction. */
struct value state_stale_address(const struct state *s);

/* The packet may have been moved: pointers into it are unknown numbers, in registers and on the stack. */
void state_forget_packets(struct state *s);

/* Enters `func` at `insn` with r1..r5 as arguments; false when the frames are used up. */
bool state_push(struct state *s, uint32_t func, uint32_t insn, uint32_t return_insn);
/* The same for a callback of the call instruction `call`, to which it returns; the caller keeps its registers. */
bool state_push_callback(struct state *s, uint32_t func, uint32_t insn, uint32_t call);
/* Leaves the current frame of a callback. */
void state_pop_callback(struct state *s);
/* Leaves the current frame: r0 goes to the caller, r1..r5 are lost, pointers into the frame that is gone are forgotten.
 */
void state_pop(struct state *s);

/* Which numbers in stack memory state_clean() keeps. */
enum keep {
    KEEP_ALL,
    KEEP_READ,      /* those that may be read again */
    KEEP_CONSTANTS, /* of these, constants of 4 bytes or more: loop counters */
    KEEP_NONE
};

/* Forgets what nobody will read: registers not in live[insn] (bit r) become uninitialised; numbers not in matters[insn]
 * become unknown; stack memory as `keep` and cells[insn] say. Callers are cleaned at their return points. */
struct words;
struct cleaning {
    const uint16_t *live, *matters;
    const struct words *cells;
    enum keep keep;
};
void state_clean(struct state *s, const struct cleaning *c);

/* True when every concrete situation that `inner` allows is allowed by `outer`. */
bool state_includes(const struct state *outer, const struct state *inner);
/* Where two states differed: a frame and a part of it. What does not fit once rarely fits the next state. */
struct misfit {
    uint16_t depth, part;
};
/* The same, looking at *misfit first and setting it to what does not fit. */
bool state_includes_soon(const struct state *outer, const struct state *inner, struct misfit *misfit);
/* True when both allow exactly the same (up to the names of ids). Uses and sets *misfit like that. */
bool state_equal(const struct state *a, const struct state *b, struct misfit *misfit);

/* Stack memory of one frame; off and size in bytes. frame_read gives the value of an aligned or unaligned read as a
 * zero-extended number, or the pointer that was stored there whole. */
struct value frame_read(const struct frame *f, int off, unsigned size);
void frame_write(struct frame *f, int off, unsigned size, struct value value);
/* Bytes low .. high - 1 may have been overwritten, or were written with unknown contents when `surely`. */
void frame_forget(struct frame *f, int low, int high, bool surely);
/* Part of a value of one of these kinds lies in bytes low .. high - 1. */
bool frame_holds(const struct frame *f, int low, int high, uint16_t kinds);
bool frame_is_written(const struct frame *f, int low, int high);
/* The byte's value when it is known. */
bool frame_byte(const struct frame *f, int off, uint8_t *byte);
/* Which bytes of stripe n were written (struct stripe). */
uint64_t frame_written(const struct frame *f, uint32_t n);
void frame_set_written(struct frame *f, uint32_t n, uint64_t written);

struct frame *frame_new(struct meter *meter, uint32_t func, uint32_t depth);
struct frame *frame_clone(const struct frame *f);
void frame_free(struct frame *f);

/* The cells of a frame in turn, ascending by off: `struct cell_walk w = cells_of(f); while ((cell = cell_next(&w)))`.
 * Stays right while cells are changed through cell_own(), not when they are added or removed. */
struct cell_walk {
    const struct frame *frame;
    uint32_t stripe, index; /* 1 + the stripe, and the cell in it, that comes next */
};
static inline struct cell_walk cells_of(const struct frame *f)
{
    return (struct cell_walk){f, f->stripe_count, 0};
}
const struct cell *cell_next(struct cell_walk *w);
/* The cell that cell_next() gave last, to be changed in `f` alone. */
struct cell *cell_own(struct frame *f, const struct cell_walk *w);
uint32_t frame_cell_count(const struct frame *f);
/* Adds a cell behind all others of its stripe. */
void frame_add_cell(struct frame *f, const struct cell *cell);
/* Removes the cells for which drops() is true: their bytes hold unknown numbers. */
void frame_drop_cells(struct frame *f, bool (*drops)(const struct cell *cell, const void *argument),
                      const void *argument);

#endif
