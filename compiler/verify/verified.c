// SPDX-License-Identifier: Apache-2.0
/* The product of verification: facts and bounds, and how others read them. */
#include "verified.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../program/helper.h"

struct verified *verified_new(const struct program *program, uint32_t entry, uint32_t context_bytes)
{
    struct verified *v = memory_alloc(sizeof *v);
    v->program = program;
    v->entry = entry;
    v->context_bytes = context_bytes;
    v->facts = arena_array(&v->arena, program->insn_count, sizeof *v->facts);
    v->func_facts = arena_array(&v->arena, program->func_count, sizeof *v->func_facts);
    v->roots = arena_array(&v->arena, program->func_count, sizeof *v->roots);
    v->roots[entry].entered = true;
    v->enters = arena_array(&v->arena, ((size_t)program->func_count * program->func_count + 7) / 8, 1);
    return v;
}

void verified_reset(struct verified *v)
{
    memset(v->facts, 0, v->program->insn_count * sizeof *v->facts);
    memset(v->func_facts, 0, v->program->func_count * sizeof *v->func_facts);
    memset(v->roots, 0, v->program->func_count * sizeof *v->roots);
    v->roots[v->entry].entered = true;
    v->aparts.count = 0;
    memset(v->enters, 0, ((size_t)v->program->func_count * v->program->func_count + 7) / 8);
    v->bounds = (struct bounds){0};
}

void verified_free(struct verified *v)
{
    if (!v)
        return;
    vec_free(&v->aparts);
    for (uint32_t i = 0; i < v->part_count; i++)
        verified_free(v->parts[i]);
    arena_free(&v->arena);
    free(v);
}

const struct program *verified_program(const struct verified *v)
{
    return v->program;
}

uint32_t verified_entry(const struct verified *v)
{
    return v->entry;
}

bool verified_is_entered(const struct verified *v, uint32_t func)
{
    return v->roots[func].entered;
}

bool verified_tail_calls(const struct verified *v)
{
    for (uint32_t i = 0; i < v->program->func_count; i++)
        if (v->roots[i].targets)
            return true;
    return false;
}

bool verified_is_apart(const struct verified *v, uint32_t func)
{
    for (uint32_t i = 0; i < v->aparts.count; i++)
        if (v->aparts.items[i].func == func)
            return true;
    return false;
}

bool verified_is_proved(const struct verified *v)
{
    return v->proved;
}

const struct fact *verified_fact(const struct verified *v, uint32_t insn)
{
    return &v->facts[insn];
}

const struct func_fact *verified_func(const struct verified *v, uint32_t func)
{
    return &v->func_facts[func];
}

const struct bounds *verified_bounds(const struct verified *v)
{
    return &v->bounds;
}

uint32_t verified_context_bytes(const struct verified *v)
{
    return v->context_bytes;
}

/* Size of what the first argument of `func` points to, by BTF; NONE when BTF does not say. */
static uint32_t argument_bytes(const struct program *program, const struct func *func)
{
    const struct type *proto = func->proto ? &program->types[func->proto] : NULL;
    if (!proto || proto->kind != TYPE_FUNC || proto->member_count == 0)
        return NONE;
    const struct type *argument = type_resolve(program, proto->members[0].type);
    if (argument->kind != TYPE_POINTER)
        return NONE;
    uint32_t bytes = func->context_bytes ? func->context_bytes : type_size(program, argument->target);
    return bytes ? bytes : NONE;
}

bool context_size(const struct program *program, uint32_t entry, const struct limits *limits, uint32_t *bytes,
                  struct diag *d)
{
    const struct func *func = &program->funcs[entry];
    if (func->hook && func->hook->layout->bytes) {
        *bytes = func->hook->layout->bytes;
        return true;
    }
    if (!func->hook && limits->context_bytes == NONE) {
        diag_error(d, &(struct place){.file = program->path, .function = func->name, .insn = -1}, D_HOOK_UNKNOWN,
                   "section '%s' of program '%s' names no hook that barebpf knows", func->section, func->name);
        diag_suggest(
            d, "use a section such as SEC(\"xdp\"), SEC(\"timer/10ms\"), SEC(\"uart/rx\"), SEC(\"gpio/rising/PA0\"), "
               "SEC(\"irq/NAME\"), SEC(\"boot\"), SEC(\"idle\"), SEC(\"raw\") or SEC(\"hook/NAME\"), or --ctx-size "
               "N for N bytes of plain memory");
        return false;
    }
    *bytes = limits->context_bytes != NONE ? limits->context_bytes : argument_bytes(program, func);
    if (*bytes == NONE)
        *bytes = 0;
    return true;
}

