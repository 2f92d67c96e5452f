// SPDX-License-Identifier: Apache-2.0
/* barebpf flash, debug, size: the board's own tools, run on an image. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../base/process.h"
#include "../firmware/binary.h"
#include "../firmware/run.h"
#include "../firmware/target.h"
#include "../firmware/uf2.h"
#include "commands.h"

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
    struct command command = {0};
    const char *const words[] = {tool_path(arena, "llvm-objcopy"), binary ? "-Obinary" : "-Oihex", image, path, NULL};
    if (!path)
        return NULL;
    if (uf2)
        return uf2_write(image, path, dir, board, d) ? path : NULL;
    command_add_list(&command, words);
    return command_run_tool(&command, arena, "converting the image", NULL, d) ? path : NULL;
}

/* One word of the board's command with its placeholder replaced; NULL when that failed. */
static const char *fill_in(const char *word, const char *image, const struct board *board, struct arena *arena,
                           struct diag *d)
{
    static const char *const forms[] = {"{elf}", "{bin}", "{hex}", "{uf2}"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *found = strstr(word, forms[i]);
        const char *path = found ? image_as(forms[i], image, board, arena, d) : NULL;
        if (found)
            return path ? arena_printf(arena, "%.*s%s%s", (int)(found - word), word, path, found + strlen(forms[i]))
                        : NULL;
    }
    return word;
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
        {"picotool", "see https://github.com/raspberrypi/picotool, or copy the .uf2 file to the board's drive"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].tool, tool) == 0)
            return table[i].how;
    }
    return "install it and make sure that it is in PATH";
}

/* Runs the command and shows what it printed; an `interactive` one takes our place and our terminal. */
static int run_command(string_list words, bool interactive, const char *image, const struct board *board,
                       struct arena *arena, struct diag *d)
{
    struct command command = {0};
    struct process_result result = {0};
    if (!process_find(arena, words[0])) {
        diag_error(d, &NO_PLACE, D_TOOL_MISSING, "'%s' is not installed", words[0]);
        diag_suggest(d, "%s", how_to_install(words[0]));
        return (int)diag_status(d);
    }
    for (; *words; words++) {
        const char *word = fill_in(*words, image, board, arena, d);
        if (!word) {
            vec_free(&command);
            return (int)diag_status(d);
        }
        command_add(&command, word);
    }
    command_add(&command, NULL);
    if (interactive) {
        union {
            const char **in;
            char *const *out;
        } argument = {.in = command.items};
        execvp(command.items[0], argument.out);
    }
    bool ok = process_run(arena, command.items, 0, &result, d);
    vec_free(&command);
    if (!ok)
        return (int)diag_status(d);
    fputs(result.output, stdout);
    fputs(result.errors, stderr);
    return result.exit_status ? STATUS_INPUT : STATUS_OK;
}

/* The image's board, read; the board of --board when given. */
static bool image_board(struct board *board, const struct options *o, struct arena *arena, struct diag *d)
{
    const char *name = o->board ? o->board : run_image_board(o->inputs[0], arena, d);
    return name && read_board(board, name, d);
}

static int board_command(const struct options *o, bool flash, struct diag *d)
{
    struct arena arena = {0};
    struct board board = {0};
    int status = STATUS_OK;
    if (!image_board(&board, o, &arena, d)) {
        status = (int)diag_status(d);
    } else {
        string_list words = flash ? board.flash_command : board.debug_command;
        if (words) {
            status = run_command(words, !flash, o->inputs[0], &board, &arena, d);
        } else {
            diag_error(d, &NO_PLACE, D_FEATURE, "board '%s' has no %s command", board.name, flash ? "flash" : "debug");
            status = (int)diag_status(d);
        }
    }
    board_free(&board);
    arena_free(&arena);
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
