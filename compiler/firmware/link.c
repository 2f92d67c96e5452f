// SPDX-License-Identifier: Apache-2.0
/* From the object to the image: start-up, board and main are compiled, all is linked by ld.lld with the board's memory
 * map, the manifest is added, budgets are checked, and the outputs get their final names, in this order, so that a
 * failure leaves nothing behind. */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/text.h"
#include "../program/helper.h"
#include "binary.h"
#include "cache.h"
#include "externs.h"
#include "fit.h"
#include "hooks.h"
#include "machine_bound.h"
#include "manifest.h"
#include "map_bytes.h"
#include "stubs.h"
#include "target.h"
#include "uf2.h"

/* One linking. */
struct linker {
    struct image *image;
    const struct object *object;
    const struct board *board;
    const struct build_options *options;
    struct command objects;        /* what ld.lld gets: the program, the runtime, other objects, then libc and libgcc */
    uint32_t runtime_end;          /* items [1, runtime_end) are the runtime, without mem.c, */
    uint32_t with_start, with_end; /* what --with names */
    const char *relocatable;       /* the object of --emit obj, when it is made */
    struct cache cache;            /* of compiled start-up code and runtime */
    struct diag *d;
};

/* Where in the work directory `name` goes. */
static char *work_path(struct linker *l, const char *name)
{
    return arena_printf(&l->image->arena, "%s/%s", l->object->work_dir, name);
}

/* The C library's headers, for code of the user's; ours needs none. */
static void add_c_headers(struct linker *l, struct command *command)
{
    struct arena *arena = &l->image->arena;
    const char *headers = board_c_library(l->board, arena).headers;
    while (headers && *headers) {
        size_t length = strcspn(headers, ":");
        command_add(command, "-isystem");
        command_add(command, arena_strndup(arena, headers, length));
        headers += length + (headers[length] == ':');
    }
}

/* Is it C of the firmware that the user gave? */
static bool is_users_file(const struct build_options *options, const char *source)
{
    for (string_list file = options->with; file && *file; file++)
        if (source == *file)
            return true;
    return source == options->main_file;
}

/* Is it C of a board of the user's? It may include what the cache does not know. */
static bool is_of_own_board(const struct board *board, const char *source)
{
    size_t length = strlen(board->directory);
    return board->is_own && strncmp(source, board->directory, length) == 0 && source[length] == '/';
}

/* What the user's C may include and call: the C library, NAME.skel.h, the contracts of its kfuncs. */
static void add_users_words(struct linker *l, struct command *command)
{
    struct arena *arena = &l->image->arena;
    add_c_headers(l, command);
    command_add(command, "-I");
    command_add(command, l->object->work_dir);
    command_add(command, arena_printf(arena, "-ffile-prefix-map=%s=.", l->object->work_dir));
    if (l->object->kfuncs_path) {
        command_add(command, "-include");
        command_add(command, l->object->kfuncs_path);
    }
}

static bool compile_one(struct linker *l, const char *source)
{
    struct arena *arena = &l->image->arena;
    char *object = work_path(l, arena_printf(arena, "part%u.o", l->objects.count));
    struct command command = {0};
    clang_command(&command, arena, l->board, l->options);
    const struct cache none = {0};
    bool is_users = is_users_file(l->options, source);
    if (is_users)
        add_users_words(l, &command);
    const struct verified *v = l->object->verified;
    if (!hook_takes_packets(verified_program(v)->funcs[verified_entry(v)].hook))
        command_add(&command, "-DBAREBPF_MAY_BE_PACKET=0"); /* main.c: packets are not prepared nor shown */
    if (stubs_use_helper(v, HELPER_TIMER_SET_CALLBACK))
        command_add(&command, "-DBAREBPF_TIMERS=1"); /* main.c: timers are run */
    hooks_defines(&command, l->object->hooks, arena);
    const char *const rest[] = {"-c", source, "-o", object, NULL};
    command_add_list(&command, rest);
    const struct unit unit = {source, object, l->object->work_dir, file_base(source)};
    if (!cache_compile(is_users || is_of_own_board(l->board, source) ? &none : &l->cache, arena, &command, &unit, l->d))
        return false;
    command_add(&l->objects, object);
    return true;
}

