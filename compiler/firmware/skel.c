// SPDX-License-Identifier: Apache-2.0
/* The skeleton: what a user's C includes to reach the program's maps and variables without casts. */
#include "skel.h"

#include <string.h>

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../../helpers-template/include/barebpf/run.h"
#include "kfuncs.h"
#include "manifest.h"
#include "map_bytes.h"

void map_types(struct text *out, const struct program *program)
{
    struct ctype_set set = {0};
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        ctype_define(out, program, map->key_type, &set);
        ctype_define(out, program, map->value_type, &set);
        for (uint32_t j = 0; j < map->variable_count; j++)
            ctype_define(out, program, map->variables[j].type, &set);
    }
    ctype_set_free(&set);
}

void section_struct(struct text *out, const struct program *program, const struct map *map, const char *tag)
{
    uint32_t end = 0;
    text_printf(out, "struct %s {\n", tag);
    for (uint32_t i = 0; i < map->variable_count; i++) {
        const struct variable *v = &map->variables[i];
        struct text name = {0};
        if (v->offset_bytes < end || v->size_bytes > map->value_bytes - v->offset_bytes)
            continue;
        if (v->offset_bytes > end)
            text_printf(out, "    uint8_t _pad%u[%u];\n", end, v->offset_bytes - end);
        ctype_identifier(&name, v->name);
        text_append(out, "    ", 4);
        ctype_declare(out, program, v->type, text_chars(&name), v->size_bytes, 4);
        text_append(out, ";\n", 2);
        text_free(&name);
        end = v->offset_bytes + v->size_bytes;
    }
    if (end < map->value_bytes)
        text_printf(out, "    uint8_t _pad%u[%u];\n", end, map->value_bytes - end);
    text_printf(out, "} __attribute__((packed, aligned(8)));\n\n");
}

/* Declares one map: its key and value types, and the object in the image. */
static void declare_map(struct text *out, const struct verified *v, const struct program *program, uint32_t index)
{
    const struct map *map = &program->maps[index];
    struct text name = {0};
    text_printf(out, "/* %s: %u entries */\n", map->name, map->entries);
    if (map->key_bytes) {
        text_printf(&name, "%s__%s_key", program->stem, map->symbol);
        text_append(out, "typedef ", 8);
        ctype_declare(out, program, map->key_type, text_chars(&name), map->key_bytes, 0);
        text_append(out, ";\n", 2);
        text_free(&name);
    }
    if (map->value_bytes) {
        text_printf(&name, "%s__%s_value", program->stem, map->symbol);
        text_append(out, "typedef ", 8);
        ctype_declare(out, program, map->value_type, text_chars(&name), map->value_bytes, 0);
        text_append(out, ";\n", 2);
        text_free(&name);
    }
    switch (map_store(map->type)) {
    case STORE_ARRAY:
        text_printf(out,
                    "extern struct {\n    struct {\n        _Alignas(%u) %s__%s_value value;\n    } values[%u];\n"
                    "} bpf_map_%s;\n\n",
                    BAREBPF_VALUE_ALIGN(map->value_bytes), program->stem, map->symbol, map->entries, map->symbol);
        break;
    case STORE_RING:
    case STORE_STREAM: /* for BAREBPF_RINGBUF() of barebpf/ringbuf.h */
        text_printf(out,
                    "extern struct {\n    uint32_t consumer, producer, lost, zero;\n"
                    "    _Alignas(8) unsigned char data[%u];\n    unsigned char tail[%u];\n} bpf_map_%s;\n\n",
                    (uint32_t)map_capacity_now(map), map_tail_bytes(v, index), map->symbol);
        break;
    case STORE_NONE: break;
    case STORE_HASH:
    case STORE_LRU:
    case STORE_TRIE:
    case STORE_QUEUE:
    case STORE_BLOOM:
    case STORE_MAPS: text_printf(out, "extern unsigned char bpf_map_%s[];\n\n", map->symbol); break;
    }
}

static void declare_section(struct text *out, const struct program *program, const struct map *map)
{
    struct text tag = {0};
    const char *read_only = map->role == MAP_SECTION_RODATA ? "const " : "";
    text_printf(&tag, "%s__%s", program->stem, map->symbol);
    text_printf(out, "/* section %s */\n", map->name);
    section_struct(out, program, map, text_chars(&tag));
    text_printf(out, "extern %sstruct %s bpf_map_%s;\n\n", read_only, text_chars(&tag), map->symbol);
    text_free(&tag);
}

