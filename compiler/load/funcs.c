// SPDX-License-Identifier: Apache-2.0
/* Functions: every function symbol in a section of instructions is one, wherever it stands; a section may hold
 * several. Before relocations they are found, after them decoded into program.insns, one after the other. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"

/* A function symbol on its way into program.funcs. */
struct candidate {
    struct span span;
    const char *name;
    bool is_local, is_hidden;
};

struct candidates {
    VEC(struct candidate) list;
};

static bool is_text(const char *section)
{
    return strncmp(section, ".text", 5) == 0 && (section[5] == '\0' || section[5] == '.');
}

/* By place; at the same place the one that other files see, then the one with a size, first. */
static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    if (a->span.section != b->span.section) {
        return a->span.section < b->span.section ? -1 : 1;
    }
    if (a->span.first_slot != b->span.first_slot) {
        return a->span.first_slot < b->span.first_slot ? -1 : 1;
    }
    if (a->is_local != b->is_local) {
        return a->is_local ? 1 : -1;
    }
    if (a->span.slot_count != b->span.slot_count) {
        return a->span.slot_count > b->span.slot_count ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static bool add_symbol(struct loader *l, struct candidates *found, const struct symbol *symbol)
{
    if (symbol->value % SLOT_BYTES != 0 || symbol->size_bytes % SLOT_BYTES != 0 || symbol->name[0] == '\0') {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                          "function '%s' in section '%s' has no name, or does not lie "
                          "on whole instructions",
                          symbol->name, l->sections[symbol->section].name);
    }
    struct candidate candidate = {
        .span = {.section = symbol->section,
                 .first_slot = (uint32_t)(symbol->value / SLOT_BYTES),
                 .slot_count = (uint32_t)(symbol->size_bytes / SLOT_BYTES)},
        .name = symbol->name,
        .is_local = symbol->bind == STB_LOCAL,
        .is_hidden = symbol->visibility != STV_DEFAULT,
    };
    vec_push(&found->list, candidate);
    return true;
}

/* A section of instructions without any function symbol (hand-written assembly) is one function, named after it. */
static void add_section(struct loader *l, struct candidates *found, uint32_t index)
{
    const char *section = l->sections[index].name;
    char *name = arena_strdup(&l->program->arena, section + (section[0] == '.'));
    for (char *c = name; *c != '\0'; c++) {
        *c = isalnum((unsigned char)*c) ? *c : '_';
    }
    struct candidate candidate = {.span = {.section = index}, .name = name[0] != '\0' ? name : "main"};
    vec_push(&found->list, candidate);
}

/* Old compilers and assemblers give functions no type: what other files see in a section of instructions that has no
 * function symbol is one. Local names without a type are labels. */
static bool find_untyped(struct loader *l, struct candidates *found, bool *has_function)
{
    bool *typed = arena_memdup(&l->scratch, has_function, l->section_count * sizeof *has_function);
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (symbol->type != STT_NOTYPE || symbol->bind == STB_LOCAL || symbol->section == 0 ||
            symbol->section == NONE || typed[symbol->section] || !section_is_code(&l->sections[symbol->section]) ||
            symbol->value >= l->sections[symbol->section].size_bytes) {
            continue;
        }
        has_function[symbol->section] = true;
        if (!add_symbol(l, found, symbol)) {
            return false;
        }
    }
    return true;
}

static bool find_candidates(struct loader *l, struct candidates *found)
{
    bool *has_function = arena_array(&l->scratch, l->section_count, sizeof *has_function);
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (symbol->type != STT_FUNC || symbol->section == 0) {
            continue;
        }
        if (symbol->section == NONE || !section_is_code(&l->sections[symbol->section])) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                              "function '%s' does not lie in a section of instructions", symbol->name);
        }
        has_function[symbol->section] = true;
        if (!add_symbol(l, found, symbol)) {
            return false;
        }
    }
    if (!find_untyped(l, found, has_function)) {
        return false;
    }
    for (uint32_t i = 1; i < l->section_count; i++) {
        struct section *section = &l->sections[i];
        if (!section_is_code(section) || section->size_bytes == 0) {
            continue;
        }
        if (section->size_bytes % SLOT_BYTES != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "section '%s' has %llu bytes, must be a multiple of 8",
                              section->name, (unsigned long long)section->size_bytes);
        }
        section->relocs = arena_array(&l->scratch, (size_t)section->size_bytes / SLOT_BYTES, sizeof *section->relocs);
        if (!has_function[i]) {
            add_section(l, found, i);
        }
    }
    return true;
}

