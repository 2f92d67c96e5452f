// SPDX-License-Identifier: Apache-2.0
/* Marks that follow values from one cut point to the next (progress.h).
 * Sound because: a mark is copied only together with its value, is dropped by every operation that is not an addition
 * of a small number, and is adjusted by each addition; so on arrival value = value at the mark's place before +
 * low..high, modulo 2^64, or 2^32 where an operation of 32 bits was among them. */
#include "progress.h"

struct motion motion_add(struct motion motion, const struct num *delta)
{
    int64_t low = range_signed_min(delta->all, 64), high = range_signed_max(delta->all, 64);
    bool small = motion.place && low > -MOTION_LIMIT && high < MOTION_LIMIT;
    if (small)
        low += motion.low, high += motion.high;
    if (!small || low <= -MOTION_LIMIT || high >= MOTION_LIMIT)
        return (struct motion){0};
    return (struct motion){motion.place, motion.narrow, (int32_t)low, (int32_t)high};
}

struct motion motion_narrow(struct motion motion)
{
    motion.narrow = true;
    return motion;
}

void motion_tick(struct motion *motion)
{
    struct num one = num_const(1);
    *motion = motion_add(*motion, &one);
}

static uint16_t place_of(uint32_t depth, int index)
{
    return (uint16_t)(1 + depth * PLACE_FRAME + (uint32_t)index);
}

void progress_start(struct state *s)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            f->regs[reg].motion = (struct motion){.place = place_of(depth, reg)};
        struct cell_walk w = cells_of(f);
        for (const struct cell *cell; (cell = cell_next(&w));)
            cell_own(f, &w)->value.motion = (struct motion){.place = place_of(depth, PLACE_CELL - cell->off)};
        f->budget = (struct motion){.place = place_of(depth, PLACE_BUDGET)};
        f->called = (struct motion){.place = f->calling == NONE ? 0 : place_of(depth, PLACE_CALLED)};
    }
}

static void read_one(struct moves *moves, struct motion motion, uint32_t to)
{
    if (!motion.place)
        return;
    moves->items = memory_grow(moves->items, moves->count, &moves->capacity, sizeof *moves->items);
    moves->items[moves->count++] = (struct move){motion.place, to, motion.low, motion.high, motion.narrow};
}

void progress_read(const struct state *s, struct moves *moves)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        const struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_FP; reg++)
            if (f->regs[reg].kind & (KIND_NUMBER | KIND_POINTERS))
                read_one(moves, f->regs[reg].motion, place_of(depth, reg));
        struct cell_walk w = cells_of(f);
        for (const struct cell *cell; (cell = cell_next(&w));)
            read_one(moves, cell->value.motion, place_of(depth, PLACE_CELL - cell->off));
        read_one(moves, f->budget, place_of(depth, PLACE_BUDGET));
        if (f->calling != NONE)
            read_one(moves, f->called, place_of(depth, PLACE_CALLED));
    }
}

static struct range value_position(const struct value *v)
{
    if (v->kind == KIND_UNINIT)
        return range_full(64);
    struct range position = v->num.all;
    if (v->kind & KIND_PACKETS)
        position.low += (uint64_t)(int64_t)v->off;
    return position;
}

struct range progress_position(const struct state *s, uint32_t place)
{
    const struct frame *f = s->frames[(place - 1) / PLACE_FRAME];
    uint32_t index = (place - 1) % PLACE_FRAME;
    if (index < REG_COUNT)
        return value_position(&f->regs[index]);
    if (index == PLACE_BUDGET)
        return range_unsigned(0, MAY_GOTO_LIMIT);
    if (index == PLACE_CALLED)
        return range_unsigned(0, f->rounds);
    struct cell_walk w = cells_of(f);
    for (const struct cell *cell; (cell = cell_next(&w));)
        if (cell->off == PLACE_CELL - (int)index)
            return value_position(&cell->value);
    return range_full(64);
}
