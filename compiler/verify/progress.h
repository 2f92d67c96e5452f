// SPDX-License-Identifier: Apache-2.0
/* What a loop counts. The checker marks every place of a node's state (registers, stack cells, budgets) with itself,
 * steps to the next cut points, and reads from the marks how far each value moved on the way. */
#ifndef BAREBPF_VERIFY_PROGRESS_H
#define BAREBPF_VERIFY_PROGRESS_H

#include "../base/memory.h"
#include "state.h"

/* A place: 1 + depth * PLACE_FRAME + (register, PLACE_BUDGET, PLACE_CALLED, or PLACE_CELL - offset). */
enum { PLACE_BUDGET = REG_COUNT, PLACE_CALLED, PLACE_CELL, PLACE_FRAME = STACK_MOST + 64 };

/* What a step adds stays below this on its own and in sum, so that no sum of int32_t overflows. */
#define MOTION_LIMIT (1 << 29)

/* What stood at place `from` stands at place `to` on arrival, moved by low..high, modulo 2^64 or 2^32. */
struct move {
    uint32_t from, to;
    int32_t low, high;
    bool narrow;
};
struct moves {
    struct move *items;
    uint32_t count, capacity;
};

/* Marks every place of the state with itself. */
void progress_start(struct state *s);

/* Adds what the marks say at an arrival. */
void progress_read(const struct state *s, struct moves *moves);

/* The positions that the value at a place may have: numbers and offsets as an arc of 64 bits, budgets as 0..budget. */
struct range progress_position(const struct state *s, uint32_t place);

/* The mark of a value to which a number with these members was added; none when the sum may be large. */
struct motion motion_add(struct motion motion, const struct num *delta);

/* The mark of a value of which 32 bits or more were kept and the rest replaced. */
struct motion motion_narrow(struct motion motion);

/* One unit of a budget is used up. */
void motion_tick(struct motion *motion);

#endif
