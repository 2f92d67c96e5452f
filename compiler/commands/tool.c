// SPDX-License-Identifier: Apache-2.0
/* barebpf flash, debug, size: the board's own tools, run on an image. A debugger of a board in QEMU gets the emulator
 * stopped at its first instruction. */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../base/process.h"
#include "../firmware/binary.h"
#include "../firmware/run.h"
#include "../firmware/target.h"
#include "../firmware/uf2.h"
#include "commands.h"

#define EMULATOR_START_MS 10000u

/* The file that stands for "{elf}", "{bin}", "{hex}" or "{uf2}": the image, or what is made of it in a work directory.
 */
static const char *image_as(const char *form, const char *image, const struct board *board, struct arena *arena,
                            struct diag *d)
{
    if (strcmp(form, "{elf}") == 0)
        return image;
    bool binary = strcmp(form, "{bin}") == 0, uf2 = strcmp(form, "{uf2}") == 0;
    char *dir = file_work_dir(arena, d);
    char *path = dir ? arena_printf(arena, "%s/image.%s", dir, uf2 ? "uf2" : binary ? "bin" : "hex") : NULL;
    if (!path)
        return NULL;
    if (uf2)
        return uf2_served(board, d) && uf2_write(image, path, dir, board, d) ? path : NULL;
    return image_convert(image, binary ? "binary" : "ihex", path, arena, d) ? path : NULL;
}

/* How to install a tool that boards name in their commands. */
static const char *how_to_install(const char *tool)
{
    static const struct {
        const char *tool, *how;
    } table[] = {
        {"st-flash", "apt install stlink-tools"},
        {"openocd", "apt install openocd"},
        {"dfu-util", "apt install dfu-util"},
        {"gdb-multiarch", "apt install gdb-multiarch"},
        {"pyocd", "pipx install pyocd"},
        {"esptool", "apt install esptool"},
        {"picotool", "see https://github.com/raspberrypi/picotool, or copy the .uf2 file to the board's drive"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].tool, tool) == 0)
            return table[i].how;
    }
    return "install it and make sure that it is in PATH";
}

/* One call of a board's tool. */
struct call {
    const struct board *board;
    const char *image;
    struct arena arena;
    struct command command; /* filled in, with its NULL */
    const char *socket;     /* where the emulator waits for the debugger; NULL: it was not asked for */
    struct diag *d;
};

/* What stands for the placeholder `form`; NULL when making it failed. */
static const char *placeholder(struct call *c, const char *form)
{
    if (strcmp(form, "{home}") == 0)
        return barebpf_home(&c->arena, c->d);
    if (strcmp(form, "{qemu}") != 0)
        return image_as(form, c->image, c->board, &c->arena, c->d);
    const char *dir = file_work_dir(&c->arena, c->d);
    c->socket = dir ? arena_printf(&c->arena, "%s/gdb", dir) : NULL;
    return c->socket;
}

/* One word of the board's command with its placeholder replaced; NULL when that failed. */
static const char *fill_in(struct call *c, const char *word)
{
    static const char *const forms[] = {"{elf}", "{bin}", "{hex}", "{uf2}", "{qemu}", "{home}"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *found = strstr(word, forms[i]);
        const char *text = found ? placeholder(c, forms[i]) : NULL;
        if (found)
            return text ? arena_printf(&c->arena, "%.*s%s%s", (int)(found - word), word, text, found + strlen(forms[i]))
                        : NULL;
    }
    return word;
}

/* The board's words, filled in; false when a tool is missing or a form of the image could not be made. */
static bool fill_command(struct call *c, string_list words)
{
    if (!process_find(&c->arena, words[0])) {
        diag_error(c->d, &NO_PLACE, D_TOOL_MISSING, "'%s' is not installed", words[0]);
        diag_suggest(c->d, "%s", how_to_install(words[0]));
        return false;
    }
    for (; *words; words++) {
        const char *word = fill_in(c, *words);
        if (!word)
            return false;
        command_add(&c->command, word);
    }
    return true;
}

