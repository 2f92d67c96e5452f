// SPDX-License-Identifier: Apache-2.0
/* The manifest in its two forms. Layouts of types in the JSON, for those who decode memory: "u32", "i8", "char",
 * "bool", "f64", "ptr" for numbers; {"array": count, "stride": bytes, "of": layout}; {"struct": [[name, offset in bits,
 * width of a bit-field or 0, layout], …]}; null where nothing is known. */
#include "manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/run.h"
#include "contents.h"
#include "firmware.h"
#include "map_bytes.h"

#define FORMAT_VERSION   1
#define VERIFIER_VERSION 1
#define LAYOUT_DEPTH_MAX 16

static json_t *layout(const struct program *program, uint32_t type, int depth);

static json_t *layout_number(const struct type *t)
{
    char name[16];
    if (t->kind == TYPE_POINTER)
        return json_string("ptr");
    if (t->kind == TYPE_INT && t->encoding == INT_BOOL)
        return json_string("bool");
    if (t->kind == TYPE_INT && t->size_bytes == 1 && (t->encoding == INT_CHAR || strcmp(t->name, "char") == 0))
        return json_string("char");
    char kind = t->kind == TYPE_FLOAT ? 'f' : t->encoding == INT_SIGNED ? 'i' : 'u';
    if (t->size_bytes != 1 && t->size_bytes != 2 && t->size_bytes != 4 && t->size_bytes != 8)
        return json_null();
    snprintf(name, sizeof name, "%c%u", kind, t->size_bytes * 8);
    return json_string(name);
}

static json_t *layout_members(const struct program *program, const struct type *t, int depth)
{
    json_t *members = json_array();
    for (uint32_t i = 0; i < t->member_count; i++) {
        const struct member *m = &t->members[i];
        json_array_append_new(members, json_pack("[siio]", m->name, (int)m->offset_bits, (int)m->bitfield_bits,
                                                 layout(program, m->type, depth + 1)));
    }
    return json_pack("{so}", "struct", members);
}

static json_t *layout(const struct program *program, uint32_t type, int depth)
{
    const struct type *t = type_resolve(program, type);
    if (!type || depth > LAYOUT_DEPTH_MAX)
        return json_null();
    switch (t->kind) {
    case TYPE_INT:
    case TYPE_FLOAT:
    case TYPE_ENUM:
    case TYPE_POINTER: return layout_number(t);
    case TYPE_ARRAY:
        return json_pack("{sIsIso}", "array", (json_int_t)t->count, "stride", (json_int_t)type_size(program, t->target),
                         "of", layout(program, t->target, depth + 1));
    case TYPE_STRUCT:
    case TYPE_UNION: return layout_members(program, t, depth);
    case TYPE_VOID:
    case TYPE_FUNC:
    case TYPE_FORWARD:
    case TYPE_TYPEDEF:
    case TYPE_QUALIFIER: break;
    }
    return json_null();
}

/* A data section looks like a struct of its variables. */
static json_t *section_layout(const struct program *program, const struct map *map)
{
    json_t *members = json_array();
    for (uint32_t i = 0; i < map->variable_count; i++) {
        const struct variable *v = &map->variables[i];
        json_array_append_new(
            members, json_pack("[sIio]", v->name, (json_int_t)v->offset_bytes * 8, 0, layout(program, v->type, 0)));
    }
    return map->variable_count ? json_pack("{so}", "struct", members) : (json_decref(members), json_null());
}

/* Names of the maps in the slots of a map of maps, null for empty ones. */
static json_t *slots(const struct program *program, const struct map *map)
{
    json_t *names = json_array();
    for (uint32_t i = 0; i < map_slot_count(map); i++)
        json_array_append_new(names,
                              map->values[i] == NONE ? json_null() : json_string(program->maps[map->values[i]].name));
    return names;
}

static json_t *map_json(const struct verified *v, uint32_t index)
{
    static const char *const roles[] = {"map", "rodata", "data", "bss"};
    const struct program *program = verified_program(v);
    const struct map *map = &program->maps[index];
    json_t *value = map->role == MAP_USER ? layout(program, map->value_type, 0) : section_layout(program, map);
    json_t *json = json_pack("{ss ss si ss sI sI sI sI so so}", "name", map->name, "symbol", map->symbol, "type",
                             (int)map->type, "role", roles[map->role], "key_bytes", (json_int_t)map->key_bytes,
                             "value_bytes", (json_int_t)map->value_bytes, "entries", (json_int_t)map->entries, "flags",
                             (json_int_t)map->flags, "key", layout(program, map->key_type, 0), "value", value);
    if (map->role == MAP_USER && map_extra(v, index))
        json_object_set_new(json, "extra", json_integer((json_int_t)map_extra(v, index)));
    if (map_store(map->type) == STORE_STREAM)
        json_object_set_new(json, "ring_bytes", json_integer((json_int_t)map_capacity_now(map)));
    if (map_store(map->type) == STORE_MAPS)
        json_object_set_new(json, "slots", slots(program, map));
    return json;
}

