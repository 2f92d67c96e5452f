// SPDX-License-Identifier: Apache-2.0
/* Stack memory of one frame: cells with known values; every other byte is an unknown number. It is cut into stripes
 * that states share as long as they are alike in them (copy on write). */
#include <string.h>

#include "../base/memory.h"
#include "progress.h"
#include "word.h"

struct frame *frame_new(struct meter *meter, uint32_t func, uint32_t depth)
{
    uint32_t stack_bytes = meter && meter->frame_bytes ? meter->frame_bytes : STACK_BYTES;
    uint32_t count = (stack_bytes + STRIPE_BYTES - 1) / STRIPE_BYTES;
    struct frame *f = meter_alloc(meter, sizeof *f + count * sizeof *f->stripes);
    memset(f, 0, sizeof *f + count * sizeof *f->stripes);
    f->func = func;
    f->calling = NONE;
    f->meter = meter;
    f->stripe_count = count;
    for (int reg = 0; reg < REG_COUNT; reg++)
        f->regs[reg] = value_uninit();
    f->regs[REG_FP] = value_pointer(KIND_STACK, depth);
    return f;
}

struct frame *frame_clone(const struct frame *f)
{
    size_t bytes = sizeof *f + f->stripe_count * sizeof *f->stripes;
    struct frame *copy = meter_alloc(f->meter, bytes);
    memcpy(copy, f, bytes);
    for (uint32_t n = 0; n < f->stripe_count; n++)
        if (f->stripes[n])
            f->stripes[n]->users++;
    return copy;
}

static size_t stripe_bytes(uint32_t capacity)
{
    return sizeof(struct stripe) + capacity * sizeof(struct cell);
}

static void stripe_leave(struct frame *f, uint32_t n)
{
    struct stripe *stripe = f->stripes[n];
    if (stripe && --stripe->users == 0)
        meter_free(f->meter, stripe, stripe_bytes(stripe->capacity));
    f->stripes[n] = NULL;
}

void frame_free(struct frame *f)
{
    for (uint32_t n = 0; n < f->stripe_count; n++)
        stripe_leave(f, n);
    meter_free(f->meter, f, sizeof *f + f->stripe_count * sizeof *f->stripes);
}

/* Stripe n for writing: the frame's own, with room for so many more cells. */
static struct stripe *stripe_own(struct frame *f, uint32_t n, uint32_t room)
{
    struct stripe *old = f->stripes[n];
    uint32_t count = old ? old->count : 0;
    if (old && old->users == 1 && count + room <= old->capacity)
        return old;
    uint32_t capacity = (count + room + 3) & ~3u;
    struct stripe *stripe = meter_alloc(f->meter, stripe_bytes(capacity));
    *stripe = (struct stripe){.users = 1, .count = count, .capacity = capacity};
    if (old) {
        stripe->written = old->written;
        memcpy(stripe->cells, old->cells, count * sizeof *old->cells);
    }
    stripe_leave(f, n);
    return f->stripes[n] = stripe;
}

/* The stripe that holds the byte at `off`. */
static uint32_t stripe_of(int off)
{
    return (uint32_t)(-1 - off) / STRIPE_BYTES;
}

/* Bits of the bytes of stripe n that lie in low .. high - 1. */
static uint64_t bytes_of(uint32_t n, int low, int high)
{
    int end = -(int)n * STRIPE_BYTES, first = end - high, last = end - low; /* distances from its end */
    first = first < 0 ? 0 : first;
    last = last > STRIPE_BYTES ? STRIPE_BYTES : last;
    return last <= first ? 0 : word_mask((unsigned)(last - first)) << first;
}

const struct cell *cell_next(struct cell_walk *w)
{
    while (w->stripe > 0) {
        const struct stripe *stripe = w->frame->stripes[w->stripe - 1];
        if (stripe && w->index < stripe->count)
            return &stripe->cells[w->index++];
        w->stripe--;
        w->index = 0;
    }
    return NULL;
}

struct cell *cell_own(struct frame *f, const struct cell_walk *w)
{
    return &stripe_own(f, w->stripe - 1, 0)->cells[w->index - 1];
}

uint32_t frame_cell_count(const struct frame *f)
{
    uint32_t count = 0;
    for (uint32_t n = 0; n < f->stripe_count; n++)
        count += f->stripes[n] ? f->stripes[n]->count : 0;
    return count;
}

void frame_add_cell(struct frame *f, const struct cell *cell)
{
    struct stripe *stripe = stripe_own(f, stripe_of(cell->off), 1);
    stripe->cells[stripe->count++] = *cell;
}

/* The cell that holds the byte at `off`; NULL: none. */
static const struct cell *find_cell(const struct frame *f, int off)
{
    const struct stripe *stripe = stripe_of(off) < f->stripe_count ? f->stripes[stripe_of(off)] : NULL;
    for (uint32_t i = 0; stripe && i < stripe->count; i++)
        if (stripe->cells[i].off <= off && off < stripe->cells[i].off + stripe->cells[i].size)
            return &stripe->cells[i];
    return NULL;
}

