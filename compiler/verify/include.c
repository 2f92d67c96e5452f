// SPDX-License-Identifier: Apache-2.0
/* Containment of states: the heart of the checker.
 * Sound because: a register or byte of which the outer state knows nothing allows everything; each known part is
 * compared by the domain's own inclusion; and equalities that the outer state asserts through ids must hold in the
 * inner state too (struct renaming). */
#include <string.h>

#include "state.h"

#define LINK_COUNT 64

/* Which inner identity stands for each outer id: the outer state says that all values with one id are alike, so all of
 * them must map to one identity of the inner state. Values without an id have an identity of their own. */
struct renaming {
    uint32_t outer[LINK_COUNT], inner[LINK_COUNT];
    uint32_t count;
    uint32_t unique; /* identities given to inner values without an id */
    bool both_ways;  /* also the inner state's links must hold in the outer one */
};

/* Added to the identity of inner values that are known not to be NULL. They are NULL together, but where the map has
 * locks, equal ids also say that it is the same value. */
#define IDENTITY_NOT_NULL 0x80000000u

static bool rename_id(struct renaming *map, uint32_t outer, uint32_t inner)
{
    if (outer == 0)
        return !map->both_ways || inner == 0;
    if (inner == 0)
        inner = 0x40000000u + map->unique++;
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->outer[i] == outer)
            return map->inner[i] == inner;
        if (map->both_ways && map->inner[i] == inner)
            return false;
    }
    if (map->count == LINK_COUNT)
        return false;
    map->outer[map->count] = outer;
    map->inner[map->count++] = inner;
    return true;
}

static bool num_same(const struct num *a, const struct num *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool num_is(const struct num *n, uint64_t value)
{
    uint64_t known;
    return num_is_const(n, &known) && known == value;
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
    return outer->kind == KIND_NUMBER ? rename_id(map, outer->id, inner->id) : pointer_includes(map, outer, inner);
}

static const struct cell *find_cell(const struct frame *f, const struct cell *like, uint32_t *from)
{
    while (*from < f->cell_count && f->cells[*from].off < like->off)
        (*from)++;
    const struct cell *cell = *from < f->cell_count ? &f->cells[*from] : NULL;
    return cell && cell->off == like->off && cell->size == like->size ? cell : NULL;
}

static bool frame_includes(struct renaming *map, const struct frame *outer, const struct frame *inner)
{
    if (outer->func != inner->func || outer->return_insn != inner->return_insn || outer->calling != inner->calling ||
        outer->held != inner->held || outer->rounds < inner->rounds ||
        (map->both_ways && outer->rounds != inner->rounds))
        return false;
    for (int reg = 0; reg < REG_COUNT; reg++)
        if (!value_includes(map, &outer->regs[reg], &inner->regs[reg]))
            return false;
    for (size_t i = 0; i < sizeof outer->written; i++)
        if ((outer->written[i] & ~inner->written[i]) || (map->both_ways && outer->written[i] != inner->written[i]))
            return false;
    uint32_t from = 0;
    for (uint32_t i = 0; i < outer->cell_count; i++) {
        const struct cell *cell = find_cell(inner, &outer->cells[i], &from);
        /* Even a cell that says nothing of its bytes may be a place where progress is followed (progress.h). */
        if (!cell || !value_includes(map, &outer->cells[i].value, &cell->value))
            return false;
    }
    return !map->both_ways || outer->cell_count == inner->cell_count;
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

static bool compare(const struct state *outer, const struct state *inner, bool both_ways)
{
    struct renaming map = {.both_ways = both_ways};
    if (outer->insn != inner->insn || outer->depth != inner->depth)
        return false;
    for (uint32_t depth = outer->depth + 1; depth-- > 0;)
        if (!frame_includes(&map, outer->frames[depth], inner->frames[depth]))
            return false;
    return holds_same(&map, outer, inner);
}

bool state_includes(const struct state *outer, const struct state *inner)
{
    return compare(outer, inner, false);
}

bool state_equal(const struct state *a, const struct state *b)
{
    return compare(a, b, true);
}
