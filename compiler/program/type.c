// SPDX-License-Identifier: Apache-2.0
/* Walks over C types. Types come from files: chains may be circular and indices out of range, so every walk is bounded.
 */
#include "type.h"

#include <stddef.h>
#include <string.h>

#include "program.h"

#define DEPTH_LIMIT 32

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

/* Looks for a struct of this name inside a type, down to `depth` levels. */
static uint32_t find_struct(const struct program *program, uint32_t type, const char *name, unsigned depth)
{
    const struct type *t = type_resolve(program, type);
    if (t->kind != TYPE_STRUCT || depth == 0)
        return NONE;
    if (strcmp(t->name, name) == 0)
        return 0;
    for (uint32_t i = 0; i < t->member_count; i++) {
        uint32_t at = find_struct(program, t->members[i].type, name, depth - 1);
        if (at != NONE)
            return t->members[i].offset_bits / 8 + at;
    }
    return NONE;
}

uint32_t map_special_field(const struct program *program, uint32_t map, const char *name)
{
    return find_struct(program, program->maps[map].value_type, name, 4);
}
