// SPDX-License-Identifier: Apache-2.0
/* Witnesses against containment: a number, an address, NULL, an unwritten byte, something held, that one state allows
 * and the other does not. What a state allows is read from its fields by their comments in state.h. */
#include "escapes.h"

#include "verify/word.h"

/* Numbers that are tried as witnesses, at most. */
#define CANDIDATES 64

struct candidates {
    uint64_t items[CANDIDATES];
    unsigned count;
};

static void add_candidate(struct candidates *c, const struct num *within, uint64_t number)
{
    uint64_t fixed = (number & within->bits.mask) | within->bits.value;
    if (num_has(within, number) && c->count < CANDIDATES)
        c->items[c->count++] = number;
    if (fixed != number && num_has(within, fixed) && c->count < CANDIDATES)
        c->items[c->count++] = fixed;
}

/* Members of `within` at its edges and at those of `other`. */
static struct candidates candidates_of(const struct num *within, const struct num *other)
{
    struct candidates c = {.count = 0};
    const struct num *nums[] = {within, other};
    for (int n = 0; n < 2; n++) {
        const struct range all = nums[n]->all, low = nums[n]->low;
        for (uint64_t delta = UINT64_MAX; delta != 2; delta++) {
            add_candidate(&c, within, all.low + delta);
            add_candidate(&c, within, range_last(all, 64) + delta);
            add_candidate(&c, within, (within->all.low & ~word_mask(32)) | ((low.low + delta) & word_mask(32)));
            add_candidate(&c, within,
                          (within->all.low & ~word_mask(32)) | ((range_last(low, 32) + delta) & word_mask(32)));
        }
        add_candidate(&c, within, nums[n]->bits.value);
        add_candidate(&c, within, ~nums[n]->bits.value);
        add_candidate(&c, within, all.low + all.span / 2);
    }
    return c;
}

/* All values of a state, to be gone through by pairs; cells as they are named by `like`. */
struct values {
    struct value inner[FRAME_COUNT * (REG_COUNT + STACK_BYTES / 8)];
    const struct value *outer[FRAME_COUNT * (REG_COUNT + STACK_BYTES / 8)];
    unsigned count;
};

static void add_pair(struct values *v, struct value inner, const struct value *outer)
{
    if (v->count == sizeof v->inner / sizeof *v->inner)
        return;
    v->inner[v->count] = inner;
    v->outer[v->count++] = outer;
}

static void collect(struct values *v, const struct state *inner, const struct state *outer)
{
    v->count = 0;
    for (uint32_t depth = 0; depth <= outer->depth; depth++) {
        const struct frame *in = inner->frames[depth], *out = outer->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            add_pair(v, in->regs[reg], &out->regs[reg]);
        const struct cell *cell;
        for (struct cell_walk w = cells_of(out); (cell = cell_next(&w));)
            add_pair(v, frame_read(in, cell->off, cell->size), &cell->value);
    }
}

/* How far a value stands from another one with its id. */
static uint64_t distance(const struct value *v, const struct value *from)
{
    return v->kind == KIND_NUMBER ? (uint64_t)v->off - (uint64_t)from->off : 0;
}

/* A number that value `at` may be in the inner state, together with everything linked to it. */
static bool may_be(const struct values *v, unsigned at, uint64_t number)
{
    const struct value *value = &v->inner[at];
    for (unsigned i = 0; i < v->count; i++)
        if (v->inner[i].kind == value->kind && (i == at || (value->id && v->inner[i].id == value->id)) &&
            !num_has(&v->inner[i].num, number + distance(&v->inner[i], value)))
            return false;
    return true;
}

static bool number_escapes(const struct values *v, unsigned at)
{
    const struct num *outer = &v->outer[at]->num;
    struct candidates c = candidates_of(&v->inner[at].num, outer);
    for (unsigned i = 0; i < c.count; i++)
        if (!num_has(outer, c.items[i]) && may_be(v, at, c.items[i]))
            return true;
    return false;
}

/* Bytes proved to be readable through packet pointers that share the variable part of `at`. */
static uint32_t packet_bytes(const struct values *v, unsigned at)
{
    uint32_t most = 0;
    for (unsigned i = 0; i < v->count; i++)
        if (v->inner[i].kind == v->inner[at].kind && v->inner[i].id == v->inner[at].id && v->inner[i].readable > most)
            most = v->inner[i].readable;
    return most;
}

