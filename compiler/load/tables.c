// SPDX-License-Identifier: Apache-2.0
/* Jump tables. clang makes them of two forms: of a `switch` in the section ".jumptables", a symbol each, whose 8-byte
 * entries are byte offsets from the start of the section of code that refers to it; of `goto *table[i]` in .rodata,
 * where every 8 bytes of the variable have a relocation against code. Either way an entry must lead to an instruction
 * of one function. needs: functions. Source: LLVM, "[BPF] Support Jump Table" (llvm-project pull request 149715 and
 * 166301); libbpf 1.7. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define ENTRY_BYTES   8
#define MAX_TABLE     (1u << 20) /* entries */
#define MAX_EDGES     (1u << 22) /* of all gotox of a function together */
#define R_BPF_ABS64   2
#define R_BPF_DATA_64 12 /* the same by GNU binutils */

bool section_is_jump_tables(const struct section *section)
{
    return section->type == SHT_PROGBITS && strcmp(section->name, ".jumptables") == 0;
}

/* Reports an entry that leads nowhere. */
static bool refuse_entry(struct loader *l, const struct table_home *table, uint32_t entry, uint64_t at, const char *why)
{
    const struct span *span = &l->spans[table->func];
    struct place where = {.file = l->program->path, .function = l->program->funcs[table->func].name, .insn = -1};
    return diag_error(l->d, &where, D_BAD_JUMP, "entry %u of jump table '%s' leads to byte %llu of section '%s', %s",
                      entry, table->name, (unsigned long long)at, l->sections[span->section].name, why);
}

/* Reads the entries of a table in ".jumptables"; each must be in the function. */
static bool read_entries(struct loader *l, struct table_home *table, const uint8_t *bytes)
{
    const struct span *span = &l->spans[table->func];
    table->slots = arena_array(&l->scratch, table->count, sizeof *table->slots);
    for (uint32_t i = 0; i < table->count; i++) {
        uint64_t at = read_u64(bytes + (size_t)i * ENTRY_BYTES), slot = at / SLOT_BYTES;
        if (at % SLOT_BYTES != 0) {
            return refuse_entry(l, table, i, at, "which is not the start of an instruction");
        }
        if (slot < span->first_slot || slot - span->first_slot >= span->slot_count) {
            return refuse_entry(l, table, i, at, "which is not in this function");
        }
        table->slots[i] = (uint32_t)slot - span->first_slot;
    }
    return true;
}

/* The symbol that holds byte `offset` of a section of jump tables, or NULL. */
static const struct symbol *symbol_of(const struct loader *l, uint32_t section, uint64_t offset)
{
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        const struct symbol *s = &l->symbols[i];
        if (s->section == section && s->type != STT_SECTION && offset >= s->value &&
            offset - s->value < s->size_bytes) {
            return s;
        }
    }
    return NULL;
}

bool tables_refer(struct loader *l, uint32_t func, uint32_t section, uint64_t offset, struct slot_reloc *reloc)
{
    const struct section *data = &l->sections[section];
    const struct symbol *symbol = symbol_of(l, section, offset);
    if (func == NONE || symbol == NULL || symbol->value % ENTRY_BYTES != 0 || symbol->size_bytes % ENTRY_BYTES != 0 ||
        symbol->size_bytes / ENTRY_BYTES > MAX_TABLE || data->bytes == NULL || symbol->value > data->size_bytes ||
        symbol->size_bytes > data->size_bytes - symbol->value) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                          "byte %llu of section '%s' is in no jump table: a symbol of whole 8-byte entries inside the "
                          "section, at most %u, that a function refers to",
                          (unsigned long long)offset, data->name, MAX_TABLE);
    }
    *reloc = (struct slot_reloc){.kind = RELOC_LDDW, .ref = REF_TABLE, .addend = (int64_t)(offset - symbol->value)};
    for (reloc->index = 0; reloc->index < l->tables.count; reloc->index++) {
        const struct table_home *known = &l->tables.items[reloc->index];
        if (known->section == section && known->offset_bytes == symbol->value && known->func == func) {
            return true;
        }
    }
    struct table_home table = {.name = symbol->name,
                               .func = func,
                               .section = section,
                               .offset_bytes = symbol->value,
                               .count = (uint32_t)(symbol->size_bytes / ENTRY_BYTES)};
    l->table_bytes += symbol->size_bytes;
    if (l->table_bytes > l->size_bytes) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "jump tables in section '%s' overlap", data->name);
    }
    if (!read_entries(l, &table, data->bytes + symbol->value)) {
        return false;
    }
    vec_push(&l->tables, table);
    return true;
}

