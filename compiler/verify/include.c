// SPDX-License-Identifier: Apache-2.0
/* Containment of states: the heart of the checker.
 * Sound because: a register or byte of which the outer state knows nothing allows everything; each known part is
 * compared by the domain's own inclusion; and equalities that the outer state asserts through ids must hold in the
 * inner state too (struct renaming). */
#include <string.h>

#include "state.h"

#define LINK_COUNT 1200 /* more than 4-byte cells of the largest frame, and registers */

/* Which inner identity stands for each outer id: the outer state says that all values with one id are alike, so all of
 * them must map to one identity of the inner state, numbers with one difference of their distances. Values without an
 * id have an identity of their own. */
struct renaming {
    uint32_t outer[LINK_COUNT], inner[LINK_COUNT];
    int64_t shift[LINK_COUNT];
    uint32_t count;
    uint32_t unique; /* identities given to inner values without an id */
    bool both_ways;  /* also the inner state's links must hold in the outer one */
};

/* Added to the identity of inner values that are known not to be NULL. They are NULL together, but where the map has
 * locks, equal ids also say that it is the same value. */
#define IDENTITY_NOT_NULL 0x80000000u

static bool rename_number(struct renaming *map, uint32_t outer, uint32_t inner, int64_t shift)
{
    if (outer == 0)
        return !map->both_ways || inner == 0;
    if (inner == 0)
        inner = 0x40000000u + map->unique++;
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->outer[i] == outer)
            return map->inner[i] == inner && map->shift[i] == shift;
        if (map->both_ways && map->inner[i] == inner)
            return false;
    }
    if (map->count == LINK_COUNT)
        return false;
    map->outer[map->count] = outer;
    map->shift[map->count] = shift;
    map->inner[map->count++] = inner;
    return true;
}

static bool rename_id(struct renaming *map, uint32_t outer, uint32_t inner)
{
    return rename_number(map, outer, inner, 0);
}