static bool pointer_escapes(const struct values *v, unsigned at)
{
    const struct value *inner = &v->inner[at], *outer = v->outer[at];
    bool packet = inner->kind & KIND_PACKETS;
    if (inner->object != outer->object || (inner->maybe_null && !outer->maybe_null) ||
        (inner->ref == 0) != (outer->ref == 0))
        return true;
    if (packet && outer->readable > packet_bytes(v, at))
        return true;
    if (packet && inner->off != outer->off)
        return inner->num.bits.mask == 0 && outer->num.bits.mask == 0 &&
               inner->num.bits.value + (uint64_t)inner->off != outer->num.bits.value + (uint64_t)outer->off;
    if (inner->kind == KIND_MEM && outer->readable > inner->readable)
        return true;
    if (inner->kind == KIND_ITER && outer->readable < inner->readable)
        return true;
    return inner->off != outer->off || number_escapes(v, at);
}

static bool value_escapes(const struct values *v, unsigned at)
{
    const struct value *inner = &v->inner[at], *outer = v->outer[at];
    if (outer->kind == KIND_UNINIT)
        return false;
    if (inner->kind != outer->kind) /* NULL is a number, and a pointer that may be NULL holds it */
        return !(inner->kind == KIND_NUMBER && outer->maybe_null);
    return inner->kind == KIND_NUMBER ? number_escapes(v, at) : pointer_escapes(v, at);
}

/* The values `a` and `b` of the inner state need not stand as far from each other as the outer one says. */
static bool can_differ(const struct values *v, unsigned a, unsigned b)
{
    uint64_t claimed = distance(v->outer[a], v->outer[b]);
    if (v->inner[a].id && v->inner[a].id == v->inner[b].id)
        return distance(&v->inner[a], &v->inner[b]) != claimed;
    struct candidates x = candidates_of(&v->inner[a].num, &v->inner[b].num);
    struct candidates y = candidates_of(&v->inner[b].num, &v->inner[a].num);
    for (unsigned i = 0; i < x.count; i++)
        for (unsigned k = 0; k < y.count; k++)
            if (x.items[i] != y.items[k] + claimed && may_be(v, a, x.items[i]) && may_be(v, b, y.items[k]))
                return true;
    return false;
}

/* The outer state holds two values to be alike that need not be. */
static bool link_escapes(const struct values *v, unsigned a, unsigned b)
{
    const struct value *x = v->outer[a], *y = v->outer[b];
    bool numbers = (x->kind | y->kind) & (KIND_NUMBER | KIND_UNINIT); /* these stand for nothing */
    if (x->ref && x->ref == y->ref && v->inner[a].ref != v->inner[b].ref && !numbers)
        return true;
    if (!x->id || x->id != y->id || x->kind != y->kind || v->inner[a].kind != x->kind || v->inner[b].kind != x->kind)
        return false;
    if (x->kind & (KIND_NUMBER | KIND_PACKETS))
        return can_differ(v, a, b);
    return x->maybe_null && y->maybe_null && v->inner[a].id != v->inner[b].id &&
           (v->inner[a].maybe_null || v->inner[b].maybe_null);
}

static bool frame_escapes(const struct frame *inner, const struct frame *outer)
{
    if (inner->func != outer->func || inner->return_insn != outer->return_insn || inner->calling != outer->calling ||
        inner->held != outer->held || inner->rounds > outer->rounds)
        return true;
    for (uint32_t n = 0; n < outer->stripe_count; n++)
        if (frame_written(outer, n) & ~frame_written(inner, n))
            return true;
    return false;
}

static bool held_escapes(const struct state *inner, const struct state *outer)
{
    if (inner->reference_count != outer->reference_count || inner->lock.held != outer->lock.held)
        return true;
    return inner->lock.held && inner->lock.map != outer->lock.map;
}

bool escapes(const struct state *inner, const struct state *outer)
{
    struct values v;
    if (inner->insn != outer->insn || inner->depth != outer->depth || held_escapes(inner, outer))
        return true;
    for (uint32_t depth = 0; depth <= outer->depth; depth++)
        if (frame_escapes(inner->frames[depth], outer->frames[depth]))
            return true;
    collect(&v, inner, outer);
    for (unsigned a = 0; a < v.count; a++) {
        if (value_escapes(&v, a))
            return true;
        for (unsigned b = 0; v.outer[a]->id | v.outer[a]->ref && b < a; b++)
            if (link_escapes(&v, a, b))
                return true;
    }
    return false;
}
