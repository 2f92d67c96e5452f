// SPDX-License-Identifier: Apache-2.0
/* Reads boards/NAME/board.json. Every key is required and no other is allowed, so that a typing error in a board
 * cannot go unnoticed; errors carry the line. One table says which keys there are. */
#include "board.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"

/* How an entry is written in JSON and kept in struct board. */
enum entry_form {
    ENTRY_STRING,
    ENTRY_STRING_OR_NULL,
    ENTRY_LIST,
    ENTRY_LIST_OR_NULL,
    ENTRY_BOOL,
    ENTRY_U32,
    ENTRY_REGIONS
};

struct entry {
    const char *key;
    enum entry_form form;
    size_t offset; /* of the field in struct board */
};

#define ENTRY(key, form) {#key, form, offsetof(struct board, key)}

static const struct entry entries[] = {
    ENTRY(name, ENTRY_STRING),
    ENTRY(title, ENTRY_STRING),
    ENTRY(vendor, ENTRY_STRING),
    ENTRY(url, ENTRY_STRING),
    ENTRY(notes, ENTRY_STRING),
    ENTRY(family, ENTRY_STRING),
    ENTRY(triple, ENTRY_STRING),
    ENTRY(cpu, ENTRY_STRING),
    ENTRY(features, ENTRY_STRING),
    ENTRY(abi, ENTRY_STRING),
    ENTRY(clang_flags, ENTRY_LIST),
    ENTRY(sources, ENTRY_LIST),
    ENTRY(defines, ENTRY_LIST),
    ENTRY(libgcc, ENTRY_STRING_OR_NULL),
    ENTRY(libc, ENTRY_STRING_OR_NULL),
    ENTRY(strict_alignment, ENTRY_BOOL),
    ENTRY(hardware_divide, ENTRY_BOOL),
    ENTRY(atomic_bytes, ENTRY_U32),
    ENTRY(pointer_bytes, ENTRY_U32),
    ENTRY(regions, ENTRY_REGIONS),
    ENTRY(clock_hz, ENTRY_U32),
    ENTRY(console, ENTRY_STRING),
    ENTRY(hooks, ENTRY_LIST),
    ENTRY(qemu, ENTRY_LIST_OR_NULL),
    ENTRY(flash_command, ENTRY_LIST_OR_NULL),
    ENTRY(debug_command, ENTRY_LIST_OR_NULL),
    ENTRY(formats, ENTRY_LIST),
    ENTRY(uf2_family, ENTRY_U32),
    ENTRY(tested_on_hardware, ENTRY_BOOL),
};
#define ENTRY_COUNT (sizeof entries / sizeof *entries)

/* What the readers share: the board being filled and where its text is. */
struct reader {
    struct board *board;
    const char *path, *text;
    struct diag *d;
};

/* The line in which `key` stands; the first line when it is not there. */
static struct place key_place(const struct reader *r, const char *key)
{
    struct place place = {.file = r->path, .line = 1, .insn = -1};
    char *quoted = arena_printf(&r->board->arena, "\"%s\"", key);
    const char *found = strstr(r->text, quoted);
    for (const char *c = r->text; found && c < found; c++)
        place.line += *c == '\n';
    return place;
}

static bool malformed(const struct reader *r, const char *key, const char *must_be)
{
    struct place place = key_place(r, key);
    return diag_error(r->d, &place, D_BOARD_MALFORMED, "\"%s\" must be %s", key, must_be);
}

static bool read_list(const struct reader *r, const char *key, const json_t *value, string_list *out)
{
    size_t count = json_array_size(value);
    const char **list = arena_array(&r->board->arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            return malformed(r, key, "a list of strings");
        list[i] = arena_strdup(&r->board->arena, json_string_value(item));
    }
    *out = list;
    return true;
}

/* A number, or a string such as "0x20000000". */
static bool read_number(const json_t *value, uint64_t *number)
{
    if (json_is_integer(value)) {
        json_int_t integer = json_integer_value(value);
        *number = (uint64_t)integer;
        return integer >= 0;
    }
    const char *text = json_string_value(value);
    char *end = NULL;
    if (!text || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 0);
    return errno == 0 && *end == '\0';
}