json_t *manifest_loops(const struct verified *v)
{
    const struct program *program = verified_program(v);
    json_t *loops = json_array();
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct line *line = program_line(program, i);
        uint32_t func = program_func_at(program, i);
        uint64_t rounds = verified_fact(v, i)->rounds;
        if (rounds)
            json_array_append_new(loops,
                                  json_pack("{ss si si sI}", "function", func == NONE ? "" : program->funcs[func].name,
                                            "insn", (int)program->insns[i].slot, "line", line ? (int)line->line : 0,
                                            "rounds", (json_int_t)rounds));
    }
    return loops;
}

/* One program of the image. */
static json_t *part_json(const struct verified *part)
{
    const struct func *entry = &verified_program(part)->funcs[verified_entry(part)];
    const struct bounds *bounds = verified_bounds(part);
    return json_pack("{ss ss ss sI sI sI sI so}", "name", entry->name, "section", entry->section ? entry->section : "",
                     "hook", entry->hook ? entry->hook->name : "raw", "context_bytes",
                     (json_int_t)verified_context_bytes(part), "max_insns", (json_int_t)bounds->max_insns,
                     "stack_bytes", (json_int_t)bounds->stack_bytes, "timer_insns", (json_int_t)bounds->timer_insns,
                     "loops", manifest_loops(part));
}

/* Of what the proof is. */
static const char *proof_of(const struct verified *v, bool native)
{
    if (!verified_is_proved(v))
        return "none";
    return native ? "bpf twin" : "code";
}

static json_t *manifest_json(const struct verified *v, const struct board *board, bool native)
{
    const struct program *program = verified_program(v);
    const struct func *entry = &program->funcs[verified_entry(v)];
    const struct bounds *bounds = verified_bounds(v);
    char sha256[65] = "";
    for (int i = 0; i < 32; i++)
        snprintf(sha256 + 2 * i, 3, "%02x", program->sha256[i]);
    json_t *maps = json_array(), *names = json_array(), *parts = json_array();
    for (uint32_t i = 0; i < verified_part_count(v); i++) {
        const struct verified *part = verified_part(v, i);
        json_array_append_new(names, json_string(program->funcs[verified_entry(part)].name));
        json_array_append_new(parts, part_json(part));
    }
    for (uint32_t i = 0; i < program->map_count; i++)
        if (program->maps[i].role != MAP_EXTERN)
            json_array_append_new(maps, map_json(v, i));
    return json_pack("{si si ss ss ss sb ss ss ss so so ss s{sI sI sI} s{si si} s{ss si sI} so}", "format",
                     FORMAT_VERSION, "verifier", VERIFIER_VERSION, "board", board->name, "object", program->stem,
                     "sha256", sha256, "verified", (int)verified_is_proved(v), "code", native ? "native" : "bpf",
                     "proof", proof_of(v, native), "entry", entry->name, "programs", names, "parts", parts, "section",
                     entry->section ? entry->section : "", "bounds", "max_insns", (json_int_t)bounds->max_insns,
                     "stack_bytes", (json_int_t)bounds->stack_bytes, "timer_insns", (json_int_t)bounds->timer_insns,
                     "limits", "stack_bytes", (int)bounds->stack_limit_bytes, "tail_calls", TAIL_CALL_LIMIT, "context",
                     "hook", entry->hook ? entry->hook->name : "raw", "kind", (int)manifest_context(v).kind, "bytes",
                     (json_int_t)verified_context_bytes(v), "maps", maps);
}

static void append_u32(struct text *out, uint32_t value)
{
    const char bytes[4] = {(char)value, (char)(value >> 8), (char)(value >> 16), (char)(value >> 24)};
    text_append(out, bytes, sizeof bytes);
}

static void append_padding(struct text *out)
{
    while (out->length % 4)
        text_append(out, "", 1);
}

/* Bounds of machine instructions, where there are some, beside each program's others. */
static void add_bounds(json_t *root, const struct image *image)
{
    json_t *parts = json_object_get(root, "parts");
    for (uint32_t i = 0; image->bounds && i < json_array_size(parts); i++)
        json_object_set_new(json_array_get(parts, i), "max_machine_insns",
                            image->bounds[i].insns ? json_integer((json_int_t)image->bounds[i].insns) : json_null());
}