/* A gdb gets the commands of boards/gdb.py; they call this very tool. */
static bool add_script(struct call *c)
{
    const char *program = strrchr(c->command.items[0], '/');
    program = program ? program + 1 : c->command.items[0];
    if (!strstr(program, "gdb"))
        return true;
    const char *home = barebpf_home(&c->arena, c->d);
    char tool[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", tool, sizeof tool - 1);
    if (!home)
        return false;
    if (length > 0) {
        tool[length] = '\0';
        setenv("BAREBPF_TOOL", tool, 1);
    }
    command_add(&c->command, "-x");
    command_add(&c->command, arena_printf(&c->arena, "%s/boards/gdb.py", home));
    return true;
}

/* Shows what the command printed. */
static int run_flash(struct call *c)
{
    struct process_result result = {0};
    if (!process_run(&c->arena, c->command.items, 0, &result, c->d))
        return (int)diag_status(c->d);
    fputs(result.output, stdout);
    fputs(result.errors, stderr);
    return result.exit_status ? STATUS_INPUT : STATUS_OK;
}

/* Starts the board's emulator, which stops before the first instruction and listens at c->socket. */
static bool start_emulator(struct call *c, pid_t *pid)
{
    struct command command = {0};
    const char *const rest[] = {
        "-S", "-gdb", arena_printf(&c->arena, "unix:%s,server,nowait", c->socket), "-kernel", c->image, NULL,
    };
    command_add_list(&command, c->board->qemu);
    command_add_list(&command, rest);
    command_add(&command, NULL);
    bool ok = process_start(command.items, pid, c->d);
    vec_free(&command);
    for (unsigned ms = 0; ok && access(c->socket, F_OK) != 0; ms++) {
        if (ms == EMULATOR_START_MS || waitpid(*pid, NULL, WNOHANG) != 0)
            return diag_error(c->d, &NO_PLACE, D_TOOL_FAILED, "the emulator '%s' did not start", c->board->qemu[0]);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return ok;
}

static int run_debugger(struct call *c)
{
    pid_t emulator = 0;
    int status = 0;
    bool ok = (!c->socket || start_emulator(c, &emulator)) && process_foreground(c->command.items, &status, c->d);
    if (emulator > 0)
        process_stop(emulator);
    return ok ? status : (int)diag_status(c->d);
}

/* The image's board, read; the board of --board when given. */
static bool image_board(struct board *board, const struct options *o, struct arena *arena, struct diag *d)
{
    const char *name = o->board ? o->board : run_image_board(o->inputs[0], arena, d);
    return name && read_board(board, name, d);
}

static int board_command(const struct options *o, bool flash, struct diag *d)
{
    struct board board = {0};
    struct call c = {.board = &board, .image = o->inputs[0], .d = d};
    int status = STATUS_OK;
    if (!image_board(&board, o, &c.arena, d)) {
        status = (int)diag_status(d);
    } else {
        string_list words = flash ? board.flash_command : board.debug_command;
        if (!words)
            diag_error(d, &NO_PLACE, D_FEATURE, "board '%s' has no %s command", board.name, flash ? "flash" : "debug");
        bool ok = words && fill_command(&c, words) && (flash || add_script(&c));
        command_add(&c.command, NULL);
        status = !ok ? (int)diag_status(d) : flash ? run_flash(&c) : run_debugger(&c);
    }
    vec_free(&c.command);
    board_free(&board);
    arena_free(&c.arena);
    return status;
}

int command_flash(const struct options *o, struct diag *d)
{
    return board_command(o, true, d);
}

int command_debug(const struct options *o, struct diag *d)
{
    return board_command(o, false, d);
}

/* Sections, where they are and how large, as JSON. */
static void print_sections_json(const struct binary *binary)
{
    json_t *sections = json_array();
    for (uint32_t i = 0; i < binary->section_count; i++) {
        const struct binary_section *s = &binary->sections[i];
        json_array_append_new(sections, json_pack("{ss sI sI}", "name", s->name, "address", (json_int_t)s->address,
                                                  "size_bytes", (json_int_t)s->size_bytes));
    }
    json_dumpf(sections, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(sections);
}

int command_size(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    struct binary binary;
    bool ok = binary_read(&binary, o->inputs[0], &arena, d);
    if (ok && o->json)
        print_sections_json(&binary);
    for (uint32_t i = 0; ok && !o->json && i < binary.section_count; i++)
        printf("%-20s %10" PRIu64 " bytes at 0x%08" PRIx64 "\n", binary.sections[i].name, binary.sections[i].size_bytes,
               binary.sections[i].address);
    arena_free(&arena);
    return ok ? STATUS_OK : (int)diag_status(d);
}