static bool num_same(const struct num *a, const struct num *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool pointer_includes(struct renaming *map, const struct value *outer, const struct value *inner)
{
    if (outer->object != inner->object || (inner->maybe_null && !outer->maybe_null) ||
        (outer->ref == 0) != (inner->ref == 0) || !rename_id(map, outer->ref, inner->ref))
        return false;
    if (outer->off != inner->off || (outer->kind == KIND_MEM && outer->readable > inner->readable))
        return false;
    if (outer->kind == KIND_ITER)
        return outer->readable >= inner->readable;
    if (outer->kind & KIND_PACKETS) /* id 0: without a variable part */
        return (outer->id || num_is(&outer->num, 0)) && outer->readable <= inner->readable &&
               rename_id(map, outer->id, inner->id);
    if (!outer->maybe_null) /* which value of a map it is matters where the map has locks */
        return outer->id == 0 || rename_id(map, outer->id, inner->id);
    return outer->id && rename_id(map, outer->id, inner->maybe_null ? inner->id : inner->id | IDENTITY_NOT_NULL);
}

static bool value_includes(struct renaming *map, const struct value *outer, const struct value *inner)
{
    if (outer->kind == KIND_UNINIT)
        return !map->both_ways || inner->kind == KIND_UNINIT;
    if (outer->kind != inner->kind)
        return false;
    if (map->both_ways && (!num_same(&outer->num, &inner->num) || outer->maybe_null != inner->maybe_null ||
                           outer->readable != inner->readable))
        return false;
    if (!num_includes(&outer->num, &inner->num))
        return false;
    if (outer->kind != KIND_NUMBER)
        return pointer_includes(map, outer, inner);
    return rename_number(map, outer->id, inner->id, inner->id ? (int64_t)inner->off - outer->off : 0);
}

/* What two states share is the same in both; what remains is what the outer one asserts through its ids. */
static bool shared_includes(struct renaming *map, const struct stripe *shared)
{
    for (uint32_t i = 0; i < shared->count; i++) {
        const struct value *v = &shared->cells[i].value;
        if (!rename_id(map, v->id, v->id) || !rename_id(map, v->ref, v->ref) || (v->maybe_null && !v->id))
            return false;
    }
    return true;
}

static bool stripe_includes(struct renaming *map, const struct stripe *outer, const struct stripe *inner)
{
    uint32_t k = 0, outer_count = outer ? outer->count : 0, inner_count = inner ? inner->count : 0;
    uint64_t outer_written = outer ? outer->written : 0, inner_written = inner ? inner->written : 0;
    if (outer && outer == inner)
        return shared_includes(map, outer);
    if ((outer_written & ~inner_written) || (map->both_ways && outer_written != inner_written))
        return false;
    for (uint32_t i = 0; i < outer_count; i++) {
        const struct cell *cell = &outer->cells[i];
        while (k < inner_count && inner->cells[k].off < cell->off)
            k++;
        /* Even a cell that says nothing of its bytes may be a place where progress is followed (progress.h). */
        if (k == inner_count || inner->cells[k].off != cell->off || inner->cells[k].size != cell->size ||
            !value_includes(map, &cell->value, &inner->cells[k].value))
            return false;
    }
    return !map->both_ways || outer_count == inner_count;
}

/* Parts of a frame: what it does, then registers, then stripes of its stack memory. */
enum { PART_CALL, PART_REGS, PART_STRIPES = PART_REGS + REG_COUNT };

static bool call_includes(const struct renaming *map, const struct frame *outer, const struct frame *inner)
{
    return outer->func == inner->func && outer->return_insn == inner->return_insn && outer->calling == inner->calling &&
           outer->held == inner->held && outer->stripe_count == inner->stripe_count && outer->rounds >= inner->rounds &&
           (!map->both_ways || outer->rounds == inner->rounds);
}

static bool part_includes(struct renaming *map, const struct frame *outer, const struct frame *inner, uint32_t part)
{
    if (part == PART_CALL)
        return call_includes(map, outer, inner);
    if (part < PART_STRIPES)
        return value_includes(map, &outer->regs[part - PART_REGS], &inner->regs[part - PART_REGS]);
    return stripe_includes(map, outer->stripes[part - PART_STRIPES], inner->stripes[part - PART_STRIPES]);
}

/* The same must be held and the same must be released in both. */
static bool holds_same(struct renaming *map, const struct state *outer, const struct state *inner)
{
    if (outer->reference_count != inner->reference_count || outer->lock.held != inner->lock.held)
        return false;
    for (uint32_t i = 0; i < outer->reference_count; i++)
        if (!rename_id(map, outer->references[i].ref, inner->references[i].ref))
            return false;
    return !outer->lock.held || (outer->lock.map == inner->lock.map && rename_id(map, outer->lock.id, inner->lock.id));
}

static void start(struct renaming *map, bool both_ways)
{
    map->count = map->unique = 0;
    map->both_ways = both_ways;
}

/* Sets *misfit to what does not fit. */
static bool compare(const struct state *outer, const struct state *inner, bool both_ways, struct misfit *misfit)
{
    struct renaming map;
    start(&map, both_ways);
    for (uint32_t depth = outer->depth + 1; depth-- > 0;) {
        const struct frame *frame = outer->frames[depth];
        for (uint32_t part = 0; part < PART_STRIPES + frame->stripe_count; part++)
            if (!part_includes(&map, frame, inner->frames[depth], part)) {
                *misfit = (struct misfit){(uint16_t)depth, (uint16_t)part};
                return false;
            }
    }
    return holds_same(&map, outer, inner);
}

/* Sound because: what a part asserts by itself, compare() asserts too. */
static bool fits_at(const struct state *outer, const struct state *inner, struct misfit m)
{
    struct renaming map;
    start(&map, false);
    if (m.depth > outer->depth || m.part >= PART_STRIPES + outer->frames[m.depth]->stripe_count ||
        !call_includes(&map, outer->frames[m.depth], inner->frames[m.depth]))
        return true;
    return part_includes(&map, outer->frames[m.depth], inner->frames[m.depth], m.part);
}

static bool same_place(const struct state *a, const struct state *b)
{
    return a->insn == b->insn && a->depth == b->depth;
}

bool state_includes(const struct state *outer, const struct state *inner)
{
    struct misfit unused;
    return same_place(outer, inner) && compare(outer, inner, false, &unused);
}

bool state_includes_soon(const struct state *outer, const struct state *inner, struct misfit *misfit)
{
    return same_place(outer, inner) && fits_at(outer, inner, *misfit) && compare(outer, inner, false, misfit);
}

bool state_equal(const struct state *a, const struct state *b, struct misfit *misfit)
{
    return same_place(a, b) && fits_at(a, b, *misfit) && compare(a, b, true, misfit);
}