static json_t *formats_json(string_list formats)
{
    json_t *list = json_array();
    for (; *formats; formats++)
        json_array_append_new(list, contents_bytes(*formats, strlen(*formats)));
    return list;
}

void manifest_note(struct text *out, const struct image *image, const struct board *board,
                   const struct build_options *options)
{
    static const char owner[] = "barebpf";
    json_t *root = manifest_json(image->object->verified, board, options->native_source != NULL);
    add_bounds(root, image);
    bool own = options->main_file || (options->stubs && options->stubs[0]); /* then what is called may be more */
    json_object_set_new(root, "own_main", json_boolean(own));
    if (options->formats)
        json_object_set_new(root, "formats", formats_json(options->formats));
    char *json = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (!json)
        BUG("the manifest cannot be written as JSON");
    append_u32(out, sizeof owner);
    append_u32(out, (uint32_t)strlen(json));
    append_u32(out, MANIFEST_NOTE_TYPE);
    text_append(out, owner, sizeof owner);
    append_padding(out);
    text_append(out, json, strlen(json));
    append_padding(out);
    free(json);
    json_decref(root);
}

/* Variables of the firmware are none of the image's maps. */
static uint32_t extern_count(const struct program *program)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < program->map_count; i++)
        count += program->maps[i].role == MAP_EXTERN;
    return count;
}

/* The bytes of the compact form: "BBPF", format, verified, native, SHA-256, max_insns, stack, context bytes, map count,
 * the programs' names with commas between them (the entry's first) and a NUL, padding to 4; then per map type, key
 * bytes, value bytes, entries, symbol and a NUL, padding to 4. */
void manifest_bytes(struct text *out, const struct verified *v, bool native)
{
    const struct program *program = verified_program(v);
    const struct bounds *bounds = verified_bounds(v);
    text_append(out, "BBPF", 4);
    append_u32(out, FORMAT_VERSION | (uint32_t)VERIFIER_VERSION << 8 | (uint32_t)verified_is_proved(v) << 16 |
                        (uint32_t)native << 17);
    text_append(out, (const char *)program->sha256, sizeof program->sha256);
    append_u32(out, (uint32_t)bounds->max_insns);
    append_u32(out, (uint32_t)(bounds->max_insns >> 32));
    append_u32(out, bounds->stack_bytes);
    append_u32(out, verified_context_bytes(v));
    append_u32(out, program->map_count - extern_count(program));
    for (uint32_t i = 0; i < verified_part_count(v); i++)
        text_printf(out, "%s%s", i ? "," : "", program->funcs[verified_entry(verified_part(v, i))].name);
    text_append(out, "", 1);
    append_padding(out);
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if (map->role == MAP_EXTERN)
            continue;
        append_u32(out, (uint32_t)map->type | (uint32_t)map->role << 16);
        append_u32(out, map->key_bytes);
        append_u32(out, map->value_bytes);
        append_u32(out, map->entries);
        text_append(out, map->symbol, strlen(map->symbol) + 1);
        append_padding(out);
    }
}

void manifest_c(struct text *out, const struct verified *v, bool native)
{
    struct text bytes = {0};
    manifest_bytes(&bytes, v, native);
    text_printf(out,
                "/* What was verified: see manifest.c of the compiler. */\n"
                "__attribute__((used, retain, aligned(4), section(\"" MANIFEST_SECTION "\")))\n"
                "const uint8_t barebpf_manifest[%zu] = {",
                bytes.length);
    for (size_t i = 0; i < bytes.length; i++)
        text_printf(out, "%s0x%02x,", i % 16 ? " " : "\n    ", (uint8_t)bytes.chars[i]);
    text_printf(out, "\n};\n\n");
    text_free(&bytes);
}

struct manifest_context manifest_context(const struct verified *v)
{
    const struct func *entry = &verified_program(v)->funcs[verified_entry(v)];
    switch (entry->hook ? entry->hook->start : START_MEMORY) {
    case START_XDP: return (struct manifest_context){BAREBPF_CONTEXT_XDP, 0};
    case START_FRAME: return (struct manifest_context){BAREBPF_CONTEXT_FRAME, 0};
    case START_NETWORK: return (struct manifest_context){BAREBPF_CONTEXT_NETWORK, 0};
    case START_NOWHERE:
    case START_EVENT:
    case START_MEMORY: break;
    }
    return (struct manifest_context){BAREBPF_CONTEXT_MEMORY, verified_context_bytes(v)};
}