/* Compiles every file that matches `pattern`, in the order of their names. */
static bool compile_all(struct linker *l, const char *pattern)
{
    glob_t found;
    bool ok = true;
    if (glob(pattern, 0, NULL, &found) != 0)
        return true;
    for (size_t i = 0; ok && i < found.gl_pathc; i++)
        ok = compile_one(l, arena_strdup(&l->image->arena, found.gl_pathv[i]));
    globfree(&found);
    return ok;
}

/* What events need: the table of what starts the programs, and what goes through it. */
static bool compile_events(struct linker *l, const char *home)
{
    struct text text = {0};
    char *table = work_path(l, "hooks.c");
    if (!hooks_any(l->object->hooks))
        return true;
    hooks_c(&text, l->object->hooks);
    bool ok = file_write(table, text.chars, text.length, l->d) && compile_one(l, table) &&
              compile_one(l, arena_printf(&l->image->arena, "%s/helpers-template/events.c", home));
    text_free(&text);
    return ok && (!l->object->hooks->uses_nic ||
                  compile_one(l, arena_printf(&l->image->arena, "%s/helpers-template/net.c", home)));
}

/* The runtime, and C of the user's that is not main. */
static bool compile_runtime(struct linker *l, const char *home)
{
    /* mem.c is last: native images have the host's. */
    static const char *const runtime[] = {"rt.c", "printk.c", "log.c", "text.c", "task.c", "atomic.c", "mem.c"};
    const size_t runtime_count = sizeof runtime / sizeof *runtime - board_is_native(l->board);
    struct arena *arena = &l->image->arena;
    command_add(&l->objects, l->object->path);
    l->cache = cache_open(arena, l->board);
    for (size_t i = 0; i < runtime_count; i++) {
        if (!compile_one(l, arena_printf(arena, "%s/helpers-template/%s", home, runtime[i])))
            return false;
    }
    l->runtime_end = sizeof runtime / sizeof *runtime;
    l->with_start = l->objects.count;
    for (string_list source = l->options->with; source && *source; source++) {
        if (!compile_one(l, *source))
            return false;
    }
    l->with_end = l->objects.count;
    return true;
}

static bool compile_parts(struct linker *l)
{
    struct arena *arena = &l->image->arena;
    const char *home = l->board->home;
    const char *main_file =
        l->options->main_file ? l->options->main_file : arena_printf(arena, "%s/helpers-template/main.c", home);
    if (!compile_runtime(l, home))
        return false;
    if (build_makes_object(l->options))
        return true;
    if (!compile_events(l, home))
        return false;
    for (string_list source = l->board->sources; *source; source++) {
        if (!compile_one(l, arena_printf(arena, "%s/boards/%s", home, *source)))
            return false;
    }
    return compile_all(l, arena_printf(arena, "%s/boards/arch/%s/*.S", home, l->board->family)) &&
           compile_all(l, arena_printf(arena, "%s/boards/arch/%s/*.c", home, l->board->family)) &&
           compile_all(l, arena_printf(arena, "%s/*.c", l->board->directory)) && compile_one(l, main_file);
}

/* Without its support library only what the code does not need is missing; link_failed() tells of it. */
static void add_library(struct linker *l)
{
    struct runtime_library c = board_c_library(l->board, &l->image->arena);
    struct runtime_library library = board_runtime_library(l->board, &l->image->arena);
    if (c.is_there)
        command_add(&l->objects, c.path); /* gives only what is asked for: the runtime's own mem* come first */
    if (library.is_there)
        command_add(&l->objects, library.path);
}

