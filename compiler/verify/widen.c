// SPDX-License-Identifier: Apache-2.0
/* Joining and widening of states. Nothing here is trusted: a guess that is too small is followed further, and one that
 * is too large costs an acceptance. */
#include "widen.h"

#include <string.h>

#include "word.h"

#define PAIR_COUNT 256

/* Values that had the ids `older` and `newer` in the two states get one id in the joined one. */
struct pairs {
    uint32_t older[PAIR_COUNT], newer[PAIR_COUNT], joined[PAIR_COUNT];
    int32_t shift[PAIR_COUNT]; /* numbers: from the older distance to the newer one */
    uint32_t count;
};

/* A join while it is made. */
struct widening {
    const struct thresholds *t;
    bool far;
    struct state *result;
    struct pairs pairs;
};

/* A constant that something is compared with; loops end at it or beside it. */
static void add_threshold(struct thresholds *t, uint64_t number)
{
    for (int delta = -1; delta <= 1; delta++)
        t->items[t->count++] = number + (uint64_t)delta;
}

/* The constants of a function. */
static void add_constants(struct thresholds *t, const struct program *program, const struct func *f)
{
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        const struct insn *insn = &program->insns[i];
        enum op_class class = op_class(insn->op);
        if (insn->use_imm && (class == CLASS_JUMP || class == CLASS_ALU))
            add_threshold(t, (uint64_t)insn->imm);
    }
}

struct thresholds widen_thresholds(const struct program *program, const bool *called, struct arena *arena)
{
    static const uint64_t ends[] = {0, INT32_MAX, UINT32_MAX, INT64_MAX};
    struct thresholds t = {0};
    size_t most = program->insn_count + program->map_count + sizeof ends / sizeof *ends;
    t.items = arena_array(arena, 3 * most, sizeof *t.items);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        add_threshold(&t, ends[i]);
    for (uint32_t i = 0; i < program->map_count; i++)
        add_threshold(&t, program->maps[i].value_bytes);
    for (uint32_t func = 0; func < program->func_count; func++)
        if (called[func])
            add_constants(&t, program, &program->funcs[func]);
    return t;
}

/* The least distance from `from` to a threshold, upwards or downwards on the circle. */
static uint64_t distance(const struct thresholds *t, uint64_t from, bool up, unsigned bits)
{
    uint64_t least = word_mask(bits);
    for (uint32_t i = 0; i < t->count; i++) {
        uint64_t ahead = (up ? t->items[i] - from : from - t->items[i]) & word_mask(bits);
        least = ahead < least ? ahead : least;
    }
    return least;
}

static struct range widen_range(const struct widening *w, struct range older, struct range joined, unsigned bits)
{
    uint64_t mask = word_mask(bits), last = range_last(joined, bits);
    bool up = last != range_last(older, bits), down = joined.low != older.low;
    if (range_is_full(joined, bits) || (w->far && down))
        return range_full(bits);
    if (w->far)
        return up && last >= joined.low ? range_unsigned(joined.low, mask) : joined;
    uint64_t above = up ? distance(w->t, last, true, bits) : 0;
    uint64_t below = down ? distance(w->t, joined.low, false, bits) : 0;
    if (above > mask - joined.span || below > mask - joined.span - above)
        return range_full(bits);
    return (struct range){(joined.low - below) & mask, joined.span + above + below};
}

static struct num widen_num(const struct widening *w, const struct num *older, const struct num *newer)
{
    if (num_includes(older, newer))
        return *older;
    struct num n = num_join(older, newer);
    n.all = widen_range(w, older->all, n.all, 64);
    n.low = widen_range(w, older->low, n.low, 32);
    if (!tnum_includes(older->bits, newer->bits)) {
        /* Trailing bits that are known stay known (alignment); the others follow from the ranges. */
        uint64_t unknown = n.bits.mask & (0 - n.bits.mask);
        n.bits.mask |= ~(unknown - 1);
        n.bits.value &= ~n.bits.mask;
    }
    /* Parts learn from one another, and may then exclude what an arc of the newer value crosses though it does not hold
     * it: the checker compares part by part. */
    bool ok = num_sync(&n) && num_includes(&n, older) && num_includes(&n, newer);
    return ok ? n : num_unknown();
}

static uint32_t join_numbers(struct widening *w, uint32_t older, uint32_t newer, int32_t shift)
{
    struct pairs *p = &w->pairs;
    if (older == 0 || newer == 0)
        return 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->older[i] == older && p->newer[i] == newer && p->shift[i] == shift)
            return p->joined[i];
    if (p->count == PAIR_COUNT)
        return 0;
    p->older[p->count] = older;
    p->newer[p->count] = newer;
    p->shift[p->count] = shift;
    return p->joined[p->count++] = state_new_id(w->result);
}

static uint32_t join_ids(struct widening *w, uint32_t older, uint32_t newer)
{
    return join_numbers(w, older, newer, 0);
}

static bool value_fits(const struct value *older, const struct value *newer)
{
    if (older->kind == KIND_UNINIT || newer->kind == KIND_UNINIT)
        return true;
    return older->kind == newer->kind && (older->ref == 0) == (newer->ref == 0) &&
           (older->kind == KIND_NUMBER || older->object == newer->object);
}

/* Moves the constant part of a packet pointer's offset into its variable part. */
static void rebase(struct value *v)
{
    struct num off = num_const((uint64_t)(int64_t)v->off);
    v->num = num_alu(OP_ADD, &v->num, &off, 64);
    v->off = 0;
    v->readable = 0;
}