/* What the proof of a program asks of its caller. */
static void declare_contract(struct text *out, const struct verified *v)
{
    const struct manifest_context context = manifest_context(v);
    if (context.kind == BAREBPF_CONTEXT_XDP)
        text_printf(out, "/* ctx must point to a struct barebpf_xdp_md (barebpf/context.h). */\n");
    else if (context.kind != BAREBPF_CONTEXT_MEMORY)
        text_printf(out, "/* ctx must point to a struct barebpf_sk_buff (barebpf/context.h). */\n");
    else if (context.bytes == 0)
        text_printf(out, "/* The program reads no context: ctx may be NULL. */\n");
    else
        text_printf(out,
                    "/* ctx must point to at least %u bytes that may be read and written, aligned to 8, and never be\n"
                    " * NULL: that was proved and is not checked again. The program sees %u as its size. */\n",
                    context.bytes, context.bytes);
}

static void declare_programs(struct text *out, const struct verified *v, bool for_object)
{
    const struct program *program = verified_program(v);
    text_printf(out, "/* The programs; the result is r0. */\n");
    for (uint32_t i = 0; i < verified_part_count(v); i++) {
        const struct verified *part = verified_part(v, i);
        declare_contract(out, part);
        text_printf(out, "uint64_t bpf_prog_%s(void *ctx, size_t ctx_size);\n",
                    program->funcs[verified_entry(part)].name);
    }
    if (!for_object)
        text_printf(out, "uint64_t bpf_main(void *ctx, size_t ctx_size); /* bpf_prog_%s */\n",
                    program->funcs[verified_entry(v)].name);
    text_printf(out, "\n");
}

/* The skeleton's struct, as bpftool has it: maps, progs, and a pointer per data section. */
static void declare_skeleton(struct text *out, const struct program *program)
{
    const char *stem = program->stem;
    struct text start = {0};
    bool has_maps = false;
    text_printf(out, "struct %s {\n    struct {\n", stem);
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if (map->role != MAP_USER || !map_is_stored(map))
            continue;
        struct text member = {0};
        ctype_identifier(&member, map->symbol);
        text_printf(out, "        void *%s;\n", text_chars(&member));
        text_printf(&start, "        .maps.%s = &bpf_map_%s,\n", text_chars(&member), map->symbol);
        text_free(&member);
        has_maps = true;
    }
    if (!has_maps)
        text_printf(out, "        void *none;\n");
    text_printf(out, "    } maps;\n");
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if (map->role == MAP_USER || !map_is_stored(map))
            continue;
        text_printf(out, "    %sstruct %s__%s *%s;\n", map->role == MAP_SECTION_RODATA ? "const " : "", stem,
                    map->symbol, map->symbol);
        text_printf(&start, "        .%s = &bpf_map_%s,\n", map->symbol, map->symbol);
    }
    text_printf(out, "};\n\n/* Nothing is loaded at run time: the maps and variables are there from reset. */\n");
    text_printf(out, "static inline struct %s %s__open(void)\n{\n    return (struct %s){\n%s%s    };\n}\n\n", stem,
                stem, stem, has_maps ? "" : "        .maps.none = 0,\n", text_chars(&start));
    text_free(&start);
}

/* What the firmware must define: its compiler compares the types. (In images others compare them.) */
static void declare_externs(struct text *out, const struct verified *v, const struct program *program)
{
    kfuncs_prototypes(out, v);
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if (map->role != MAP_EXTERN)
            continue;
        text_printf(out, "extern const ");
        ctype_declare(out, program, map->value_type, map->name, map->value_bytes, 0);
        text_printf(out, "; /* a variable of the firmware */\n");
    }
    text_printf(out, "\n");
}

void skel_generate(struct text *out, const struct verified *v, bool for_object)
{
    const struct program *loaded = verified_program(v);
    struct text guard = {0};
    struct program named = *loaded; /* the same under a name that C accepts */
    const struct program *program = &named;
    ctype_identifier(&guard, loaded->stem);
    named.stem = text_chars(&guard);
    text_printf(out,
                "/* Generated by barebpf from %s; do not edit. */\n#ifndef SKEL_%s_H\n#define SKEL_%s_H\n\n"
                "#include <stddef.h>\n#include <stdint.h>\n\n",
                program->stem, text_chars(&guard), text_chars(&guard));
    map_types(out, program);
    for (uint32_t i = 0; i < program->map_count; i++) {
        if (!map_is_stored(&program->maps[i]))
            continue;
        if (program->maps[i].role == MAP_USER)
            declare_map(out, v, program, i);
        else
            declare_section(out, program, &program->maps[i]);
    }
    if (for_object)
        declare_externs(out, v, program);
    declare_programs(out, v, for_object);
    declare_skeleton(out, program);
    text_printf(out, "#endif\n");
    text_free(&guard);
}