/* -- tables in .rodata --------------------------------------------------------------------------------------------- */

bool tables_note_label(struct loader *l, uint32_t section, const GElf_Rel *rel)
{
    struct section *data = &l->sections[section];
    uint64_t kind = GELF_R_TYPE(rel->r_info);
    const struct symbol *symbol = &l->symbols[GELF_R_SYM(rel->r_info)];
    if ((kind != R_BPF_ABS64 && kind != R_BPF_DATA_64) || rel->r_offset % ENTRY_BYTES != 0 || data->bytes == NULL ||
        rel->r_offset + ENTRY_BYTES > data->size_bytes || l->program->maps[data->map].role != MAP_SECTION_RODATA ||
        symbol->section == 0 || symbol->section == NONE || !section_is_code(&l->sections[symbol->section])) {
        return false;
    }
    if (data->labels == NULL) {
        data->labels = arena_array(&l->scratch, (size_t)data->size_bytes / ENTRY_BYTES, sizeof *data->labels);
    }
    struct label *label = &data->labels[rel->r_offset / ENTRY_BYTES];
    *label = (struct label){.symbol = (uint32_t)GELF_R_SYM(rel->r_info), .table = NONE, .reloc = *rel};
    return true;
}

/* The function that the label leads into, and where; NONE: into none. */
static uint32_t label_target(const struct loader *l, const struct section *data, const struct label *label,
                             uint32_t *slot)
{
    const struct symbol *symbol = &l->symbols[label->symbol];
    uint64_t at = (l->old_gnu ? 0 : symbol->value) + read_u64(data->bytes + label->reloc.r_offset);
    uint32_t func = at % SLOT_BYTES == 0 ? funcs_covering(l, symbol->section, at / SLOT_BYTES) : NONE;
    if (func != NONE) {
        *slot = (uint32_t)(at / SLOT_BYTES) - l->spans[func].first_slot;
    }
    return func;
}

/* Makes the variable a table when it consists of labels of one function. Where all of them are the function's start it
 * is an array of function pointers. */
static void add_variable(struct loader *l, uint32_t section, const struct variable *variable)
{
    struct section *data = &l->sections[section];
    uint32_t first = variable->offset_bytes / ENTRY_BYTES, count = variable->size_bytes / ENTRY_BYTES;
    struct table_home table = {.name = variable->name,
                               .func = NONE,
                               .section = section,
                               .offset_bytes = variable->offset_bytes,
                               .count = count};
    if (variable->offset_bytes % ENTRY_BYTES != 0 || variable->size_bytes % ENTRY_BYTES != 0 || count == 0 ||
        count > MAX_TABLE || first + (uint64_t)count > data->size_bytes / ENTRY_BYTES) {
        return;
    }
    table.slots = arena_array(&l->scratch, count, sizeof *table.slots);
    bool enters = true;
    for (uint32_t i = 0; i < count; i++) {
        struct label *label = &data->labels[first + i];
        if (label->symbol == 0 || label->seen) {
            return;
        }
        label->seen = true;
        uint32_t func = label_target(l, data, label, &table.slots[i]);
        if (func == NONE || (i > 0 && func != table.func)) {
            return;
        }
        table.func = func;
        enters = enters && table.slots[i] == 0;
    }
    for (uint32_t i = 0; !enters && i < count; i++) {
        data->labels[first + i].table = l->tables.count;
    }
    if (!enters) {
        vec_push(&l->tables, table);
    }
}

