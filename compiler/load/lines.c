// SPDX-License-Identifier: Apache-2.0
/* .BTF.ext: which source line each instruction comes from, and each function's type. Source: kernel documentation,
 * bpf/btf.rst §4.2. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define COLUMN_BITS 10 /* line_col = line << 10 | column */

static bool malformed(struct loader *l, const char *table, const char *why)
{
    return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF.ext: %s: %s", table, why);
}

static bool read_func(struct loader *l, uint32_t section, const uint8_t *record)
{
    uint32_t func = NONE;
    uint32_t insn = NONE;
    const struct btf_type *t = types_raw(l, read_u32(record + 4));
    if (!ext_locate(l, section, read_u32(record), &func, &insn) || t == NULL || !btf_is_func(t) ||
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
    if (!ext_locate(l, section, read_u32(record), &func, &line.insn) || line.file == NULL || line.text == NULL) {
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

bool lines_load(struct loader *l)
{
    static const struct ext_table funcs = {"func_info", 8, 8, read_func};
    static const struct ext_table lines = {"line_info", 16, 16, read_line};
    bool ok = ext_read(l, &funcs) && ext_read(l, &lines);
    type_by_name(l);
    if (ok && l->lines.count > 0) {
        qsort(l->lines.items, l->lines.count, sizeof *l->lines.items, compare_lines);
        keep_lines(l);
    }
    return ok;
}
