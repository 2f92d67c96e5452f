// SPDX-License-Identifier: Apache-2.0
/* Generates NAME.stubs.c. Only what the verified program reaches gets a stub; the runtime's headers
 * (helpers-template/) do the work, so that the file stays short enough to be read and edited. */
#include "stubs.h"

#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/run.h"
#include "../base/memory.h"
#include "../program/helper.h"
#include "manifest.h"
#include "skel.h"

struct generator {
    struct text *out;
    const struct verified *verified;
    const struct program *program;
    const struct board *board;
    struct diag *d;
};

/* The first reachable instruction that uses map or extern `index` by a reference in [low, high]; NONE. */
static uint32_t find_reference(const struct generator *g, uint32_t index, enum ref_kind low, enum ref_kind high)
{
    for (uint32_t i = 0; i < g->program->insn_count; i++) {
        const struct insn *insn = &g->program->insns[i];
        if (insn->op == OP_LDDW && insn->ref >= low && insn->ref <= high && insn->index == index &&
            verified_fact(g->verified, i)->reachable)
            return i;
    }
    return NONE;
}

static bool uses_helper(const struct generator *g, uint32_t id)
{
    for (uint32_t i = 0; i < g->program->insn_count; i++) {
        if (g->program->insns[i].op == OP_HELPER && g->program->insns[i].imm == id &&
            verified_fact(g->verified, i)->reachable)
            return true;
    }
    return false;
}

static bool refuse(const struct generator *g, uint32_t insn, enum diag_id id, const char *what, const char *name)
{
    struct arena arena = {0};
    struct place place = insn == NONE ? FILE_PLACE(g->program->path) : program_place(g->program, insn, &arena);
    diag_error(g->d, &place, id, what, name);
    arena_free(&arena);
    return false;
}

/* -- maps ---------------------------------------------------------------------------------------------------------- */

static bool is_stored(const struct map *map)
{
    return map->role != MAP_USER || (!map->is_template && (map->type == MAP_ARRAY || map->type == MAP_HASH));
}

/* Defines the types bpf_key__SYMBOL or bpf_value__SYMBOL. No map's object can have such a name. */
static void define_type(struct generator *g, const struct map *map, const char *part, uint32_t type, uint32_t bytes)
{
    struct text name = {0};
    text_printf(&name, "bpf_%s__%s", part, map->symbol);
    text_printf(g->out, "typedef ");
    ctype_declare(g->out, g->program, type, text_chars(&name), bytes, 0);
    text_printf(g->out, ";\n_Static_assert(sizeof(%s) == %u, \"as the program sees it\");\n", text_chars(&name), bytes);
    text_free(&name);
}

static void define_map(struct generator *g, const struct map *map)
{
    struct text *out = g->out;
    text_printf(out, "/* Map %s: %u entries, keys of %u bytes, values of %u bytes. */\n", map->name, map->entries,
                map->key_bytes, map->value_bytes);
    define_type(g, map, "value", map->value_type, map->value_bytes);
    if (map->type == MAP_ARRAY) {
        text_printf(out, "BAREBPF_ARRAY_MAP(%s, bpf_value__%s, %uu);\n\n", map->symbol, map->symbol, map->entries);
        return;
    }
    define_type(g, map, "key", map->key_type, map->key_bytes);
    text_printf(out, "BAREBPF_HASH_MAP(%s, bpf_key__%s, bpf_value__%s, %uu);\n\n", map->symbol, map->symbol,
                map->symbol, map->entries);
}

static bool all_zero(const struct map *map)
{
    for (uint32_t i = 0; map->init && i < map->value_bytes; i++) {
        if (map->init[i])
            return false;
    }
    return true;
}