void tables_find(struct loader *l, uint32_t section)
{
    struct section *data = &l->sections[section];
    const struct map *map = &l->program->maps[data->map];
    for (uint32_t i = 0; i < map->variable_count; i++) {
        add_variable(l, section, &map->variables[i]);
    }
    for (uint64_t i = 0; data->address == NULL && i < data->size_bytes / ENTRY_BYTES; i++) {
        const struct label *label = &data->labels[i];
        if (label->symbol != 0 && label->table == NONE) {
            section_note_address(l, section, &label->reloc);
        }
    }
}

bool tables_in_data(const struct section *data, const struct loader *l, int64_t offset, struct slot_reloc *reloc)
{
    if (data->labels == NULL || offset < 0 || (uint64_t)offset / ENTRY_BYTES >= data->size_bytes / ENTRY_BYTES) {
        return false;
    }
    const struct label *label = &data->labels[offset / ENTRY_BYTES];
    if (label->symbol == 0 || label->table == NONE) {
        return false;
    }
    int64_t start = (int64_t)l->tables.items[label->table].offset_bytes;
    *reloc = (struct slot_reloc){.kind = RELOC_LDDW, .ref = REF_TABLE, .index = label->table, .addend = offset - start};
    return true;
}

/* -- into the program ---------------------------------------------------------------------------------------------- */

const bool *tables_entered(struct loader *l, uint32_t func)
{
    bool *entered = NULL;
    for (uint32_t i = 0; i < l->tables.count; i++) {
        const struct table_home *table = &l->tables.items[i];
        if (table->func != func) {
            continue;
        }
        if (entered == NULL) {
            entered = arena_array(&l->scratch, l->spans[func].slot_count, sizeof *entered);
        }
        for (uint32_t k = 0; k < table->count; k++) {
            entered[table->slots[k]] = true;
        }
    }
    return entered;
}

/* Appends one table's entries as indices of instructions. */
static bool keep_table(struct loader *l, uint32_t index)
{
    struct program *p = l->program;
    const struct table_home *home = &l->tables.items[index];
    p->tables[index] = (struct jump_table){.name = arena_strdup(&p->arena, home->name),
                                           .func = home->func,
                                           .first = p->jump_target_count,
                                           .count = home->count};
    for (uint32_t i = 0; i < home->count; i++) {
        uint32_t insn = l->spans[home->func].slot_insn[home->slots[i]];
        if (insn == NONE) {
            uint64_t at = ((uint64_t)l->spans[home->func].first_slot + home->slots[i]) * SLOT_BYTES;
            return refuse_entry(l, home, i, at, "which is the second half of a lddw");
        }
        p->jump_targets[p->jump_target_count++] = p->funcs[home->func].first + insn;
    }
    return true;
}

/* Any gotox of the function may lead to all entries of its tables. */
static bool set_targets(struct loader *l, const struct func *func, uint32_t first)
{
    struct program *p = l->program;
    uint64_t edges = 0;
    for (uint32_t i = func->first; i < func->first + func->count; i++) {
        if (p->insns[i].op == OP_GOTOX) {
            p->insns[i].target = first;
            p->insns[i].index = p->jump_target_count - first;
            edges += p->insns[i].index;
        }
    }
    struct place where = {.file = p->path, .function = func->name, .insn = -1};
    return edges <= MAX_EDGES || diag_error(l->d, &where, D_FEATURE,
                                            "the gotox instructions of the function can lead to %llu entries together, "
                                            "must be at most %u",
                                            (unsigned long long)edges, MAX_EDGES);
}

bool tables_keep(struct loader *l)
{
    struct program *p = l->program;
    uint32_t total = 0;
    for (uint32_t i = 0; i < l->tables.count; i++) {
        total += l->tables.items[i].count;
    }
    p->table_count = l->tables.count;
    p->tables = arena_array(&p->arena, p->table_count, sizeof *p->tables);
    p->jump_targets = arena_array(&p->arena, total, sizeof *p->jump_targets);
    for (uint32_t func = 0; func < p->func_count && p->table_count > 0; func++) {
        uint32_t first = p->jump_target_count;
        for (uint32_t i = 0; i < p->table_count; i++) {
            if (l->tables.items[i].func == func && !keep_table(l, i)) {
                return false;
            }
        }
        if (!set_targets(l, &p->funcs[func], first)) {
            return false;
        }
    }
    return true;
}
