// SPDX-License-Identifier: Apache-2.0
/* States: making, copying, registers, calls. Stack memory is in frame.c, containment in include.c. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "cells.h"
#include "word.h"

struct value value_uninit(void)
{
    return (struct value){.kind = KIND_UNINIT, .origin = NONE};
}

struct value value_number(struct num num)
{
    return (struct value){.kind = KIND_NUMBER, .origin = NONE, .num = num};
}

struct value value_pointer(uint16_t kind, uint32_t object)
{
    return (struct value){.kind = kind, .object = object, .origin = NONE, .num = num_const(0)};
}

bool value_is_pointer(const struct value *v)
{
    return (v->kind & KIND_POINTERS) != 0;
}

bool value_is(const struct value *v, uint64_t n)
{
    return v->kind == KIND_NUMBER && num_is(&v->num, n);
}

bool value_is_within(const struct value *v, unsigned bits)
{
    return bits == 64 || (v->kind == KIND_NUMBER && range_max(v->num.all, 64) <= word_mask(bits));
}

struct state *state_new(uint32_t func, uint32_t insn, struct meter *meter)
{
    struct state *s = meter_alloc(meter, sizeof *s);
    *s = (struct state){.insn = insn, .meter = meter};
    for (int i = 0; i < TRAIL_COUNT; i++)
        s->trail[i] = NONE;
    s->frames[0] = frame_new(meter, func, 0);
    return s;
}

struct state *state_clone(const struct state *s)
{
    struct state *copy = meter_alloc(s->meter, sizeof *copy);
    *copy = *s;
    for (uint32_t i = 0; i <= s->depth; i++)
        copy->frames[i] = frame_clone(s->frames[i]);
    return copy;
}

void state_went(struct state *s, uint32_t insn, bool jumped)
{
    memmove(s->trail + 1, s->trail, (TRAIL_COUNT - 1) * sizeof *s->trail);
    s->trail[0] = 2 * insn + jumped;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i <= s->depth; i++)
        frame_free(s->frames[i]);
    meter_free(s->meter, s, sizeof *s);
}

void state_set_reg(struct state *s, unsigned reg, struct value value)
{
    if (value.origin == NONE)
        value.origin = s->insn;
    state_frame(s)->regs[reg] = value;
}

uint32_t state_new_id(struct state *s)
{
    return ++s->last_id;
}

void state_link(struct state *s, unsigned reg)
{
    struct value *v = &state_frame(s)->regs[reg];
    if (v->kind == KIND_NUMBER && v->id == 0 && v->num.bits.mask) {
        v->id = state_new_id(s);
        v->off = 0;
    }
}

void state_each_linked(struct state *s, uint16_t kind, uint32_t id,
                       void (*change)(struct value *v, const void *argument), const void *argument)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (f->regs[reg].kind == kind && f->regs[reg].id == id)
                change(&f->regs[reg], argument);
        struct cell_walk w = cells_of(f);
        for (const struct cell *cell; (cell = cell_next(&w));)
            if (cell->value.kind == kind && cell->value.id == id)
                change(&cell_own(f, &w)->value, argument);
    }
}

static bool push_frame(struct state *s, uint32_t func, uint32_t insn, uint32_t return_insn)
{
    if (s->depth + 1 == FRAME_COUNT)
        return false;
    struct frame *callee = frame_new(s->meter, func, s->depth + 1);
    callee->return_insn = return_insn;
    for (int reg = 1; reg <= 5; reg++)
        callee->regs[reg] = state_frame(s)->regs[reg];
    s->frames[++s->depth] = callee;
    s->insn = insn;
    return true;
}

struct value state_stale_address(const struct state *s)
{
    struct value v = value_number(num_unknown());
    v.origin = s->insn;
    return v;
}

void state_forget_packets(struct state *s)
{
    struct value address = state_stale_address(s);
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (f->regs[reg].kind & (KIND_PACKETS | KIND_PACKET_END))
                f->regs[reg] = address;
        struct cell_walk w = cells_of(f);
        for (const struct cell *cell; (cell = cell_next(&w));)
            if (cell->value.kind & (KIND_PACKETS | KIND_PACKET_END))
                cell_own(f, &w)->value = address;
    }
}

bool state_push(struct state *s, uint32_t func, uint32_t insn, uint32_t return_insn)
{
    struct frame *caller = state_frame(s);
    if (!push_frame(s, func, insn, return_insn))
        return false;
    for (int reg = 0; reg <= 5; reg++)
        caller->regs[reg] = value_uninit();
    return true;
}

bool state_push_callback(struct state *s, uint32_t func, uint32_t insn, uint32_t call)
{
    if (!push_frame(s, func, insn, call))
        return false;
    state_frame(s)->held = s->reference_count;
    return true;
}

/* True when the cell points to memory that goes with the frame of that depth. */
static bool goes_with(const struct cell *cell, const void *argument)
{
    const struct value *v = &cell->value;
    uint32_t depth = *(const uint32_t *)argument;
    return (v->kind == KIND_STACK && v->object == depth) || (v->kind == KIND_MEM && v->object / MEM_FRAME == depth);
}

/* Forgets pointers into the frame of that depth, which is gone. */
static void forget_frame(struct state *s, uint32_t gone)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++)
        frame_drop_cells(s->frames[depth], goes_with, &gone);
}

void state_pop_callback(struct state *s)
{
    uint32_t gone = s->depth--;
    s->insn = s->frames[gone]->return_insn;
    frame_free(s->frames[gone]);
    s->frames[gone] = NULL;
    forget_frame(s, gone);
}

void state_pop(struct state *s)
{
    struct value result = *state_reg(s, 0);
    state_pop_callback(s);
    state_frame(s)->regs[0] = result;
}

/* What is to be kept of stack memory: of which words (NULL: all), and which numbers. */
struct keeping {
    const struct words *live;
    enum keep keep;
};

static bool is_dropped(const struct cell *cell, const void *argument)
{
    const struct keeping *k = argument;
    bool number = cell->value.kind == KIND_NUMBER;
    uint64_t known;
    if (number && (k->keep == KEEP_NONE ||
                   (k->keep == KEEP_CONSTANTS && (cell->size < 4 || !num_is_const(&cell->value.num, &known)))))
        return true;
    return k->live && !(cell->value.kind & (KIND_ITER | KIND_DYNPTR)) && words_miss(k->live, cell->off, cell->size);
}

/* Forgets stack memory that is not to be kept. That of callers may be read through pointers. */
static void clean_frame(struct frame *f, const struct keeping *k)
{
    frame_drop_cells(f, is_dropped, k);
    for (uint32_t n = 0; k->live && n < f->stripe_count; n++)
        frame_set_written(f, n, frame_written(f, n) & words_bytes(k->live, n));
}

void state_clean(struct state *s, const struct cleaning *c)
{
    uint32_t insn = s->insn;
    for (uint32_t depth = s->depth + 1; depth-- > 0;) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_FP; reg++) {
            struct value *v = &f->regs[reg];
            if (!(c->live[insn] >> reg & 1))
                *v = value_uninit();
            else if (v->kind == KIND_NUMBER && !(c->matters[insn] >> reg & 1))
                *v = value_number(num_unknown());
        }
        if (c->keep != KEEP_ALL)
            clean_frame(f, &(struct keeping){depth == s->depth ? &c->cells[insn] : NULL, c->keep});
        insn = f->return_insn;
    }
}