/* Removes second names of the same place; gives functions without a size all up to the next one. */
static bool settle_candidates(struct loader *l, struct candidates *found)
{
    struct candidate *items = found->list.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < found->list.count; i++) {
        struct candidate *last = kept > 0 ? &items[kept - 1] : NULL;
        bool same_section = last != NULL && last->span.section == items[i].span.section;
        if (!same_section || last->span.first_slot != items[i].span.first_slot) {
            items[kept++] = items[i];
            continue;
        }
        if (last->span.slot_count != items[i].span.slot_count && items[i].span.slot_count != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                              "functions '%s' and '%s' begin at the same place, but end "
                              "at different ones",
                              last->name, items[i].name);
        }
        last->span.slot_count = last->span.slot_count != 0 ? last->span.slot_count : items[i].span.slot_count;
    }
    found->list.count = kept;
    for (uint32_t i = 0; i < kept; i++) {
        struct span *span = &items[i].span;
        bool has_next = i + 1 < kept && items[i + 1].span.section == span->section;
        uint32_t limit =
            has_next ? items[i + 1].span.first_slot : (uint32_t)(l->sections[span->section].size_bytes / SLOT_BYTES);
        span->slot_count = span->slot_count != 0 ? span->slot_count : limit - span->first_slot;
        if (span->slot_count > limit - span->first_slot) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "functions '%s' and '%s' overlap", items[i].name,
                              has_next ? items[i + 1].name : "end of section");
        }
    }
    return true;
}

/* Programs are what other files see in sections of their own; in an object without any, what they see in .text. */
static void mark_programs(struct program *p)
{
    bool any = false;
    for (uint32_t i = 0; i < p->func_count; i++) {
        struct func *func = &p->funcs[i];
        func->is_program = func->is_program && !is_text(func->section);
        any = any || func->is_program;
    }
    for (uint32_t i = 0; i < p->func_count; i++) {
        struct func *func = &p->funcs[i];
        if (!any && is_text(func->section)) {
            func->is_program = func->is_global;
        }
        if (func->is_program) {
            const char *section = func->section[0] == '?' ? func->section + 1 : func->section;
            func->hook = is_text(section) ? hook_named("raw") : hook_find(section);
        }
    }
}

static void keep_candidates(struct loader *l, const struct candidates *found)
{
    struct program *p = l->program;
    const struct candidate *candidates = found->list.items;
    if (!candidates)
        return; /* no code at all */
    p->func_count = found->list.count;
    p->funcs = arena_array(&p->arena, p->func_count, sizeof *p->funcs);
    l->spans = arena_array(&l->scratch, p->func_count, sizeof *l->spans);
    for (uint32_t i = 0; i < p->func_count; i++) {
        const struct candidate *candidate = &candidates[i];
        l->spans[i] = candidate->span;
        p->funcs[i] = (struct func){
            .name = arena_strdup(&p->arena, candidate->name),
            .section = arena_strdup(&p->arena, l->sections[candidate->span.section].name),
            .is_program = !candidate->is_local,
            .is_global = !candidate->is_local && !candidate->is_hidden,
        };
    }
    mark_programs(p);
}

bool funcs_collect(struct loader *l)
{
    struct candidates found = {0};
    bool ok = find_candidates(l, &found);
    if (ok && found.list.count > 1) {
        qsort(found.list.items, found.list.count, sizeof *found.list.items, compare_candidates);
    }
    ok = ok && settle_candidates(l, &found);
    if (ok) {
        keep_candidates(l, &found);
    }
    vec_free(&found.list);
    return ok;
}

uint32_t funcs_covering(const struct loader *l, uint32_t section, uint64_t slot)
{
    uint32_t low = 0;
    uint32_t high = l->program->func_count;
    while (low < high) { /* spans are ordered by section, then by slot */
        uint32_t middle = low + (high - low) / 2;
        const struct span *span = &l->spans[middle];
        if (span->section < section || (span->section == section && span->first_slot + span->slot_count <= slot)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool covers = low < l->program->func_count && l->spans[low].section == section && l->spans[low].first_slot <= slot;
    return covers ? low : NONE;
}

uint32_t funcs_starting(const struct loader *l, uint32_t section, int64_t slot)
{
    uint32_t func = slot >= 0 ? funcs_covering(l, section, (uint64_t)slot) : NONE;
    return func != NONE && l->spans[func].first_slot == slot ? func : NONE;
}

bool funcs_decode(struct loader *l)
{
    struct program *p = l->program;
    struct insn **parts = arena_array(&l->scratch, p->func_count, sizeof *parts);
    for (uint32_t i = 0; i < p->func_count; i++) {
        struct span *span = &l->spans[i];
        const struct section *section = &l->sections[span->section];
        const struct code code = {.bytes = section->bytes + (size_t)span->first_slot * SLOT_BYTES,
                                  .slot_count = span->slot_count,
                                  .relocs = section->relocs + span->first_slot,
                                  .entered = tables_entered(l, i),
                                  .file = p->path,
                                  .function = p->funcs[i].name};
        p->funcs[i].first = p->insn_count;
        if (!decode_func(&parts[i], &p->funcs[i].count, &span->slot_insn, &code, &l->scratch, l->d)) {
            return false;
        }
        p->insn_count += p->funcs[i].count;
    }
    p->insns = arena_array(&p->arena, p->insn_count, sizeof *p->insns);
    for (uint32_t i = 0; i < p->func_count; i++) {
        struct insn *insns = &p->insns[p->funcs[i].first];
        for (uint32_t k = 0; k < p->funcs[i].count; k++) {
            insns[k] = parts[i][k];
            insns[k].target += insn_has_target(&insns[k]) ? p->funcs[i].first : 0;
        }
    }
    return true;
}