static uint32_t add_apart(struct verified *v, uint32_t func, uint32_t map)
{
    for (uint32_t i = 0; i < v->aparts.count; i++)
        if (v->aparts.items[i].func == func && v->aparts.items[i].map == map)
            return i;
    vec_push(&v->aparts, ((struct apart){.func = func, .map = map}));
    return v->aparts.count - 1;
}

void verified_add_timer(struct verified *v, uint32_t func, uint32_t map)
{
    add_apart(v, func, map);
}

uint32_t verified_add_global(struct verified *v, uint32_t func)
{
    return add_apart(v, func, NONE);
}

void root_add_target(struct verified *v, uint32_t root, uint32_t target)
{
    if (!v->roots[root].targets)
        v->roots[root].targets = arena_array(&v->arena, v->program->func_count, sizeof(bool));
    v->roots[root].targets[target] = true;
    v->roots[target].entered = true;
}

/* The fact of a register of which nothing is known. */
static struct reg_fact unknown_register(void)
{
    return (struct reg_fact){.kinds = KIND_NUMBER | KIND_POINTERS,
                             .may_be_null = true,
                             .high = UINT64_MAX,
                             .signed_low = INT64_MIN,
                             .signed_high = INT64_MAX,
                             .high32 = UINT32_MAX};
}

static void mark_reachable(struct verified *v, uint32_t func);

/* A tail call of which nothing is known may lead to any program of any slot. */
static void mark_tail_targets(struct verified *v, uint32_t func)
{
    v->bounds.nested_tails = v->bounds.nested_tails || !v->roots[func].entered;
    for (uint32_t i = 0; i < v->program->map_count; i++) {
        const struct map *map = &v->program->maps[i];
        for (uint32_t slot = 0; map->progs && slot < map->entries; slot++) {
            if (map->progs[slot] == NONE)
                continue;
            root_add_target(v, func, map->progs[slot]);
            mark_reachable(v, map->progs[slot]);
        }
    }
}

/* Marks the functions that can be called from the entry; a function whose address is taken counts. */
static void mark_reachable(struct verified *v, uint32_t func)
{
    const struct program *program = v->program;
    const struct func *f = &program->funcs[func];
    if (v->func_facts[func].reachable)
        return;
    v->func_facts[func] = (struct func_fact){.reachable = true, .frame_bytes = 512, .zero_frame = true};
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        const struct insn *insn = &program->insns[i];
        if (insn->op == OP_CALL || (insn->op == OP_LDDW && insn->ref == REF_FUNC))
            mark_reachable(v, insn->index);
        if (insn->op == OP_HELPER && insn->imm == HELPER_TAIL_CALL)
            mark_tail_targets(v, func);
    }
}

struct verified *verify_skip(const struct program *program, uint32_t entry, const struct limits *limits, struct diag *d)
{
    uint32_t context_bytes;
    if (!context_size(program, entry, limits, &context_bytes, d))
        return NULL;
    struct verified *v = verified_new(program, entry, context_bytes);
    mark_reachable(v, entry);
    struct reg_fact unknown = unknown_register();
    for (uint32_t func = 0; func < program->func_count; func++) {
        const struct func *f = &program->funcs[func];
        for (uint32_t i = f->first; v->func_facts[func].reachable && i < f->first + f->count; i++) {
            struct fact *fact = &v->facts[i];
            *fact = (struct fact){.reachable = true,
                                  .can_jump = true,
                                  .can_fall = true,
                                  .dst = unknown,
                                  .src = unknown,
                                  .result = unknown,
                                  .region = KIND_STACK | KIND_CONTEXT | KIND_PACKETS | KIND_MAP_VALUE,
                                  .object = NONE,
                                  .low = INT64_MIN,
                                  .high = INT64_MAX,
                                  .map = NONE,
                                  .callback = NONE};
            if (op_class(program->insns[i].op) != CLASS_CALL)
                continue;
            fact->args = arena_array(&v->arena, 5, sizeof *fact->args);
            for (int arg = 0; arg < 5; arg++)
                fact->args[arg] = unknown;
        }
    }
    return v;
}

static bool is_listed(const char *const *list, uint32_t count, const char *text)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

const char *const *verified_formats(const struct verified *v, struct arena *arena)
{
    uint32_t count = 0, most = verified_part_count(v) * v->program->insn_count;
    const char **list = arena_array(arena, most + 1, sizeof *list);
    for (uint32_t p = 0; p < verified_part_count(v); p++)
        for (uint32_t i = 0; i < v->program->insn_count; i++) {
            const struct fact *fact = verified_fact(verified_part(v, p), i);
            if (fact->format && !fact->format_varies && !is_listed(list, count, fact->format))
                list[count++] = fact->format;
        }
    return list;
}
