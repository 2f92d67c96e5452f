// SPDX-License-Identifier: Apache-2.0
/* Do program and firmware mean the same memory? Every type of a map, a context, a variable or a function of the
 * firmware that the BPF build knows becomes static assertions of its size and of its members' places, which clang
 * checks behind the source: a `long` or a pointer in them, which have 8 bytes in BPF and 4 on a 32-bit board, is found
 * so. Local and anonymous types are checked by what they are made of. */
#include <string.h>

#include "native_module.h"

struct layout {
    struct text *out;
    const struct program *program;
    bool *seen; /* by type */
};

static void check_type(struct layout *l, uint32_t id);

/* "struct flow" or "flow_t" or "unsigned long"; NULL when it has no name. */
static const char *spelling(const struct type *type, const char **tag)
{
    *tag = type->kind == TYPE_STRUCT  ? "struct "
           : type->kind == TYPE_UNION ? "union "
           : type->kind == TYPE_ENUM  ? "enum "
                                      : "";
    return type->name[0] ? type->name : NULL;
}

/* The members of `type`, which lies at `base` bits of the one called `tag``name`; those of anonymous ones are its own.
 */
static void check_members(struct layout *l, const struct type *type, const char *tag, const char *name, uint32_t base)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        const struct member *m = &type->members[i];
        const struct type *inner = type_resolve(l->program, m->type);
        if (name && m->name[0] && !m->bitfield_bits)
            text_printf(l->out,
                        "_Static_assert(__builtin_offsetof(%s%s, %s) == %u, \"'%s%s' is laid out otherwise than in BPF "
                        "code: '%s'\");\n",
                        tag, name, m->name, (base + m->offset_bits) / 8, tag, name, m->name);
        if (!m->name[0] && (inner->kind == TYPE_STRUCT || inner->kind == TYPE_UNION))
            check_members(l, inner, tag, name, base + m->offset_bits);
        else
            check_type(l, m->type);
    }
}

static void check_type(struct layout *l, uint32_t id)
{
    const struct type *type = &l->program->types[id];
    const char *tag, *name = spelling(type, &tag);
    if (id == 0 || l->seen[id])
        return;
    l->seen[id] = true;
    switch (type->kind) {
    case TYPE_VOID:
    case TYPE_FUNC:
    case TYPE_FORWARD: return;
    case TYPE_POINTER: name = "void *"; break;
    case TYPE_ARRAY:
    case TYPE_TYPEDEF:
    case TYPE_QUALIFIER: check_type(l, type->target); return;
    case TYPE_INT:
    case TYPE_FLOAT:
    case TYPE_ENUM: break;
    case TYPE_STRUCT:
    case TYPE_UNION: check_members(l, type, tag, name, 0); break;
    }
    if (name && type->size_bytes)
        text_printf(l->out, "_Static_assert(sizeof(%s%s) == %u, \"'%s%s' has %u bytes in BPF code\");\n", tag, name,
                    type->size_bytes, tag, name, type->size_bytes);
}

/* What the parameters of a function point to. */
static void check_parameters(struct layout *l, uint32_t proto)
{
    const struct type *function = type_resolve(l->program, proto);
    for (uint32_t i = 0; proto && function->kind == TYPE_FUNC && i < function->member_count; i++) {
        const struct type *parameter = type_resolve(l->program, function->members[i].type);
        if (parameter->kind == TYPE_POINTER)
            check_type(l, parameter->target);
    }
}

static void check_variables(struct layout *l, const struct map *map)
{
    for (uint32_t i = 0; i < map->variable_count; i++)
        if (!strchr(map->variables[i].name, '.')) /* of a function: its type may be local, its size is compared later */
            check_type(l, map->variables[i].type);
}

void native_layout(struct text *out, const struct verified *v)
{
    struct arena arena = {0};
    const struct program *program = verified_program(v);
    struct layout l = {out, program, arena_array(&arena, program->type_count + 1, sizeof(bool))};
    for (uint32_t i = 0; program->type_count && i < program->map_count; i++) {
        check_type(&l, program->maps[i].key_type);
        check_type(&l, program->maps[i].value_type);
        check_variables(&l, &program->maps[i]);
    }
    for (uint32_t i = 0; i < verified_part_count(v); i++) {
        const struct func *func = &program->funcs[verified_entry(verified_part(v, i))];
        if (!hook_has_fields(func->hook))
            check_parameters(&l, func->proto);
    }
    for (uint32_t i = 0; i < program->extern_count; i++)
        if (program->externs[i].is_func)
            check_parameters(&l, program->externs[i].type);
    arena_free(&arena);
}
