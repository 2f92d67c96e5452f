// SPDX-License-Identifier: Apache-2.0
/* States: making, copying, registers, calls. Stack memory is in frame.c, containment in include.c. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "cells.h"

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
    uint64_t known;
    return v->kind == KIND_NUMBER && num_is_const(&v->num, &known) && known == n;
}

static struct frame *frame_new(uint32_t func, uint32_t depth)
{
    struct frame *f = memory_alloc(sizeof *f);
    f->func = func;
    f->calling = NONE;
    for (int reg = 0; reg < REG_COUNT; reg++)
        f->regs[reg] = value_uninit();
    f->regs[REG_FP] = value_pointer(KIND_STACK, depth);
    return f;
}

static struct frame *frame_clone(const struct frame *f)
{
    struct frame *copy = memory_alloc(sizeof *copy);
    *copy = *f;
    copy->cell_capacity = f->cell_count;
    copy->cells = f->cell_count ? memory_alloc(f->cell_count * sizeof *f->cells) : NULL;
    if (f->cell_count)
        memcpy(copy->cells, f->cells, f->cell_count * sizeof *f->cells);
    return copy;
}

static void frame_free(struct frame *f)
{
    free(f->cells);
    free(f);
}

struct state *state_new(uint32_t func, uint32_t insn)
{
    struct state *s = memory_alloc(sizeof *s);
    s->insn = insn;
    s->frames[0] = frame_new(func, 0);
    return s;
}

struct state *state_clone(const struct state *s)
{
    struct state *copy = memory_alloc(sizeof *copy);
    *copy = *s;
    for (uint32_t i = 0; i <= s->depth; i++)
        copy->frames[i] = frame_clone(s->frames[i]);
    return copy;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i <= s->depth; i++)
        frame_free(s->frames[i]);
    free(s);
}

size_t state_bytes(const struct state *s)
{
    size_t bytes = sizeof *s;
    for (uint32_t i = 0; i <= s->depth; i++)
        bytes += sizeof(struct frame) + s->frames[i]->cell_capacity * sizeof(struct cell);
    return bytes;
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
    if (v->kind == KIND_NUMBER && v->id == 0 && v->num.bits.mask)
        v->id = state_new_id(s);
}

void state_each_linked(struct state *s, uint16_t kind, uint32_t id,
                       void (*change)(struct value *v, const void *argument), const void *argument)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (f->regs[reg].kind == kind && f->regs[reg].id == id)
                change(&f->regs[reg], argument);
        for (uint32_t i = 0; i < f->cell_count; i++)
            if (f->cells[i].value.kind == kind && f->cells[i].value.id == id)
                change(&f->cells[i].value, argument);
    }
}

static bool push_frame(struct state *s, uint32_t func, uint32_t insn, uint32_t return_insn)
{
    if (s->depth + 1 == FRAME_COUNT)
        return false;
    struct frame *callee = frame_new(func, s->depth + 1);
    callee->return_insn = return_insn;
    for (int reg = 1; reg <= 5; reg++)
        callee->regs[reg] = state_frame(s)->regs[reg];
    s->frames[++s->depth] = callee;
    s->insn = insn;
    return true;
}

void state_forget_packets(struct state *s)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (f->regs[reg].kind & (KIND_PACKETS | KIND_PACKET_END))
                f->regs[reg] = value_uninit();
        for (uint32_t i = 0; i < f->cell_count; i++)
            if (f->cells[i].value.kind & (KIND_PACKETS | KIND_PACKET_END))
                f->cells[i].value = value_number(num_unknown());
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

/* True when the value points to memory that goes with the frame of that depth. */
static bool goes_with(const struct value *v, uint32_t depth)
{
    return (v->kind == KIND_STACK && v->object == depth) || (v->kind == KIND_MEM && v->object / MEM_FRAME == depth);
}

/* Forgets pointers into the frame of that depth, which is gone. */
static void forget_frame(struct state *s, uint32_t gone)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        uint32_t kept = 0;
        for (uint32_t i = 0; i < f->cell_count; i++)
            if (!goes_with(&f->cells[i].value, gone))
                f->cells[kept++] = f->cells[i];
        f->cell_count = kept;
    }
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

/* Removes cells that are not to be kept. Those of callers may be read through pointers. */
static void drop_cells(struct frame *f, enum keep keep, const struct words *live)
{
    uint32_t kept = 0;
    uint64_t known;
    for (uint32_t i = 0; i < f->cell_count; i++) {
        const struct cell *cell = &f->cells[i];
        bool number = cell->value.kind == KIND_NUMBER,
             drop = live && cell->value.kind != KIND_ITER && words_miss(live, cell->off, cell->size);
        if (number && keep == KEEP_CONSTANTS)
            drop = drop || cell->size < 4 || !num_is_const(&cell->value.num, &known);
        if (!drop && !(number && keep == KEEP_NONE))
            f->cells[kept++] = *cell;
    }
    f->cell_count = kept;
    for (int off = -4; live && off >= -STACK_BYTES; off -= 4)
        if (words_miss(live, off, 4))
            frame_unwrite(f, off, off + 4);
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
            drop_cells(f, c->keep, depth == s->depth ? &c->cells[insn] : NULL);
        insn = f->return_insn;
    }
}
