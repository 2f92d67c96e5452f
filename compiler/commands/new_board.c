// SPDX-License-Identifier: Apache-2.0
/* barebpf new-board DIRECTORY --from B: begins a board of the user's as a copy of another: its board.json, with a name
 * of its own, and its C files. `--board DIRECTORY/` then names it. */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/text.h"
#include "commands.h"

/* One beginning. */
struct beginning {
    const char *directory, *name; /* the name is the directory's last word */
    struct board from;
    struct arena arena;
    struct diag *d;
};

/* The directory without slashes at its end, with one inside: so that `--board` takes it for a directory. */
static bool choose_name(struct beginning *b, const char *asked)
{
    size_t length = strlen(asked);
    while (length > 1 && asked[length - 1] == '/')
        length--;
    char *directory = arena_strndup(&b->arena, asked, length);
    b->directory = strchr(directory, '/') ? directory : arena_printf(&b->arena, "./%s", directory);
    b->name = file_base(b->directory);
    bool good = isalnum((unsigned char)b->name[0]);
    for (const char *c = b->name; *c; c++)
        good &= isalnum((unsigned char)*c) || strchr("-_", *c);
    if (!good)
        return diag_error(b->d, &NO_PLACE, D_OPTION,
                          "'%s' cannot be a board's name: letters, digits, '-' and '_' can be in it", b->name);
    string_list names = board_names(&b->arena, b->d);
    if (names && *names && names_choose(names, b->name))
        return diag_error(b->d, &NO_PLACE, D_OPTION, "there is a board '%s' already: choose another name", b->name);
    return names != NULL;
}

/* Where the value of the first `"key":` stands, and its end: a string, or a word. */
static bool find_value(char *text, const char *key, char **value, char **end)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    char *at = strstr(text, quoted);
    if (!at)
        return false;
    at += strlen(quoted);
    at += strspn(at, " \t\n");
    *value = at;
    if (*at != '"') {
        *end = at + strcspn(at, ",\n}");
        return true;
    }
    for (at++; *at && *at != '"'; at++)
        at += *at == '\\' && at[1];
    *end = at + (*at == '"');
    return true;
}

static char *with_value(struct beginning *b, char *text, const char *key, const char *new_value)
{
    char *value = NULL, *end = NULL;
    if (!find_value(text, key, &value, &end))
        return text;
    return arena_printf(&b->arena, "%.*s%s%s", (int)(value - text), text, new_value, end);
}

static bool write_description(struct beginning *b)
{
    char *text = NULL;
    size_t size = 0;
    if (!file_read(&b->arena, arena_printf(&b->arena, "%s/board.json", b->from.directory), &text, &size, b->d))
        return false;
    text = with_value(b, text, "name", arena_printf(&b->arena, "\"%s\"", b->name));
    text = with_value(b, text, "title", arena_printf(&b->arena, "\"%s, begun from %s\"", b->name, b->from.name));
    text = with_value(b, text, "notes", arena_printf(&b->arena, "\"Begun from %s.\"", b->from.name));
    text = with_value(b, text, "tested_on_hardware", "false");
    return file_write(arena_printf(&b->arena, "%s/board.json", b->directory), text, strlen(text), b->d);
}

static bool copy_file(struct beginning *b, const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    return file_read(&b->arena, path, &bytes, &size, b->d) &&
           file_write(arena_printf(&b->arena, "%s/%s", b->directory, file_base(path)), bytes, size, b->d);
}

static bool copy_sources(struct beginning *b)
{
    glob_t found;
    bool ok = true;
    if (glob(arena_printf(&b->arena, "%s/*.[ch]", b->from.directory), 0, NULL, &found) != 0)
        return true;
    for (size_t i = 0; ok && i < found.gl_pathc; i++)
        ok = copy_file(b, found.gl_pathv[i]);
    globfree(&found);
    return ok;
}

static bool begin(struct beginning *b, const struct options *o)
{
    if (!o->from) {
        diag_error(b->d, &NO_PLACE, D_OPTION, "which board does it begin from? --from is missing");
        diag_suggest(b->d, "--from NAME; `barebpf boards` lists the names");
        return false;
    }
    if (!choose_name(b, o->inputs[0]) || !read_board(&b->from, o->from, b->d))
        return false;
    if (mkdir(b->directory, 0777) != 0)
        return diag_error(b->d, &FILE_PLACE(b->directory), D_FILE_UNREADABLE, "cannot make '%s': %s", b->directory,
                          strerror(errno));
    struct board check = {0};
    bool ok = write_description(b) && copy_sources(b) && read_board(&check, b->directory, b->d);
    board_free(&check);
    return ok;
}

int command_new_board(const struct options *o, struct diag *d)
{
    struct beginning b = {.d = d};
    bool ok = begin(&b, o);
    if (ok)
        printf("%s/board.json: begun from %s; say there what is different, as docs/OWN-BOARD.md tells\n"
               "barebpf build PROG.bpf.c --board %s\n",
               b.directory, b.from.name, b.directory);
    board_free(&b.from);
    arena_free(&b.arena);
    return ok ? STATUS_OK : (int)diag_status(d);
}