/* A data section: its bytes and, for people and debuggers, its variables. */
static void define_section(struct generator *g, const struct map *map)
{
    struct text *out = g->out;
    struct text tag = {0};
    const char *read_only = map->role == MAP_SECTION_RODATA ? "const " : "";
    text_printf(&tag, "bpf_section__%s", map->symbol);
    text_printf(out, "/* Section %s, %u bytes%s. */\n", map->name, map->value_bytes, *read_only ? ", in flash" : "");
    section_struct(out, g->program, map, text_chars(&tag));
    text_printf(out, "_Static_assert(sizeof(struct %s) == %u, \"as the program sees it\");\n", text_chars(&tag),
                (map->value_bytes + 7) / 8 * 8);
    text_printf(out, "%sunion {\n    uint8_t bytes[%u];\n    struct %s variables;\n} bpf_map_%s", read_only,
                map->value_bytes, text_chars(&tag), map->symbol);
    if (!all_zero(map) || *read_only) {
        text_printf(out, " = {{");
        for (uint32_t i = 0; i < map->value_bytes; i++)
            text_printf(out, "%s0x%02x,", i % 16 ? " " : "\n    ", map->init ? map->init[i] : 0);
        text_printf(out, "\n}}");
    }
    text_printf(out, ";\n\n");
    text_free(&tag);
}

static bool define_maps(struct generator *g)
{
    map_types(g->out, g->program);
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        uint32_t user = find_reference(g, i, REF_MAP, REF_MAP_VALUE);
        if (!is_stored(map)) {
            if (user != NONE)
                return refuse(g, user, D_MAP_TYPE, "map '%s' has a type that cannot be built yet", map->name);
        } else if (map->role != MAP_USER) {
            if (map->value_bytes)
                define_section(g, map);
        } else {
            define_map(g, map);
        }
    }
    return true;
}

/* -- stubs --------------------------------------------------------------------------------------------------------- */

/* The C name of a map's operation: BAREBPF_ARRAY_LOOKUP(bpf_map_x, key) or rt_map_lookup__x(key). */
static void map_call(struct generator *g, const struct map *map, uint32_t helper)
{
    static const struct {
        const char *array, *hash, *args;
    } operations[] = {{"LOOKUP", "lookup", "a1"}, {"UPDATE", "update", "a1, a2, a3"}, {"DELETE", "delete", "a1"}};
    uint32_t o = helper - 1;
    if (map->type == MAP_ARRAY && map->role == MAP_USER)
        text_printf(g->out, "        return BAREBPF_ARRAY_%s(bpf_map_%s, %s);\n", operations[o].array, map->symbol,
                    operations[o].args);
    else
        text_printf(g->out, "        return rt_map_%s__%s(%s);\n", operations[o].hash, map->symbol, operations[o].args);
}

/* The body of a helper with a map argument: picks the map. Its address is a constant at nearly every call, so that one
 * branch is left. */
static void map_helper_body(struct generator *g, const struct helper *helper)
{
    for (uint8_t i = 1; i < helper->arg_count; i++)
        text_printf(g->out, "    (void)a%u;\n", i);
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map->role != MAP_USER || !is_stored(map))
            continue;
        text_printf(g->out, "    if (a0 == (void *)&bpf_map_%s)\n", map->symbol);
        map_call(g, map, helper->id);
    }
    text_printf(g->out, "    return %s;\n", helper->ret == RET_MAP_VALUE_OR_NULL ? "NULL" : "-RT_EINVAL");
}

static void plain_helper_body(struct generator *g, const struct helper *helper)
{
    text_printf(g->out, "    %srt_helper_%s(", helper->ret == RET_VOID ? "" : "return ", helper->name);
    for (uint8_t i = 0; i < helper->arg_count; i++)
        text_printf(g->out, "%sa%u", i ? ", " : "", i);
    text_printf(g->out, ");\n");
}

static void define_helper(struct generator *g, const struct helper *helper)
{
    struct text parameters = {0};
    for (uint8_t i = 0; i < helper->arg_count; i++) {
        const char *type = arg_c_type(helper->args[i]);
        text_printf(&parameters, "%s%s%sa%u", i ? ", " : "", type, type[strlen(type) - 1] == '*' ? "" : " ", i);
    }
    const char *result = ret_c_type(helper->ret);
    text_printf(g->out, "/* %s */\nSTUB %s%s_bpf_helper_ext_%04u(%s)\n{\n", helper->enum_name, result,
                result[strlen(result) - 1] == '*' ? "" : " ", helper->id,
                helper->arg_count ? text_chars(&parameters) : "void");
    if (helper->args[0] == ARG_MAP)
        map_helper_body(g, helper);
    else
        plain_helper_body(g, helper);
    text_printf(g->out, "}\n\n");
    text_free(&parameters);
}