static bool read_region(const struct reader *r, const json_t *value, struct memory_region *region)
{
    const char *name = json_string_value(json_object_get(value, "name"));
    const char *use = json_string_value(json_object_get(value, "use"));
    if (!name || !use || json_object_size(value) != 4)
        return malformed(r, "regions", "a list of {\"name\", \"use\", \"origin\", \"length_bytes\"}");
    if (strcmp(use, "flash") != 0 && strcmp(use, "ram") != 0)
        return malformed(r, "use", "\"flash\" or \"ram\"");
    region->name = arena_strdup(&r->board->arena, name);
    region->use = strcmp(use, "flash") == 0 ? REGION_FLASH : REGION_RAM;
    if (!read_number(json_object_get(value, "origin"), &region->origin))
        return malformed(r, "origin", "a number such as \"0x20000000\"");
    if (!read_number(json_object_get(value, "length_bytes"), &region->length_bytes) || !region->length_bytes)
        return malformed(r, "length_bytes", "a number of bytes above 0");
    if (region->origin + region->length_bytes < region->origin)
        return malformed(r, "length_bytes", "small enough for the region to end within the address space");
    return true;
}

static bool read_regions(const struct reader *r, const json_t *value)
{
    size_t count = json_array_size(value);
    bool flash = false, ram = false;
    r->board->regions = arena_array(&r->board->arena, count, sizeof *r->board->regions);
    for (size_t i = 0; i < count; i++) {
        struct memory_region *region = &r->board->regions[i];
        if (!read_region(r, json_array_get(value, i), region))
            return false;
        flash |= region->use == REGION_FLASH;
        ram |= region->use == REGION_RAM;
    }
    r->board->region_count = (uint32_t)count;
    return (flash && ram) || malformed(r, "regions", "a list with at least one flash and one ram region");
}

static bool read_entry(const struct reader *r, const struct entry *entry, const json_t *value)
{
    void *field = (char *)r->board + entry->offset;
    uint64_t number = 0;
    switch (entry->form) {
    case ENTRY_STRING_OR_NULL:
        if (json_is_null(value))
            return true;
        if (!json_is_string(value))
            return malformed(r, entry->key, "a string or null");
        break;
    case ENTRY_STRING:
        if (!json_is_string(value))
            return malformed(r, entry->key, "a string");
        break;
    case ENTRY_LIST_OR_NULL:
        if (json_is_null(value))
            return true;
        if (!json_is_array(value) || json_array_size(value) == 0)
            return malformed(r, entry->key, "null or a list of strings that is not empty");
        return read_list(r, entry->key, value, field);
    case ENTRY_LIST:
        return json_is_array(value) ? read_list(r, entry->key, value, field)
                                    : malformed(r, entry->key, "a list of strings");
    case ENTRY_BOOL:
        if (!json_is_boolean(value))
            return malformed(r, entry->key, "true or false");
        *(bool *)field = json_is_true(value);
        return true;
    case ENTRY_U32:
        if (!read_number(value, &number) || number > UINT32_MAX)
            return malformed(r, entry->key, "a number from 0 to 4294967295");
        *(uint32_t *)field = (uint32_t)number;
        return true;
    case ENTRY_REGIONS: return json_is_array(value) ? read_regions(r, value) : malformed(r, "regions", "a list");
    }
    *(const char **)field = arena_strdup(&r->board->arena, json_string_value(value));
    return true;
}

/* "kconfig": {"CONFIG_HZ": 100, "CONFIG_NET": true, "CONFIG_VERSION": "1.2"}: settings for `extern … __kconfig`. Boards
 * may leave it out. */