/* Writes the memory map; `roomy`: every region ends where the next begins, for measuring what does not fit. */
static bool write_memory_map(struct linker *l, const char *path, bool roomy)
{
    struct text text = {0};
    text_printf(&text, "MEMORY\n{\n");
    for (uint32_t i = 0; i < l->board->region_count; i++) {
        const struct memory_region *r = &l->board->regions[i];
        text_printf(&text, "    %s (%s) : ORIGIN = 0x%llx, LENGTH = 0x%llx\n", r->name,
                    r->use == REGION_FLASH ? "rx" : "rwx", (unsigned long long)r->origin,
                    (unsigned long long)(roomy ? fit_roomy_bytes(l->board, r) : r->length_bytes));
    }
    text_printf(&text, "}\nINCLUDE sections-%s.ld\n", l->board->sections ? l->board->sections : l->board->family);
    bool ok = file_write(path, text_chars(&text), text.length, l->d);
    text_free(&text);
    return ok;
}

/* All programs of an image stay in it, also those that only a debugger or a later main calls. */
static void keep_programs(struct linker *l, struct command *command, const char *option)
{
    const struct verified *v = l->object->verified;
    for (uint32_t i = 0; verified_part_count(v) > 1 && i < verified_part_count(v); i++) {
        const char *name = verified_program(v)->funcs[verified_entry(verified_part(v, i))].name;
        command_add(command, arena_printf(&l->image->arena, "%sbpf_prog_%s", option, name));
    }
}

/* A Linux executable is linked by clang, which knows where the host's C library is. */
static void native_link_command(struct linker *l, struct command *command, const char *elf)
{
    struct arena *arena = &l->image->arena;
    const char *const words[] = {
        tool_path(arena, "clang"),
        arena_printf(arena, "--target=%s", l->board->triple),
        "-no-pie",
        arena_printf(arena, "--ld-path=%s", tool_path(arena, "ld.lld")),
        arena_printf(arena, "-Wl,--gc-sections,--build-id=none,-Map=%s", work_path(l, "image.map")),
        arena_printf(arena, "-Wl,@%s/linker-scripts/sections-native.txt", l->board->home),
        "-o",
        elf,
        NULL,
    };
    command_add_list(command, words);
    command_add_list(command, l->board->clang_flags);
    keep_programs(l, command, "-Wl,--undefined=");
}

static bool bare_link_command(struct linker *l, struct command *command, const char *elf, bool roomy)
{
    struct arena *arena = &l->image->arena;
    char *script = work_path(l, roomy ? "roomy.ld" : "memory.ld");
    if (!write_memory_map(l, script, roomy))
        return false;
    const char *const words[] = {
        tool_path(arena, "ld.lld"),
        "--gc-sections",
        "--orphan-handling=error",
        "--nostdlib",
        arena_printf(arena, "--defsym=__stack_bytes=%u", (l->object->stack.bytes + STACK_MAIN_BYTES + 15) / 16 * 16),
        "--build-id=none",
        arena_printf(arena, "-L%s/linker-scripts", l->board->home),
        "-T",
        script,
        arena_printf(arena, "-Map=%s", work_path(l, roomy ? "roomy.map" : "image.map")),
        "-o",
        elf,
        NULL,
    };
    command_add_list(command, words);
    keep_programs(l, command, "--undefined=");
    return true;
}

/* Runs the linker; false with its messages in *said when it fails. */
static bool run_linker(struct linker *l, const char *elf, bool roomy, char **said)
{
    struct command command = {0};
    struct process_result result;
    *said = NULL;
    if (board_is_native(l->board))
        native_link_command(l, &command, elf);
    else if (!bare_link_command(l, &command, elf, roomy))
        return false;
    /* The program is last: of equal groups the first is taken, and only clang's objects put a sanitizer's constructor
     * where the C library looks for it. */
    for (uint32_t i = 1; i < l->objects.count; i++)
        command_add(&command, l->objects.items[i]);
    command_add(&command, l->objects.items[0]);
    command_add(&command, NULL);
    bool ok = process_run(&l->image->arena, command.items, 0, &result, l->d);
    vec_free(&command);
    *said = ok ? result.errors : NULL;
    return ok && result.exit_status == 0;
}