void frame_drop_cells(struct frame *f, bool (*drops)(const struct cell *cell, const void *argument),
                      const void *argument)
{
    for (uint32_t n = 0; n < f->stripe_count; n++) {
        uint32_t kept = 0, count = f->stripes[n] ? f->stripes[n]->count : 0;
        while (kept < count && !drops(&f->stripes[n]->cells[kept], argument))
            kept++;
        if (kept == count)
            continue;
        struct stripe *stripe = stripe_own(f, n, 0);
        for (uint32_t i = kept + 1; i < count; i++)
            if (!drops(&stripe->cells[i], argument))
                stripe->cells[kept++] = stripe->cells[i];
        stripe->count = kept;
    }
}

/* Removes the cells of a stripe that touch bytes low .. high - 1; the index where a cell for them belongs. */
static uint32_t remove_cells(struct stripe *stripe, int low, int high)
{
    uint32_t first = 0, last;
    while (first < stripe->count && stripe->cells[first].off + stripe->cells[first].size <= low)
        first++;
    for (last = first; last < stripe->count && stripe->cells[last].off < high;)
        last++;
    if (last > first) {
        memmove(&stripe->cells[first], &stripe->cells[last], (stripe->count - last) * sizeof *stripe->cells);
        stripe->count -= last - first;
    }
    return first;
}

uint64_t frame_written(const struct frame *f, uint32_t n)
{
    return f->stripes[n] ? f->stripes[n]->written : 0;
}

void frame_set_written(struct frame *f, uint32_t n, uint64_t written)
{
    if (frame_written(f, n) != written)
        stripe_own(f, n, 0)->written = written;
}

bool frame_is_written(const struct frame *f, int low, int high)
{
    for (uint32_t n = stripe_of(high - 1); low < high && n <= stripe_of(low); n++)
        if (bytes_of(n, low, high) & ~frame_written(f, n))
            return false;
    return true;
}

bool frame_holds(const struct frame *f, int low, int high, uint16_t kinds)
{
    for (uint32_t n = stripe_of(high - 1); low < high && n <= stripe_of(low); n++)
        for (uint32_t i = 0; f->stripes[n] && i < f->stripes[n]->count; i++) {
            const struct cell *cell = &f->stripes[n]->cells[i];
            if (cell->off < high && cell->off + cell->size > low && (cell->value.kind & kinds))
                return true;
        }
    return false;
}

void frame_forget(struct frame *f, int low, int high, bool surely)
{
    for (uint32_t n = stripe_of(high - 1); low < high && n <= stripe_of(low); n++) {
        if (!surely && !f->stripes[n])
            continue;
        struct stripe *stripe = stripe_own(f, n, 0);
        remove_cells(stripe, low, high);
        if (surely)
            stripe->written |= bytes_of(n, low, high);
    }
}

bool value_is_vague(const struct value *v, unsigned size)
{
    struct num any = num_word(size * 8);
    return v->kind == KIND_NUMBER && v->id == 0 && num_includes(&v->num, &any);
}

void frame_write(struct frame *f, int off, unsigned size, struct value value)
{
    uint32_t n = stripe_of(off);
    struct stripe *stripe = stripe_own(f, n, 1);
    uint32_t at = remove_cells(stripe, off, off + (int)size);
    stripe->written |= bytes_of(n, off, off + (int)size);
    if (value.kind == KIND_NUMBER) {
        if (range_max(value.num.all, 64) > word_mask(size * 8)) {
            value.id = 0; /* the cell holds only a part of the number */
            value.motion = size >= 4 ? motion_narrow(value.motion) : (struct motion){0};
        }
        value.num = num_zero_extend(&value.num, size * 8);
        if (value_is_vague(&value, size))
            return; /* says no more than that the bytes were written */
    } else if (size != 8) {
        return; /* a part of an address: an unknown number */
    }
    memmove(&stripe->cells[at + 1], &stripe->cells[at], (stripe->count - at) * sizeof *stripe->cells);
    stripe->cells[at] = (struct cell){.off = (int16_t)off, .size = (uint8_t)size, .value = value};
    stripe->count++;
}

/* The number that the bytes off .. off + size - 1 inside one cell hold. */
static struct num cell_part(const struct cell *cell, int off, unsigned size)
{
    struct num count = num_const((uint64_t)(off - cell->off) * 8);
    struct num shifted = num_alu(OP_RSH, &cell->value.num, &count, 64);
    return num_zero_extend(&shifted, size * 8);
}

/* The number that several constant cells spell together; false when a byte is unknown. */
static bool constant_bytes(const struct frame *f, int off, unsigned size, uint64_t *word)
{
    *word = 0;
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte;
        if (!frame_byte(f, off + (int)i, &byte))
            return false;
        *word |= (uint64_t)byte << (8 * i);
    }
    return true;
}

struct value frame_read(const struct frame *f, int off, unsigned size)
{
    const struct cell *cell = find_cell(f, off);
    if (cell && cell->off == off && cell->size == size)
        return cell->value;
    if (cell && cell->value.kind == KIND_NUMBER && off + (int)size <= cell->off + cell->size)
        return value_number(cell_part(cell, off, size));
    uint64_t word;
    if (constant_bytes(f, off, size, &word))
        return value_number(num_const(word));
    return value_number(num_word(size * 8));
}

bool frame_byte(const struct frame *f, int off, uint8_t *byte)
{
    const struct cell *cell = find_cell(f, off);
    uint64_t known;
    if (!cell || cell->value.kind != KIND_NUMBER)
        return false;
    struct num part = cell_part(cell, off, 1);
    if (!num_is_const(&part, &known))
        return false;
    *byte = (uint8_t)known;
    return true;
}
