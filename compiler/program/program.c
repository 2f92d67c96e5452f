// SPDX-License-Identifier: Apache-2.0
/* Looking things up in a program: functions, the entry, source lines, and the place of an instruction for messages. */
#include "program.h"

#include <string.h>

#include "../base/text.h"
#include "hook.h"

#define LISTED_BEFORE 3
#define LISTED_AFTER  1

const char *map_type_name(uint32_t type)
{
    static const char *const names[] = {
#define MAP(id, number, name, store) [number] = (name),
#include "maps.def"
#undef MAP
    };
    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

enum map_store map_store(uint32_t type)
{
    static const enum map_store stores[] = {
#define MAP(id, number, name, store) [number] = (store),
#include "maps.def"
#undef MAP
    };
    return type < sizeof stores / sizeof stores[0] ? stores[type] : STORE_NONE;
}

bool map_is_object(const struct map *map)
{
    return map->type != MAP_PROG_ARRAY;
}

void program_free(struct program *program)
{
    arena_free(&program->arena);
    *program = (struct program){0};
}

uint32_t program_func_at(const struct program *program, uint32_t insn)
{
    for (uint32_t i = 0; i < program->func_count; i++)
        if (insn >= program->funcs[i].first && insn - program->funcs[i].first < program->funcs[i].count)
            return i;
    return NONE;
}

uint32_t program_find_func(const struct program *program, const char *name)
{
    for (uint32_t i = 0; i < program->func_count; i++)
        if (strcmp(program->funcs[i].name, name) == 0)
            return i;
    return NONE;
}

/* Functions that can be chosen without a name: the programs, or, in an object without any, the global functions. */
static bool is_candidate(const struct func *func, bool any_program)
{
    return any_program ? func->is_program : func->is_global;
}

static bool has_program(const struct program *program)
{
    for (uint32_t i = 0; i < program->func_count; i++)
        if (program->funcs[i].is_program)
            return true;
    return false;
}

/* The names of the candidates, separated by ", ". Also the first one, and how many there are. */
static uint32_t list_candidates(const struct program *program, struct text *names, uint32_t *first)
{
    bool any_program = has_program(program);
    uint32_t count = 0;
    *first = NONE;
    for (uint32_t i = 0; i < program->func_count; i++) {
        if (!is_candidate(&program->funcs[i], any_program))
            continue;
        text_printf(names, "%s%s", count ? ", " : "", program->funcs[i].name);
        *first = count++ ? *first : i;
    }
    return count;
}

static bool entry_missing(const struct program *program, const char *name, const struct text *names, struct diag *d)
{
    struct place where = FILE_PLACE(program->path);
    if (name)
        diag_error(d, &where, D_PROGRAM_MISSING, "the object holds no function called '%s'", name);
    else
        diag_error(d, &where, D_PROGRAM_MISSING, "the object holds no program");
    if (names->length)
        diag_suggest(d, "--prog with one of: %s", text_chars(names));
    return false;
}

bool program_entry(const struct program *program, const char *name, uint32_t *func, struct diag *d)
{
    struct place where = FILE_PLACE(program->path);
    struct text names = {0};
    uint32_t count = list_candidates(program, &names, func);
    bool ok = true;
    if (name)
        *func = program_find_func(program, name);
    if (*func == NONE) {
        ok = entry_missing(program, name, &names, d);
    } else if (!name && count > 1) {
        ok = diag_error(d, &where, D_PROGRAM_AMBIGUOUS, "the object holds %u programs, one must be chosen", count);
        diag_suggest(d, "--prog with one of: %s", text_chars(&names));
    }
    text_free(&names);
    return ok;
}

static void add_entry(struct entries *entries, uint32_t func)
{
    for (uint32_t i = 0; i < entries->count; i++)
        if (entries->funcs[i] == func)
            return;
    entries->funcs[entries->count++] = func;
}

/* All programs of an object whose programs events start, those with packets first, as what helpers know of packets is
 * the first program's; none of others. */
static void add_started(const struct program *program, struct entries *entries)
{
    bool waits = false;
    for (uint32_t i = 0; i < program->func_count; i++)
        waits |= program->funcs[i].is_program && program->funcs[i].hook && program->funcs[i].hook->start == START_EVENT;
    for (uint32_t i = 0; waits && i < program->func_count; i++)
        if (program->funcs[i].is_program && hook_takes_packets(program->funcs[i].hook))
            add_entry(entries, i);
    for (uint32_t i = 0; waits && i < program->func_count; i++)
        if (program->funcs[i].is_program)
            add_entry(entries, i);
}

bool program_entries(const struct program *program, const char *names, struct entries *entries, struct arena *arena,
                     struct diag *d)
{
    uint32_t func = 0;
    *entries = (struct entries){.funcs = arena_array(arena, (size_t)program->func_count + 1, sizeof func)};
    for (uint32_t i = 0; names && strcmp(names, "*") == 0 && i < program->func_count; i++)
        if (program->funcs[i].is_program)
            add_entry(entries, i);
    if (!names)
        add_started(program, entries);
    if (entries->count)
        return true;
    if (names && strcmp(names, "*") == 0)
        names = NULL;
    while (names && strchr(names, ',')) {
        if (!program_entry(program, arena_strndup(arena, names, strcspn(names, ",")), &func, d))
            return false;
        add_entry(entries, func);
        names = strchr(names, ',') + 1;
    }
    if (!program_entry(program, names, &func, d))
        return false;
    add_entry(entries, func);
    return true;
}

/* Number of line records that start at or before `insn`. */
static uint32_t lines_until(const struct program *program, uint32_t insn)
{
    uint32_t low = 0, high = program->line_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program->lines[middle].insn <= insn)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct line *program_line(const struct program *program, uint32_t insn)
{
    uint32_t func = program_func_at(program, insn);
    uint32_t first = func == NONE ? 0 : program->funcs[func].first;
    for (uint32_t i = lines_until(program, insn); i > 0 && program->lines[i - 1].insn >= first; i--)
        if (program->lines[i - 1].line != 0)
            return &program->lines[i - 1];
    return NULL;
}

/* The instructions around `insn` within its function, one a line, '>' before the one itself. */
static char *listing(const struct program *program, const struct func *func, uint32_t insn, struct arena *arena)
{
    uint32_t end = func->first + func->count;
    uint32_t from = insn - func->first > LISTED_BEFORE ? insn - LISTED_BEFORE : func->first;
    uint32_t to = end - insn > LISTED_AFTER + 1 ? insn + LISTED_AFTER + 1 : end;
    int width = snprintf(NULL, 0, "%u", program->insns[to - 1].slot);
    struct text text = {0};
    for (uint32_t i = from; i < to; i++) {
        char line[256];
        insn_print(line, sizeof line, program, i);
        text_printf(&text, "%c %*u: %s\n", i == insn ? '>' : ' ', width, program->insns[i].slot, line);
    }
    char *copy = arena_strdup(arena, text_chars(&text));
    text_free(&text);
    return copy;
}

struct place program_place(const struct program *program, uint32_t insn, struct arena *arena)
{
    struct place place = {.file = program->path, .insn = -1};
    const struct line *line = program_line(program, insn);
    if (line) {
        place.file = line->file ? line->file : program->path;
        place.line = line->line;
        place.column = line->column;
        place.source = line->text;
    }
    uint32_t func = program_func_at(program, insn);
    if (func != NONE) {
        place.function = program->funcs[func].name;
        place.insn = program->insns[insn].slot;
        place.listing = listing(program, &program->funcs[func], insn, arena);
    }
    return place;
}

const struct helper *program_helper(const struct program *program, int64_t id)
{
    const struct helper *helper = id < 0 || id > UINT32_MAX ? NULL : helper_find((uint32_t)id);
    return helper || id < 0 || id > UINT32_MAX ? helper : own_helper(&program->owns, (uint32_t)id);
}
