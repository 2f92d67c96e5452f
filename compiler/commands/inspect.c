// SPDX-License-Identifier: Apache-2.0
/* barebpf inspect: what an object holds, or what an image says of itself, as JSON; the text form is printed from it. */
#include <jansson.h>
#include <string.h>

#include "../compile.h"
#include "../firmware/binary.h"
#include "../program/helper.h"
#include "inspect.h"

#define MAX_HELPERS 10000

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *function_json(const struct func *func)
{
    return json_pack("{s:s, s:s, s:b, s:o, s:I}", "name", func->name, "section", func->section, "program",
                     func->is_program, "hook", text_or_null(func->hook ? func->hook->name : NULL), "insns",
                     (json_int_t)func->count);
}

static json_t *variables_json(const struct map *map)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < map->variable_count; i++) {
        const struct variable *variable = &map->variables[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I}", "name", variable->name, "offset",
                                        (json_int_t)variable->offset_bytes, "bytes", (json_int_t)variable->size_bytes));
    }
    return list;
}

/* What a map of maps or programs holds at the start: slots and names. */
static json_t *values_json(const struct program *program, const struct map *map)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < map->value_count; i++) {
        uint32_t value = map->values ? map->values[i] : map->progs[i];
        if (value != NONE)
            json_array_append_new(list,
                                  json_pack("{s:I, s:s}", "slot", (json_int_t)i, "value",
                                            map->values ? program->maps[value].name : program->funcs[value].name));
    }
    return list;
}

static json_t *map_json(const struct map *map)
{
    if (map->role != MAP_USER)
        return json_pack("{s:s, s:I, s:b, s:o}", "name", map->name, "bytes", (json_int_t)map->value_bytes, "read_only",
                         map->role == MAP_SECTION_RODATA, "variables", variables_json(map));
    const char *type = map_type_name(map->type);
    json_t *object = json_pack("{s:s, s:o, s:I, s:I, s:I, s:I}", "name", map->name, "type",
                               type ? json_string(type) : json_integer((json_int_t)map->type), "key_bytes",
                               (json_int_t)map->key_bytes, "value_bytes", (json_int_t)map->value_bytes, "entries",
                               (json_int_t)map->entries, "flags", (json_int_t)map->flags);
    if (map->extra)
        json_object_set_new(object, "extra", json_integer((json_int_t)map->extra));
    return object;
}

static json_t *maps_json(const struct program *program, bool sections)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        if ((map->role != MAP_USER) != sections || map->is_template || map->role == MAP_EXTERN)
            continue;
        json_t *object = map_json(map);
        if (map->role == MAP_USER && (map->type == MAP_ARRAY_OF_MAPS || map->type == MAP_HASH_OF_MAPS) &&
            map->inner_map != NONE)
            json_object_set_new(object, "inner", map_json(&program->maps[map->inner_map]));
        if (map->value_count)
            json_object_set_new(object, "values", values_json(program, map));
        json_array_append_new(list, object);
    }
    return list;
}

/* Helpers called, each once, by their numbers. */
static json_t *helpers_json(const struct program *program)
{
    json_t *list = json_array();
    bool seen[MAX_HELPERS] = {false};
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_HELPER && program->insns[i].imm >= 0 && program->insns[i].imm < MAX_HELPERS)
            seen[program->insns[i].imm] = true;
    for (uint32_t id = 0; id < MAX_HELPERS; id++) {
        const struct helper *helper = program_helper(program, id);
        if (seen[id])
            json_array_append_new(list, json_pack("{s:I, s:o}", "id", (json_int_t)id, "name",
                                                  text_or_null(helper ? helper->enum_name : NULL)));
    }
    return list;
}

static json_t *externs_json(const struct program *program)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->extern_count; i++) {
        const struct external *external = &program->externs[i];
        const char *kind = external->is_func ? "kfunc" : external->is_kconfig ? "kconfig" : "ksym";
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:b}", "name", external->name, "kind", kind, "weak", external->is_weak));
    }
    return list;
}