static struct value widen_pointer(struct widening *w, struct value older, struct value newer)
{
    bool packet = (older.kind & KIND_PACKETS) != 0;
    if (packet && older.off != newer.off) {
        rebase(&older);
        rebase(&newer);
    }
    struct value v = older;
    v.maybe_null = older.maybe_null || newer.maybe_null;
    bool most = v.kind == KIND_ITER; /* rounds at most; else bytes that are surely there */
    v.readable = (newer.readable > older.readable) == most ? newer.readable : older.readable;
    v.num = widen_num(w, &older.num, &newer.num);
    v.id = join_ids(w, older.id, newer.id);
    v.ref = join_ids(w, older.ref, newer.ref);
    if (v.id == 0 && (v.maybe_null || (packet && v.num.bits.mask)))
        v.id = state_new_id(w->result);
    return v;
}

static struct value widen_value(struct widening *w, const struct value *older, const struct value *newer)
{
    if (older->kind == KIND_UNINIT || newer->kind == KIND_UNINIT)
        return value_uninit();
    if (older->kind & ~KIND_NUMBER)
        return widen_pointer(w, *older, *newer);
    struct value v = value_number(widen_num(w, &older->num, &newer->num));
    v.origin = older->origin;
    v.off = older->off;
    v.id = join_numbers(w, older->id, newer->id, newer->off - older->off);
    return v;
}

/* The newer state's cell at the place of `cell`; NULL: it has none there. */
static const struct cell *same_cell(const struct cell *cell, struct cell_walk *w, const struct cell **at)
{
    while (*at && (*at)->off < cell->off)
        *at = cell_next(w);
    return *at && (*at)->off == cell->off && (*at)->size == cell->size ? *at : NULL;
}

static bool is_marked(const struct cell *cell, const void *argument)
{
    (void)argument;
    return cell->value.kind == KIND_UNINIT;
}

/* Keeps the cells that both frames have. */
static void widen_cells(struct widening *w, struct frame *f, const struct frame *newer)
{
    struct cell_walk old = cells_of(f), new = cells_of(newer);
    const struct cell *at = cell_next(&new);
    for (const struct cell *cell; (cell = cell_next(&old));) {
        const struct cell *other = same_cell(cell, &new, &at);
        struct value v = value_uninit();
        if (other && value_fits(&cell->value, &other->value))
            v = widen_value(w, &cell->value, &other->value);
        if (value_is_vague(&v, cell->size))
            v = value_uninit();
        cell_own(f, &old)->value = v;
    }
    frame_drop_cells(f, is_marked, NULL);
}

bool widen_fits(const struct state *older, const struct state *newer)
{
    if (older->insn != newer->insn || older->depth != newer->depth ||
        older->reference_count != newer->reference_count || older->lock.held != newer->lock.held)
        return false;
    for (uint32_t depth = 0; depth <= older->depth; depth++) {
        const struct frame *a = older->frames[depth], *b = newer->frames[depth];
        if (a->func != b->func || a->return_insn != b->return_insn || a->calling != b->calling)
            return false;
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (!value_fits(&a->regs[reg], &b->regs[reg]))
                return false;
    }
    return true;
}

struct state *widen_state(const struct state *older, const struct state *newer, const struct thresholds *t, bool far)
{
    struct widening w = {.t = t, .far = far, .result = state_clone(older)};
    if (newer->last_id > w.result->last_id)
        w.result->last_id = newer->last_id;
    w.result->ticks = newer->ticks;
    for (uint32_t i = 0; i < older->reference_count; i++)
        w.result->references[i].ref = join_ids(&w, older->references[i].ref, newer->references[i].ref);
    w.result->lock.id = join_ids(&w, older->lock.id, newer->lock.id);
    for (uint32_t depth = 0; depth <= older->depth; depth++) {
        struct frame *f = w.result->frames[depth];
        const struct frame *n = newer->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            f->regs[reg] = widen_value(&w, &f->regs[reg], &n->regs[reg]);
        for (uint32_t k = 0; k < f->stripe_count; k++)
            frame_set_written(f, k, frame_written(f, k) & frame_written(n, k));
        f->rounds = n->rounds > f->rounds ? n->rounds : f->rounds;
        widen_cells(&w, f, n);
    }
    return w.result;
}

/* The smallest of the words of 8, 16, 32, 64 bits that holds both numbers. */
static struct num word_of(const struct num *a, const struct num *b)
{
    for (unsigned bits = 8; bits < 64; bits *= 2) {
        struct num word = num_word(bits);
        if (num_includes(&word, a) && num_includes(&word, b))
            return word;
    }
    return num_unknown();
}

static bool is_moving(const struct value *older, const struct value *v)
{
    uint64_t known;
    return older->kind == KIND_NUMBER && v->kind == KIND_NUMBER && !num_is_const(&older->num, &known) &&
           !num_is_const(&v->num, &known) && !num_includes(&older->num, &v->num);
}

void widen_moving(const struct state *older, struct state *newer)
{
    for (uint32_t depth = 0; depth <= newer->depth; depth++) {
        const struct frame *from = older->frames[depth];
        struct frame *f = newer->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (is_moving(&from->regs[reg], &f->regs[reg]))
                f->regs[reg] = value_number(word_of(&from->regs[reg].num, &f->regs[reg].num));
        struct cell_walk old = cells_of(from), new = cells_of(f);
        const struct cell *at = cell_next(&old);
        for (const struct cell *cell; (cell = cell_next(&new));) {
            const struct cell *other = same_cell(cell, &old, &at);
            if (other && is_moving(&other->value, &cell->value))
                cell_own(f, &new)->value = value_number(word_of(&other->value.num, &cell->value.num));
        }
    }
}