static bool link_failed(struct linker *l, const char *said)
{
    if (!said || !externs_found(l->object->verified, said, l->options, l->d))
        return false;
    struct runtime_library library = board_runtime_library(l->board, &l->image->arena);
    if (library.path && !library.is_there && strstr(said, "undefined symbol")) {
        diag_error(l->d, &NO_PLACE, D_TOOL_MISSING, "the program needs the compiler's support library '%s':\n%.1000s",
                   library.path, said);
        diag_suggest(l->d, "apt install %s", library.package);
        return false;
    }
    diag_error(l->d, &NO_PLACE, D_TOOL_FAILED, "linking failed:\n%.1500s", said);
    if (strstr(said, "undefined symbol"))
        diag_suggest(l->d, "barebpf doctor --board %s", l->board->name);
    return false;
}

/* Bounds of machine instructions, from the linked code and the assembly text beside the object. */
static bool find_bounds(struct linker *l, const struct binary *binary)
{
    struct arena *arena = &l->image->arena;
    const struct verified *v = l->object->verified;
    struct machine_code code = {.binary = binary, .board = l->board, .arena = arena};
    struct marks marks = {0};
    char *assembly = NULL, *path = work_path(l, MARKED_FILE);
    size_t size = 0;
    bool is_read = machine_is_read(l->board);
    if (is_read && file_exists(path) && !file_read(arena, path, &assembly, &size, l->d))
        return false;
    l->image->bounds = arena_array(arena, verified_part_count(v), sizeof *l->image->bounds);
    bool agrees = !is_read || marks_read(&marks, &code, assembly);
    for (uint32_t i = 0; i < verified_part_count(v); i++) {
        const char *name = verified_program(v)->funcs[verified_entry(verified_part(v, i))].name;
        struct machine_bound bound = {.reason = arena_printf(arena, "code of '%s' is not read", l->board->family)};
        if (!agrees)
            bound.reason = "the linked code differs from what LLVM wrote";
        else if (is_read)
            bound = machine_bound(&code, &marks, arena_printf(arena, "bpf_prog_%s", name));
        l->image->bounds[i] = (struct program_bound){name, bound.insns, bound.reason};
    }
    vec_free(&code.funcs);
    return true;
}

/* Reads what was linked, into the report. */
static bool measure(struct linker *l, const char *elf, struct binary *binary)
{
    if (!binary_read(binary, elf, &l->image->arena, l->d))
        return false;
    fit_measure(l->image, binary, l->object, l->board);
    return true;
}

/* Links; when regions overflow, links once more without their ends, to measure and to say what would fit. */
static bool link_image(struct linker *l, const char *elf)
{
    char *said = NULL;
    struct binary binary = {0};
    if (run_linker(l, elf, false, &said))
        return externs_agree(l->object->verified, elf, l->d) && measure(l, elf, &binary) && find_bounds(l, &binary) &&
               fit_check(l->image, l->object, l->board, l->options, l->d);
    bool overflow = said && (strstr(said, "will not fit in region") || strstr(said, "RAM is full"));
    if (!overflow)
        return link_failed(l, said);
    char *roomy = work_path(l, "roomy.elf"), *said_roomy = NULL;
    if (!run_linker(l, roomy, true, &said_roomy))
        return link_failed(l, said_roomy ? said : NULL);
    if (!measure(l, roomy, &binary) || !fit_check(l->image, l->object, l->board, l->options, l->d))
        return false;
    return link_failed(l, said);
}

static bool add_manifest(struct linker *l, const char *elf)
{
    struct text note = {0};
    manifest_note(&note, l->image, l->board, l->options);
    bool ok = binary_add_note(elf, MANIFEST_NOTE_SECTION, &note, &l->image->arena, l->d);
    text_free(&note);
    return ok;
}

/* -- outputs ------------------------------------------------------------------------------------------------------- */

/* How an output of --emit is made. */
struct output {
    const char *name, *ending;
    bool of_image;    /* there is none without linking */
    const char *from; /* file of the work directory that is copied; NULL: made by a tool from the ELF */
    const char *tool, *flag;
};

