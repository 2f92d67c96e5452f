// SPDX-License-Identifier: Apache-2.0
/* Before the pipeline: C through clang, and what the user set on the command line written into the loaded program. */
#include "input.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/process.h"

#define CLANG ("clang-" BAREBPF_LLVM_VERSION_TEXT)
/* Clang 22.1.8 miscompiles relaxed fetching atomics for BPF (llvm issue 210280), so 19 comes first. */
static const char *const clangs[] = {"clang-19", CLANG, "clang"};

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

bool input_is_image(const char *path)
{
    Elf32_Ehdr head; /* e_machine lies at the same place in both classes */
    FILE *file = file_exists(path) ? fopen(path, "rb") : NULL;
    bool read = file && fread(&head, sizeof head, 1, file) == 1;
    if (file)
        fclose(file);
    return read && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_machine != EM_BPF &&
           head.e_machine != EM_NONE && head.e_type == ET_EXEC;
}

static void add_each(const char **flags, const char *option, string_list values, struct arena *arena)
{
    while (*flags)
        flags++;
    for (; *values; values++)
        *flags++ = arena_printf(arena, "%s%s", option, *values);
}

static size_t list_length(string_list list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

string_list input_flags(const struct options *o, struct arena *arena, struct diag *d)
{
    const char *home = barebpf_home(arena, d);
    if (!home)
        return NULL;
    const char *const ours[] = {arena_printf(arena, "%s/helpers-template/include", home), NULL};
    /* asm/types.h, for the kernel's headers */
    const char *const system[] = {"-idirafter", "/usr/include/" BAREBPF_MULTIARCH, NULL};
    const char **flags = arena_array(arena, list_length(o->includes) + list_length(o->defines) + 4, sizeof *flags);
    add_each(flags, "-I", o->includes, arena);
    add_each(flags, "-D", o->defines, arena);
    add_each(flags, "-I", ours, arena);
    add_each(flags, "", system, arena);
    return flags;
}

bool input_is_source(const char *path)
{
    return ends_in(path, ".c");
}

/* Compiles the BPF C file `source` to `object`. */
static bool compile_c(const char *object, const char *source, string_list flags, struct arena *arena, struct diag *d)
{
    const char *clang = NULL;
    for (size_t i = 0; i < sizeof clangs / sizeof *clangs && !clang; i++)
        clang = process_find(arena, clangs[i]);
    const char *const words[] = {clang ? clang : "clang",
                                 "-target",
                                 "bpf",
                                 "-mcpu=v3",
                                 "-O2",
                                 "-g",
                                 "-Wall",
                                 "-fdebug-compilation-dir=.", /* the same bytes in every directory */
                                 "-c",
                                 source,
                                 "-o",
                                 object,
                                 NULL};
    const char **argv = arena_array(arena, list_length(words) + list_length(flags) + 1, sizeof *argv);
    add_each(argv, "", words, arena);
    add_each(argv, "", flags, arena);
    struct process_result result;
    if (!process_run(arena, argv, 120, &result, d))
        return false;
    fputs(result.errors, stderr);
    return result.exit_status == 0 ||
           diag_error(d, &FILE_PLACE(source), D_TOOL_FAILED, "clang could not compile '%s'", source);
}

bool input_object(const char **object, const char *input, string_list flags, struct arena *arena, struct diag *d)
{
    *object = input;
    if (!file_check(input, d))
        return false;
    if (!input_is_source(input))
        return true;
    const char *directory = file_work_dir(arena, d);
    if (!directory)
        return false;
    *object = arena_printf(arena, "%s/%s.bpf.o", directory, file_stem(arena, input));
    return compile_c(*object, input, flags, arena, d);
}

/* "NAME=TEXT": its parts. */
static bool split_setting(const char *setting, struct arena *arena, const char **name, const char **value)
{
    const char *equals = strchr(setting, '=');
    if (!equals || equals == setting || !equals[1])
        return false;
    *name = arena_strndup(arena, setting, (size_t)(equals - setting));
    *value = equals + 1;
    return true;
}

/* What a map of maps or programs holds at the start, in `entries` slots; false when a slot in use would be lost. */
static bool keep_values(struct program *program, struct map *map, uint32_t entries)
{
    const uint32_t **lists[] = {&map->values, &map->progs};
    for (size_t list = 0; list < 2; list++) {
        const uint32_t *old = *lists[list];
        uint32_t *resized = old ? arena_array(&program->arena, entries, sizeof *resized) : NULL;
        for (uint32_t i = 0; old && i < (entries > map->value_count ? entries : map->value_count); i++) {
            uint32_t value = i < map->value_count ? old[i] : NONE;
            if (i < entries)
                resized[i] = value;
            else if (value != NONE)
                return false;
        }
        *lists[list] = resized;
    }
    map->value_count = entries;
    return true;
}

static struct map *find_user_map(struct program *program, const char *name)
{
    for (uint32_t i = 0; i < program->map_count; i++)
        if (program->maps[i].role == MAP_USER && strcmp(program->maps[i].name, name) == 0)
            return &program->maps[i];
    return NULL;
}

bool input_apply_maps(struct program *program, string_list map_sizes, struct diag *d)
{
    for (; *map_sizes; map_sizes++) {
        const char *name = NULL, *value = NULL;
        char *end = NULL;
        bool ok = split_setting(*map_sizes, &program->arena, &name, &value);
        unsigned long entries = ok ? strtoul(value, &end, 0) : 0;
        if (!ok || *end || entries == 0 || entries > UINT32_MAX)
            return diag_error(d, &NO_PLACE, D_OPTION, "--map '%s' must be NAME=ENTRIES, with at least 1 entry",
                              *map_sizes);
        struct map *found = find_user_map(program, name);
        if (!found)
            return diag_error(d, &NO_PLACE, D_OPTION, "--map: the object has no map '%s'", name);
        if (found->value_count > 0 && !keep_values(program, found, (uint32_t)entries))
            return diag_error(d, &NO_PLACE, D_OPTION, "--map %s: '%s' holds more than that at the start", *map_sizes,
                              name);
        if (map_store(found->type) == STORE_STREAM)
            found->stream_bytes = (uint32_t)entries;
        else
            found->entries = (uint32_t)entries;
    }
    return true;
}

/* "MAP[SLOT]=PROGRAM": its parts. */
static bool split_init(const char *init, struct arena *arena, const char **map, unsigned long *slot, const char **prog)
{
    const char *name = NULL, *open;
    char *end;
    if (!split_setting(init, arena, &name, prog) || !(open = strchr(name, '[')) || open == name)
        return false;
    *map = arena_strndup(arena, name, (size_t)(open - name));
    *slot = strtoul(open + 1, &end, 0);
    return end != open + 1 && open[1] != '-' && strcmp(end, "]") == 0;
}

/* Puts a program into a slot of a prog array, in a fresh copy of its slots. */
static bool apply_init(struct program *program, struct map *map, unsigned long slot, const char *prog, struct diag *d)
{
    uint32_t func = program_find_func(program, prog);
    if (slot >= map->entries)
        return diag_error(d, &NO_PLACE, D_OPTION, "--map-init: '%s' has %u slots, there is no slot %lu", map->name,
                          map->entries, slot);
    if (func == NONE || !program->funcs[func].is_program)
        return diag_error(d, &NO_PLACE, D_OPTION, "--map-init: the object has no program '%s'", prog);
    uint32_t *progs = arena_array(&program->arena, map->entries, sizeof *progs);
    for (uint32_t i = 0; i < map->entries; i++)
        progs[i] = map->progs && i < map->value_count ? map->progs[i] : NONE;
    progs[slot] = func;
    map->progs = progs;
    map->value_count = map->entries;
    return true;
}

bool input_apply_inits(struct program *program, string_list inits, struct diag *d)
{
    for (; *inits; inits++) {
        const char *name = NULL, *prog = NULL;
        unsigned long slot = 0;
        if (!split_init(*inits, &program->arena, &name, &slot, &prog))
            return diag_error(d, &NO_PLACE, D_OPTION, "--map-init '%s' must be MAP[SLOT]=PROGRAM", *inits);
        struct map *map = find_user_map(program, name);
        if (!map || map->type != MAP_PROG_ARRAY)
            return diag_error(d, &NO_PLACE, D_OPTION, "--map-init: the object has no prog array '%s'", name);
        if (!apply_init(program, map, slot, prog, d))
            return false;
    }
    return true;
}
