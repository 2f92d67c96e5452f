// SPDX-License-Identifier: Apache-2.0
/* Walks over C types. Types come from files: chains may be circular and indices out of range, so every walk is bounded.
 */
#include "type.h"

#include <stddef.h>
#include <string.h>

#include "program.h"

#define DEPTH_LIMIT   32
#define MEMBER_DEPTH  9      /* members in members that are looked at for alignment, */
#define MEMBERS_MOST  100000 /* and how many in all */
#define SPECIAL_DEPTH 4      /* members in members where a lock or timer may be */

static const struct type void_type = {.kind = TYPE_VOID, .name = "void"};

const struct type *type_resolve(const struct program *program, uint32_t type)
{
    for (uint32_t steps = 0; steps < DEPTH_LIMIT; steps++) {
        if (type == 0 || type >= program->type_count)
            return &void_type;
        const struct type *t = &program->types[type];
        if (t->kind != TYPE_TYPEDEF && t->kind != TYPE_QUALIFIER)
            return t;
        type = t->target;
    }
    return &void_type;
}

uint32_t type_size(const struct program *program, uint32_t type)
{
    uint64_t elements = 1;
    for (uint32_t depth = 0; depth < DEPTH_LIMIT; depth++) {
        const struct type *t = type_resolve(program, type);
        if (t->kind != TYPE_ARRAY || t->size_bytes != 0) {
            uint64_t bytes = t->kind == TYPE_POINTER ? 8 : t->size_bytes;
            return elements * bytes <= UINT32_MAX ? (uint32_t)(elements * bytes) : 0;
        }
        elements *= t->count;
        if (elements > UINT32_MAX)
            return 0;
        type = t->target;
    }
    return 0;
}

/* A walk over members in members, which can be as many as the product of all their numbers. */
struct walk {
    const struct program *program;
    uint32_t left; /* types that may still be visited; 0: the walk gave up */
};

static bool walk_on(struct walk *w, unsigned depth)
{
    w->left = depth < MEMBER_DEPTH && w->left ? w->left - 1 : 0;
    return w->left > 0;
}

static uint8_t align_log2(struct walk *w, uint32_t index, unsigned depth)
{
    const struct type *t = type_resolve(w->program, index);
    uint8_t most = 0;
    if (!walk_on(w, depth))
        return 0;
    switch (t->kind) {
    case TYPE_INT:
    case TYPE_ENUM:
    case TYPE_FLOAT: return (uint8_t)__builtin_ctz(t->size_bytes | 8);
    case TYPE_POINTER: return 3;
    case TYPE_ARRAY: return align_log2(w, t->target, depth + 1);
    case TYPE_STRUCT:
    case TYPE_UNION:
        for (uint32_t i = 0; i < t->member_count && w->left; i++) {
            uint8_t one = align_log2(w, t->members[i].type, depth + 1);
            uint32_t off = t->members[i].offset_bits / 8 | t->size_bytes | 8; /* packed members are not aligned */
            one = (off & ((1u << one) - 1)) ? 0 : one;
            most = one > most ? one : most;
        }
        return most;
    case TYPE_VOID:
    case TYPE_FUNC:
    case TYPE_FORWARD:
    case TYPE_TYPEDEF:
    case TYPE_QUALIFIER: return 0;
    }
    return 0;
}

uint8_t type_align_log2(const struct program *program, uint32_t type, uint8_t unknown)
{
    struct walk walk = {program, MEMBERS_MOST};
    uint8_t align = align_log2(&walk, type, 0);
    return walk.left ? align : unknown;
}

/* Structures in map values that only helpers touch, as large and aligned as Linux has them. */
static const struct special {
    const char *name;
    uint32_t bytes, align_bytes;
} specials[] = {{"bpf_spin_lock", 4, 4}, {"bpf_timer", 16, 8}};

/* Looks for such a struct inside a type, `at` bytes into the value, down to `depth` levels. As in Linux, one of another
 * size or at an unaligned place is plain memory. */
static uint32_t find_struct(struct walk *w, uint32_t type, const struct special *special, uint32_t at, unsigned depth)
{
    const struct type *t = type_resolve(w->program, type);
    if (t->kind != TYPE_STRUCT || depth == SPECIAL_DEPTH || !walk_on(w, depth))
        return NONE;
    if (strcmp(t->name, special->name) == 0)
        return t->size_bytes == special->bytes && at % special->align_bytes == 0 ? at : NONE;
    for (uint32_t i = 0; i < t->member_count; i++) {
        uint32_t member = at + t->members[i].offset_bits / 8;
        uint32_t found = find_struct(w, t->members[i].type, special, member, depth + 1);
        if (found != NONE)
            return found;
    }
    return NONE;
}

uint32_t map_special_field(const struct program *program, uint32_t map, const char *name)
{
    const struct map *m = &program->maps[map];
    struct walk walk = {program, MEMBERS_MOST};
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        /* values lie one behind the other, so that the next one is aligned only if the size is */
        if (strcmp(specials[i].name, name) == 0 && m->value_bytes % specials[i].align_bytes == 0)
            return find_struct(&walk, m->value_type, &specials[i], 0, 0);
    return NONE;
}