static const struct output outputs[] = {
    {"elf", ".elf", true, "image.elf", NULL, NULL},
    {"bin", ".bin", true, NULL, "llvm-objcopy", "-Obinary"},
    {"hex", ".hex", true, NULL, "llvm-objcopy", "-Oihex"},
    {"map", ".map", true, "image.map", NULL, NULL},
    {"dis", ".dis", true, NULL, "llvm-objdump", "-dlS"},
    {"ll", ".ll", false, "program.ll", NULL, NULL},
    {"bc", ".bc", false, "program.bc", NULL, NULL},
    {"s", ".s", false, "program.s", NULL, NULL},
    {"obj", ".o", false, NULL, NULL, NULL},
    {"stubs", ".stubs.c", false, NULL, NULL, NULL},
    {"skel", ".skel.h", false, NULL, NULL, NULL},
    {"uf2", ".uf2", true, NULL, NULL, NULL},
};
#define OUTPUT_COUNT (sizeof outputs / sizeof *outputs)

const char *build_output_name(uint32_t index)
{
    return index < OUTPUT_COUNT ? outputs[index].name : NULL;
}

static const struct output *output_find(const char *name)
{
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        if (strcmp(outputs[i].name, name) == 0)
            return &outputs[i];
    }
    return NULL;
}

/* OUT without ".elf", or without ".o" where only that is made. */
static char *output_stem(struct linker *l)
{
    char *stem = arena_strdup(&l->image->arena, l->image->path);
    char *ending = strrchr(stem, '.');
    if (ending && ending > stem &&
        (strcmp(ending, ".elf") == 0 || (strcmp(ending, ".o") == 0 && build_makes_object(l->options))))
        *ending = '\0';
    return stem;
}

/* The name under which the user sees an output. */
static const char *output_path(struct linker *l, const struct output *output)
{
    return output == &outputs[0] ? l->image->path
                                 : arena_printf(&l->image->arena, "%s%s", output_stem(l), output->ending);
}

/* An output must not take the place of an object, the stubs, the main file or other files that were read. */
static bool output_is_no_input(struct linker *l, const char *path)
{
    const struct build_options *o = l->options;
    return file_is_none_of(path, o->stubs, l->d) && file_is_none_of(path, o->with, l->d) &&
           file_is_none_of(path, o->inputs, l->d);
}

static bool outputs_known(struct linker *l)
{
    for (string_list e = l->options->emit; e && *e; e++) {
        if (strcmp(*e, "uf2") == 0 && !uf2_served(l->board, l->d))
            return false;
        if (!output_find(*e)) {
            diag_error(l->d, &NO_PLACE, D_OPTION, "--emit: no output is called '%s'", *e);
            diag_suggest(l->d, "--emit elf,bin,hex,uf2,map,dis,ll,bc,s,obj,stubs,skel");
            return false;
        }
        if (!output_is_no_input(l, output_path(l, output_find(*e))))
            return false;
    }
    return l->options->emit || output_is_no_input(l, l->image->path);
}

/* Runs the tool that makes `output` of the ELF; the result is in the work directory. */
static const char *make_output(struct linker *l, const struct output *output, const char *elf)
{
    struct arena *arena = &l->image->arena;
    struct command command = {0};
    struct process_result result;
    char *path = work_path(l, arena_printf(arena, "image%s", output->ending));
    const char *words[] = {tool_path(arena, output->tool), output->flag, elf, path, NULL};
    bool to_stdout = strcmp(output->tool, "llvm-objdump") == 0;
    if (to_stdout)
        words[3] = "--no-print-imm-hex";
    command_add_list(&command, words);
    if (!command_run_tool(&command, arena, output->name, &result, l->d))
        return NULL;
    /* objdump's first lines name the file in the work directory. */
    const char *body = to_stdout ? strstr(result.output, "Disassembly") : NULL;
    if (body && !file_write(path, body, strlen(body), l->d))
        return NULL;
    return path;
}