/* How many references of each kind the code makes: what the relocations became. */
static json_t *references_json(const struct program *program)
{
    json_int_t maps = 0, values = 0, functions = 0, tables = 0, externs = 0, calls = 0;
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        bool load = insn->op == OP_LDDW;
        maps += load && insn->ref == REF_MAP;
        values += load && insn->ref == REF_MAP_VALUE;
        functions += load && insn->ref == REF_FUNC;
        tables += load && insn->ref == REF_TABLE;
        externs += (load && insn->ref == REF_EXTERN) || insn->op == OP_KFUNC;
        calls += insn->op == OP_CALL;
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "maps", maps, "data", values, "functions", functions, "tables",
                     tables, "externs", externs, "calls", calls);
}

static json_t *program_json(const struct program *program)
{
    json_t *functions = json_array();
    for (uint32_t i = 0; i < program->func_count; i++)
        json_array_append_new(functions, function_json(&program->funcs[i]));
    return json_pack("{s:s, s:o, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "object",
                     program->path, "license", text_or_null(program->license), "btf", program->has_btf, "insns",
                     (json_int_t)program->insn_count, "functions", functions, "maps", maps_json(program, false), "data",
                     maps_json(program, true), "helpers", helpers_json(program), "externs", externs_json(program),
                     "tables", inspect_tables(program), "references", references_json(program), "relocations",
                     inspect_relocations(program), "core", inspect_core(program), "types", inspect_types(program),
                     "lines", inspect_lines(program));
}

/* -- text ------------------------------------------------------------------------------------------------------- */

static void print_scalar(const json_t *value)
{
    if (json_is_string(value))
        printf("%s", json_string_value(value));
    else if (json_is_integer(value))
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        printf("%s", json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "-");
}

/* The members of an object on one line: "name x, bytes 4". Lists in it follow on lines of their own. */
static void print_members(json_t *object, int indent)
{
    const char *key;
    json_t *value, *item;
    size_t index;
    const char *separator = "";
    printf("%*s", indent, "");
    if (!json_is_object(object)) {
        print_scalar(object);
        putchar('\n');
        return;
    }
    json_object_foreach(object, key, value)
    {
        if (json_is_array(value) || json_is_null(value) || json_is_object(value))
            continue;
        printf("%s%s ", separator, key);
        print_scalar(value);
        separator = ", ";
    }
    putchar('\n');
    json_object_foreach(object, key, value)
    {
        if (json_is_object(value))
            print_members(value, indent + 2);
        json_array_foreach(value, index, item) print_members(item, indent + 2);
    }
}

static void print_text(json_t *root)
{
    const char *key;
    json_t *value, *item;
    size_t index;
    json_object_foreach(root, key, value)
    {
        if (json_is_object(value)) {
            printf("%s:\n", key);
            print_members(value, 2);
        } else if (json_is_array(value)) {
            if (json_array_size(value) > 0)
                printf("%s:\n", key);
            json_array_foreach(value, index, item) print_members(item, 2);
        } else {
            printf("%s: ", key);
            print_scalar(value);
            putchar('\n');
        }
    }
}

/* "type_name" beside each map's number. */
static void name_types(json_t *manifest)
{
    json_t *map;
    size_t index;
    json_array_foreach(json_object_get(manifest, "maps"), index, map)
    {
        const char *type = map_type_name((uint32_t)json_integer_value(json_object_get(map, "type")));
        if (type)
            json_object_set_new(map, "type_name", json_string(type));
    }
}

/* The manifest that the image at `path` carries; NULL with the reason reported when it has none. */
static json_t *manifest_json(const char *path, struct arena *arena, struct diag *d)
{
    struct binary binary;
    if (!binary_read(&binary, path, arena, d))
        return NULL;
    json_t *root = binary.note ? json_loads(binary.note, 0, NULL) : NULL;
    if (!root)
        diag_error(d, &FILE_PLACE(path), D_ELF_MALFORMED, "'%s' carries no manifest: it is not an image of barebpf",
                   path);
    name_types(root);
    return root;
}

int command_inspect(const struct options *o, struct diag *d)
{
    struct compilation c = {0};
    json_t *root = NULL;
    if (input_is_image(o->inputs[0]))
        root = manifest_json(o->inputs[0], &c.arena, d);
    else if (compile_program(&c, o->inputs, o, d))
        root = program_json(&c.program);
    if (root && o->json) {
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (root) {
        print_text(root);
    }
    json_decref(root);
    compilation_free(&c);
    return (int)diag_status(d);
}
