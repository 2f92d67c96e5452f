// SPDX-License-Identifier: Apache-2.0
/* Stack memory of one frame: a sorted list of cells with known values; every other byte is an unknown number. */
#include <string.h>

#include "../base/memory.h"
#include "progress.h"
#include "word.h"

/* The first cell that ends behind `off`. */
static uint32_t first_cell_after(const struct frame *f, int off)
{
    uint32_t low = 0, high = f->cell_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (f->cells[middle].off + f->cells[middle].size <= off)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Removes the cells that touch bytes low .. high - 1; the index where a cell for them belongs. */
static uint32_t remove_cells(struct frame *f, int low, int high)
{
    uint32_t first = first_cell_after(f, low), last = first;
    while (last < f->cell_count && f->cells[last].off < high)
        last++;
    if (last > first) {
        memmove(&f->cells[first], &f->cells[last], (f->cell_count - last) * sizeof *f->cells);
        f->cell_count -= last - first;
    }
    return first;
}

static void mark_written(struct frame *f, int low, int high)
{
    for (int off = low; off < high; off++)
        f->written[(-1 - off) / 8] |= (uint8_t)(1 << ((-1 - off) % 8));
}

void frame_unwrite(struct frame *f, int low, int high)
{
    for (int off = low; off < high; off++)
        f->written[(-1 - off) / 8] &= (uint8_t)~(1 << ((-1 - off) % 8));
}

bool frame_is_written(const struct frame *f, int low, int high)
{
    for (int off = low; off < high; off++)
        if (!(f->written[(-1 - off) / 8] >> ((-1 - off) % 8) & 1))
            return false;
    return true;
}

bool frame_holds(const struct frame *f, int low, int high, uint16_t kind)
{
    for (uint32_t i = first_cell_after(f, low); i < f->cell_count && f->cells[i].off < high; i++)
        if (f->cells[i].value.kind == kind)
            return true;
    return false;
}

void frame_forget(struct frame *f, int low, int high, bool surely)
{
    remove_cells(f, low, high);
    if (surely)
        mark_written(f, low, high);
}

bool value_is_vague(const struct value *v, unsigned size)
{
    struct num any = num_word(size * 8);
    return v->kind == KIND_NUMBER && v->id == 0 && num_includes(&v->num, &any);
}

void frame_write(struct frame *f, int off, unsigned size, struct value value)
{
    uint32_t at = remove_cells(f, off, off + (int)size);
    mark_written(f, off, off + (int)size);
    if (value.kind == KIND_NUMBER) {
        if (range_max(value.num.all, 64) > word_mask(size * 8)) { /* the cell holds only a part of the number */
            value.id = 0;
            value.motion = size >= 4 ? motion_narrow(value.motion) : (struct motion){0};
        }
        value.num = num_zero_extend(&value.num, size * 8);
        if (value_is_vague(&value, size))
            return; /* says no more than that the bytes were written */
    } else if (size != 8) {
        return; /* a part of an address: an unknown number */
    }
    f->cells = memory_grow(f->cells, f->cell_count, &f->cell_capacity, sizeof *f->cells);
    memmove(&f->cells[at + 1], &f->cells[at], (f->cell_count - at) * sizeof *f->cells);
    f->cells[at] = (struct cell){.off = (int16_t)off, .size = (uint8_t)size, .value = value};
    f->cell_count++;
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
    uint32_t at = first_cell_after(f, off);
    const struct cell *cell = at < f->cell_count && f->cells[at].off <= off ? &f->cells[at] : NULL;
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
    uint32_t at = first_cell_after(f, off);
    uint64_t known;
    if (at >= f->cell_count || f->cells[at].off > off || f->cells[at].value.kind != KIND_NUMBER)
        return false;
    struct num part = cell_part(&f->cells[at], off, 1);
    if (!num_is_const(&part, &known))
        return false;
    *byte = (uint8_t)known;
    return true;
}