/* Takes the lines of marks out of the linker's map. */
static void drop_marks(struct text *map)
{
    char *to = map->chars;
    for (char *line = map->chars; to && *line;) {
        size_t length = strcspn(line, "\n") + 1;
        char *mark = strstr(line, " " MARK_PREFIX);
        if (!mark || mark >= line + length) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    if (to) {
        *to = '\0';
        map->length = (size_t)(to - map->chars);
    }
}

/* The linker's map without the work directory's name, which differs from build to build. */
static char *clean_map(struct linker *l)
{
    struct arena *arena = &l->image->arena;
    char *text = NULL, *path = work_path(l, "image.map"), *clean = work_path(l, "clean.map");
    char *prefix = arena_printf(arena, "%s/", l->object->work_dir);
    struct text out = {0};
    size_t size = 0;
    if (!file_read(arena, path, &text, &size, l->d))
        return NULL;
    for (char *found; (found = strstr(text, prefix)); text = found + strlen(prefix))
        text_append(&out, text, (size_t)(found - text));
    text_append(&out, text, strlen(text));
    drop_marks(&out);
    bool ok = file_write(clean, text_chars(&out), out.length, l->d);
    text_free(&out);
    return ok ? clean : NULL;
}

/* Copies a file of the work directory to the name beside the output that the user sees. */
static bool deliver(struct linker *l, const char *from, const char *to)
{
    char *bytes = NULL;
    size_t size = 0;
    return from && file_read(&l->image->arena, from, &bytes, &size, l->d) && file_write(to, bytes, size, l->d);
}

/* A Linux executable may be executed by whoever may read it. */
static bool make_executable(struct linker *l, const char *path)
{
    struct stat status;
    if (!board_is_native(l->board) || !file_exists(path))
        return true;
    return (stat(path, &status) == 0 && chmod(path, status.st_mode | (status.st_mode & 0444) >> 2) == 0) ||
           diag_error(l->d, &FILE_PLACE(path), D_FILE_WRITE, "'%s' cannot be made executable", path);
}

/* What of the object a firmware may ask for: its programs, its maps, the timers' round. */
static void keep_public(struct linker *l, struct command *link)
{
    struct arena *arena = &l->image->arena;
    const struct verified *v = l->object->verified;
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < verified_part_count(v); i++)
        command_add(link, arena_printf(arena, "--undefined=bpf_prog_%s",
                                       program->funcs[verified_entry(verified_part(v, i))].name));
    for (uint32_t i = 0; i < program->map_count; i++)
        if (map_is_stored(&program->maps[i]))
            command_add(link, arena_printf(arena, "--undefined=bpf_map_%s", program->maps[i].symbol));
    if (stubs_use_helper(v, HELPER_TIMER_SET_CALLBACK))
        command_add(link, "--undefined=barebpf_run_timers");
}

/* Makes symbols that only the object itself uses local, so that a firmware can have several objects. */
static bool hide_private(struct linker *l, const char *path)
{
    struct command command = {0};
    const char *const words[] = {tool_path(&l->image->arena, "llvm-objcopy"),
                                 "--wildcard",
                                 "--localize-symbol=rt_*",
                                 "--localize-symbol=bpf_main",
                                 "--localize-symbol=barebpf_program",
                                 "--localize-symbol=barebpf_manifest",
                                 ("--strip-symbol=" MARK_PREFIX "*"),
                                 path,
                                 NULL};
    command_add_list(&command, words);
    /* No number of ours is passed in a floating point register, no enumeration is in the skeleton: firmware of any
     * float ABI may take the object, which GNU ld would refuse by these attributes. C of the user's may have both. */
    if (l->with_end == l->with_start)
        command_add(&command, "--remove-section=.ARM.attributes");
    return command_run_tool(&command, &l->image->arena, "hiding the object's own symbols", NULL, l->d);
}