static void define_helpers(struct generator *g)
{
    const struct helper *helper;
    for (uint32_t i = 0; (helper = helper_at(i)); i++) {
        if (uses_helper(g, helper->id))
            define_helper(g, helper);
    }
}

/* -- addresses (lddw) ---------------------------------------------------------------------------------------------- */

static void lddw_start(struct generator *g, const char *name, const char *what)
{
    text_printf(g->out,
                "/* lddw: address of %s. */\nSTUB void *__lddw_helper_%s(uint64_t index)\n{\n    switch (index) {\n",
                what, name);
}

static void lddw_end(struct generator *g)
{
    text_printf(g->out, "    default: return NULL;\n    }\n}\n\n");
}

static void define_map_addresses(struct generator *g, const char *name)
{
    lddw_start(g, name, "a map");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (is_stored(map) && map->value_bytes)
            text_printf(g->out, "    case %u: return (void *)&bpf_map_%s;\n", i, map->symbol);
    }
    lddw_end(g);
}

static void define_value_addresses(struct generator *g)
{
    lddw_start(g, "map_val", "a map's first value");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map->role != MAP_USER && map->value_bytes)
            text_printf(g->out, "    case %u: return (void *)&bpf_map_%s;\n", i, map->symbol);
        else if (map->role == MAP_USER && map->type == MAP_ARRAY)
            text_printf(g->out, "    case %u: return bpf_map_%s.values;\n", i, map->symbol);
    }
    lddw_end(g);
}

static void define_extern_addresses(struct generator *g)
{
    VEC(uint32_t) used = {0};
    for (uint32_t i = 0; i < g->program->extern_count; i++) {
        const struct external *external = &g->program->externs[i];
        if (find_reference(g, i, REF_EXTERN, REF_EXTERN) == NONE)
            continue;
        text_printf(g->out, "extern %schar %s[];\n", external->is_weak ? "__attribute__((weak)) " : "", external->name);
        vec_push(&used, i);
    }
    lddw_start(g, "var_addr", "an extern variable");
    for (uint32_t i = 0; i < used.count; i++)
        text_printf(g->out, "    case %u: return %s;\n", used.items[i], g->program->externs[used.items[i]].name);
    lddw_end(g);
    vec_free(&used);
}

static void define_program(struct generator *g)
{
    const struct func *entry = &g->program->funcs[verified_entry(g->verified)];
    struct manifest_context context = manifest_context(g->verified);
    text_printf(g->out,
                "const struct barebpf_program barebpf_program = {\n    .name = \"%s\",\n    .context_kind = %s,\n"
                "    .context_bytes = %u,\n};\n\n",
                entry->name, context.kind == BAREBPF_CONTEXT_XDP ? "BAREBPF_CONTEXT_XDP" : "BAREBPF_CONTEXT_MEMORY",
                context.bytes);
}

bool stubs_generate(struct text *out, const struct verified *v, const struct board *board, struct diag *d)
{
    struct generator g = {out, v, verified_program(v), board, d};
    text_printf(
        out,
        "/* Generated by barebpf from %s: its maps, its variables, and the functions that its code calls.\n"
        " * It is compiled together with the program, as one module: what is constant is folded, what is unused is\n"
        " * dropped. To change something, copy this file, edit it, and pass it with --stubs. */\n"
        "#include <barebpf/program.h>\n#include <barebpf/run.h>\n\n"
        "#include \"helpers.h\"\n#include \"map_array.h\"\n#include \"map_hash.h\"\n\n"
        "#define STUB __attribute__((always_inline))\n\n",
        g.program->stem);
    if (!define_maps(&g))
        return false;
    define_helpers(&g);
    define_map_addresses(&g, "map_by_idx");
    define_map_addresses(&g, "map_by_fd");
    define_value_addresses(&g);
    define_extern_addresses(&g);
    lddw_start(&g, "code_addr", "a function; the compiler knows its functions itself");
    lddw_end(&g);
    define_program(&g);
    manifest_c(out, v);
    return true;
}