static bool read_kconfig(const struct reader *r, json_t *values)
{
    struct arena *arena = &r->board->arena;
    const char **list = arena_array(arena, json_object_size(values) + 1, sizeof *list);
    const char *name;
    json_t *value;
    size_t count = 0;
    if (values && !json_is_object(values))
        return malformed(r, "kconfig", "an object of settings");
    json_object_foreach(values, name, value)
    {
        if (json_is_string(value))
            list[count++] = arena_printf(arena, "%s=%s", name, json_string_value(value));
        else if (json_is_integer(value))
            list[count++] = arena_printf(arena, "%s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
        else if (json_is_boolean(value))
            list[count++] = arena_printf(arena, "%s=%s", name, json_is_true(value) ? "y" : "n");
        else
            return malformed(r, name, "true, false, a number or a string");
    }
    r->board->kconfig = list;
    return true;
}

/* "interrupts": {"NAME": number}. */
static bool read_interrupts(const struct reader *r, json_t *values)
{
    struct board *b = r->board;
    const char *name;
    json_t *value;
    if (values && !json_is_object(values))
        return malformed(r, "interrupts", "an object of numbers");
    b->interrupts = arena_array(&b->arena, json_object_size(values) + 1, sizeof *b->interrupts);
    json_object_foreach(values, name, value)
    {
        uint64_t number = 0;
        if (!read_number(value, &number) || number > 1023)
            return malformed(r, name, "a number from 0 to 1023");
        b->interrupts[b->interrupt_count++] = (struct board_interrupt){arena_strdup(&b->arena, name), (uint32_t)number};
    }
    return true;
}

/* What boards may leave out, besides kconfig. */
static const struct entry optional_entries[] = {
    ENTRY(gpio_pins, ENTRY_U32),
    ENTRY(gpio_lines, ENTRY_U32),
    ENTRY(nic, ENTRY_STRING),
    ENTRY(sections, ENTRY_STRING),
};
#define OPTIONAL_COUNT (sizeof optional_entries / sizeof *optional_entries)

static bool read_optional(const struct reader *r, json_t *root)
{
    for (size_t i = 0; i < OPTIONAL_COUNT; i++) {
        const json_t *value = json_object_get(root, optional_entries[i].key);
        if (value && !read_entry(r, &optional_entries[i], value))
            return false;
    }
    return read_interrupts(r, json_object_get(root, "interrupts")) && read_kconfig(r, json_object_get(root, "kconfig"));
}

/* Every key must be one of the table's. */
static bool no_strangers(const struct reader *r, json_t *root)
{
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        bool known = strcmp(key, "kconfig") == 0 || strcmp(key, "interrupts") == 0;
        for (size_t i = 0; i < OPTIONAL_COUNT; i++)
            known |= strcmp(key, optional_entries[i].key) == 0;
        for (size_t i = 0; i < ENTRY_COUNT; i++)
            known |= strcmp(key, entries[i].key) == 0;
        if (!known) {
            struct place place = key_place(r, key);
            return diag_error(r->d, &place, D_BOARD_MALFORMED, "unknown entry \"%s\"", key);
        }
    }
    return true;
}

static bool read_root(const struct reader *r, json_t *root)
{
    if (!json_is_object(root))
        return diag_error(r->d, &FILE_PLACE(r->path), D_BOARD_MALFORMED, "the file must hold one JSON object");
    if (!no_strangers(r, root))
        return false;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const json_t *value = json_object_get(root, entries[i].key);
        if (!value)
            return diag_error(r->d, &FILE_PLACE(r->path), D_BOARD_MALFORMED, "entry \"%s\" is missing", entries[i].key);
        if (!read_entry(r, &entries[i], value))
            return false;
    }
    if (!read_optional(r, root))
        return false;
    if (r->board->pointer_bytes != 4 && r->board->pointer_bytes != 8)
        return malformed(r, "pointer_bytes", "4 or 8");
    if (r->board->atomic_bytes != 0 && r->board->atomic_bytes != 4 && r->board->atomic_bytes != 8)
        return malformed(r, "atomic_bytes", "0, 4 or 8");
    return true;
}

static bool read_file(struct board *board, const char *name, const char *path, struct diag *d)
{
    char *text = NULL;
    size_t size = 0;
    if (!file_read(&board->arena, path, &text, &size, d))
        return false;
    struct reader r = {.board = board, .path = path, .text = text, .d = d};
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        struct place place = {.file = path, .insn = -1};
        if (error.line > 0)
            place.line = (uint32_t)error.line;
        if (error.column > 0)
            place.column = (uint32_t)error.column;
        return diag_error(d, &place, D_BOARD_MALFORMED, "not JSON: %s", error.text);
    }
    bool ok = read_root(&r, root);
    json_decref(root);
    if (ok && strcmp(board->name, name) != 0)
        return malformed(&r, "name", "the name of the board's directory");
    return ok;
}