/* One relocatable object of program, maps, helpers, and what of the runtime they call, for other people's linkers. */
static const char *relocatable(struct linker *l)
{
    struct command link = {0};
    char *path = work_path(l, "firmware.o");
    if (l->relocatable)
        return l->relocatable;
    const char *const words[] = {
        tool_path(&l->image->arena, "ld.lld"), "-r", "--gc-sections", "-o", path, l->objects.items[0], NULL};
    command_add_list(&link, words);
    keep_public(l, &link);
    command_add(&link, "--start-lib");
    for (uint32_t i = 1; i < l->with_end; i++)
        if (i < l->runtime_end || i >= l->with_start)
            command_add(&link, l->objects.items[i]);
    command_add(&link, "--end-lib");
    if (command_run_tool(&link, &l->image->arena, "linking the object", NULL, l->d) && hide_private(l, path))
        l->relocatable = path;
    return l->relocatable;
}

static bool deliver_one(struct linker *l, const struct output *output, const char *elf, const char *to)
{
    if (strcmp(output->name, "stubs") == 0)
        return deliver(l, l->object->stubs_path, to);
    if (strcmp(output->name, "skel") == 0)
        return deliver(l, l->object->skel_path, to);
    if (strcmp(output->name, "obj") == 0)
        return deliver(l, relocatable(l), to);
    if (strcmp(output->name, "map") == 0)
        return deliver(l, clean_map(l), to);
    if (strcmp(output->name, "uf2") == 0)
        return uf2_write(elf, to, l->object->work_dir, l->board, l->d);
    return deliver(l, output->from ? work_path(l, output->from) : make_output(l, output, elf), to) &&
           (output != &outputs[0] || make_executable(l, to));
}

/* Writes all outputs; when one fails, those written before are removed again. */
static bool deliver_all(struct linker *l, const char *elf)
{
    static const char *const only_elf[] = {"elf", NULL};
    string_list asked = l->options->emit ? l->options->emit : only_elf;
    struct command written = {0};
    bool ok = true;
    for (; ok && *asked; asked++) {
        const struct output *output = output_find(*asked);
        const char *to = output_path(l, output);
        ok = deliver_one(l, output, elf, to);
        if (ok)
            command_add(&written, to);
    }
    for (uint32_t i = 0; !ok && i < written.count; i++)
        file_remove(written.items[i]);
    vec_free(&written);
    return ok;
}

bool build_makes_object(const struct build_options *options)
{
    bool object = false, image = !options->emit;
    for (string_list e = options->emit; e && *e; e++) {
        const struct output *output = output_find(*e);
        object |= strcmp(*e, "obj") == 0;
        image |= !output || output->of_image;
    }
    return object && !image;
}

/* The object alone: it goes into a firmware that is not here. */
static bool make_object(struct linker *l)
{
    const char *path = relocatable(l);
    bool ok = path && fit_measure_relocatable(l->image, path, l->object, l->d) &&
              fit_check_relocatable(l->image, l->object, l->options, l->d) && deliver_all(l, NULL);
    l->image->path = arena_printf(&l->image->arena, "%s.o", output_stem(l));
    return ok;
}

static bool make_image(struct linker *l)
{
    char *elf = work_path(l, "image.elf");
    add_library(l);
    return link_image(l, elf) && add_manifest(l, elf) && deliver_all(l, elf);
}

bool link_firmware(struct image *image, const struct object *object, const struct board *board,
                   const struct build_options *options, struct diag *d)
{
    struct linker l = {.image = image, .object = object, .board = board, .options = options, .d = d};
    const struct program *program = verified_program(object->verified);
    image->path = options->output ? arena_strdup(&image->arena, options->output)
                                  : arena_printf(&image->arena, "%s.elf", program->stem);
    image->max_insns = verified_bounds(object->verified)->max_insns;
    image->native = options->native_source != NULL;
    bool ok = outputs_known(&l) && compile_parts(&l);
    ok = ok && (build_makes_object(options) ? make_object(&l) : make_image(&l));
    vec_free(&l.objects);
    return ok;
}

void image_free(struct image *image)
{
    arena_free(&image->arena);
    *image = (struct image){0};
}
