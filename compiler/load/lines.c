// SPDX-License-Identifier: Apache-2.0
/* .BTF.ext: which source line each instruction comes from, each function's type, and whether the object needs CO-RE
 * relocations. Records may be longer than we know (their size is in the file). Source: kernel documentation,
 * bpf/btf.rst §4.2. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define HEADER_BYTES      24 /* up to and with line_info_len */
#define CORE_HEADER_BYTES 32 /* with core_relo_len */
#define BLOCK_BYTES       8  /* sec_name_off, num_info */
#define COLUMN_BITS       10 /* line_col = line << 10 | column */

/* One of the three tables of .BTF.ext: blocks of records, a block per section of code. */
struct info_table {
    const char *name;
    uint32_t header_offset; /* of its offset and length in the header */
    uint32_t least_bytes;   /* of a record */
    bool (*record)(struct loader *l, uint32_t section, const uint8_t *record);
};

static bool malformed(struct loader *l, const char *table, const char *why)
{
    return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF.ext: %s: %s", table, why);
}

/* The code section called `name`, or 0. */
static uint32_t code_section(const struct loader *l, const char *name)
{
    for (uint32_t i = 1; name != NULL && i < l->section_count; i++) {
        if (section_is_code(&l->sections[i]) && strcmp(l->sections[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* The blocks in bytes [at, end). */
static bool read_blocks(struct loader *l, const struct info_table *table, const uint8_t *at, const uint8_t *end)
{
    uint32_t record_bytes = read_u32(at);
    if (record_bytes < table->least_bytes || record_bytes % 4 != 0) {
        return malformed(l, table->name, "records are too short");
    }
    at += 4;
    while (at < end) {
        if (end - at < BLOCK_BYTES) {
            return malformed(l, table->name, "ends within a block");
        }
        uint32_t section = code_section(l, types_string(l, read_u32(at)));
        uint32_t count = read_u32(at + 4);
        at += BLOCK_BYTES;
        if (section == 0 || count == 0 || count > (uint64_t)(end - at) / record_bytes) {
            return malformed(l, table->name, "a block names no section of code, or has more records than bytes");
        }
        for (uint32_t i = 0; i < count; i++, at += record_bytes) {
            if (!table->record(l, section, at)) {
                return false;
            }
        }
    }
    return true;
}

static bool read_table(struct loader *l, const struct info_table *table)
{
    const struct section *section = object_section(l, ".BTF.ext");
    if (section == NULL || l->btf == NULL || section->bytes == NULL) {
        return true;
    }
    uint64_t size = section->size_bytes;
    const uint8_t *bytes = section->bytes;
    if (size < HEADER_BYTES || read_u16(bytes) != BTF_MAGIC || read_u32(bytes + 4) < HEADER_BYTES ||
        read_u32(bytes + 4) > size) {
        return malformed(l, "header", "is missing or too short");
    }
    uint64_t header = read_u32(bytes + 4);
    if (header < table->header_offset + 8u) {
        return true; /* an older format without this table */
    }
    uint64_t start = header + read_u32(bytes + table->header_offset);
    uint64_t length = read_u32(bytes + table->header_offset + 4);
    if (length == 0) {
        return true;
    }
    if (length < 4 || start > size || length > size - start) {
        return malformed(l, table->name, "lies beyond the section's end");
    }
    return read_blocks(l, table, bytes + start, bytes + start + length);
}

static bool refuse_core(struct loader *l, uint32_t section, const uint8_t *record)
{
    uint32_t id = read_u32(record + 4);
    const char *access = types_string(l, read_u32(record + 8));
    const char *type = id < l->program->type_count ? l->program->types[id].name : "?";
    uint32_t slot = read_u32(record) / SLOT_BYTES;
    diag_error(l->d, &l->here, D_RELOCATION,
               "section '%s', instruction %u: CO-RE relocation of '%s' (%s), which is not "
               "supported",
               l->sections[section].name, slot, type, access != NULL ? access : "?");
    diag_suggest(l->d, "compile without preserve_access_index and BPF_CORE_READ");
    return false;
}

/* The function and the index in program.insns of the instruction at byte `offset`; false when there is none. */
static bool locate(const struct loader *l, uint32_t section, uint32_t offset, uint32_t *func, uint32_t *insn)
{
    *func = offset % SLOT_BYTES == 0 ? funcs_covering(l, section, offset / SLOT_BYTES) : NONE;
    if (*func == NONE) {
        return false;
    }
    const struct span *span = &l->spans[*func];
    uint32_t within = span->slot_insn[offset / SLOT_BYTES - span->first_slot];
    *insn = within == NONE ? NONE : l->program->funcs[*func].first + within;
    return within != NONE;
}

static bool read_func(struct loader *l, uint32_t section, const uint8_t *record)
{
    uint32_t func = NONE;
    uint32_t insn = NONE;
    const struct btf_type *t = types_raw(l, read_u32(record + 4));
    if (!locate(l, section, read_u32(record), &func, &insn) || t == NULL || !btf_is_func(t) ||
        l->program->types[t->type].kind != TYPE_FUNC) {
        return malformed(l, "func_info", "a record names no function");
    }
    l->program->funcs[func].proto = t->type;
    return true;
}

static bool read_line(struct loader *l, uint32_t section, const uint8_t *record)
{
    uint32_t func = NONE;
    struct line line = {.file = types_string(l, read_u32(record + 4)), .text = types_string(l, read_u32(record + 8))};
    line.line = read_u32(record + 12) >> COLUMN_BITS;
    line.column = read_u32(record + 12) & ((1u << COLUMN_BITS) - 1);
    if (!locate(l, section, read_u32(record), &func, &line.insn) || line.file == NULL || line.text == NULL) {
        return malformed(l, "line_info", "a record names no instruction, or has no readable text");
    }
    vec_push(&l->lines, line);
    return true;
}

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;
    if (a->insn != b->insn) {
        return a->insn < b->insn ? -1 : 1;
    }
    return a->line == b->line ? 0 : a->line > b->line ? -1 : 1;
}

/* A record with line 0 stands for the one before it in the same function; at a function's start for the next one. So
 * each goes, and only the first record of a function may have to reach back to its first instruction. */
static void keep_lines(struct loader *l)
{
    struct program *p = l->program;
    p->lines = arena_array(&p->arena, l->lines.count, sizeof *p->lines);
    uint32_t func = 0;
    uint32_t reach_back = NONE; /* first instruction of the function that has only had line 0 so far */
    uint32_t previous = NONE;
    for (uint32_t i = 0; i < l->lines.count; i++) {
        struct line line = l->lines.items[i];
        while (line.insn >= p->funcs[func].first + p->funcs[func].count) {
            func++;
            reach_back = NONE;
        }
        bool first = p->line_count == 0 || p->lines[p->line_count - 1].insn < p->funcs[func].first;
        if (line.line == 0) {
            reach_back = first && reach_back == NONE ? line.insn : reach_back;
            continue;
        }
        if (line.insn == previous) {
            continue;
        }
        previous = line.insn;
        line.insn = first && reach_back != NONE ? reach_back : line.insn;
        p->lines[p->line_count++] = line;
    }
}

/* Types of functions that func_info does not mention, by name. */
static void type_by_name(struct loader *l)
{
    struct program *p = l->program;
    for (uint32_t i = 0; i < p->func_count; i++) {
        for (uint32_t id = 1; p->funcs[i].proto == 0 && id < p->type_count; id++) {
            const struct btf_type *t = types_raw(l, id);
            if (btf_is_func(t) && p->types[t->type].kind == TYPE_FUNC &&
                strcmp(p->types[id].name, p->funcs[i].name) == 0) {
                p->funcs[i].proto = t->type;
            }
        }
    }
}

bool lines_check(struct loader *l)
{
    static const struct info_table core = {"core_relo", 24, 16, refuse_core};
    return read_table(l, &core);
}

bool lines_load(struct loader *l)
{
    static const struct info_table funcs = {"func_info", 8, 8, read_func};
    static const struct info_table lines = {"line_info", 16, 16, read_line};
    bool ok = read_table(l, &funcs) && read_table(l, &lines);
    type_by_name(l);
    if (ok && l->lines.count > 0) {
        qsort(l->lines.items, l->lines.count, sizeof *l->lines.items, compare_lines);
        keep_lines(l);
    }
    return ok;
}
