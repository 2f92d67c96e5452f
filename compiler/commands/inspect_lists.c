// SPDX-License-Identifier: Apache-2.0
/* The longer lists of `barebpf inspect`: relocations, jump tables, CO-RE records, types, source lines. */
#include "inspect.h"

/* "function" and "insn" of an instruction, as listings number them. */
static json_t *place_json(const struct program *program, uint32_t insn)
{
    uint32_t func = program_func_at(program, insn);
    return json_pack("{s:s, s:I}", "function", func == NONE ? "" : program->funcs[func].name, "insn",
                     (json_int_t)program->insns[insn].slot);
}

static void add(json_t *list, json_t *place, const char *kind, const char *target, int64_t offset)
{
    json_object_set_new(place, "kind", json_string(kind));
    json_object_set_new(place, "target", json_string(target));
    if (offset)
        json_object_set_new(place, "offset", json_integer(offset));
    json_array_append_new(list, place);
}

static void add_lddw(json_t *list, const struct program *program, uint32_t index)
{
    const struct insn *insn = &program->insns[index];
    json_t *place = insn->ref == REF_NONE ? NULL : place_json(program, index);
    switch (insn->ref) {
    case REF_NONE: break;
    case REF_MAP: add(list, place, "map", program->maps[insn->index].name, 0); break;
    case REF_MAP_VALUE: add(list, place, "data", program->maps[insn->index].name, insn->imm); break;
    case REF_FUNC: add(list, place, "function", program->funcs[insn->index].name, 0); break;
    case REF_TABLE: add(list, place, "jump table", program->tables[insn->index].name, 0); break;
    case REF_EXTERN: add(list, place, "extern", program->externs[insn->index].name, 0); break;
    }
}

json_t *inspect_relocations(const struct program *program)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        if (insn->op == OP_LDDW)
            add_lddw(list, program, i);
        else if (insn->op == OP_CALL)
            add(list, place_json(program, i), "call", program->funcs[insn->index].name, 0);
        else if (insn->op == OP_KFUNC)
            add(list, place_json(program, i), "kfunc", program->externs[insn->index].name, 0);
    }
    return list;
}

json_t *inspect_tables(const struct program *program)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->table_count; i++) {
        const struct jump_table *table = &program->tables[i];
        json_t *entries = json_array();
        for (uint32_t k = table->first; k < table->first + table->count; k++)
            json_array_append_new(entries, json_integer(program->insns[program->jump_targets[k]].slot));
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", table->name, "function",
                                              program->funcs[table->func].name, "entries", entries));
    }
    return list;
}

/* Names of the kinds, as the kernel's documentation has them (bpf/llvm_reloc.rst). */
static const char *core_kind(uint32_t kind)
{
    static const char *const names[] = {
        "byte_off",       "byte_sz",       "field_exists",   "signed",      "lshift_u64",
        "rshift_u64",     "local_type_id", "target_type_id", "type_exists", "type_size",
        "enumval_exists", "enumval_value", "type_matches",
    };
    return kind < sizeof names / sizeof *names ? names[kind] : "?";
}

json_t *inspect_core(const struct program *program)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->core_count; i++) {
        const struct program_core *core = &program->core[i];
        json_t *item = place_json(program, core->insn);
        const struct poison *poison = program_poison(program, &program->insns[core->insn]);
        json_object_set_new(item, "kind", json_string(core_kind(core->kind)));
        json_object_set_new(item, "target", json_string(core->text));
        json_object_set_new(item, "access", json_string(core->access));
        if (poison)
            json_object_set_new(item, "missing", json_string(poison->text));
        json_array_append_new(list, item);
    }
    return list;
}

/* Members of a struct or union (with their places in bits), parameters, or enumerators. */
static json_t *members_json(const struct program *program, const struct type *type)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < type->member_count; i++) {
        const struct member *member = &type->members[i];
        json_t *item = json_pack("{s:s}", "member", member->name);
        if (type->kind == TYPE_ENUM)
            json_object_set_new(item, "value", json_integer(member->value));
        else
            json_object_set_new(item, "type", json_string(type_resolve(program, member->type)->name));
        if (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION)
            json_object_set_new(item, "bit", json_integer((json_int_t)member->offset_bits));
        if (member->bitfield_bits)
            json_object_set_new(item, "bits", json_integer((json_int_t)member->bitfield_bits));
        json_array_append_new(list, item);
    }
    return list;
}

json_t *inspect_types(const struct program *program)
{
    static const char *const kinds[] = {"void",   "int",   "float",    "enum",    "pointer", "array",
                                        "struct", "union", "function", "forward", "typedef", "qualifier"};
    json_t *list = json_array();
    for (uint32_t i = 1; i < program->type_count; i++) {
        const struct type *type = &program->types[i];
        if (type->kind == TYPE_QUALIFIER || !type->name[0])
            continue;
        json_t *item = json_pack("{s:I, s:s, s:I}", "id", (json_int_t)i, "kind", kinds[type->kind], "bytes",
                                 (json_int_t)type->size_bytes);
        json_object_set_new(item, "name", json_string(type->name));
        if (type->member_count)
            json_object_set_new(item, "members", members_json(program, type));
        json_array_append_new(list, item);
    }
    return list;
}

json_t *inspect_lines(const struct program *program)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < program->line_count; i++) {
        const struct line *line = &program->lines[i];
        json_t *item = place_json(program, line->insn);
        json_object_set_new(item, "file", json_string(line->file));
        json_object_set_new(item, "line", json_integer(line->line));
        json_object_set_new(item, "column", json_integer(line->column));
        json_array_append_new(list, item);
    }
    return list;
}