/* Number of single-character edits between two names (Levenshtein), at most `limit`. */
static size_t edits(const char *a, const char *b, size_t limit)
{
    size_t row[64], width = strlen(b);
    if (width + 1 > sizeof row / sizeof *row)
        return limit;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[width] < limit ? row[width] : limit;
}

static bool unknown_board(struct arena *arena, const char *name, struct diag *d)
{
    string_list names = board_names(arena, d);
    const char *list = "", *nearest = NULL;
    size_t best = 4;
    for (size_t i = 0; names && names[i]; i++) {
        list = arena_printf(arena, "%s%s%s", list, i ? ", " : "", names[i]);
        size_t distance = edits(name, names[i], best);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    diag_error(d, &NO_PLACE, D_BOARD_UNKNOWN, "no board is called '%s'; there are: %s", name, list);
    if (nearest)
        diag_suggest(d, "--board %s", nearest);
    else
        diag_suggest(d, "barebpf boards");
    return false;
}

/* A board of the user's, by its directory. */
static bool read_own_board(struct board *board, const char *directory, struct diag *d)
{
    char *real = realpath(directory, NULL);
    const char *path = arena_printf(&board->arena, "%s/board.json", directory);
    bool found = real && file_exists(path);
    if (found) {
        board->is_own = true;
        board->directory = arena_strdup(&board->arena, real);
    }
    free(real);
    if (found)
        return read_file(board, file_base(board->directory), path, d);
    diag_error(d, &NO_PLACE, D_BOARD_UNKNOWN, "there is no '%s'", path);
    diag_suggest(d, "barebpf new-board %s --from BOARD", directory);
    return false;
}

bool read_board(struct board *board, const char *name, struct diag *d)
{
    if (!name) {
        diag_error(d, &NO_PLACE, D_OPTION, "which board? --board is missing");
        diag_suggest(d, "--board NAME; `barebpf boards` lists the names");
        return false;
    }
    const char *home = barebpf_home(&board->arena, d);
    if (!home)
        return false;
    board->home = home;
    if (strchr(name, '/'))
        return read_own_board(board, name, d);
    board->directory = arena_printf(&board->arena, "%s/boards/%s", home, name);
    const char *path = arena_printf(&board->arena, "%s/board.json", board->directory);
    if (!*name || name[0] == '.' || !file_exists(path))
        return unknown_board(&board->arena, name, d);
    return read_file(board, name, path, d);
}

bool board_is_native(const struct board *board)
{
    return strcmp(board->family, "native") == 0;
}

bool board_is_sanitized(const struct board *board)
{
    for (string_list flag = board->clang_flags; flag && *flag; flag++) {
        if (strncmp(*flag, "-fsanitize=address", strlen("-fsanitize=address")) == 0)
            return true;
    }
    return false;
}

void board_free(struct board *board)
{
    arena_free(&board->arena);
    *board = (struct board){0};
}

bool names_choose(string_list names, const char *name)
{
    if (!names || !*names)
        return true;
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

string_list board_names(struct arena *arena, struct diag *d)
{
    const char *home = barebpf_home(arena, d);
    if (!home)
        return NULL;
    const char *path = arena_printf(arena, "%s/boards", home);
    DIR *dir = opendir(path);
    if (!dir) {
        diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE, "cannot list '%s': %s", path, strerror(errno));
        return NULL;
    }
    VEC(const char *) found = {0};
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] != '.' && file_exists(arena_printf(arena, "%s/%s/board.json", path, entry->d_name)))
            vec_push(&found, arena_strdup(arena, entry->d_name));
    }
    closedir(dir);
    if (found.count)
        qsort(found.items, found.count, sizeof *found.items, compare_names);
    const char **names = arena_array(arena, found.count + 1, sizeof *names);
    for (uint32_t i = 0; i < found.count; i++)
        names[i] = found.items[i];
    vec_free(&found);
    return names;
}
