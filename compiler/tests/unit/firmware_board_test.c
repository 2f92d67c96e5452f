// SPDX-License-Identifier: Apache-2.0
/* Board descriptions: the four that exist are read; unknown names and broken files are told with place and remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "firmware/board.h"

static const char good[] = "{\n"
                           "\"name\": \"mine\", \"title\": \"t\", \"vendor\": \"v\", \"url\": \"u\",\n"
                           "\"notes\": \"n\", \"family\": \"arm-m\", \"triple\": \"thumbv6m-none-eabi\",\n"
                           "\"cpu\": \"cortex-m0\", \"features\": \"\", \"abi\": \"aapcs\", \"clang_flags\": [],\n"
                           "\"libgcc\": null, \"libc\": null, \"strict_alignment\": true, \"pointer_bytes\": 4,\n"
                           "\"regions\": [{\"name\": \"F\", \"use\": \"flash\", \"origin\": 0, \"length_bytes\": 64},\n"
                           "{\"name\": \"R\", \"use\": \"ram\", \"origin\": \"0x100\", \"length_bytes\": 64}],\n"
                           "\"clock_hz\": 1, \"console\": \"c\", \"hooks\": [\"raw\"], \"qemu\": null,\n"
                           "\"flash_command\": null, \"debug_command\": null, \"sources\": [], \"formats\": [],\n"
                           "\"uf2_family\": 0,\n"
                           "\"defines\": [], \"hardware_divide\": false, \"atomic_bytes\": 0, "
                           "\"tested_on_hardware\": false\n}\n";

/* A home of our own with one board, `mine`. */
struct home {
    struct arena arena;
    char *path, *json;
    struct diag *d;
    struct board board;
};

static int set_up(void **state)
{
    struct home *h = calloc(1, sizeof *h);
    h->path = arena_strdup(&h->arena, "/tmp/barebpf-home-XXXXXX");
    h->d = diag_new(NULL);
    if (!mkdtemp(h->path))
        return -1;
    const char *const dirs[] = {"boards", "boards/mine", "helpers-template", "linker-scripts"};
    for (size_t i = 0; i < 4; i++)
        mkdir(arena_printf(&h->arena, "%s/%s", h->path, dirs[i]), 0777);
    file_write(arena_printf(&h->arena, "%s/boards/board.h", h->path), "", 0, h->d);
    h->json = arena_printf(&h->arena, "%s/boards/mine/board.json", h->path);
    setenv("BAREBPF_HOME", h->path, 1);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct home *h = *state;
    unlink(h->json);
    unlink(arena_printf(&h->arena, "%s/boards/board.h", h->path));
    const char *const dirs[] = {"boards/mine", "boards", "helpers-template", "linker-scripts", "."};
    for (size_t i = 0; i < 5; i++)
        rmdir(arena_printf(&h->arena, "%s/%s", h->path, dirs[i]));
    rmdir(h->path);
    unsetenv("BAREBPF_HOME");
    board_free(&h->board);
    diag_free(h->d);
    arena_free(&h->arena);
    free(h);
    return 0;
}

/* Writes the good description with `from` replaced by `to`, and reads it. */
static bool read_changed(struct home *h, const char *from, const char *to)
{
    const char *at = strstr(good, from);
    assert_non_null(at);
    char *text = arena_printf(&h->arena, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    assert_true(file_write(h->json, text, strlen(text), h->d));
    return read_board(&h->board, "mine", h->d);
}

static void assert_error(struct home *h, const char *id, const char *word, uint32_t line)
{
    const char *name, *message;
    struct place place;
    assert_true(diag_root(h->d, &name, &message, &place));
    assert_string_equal(name, id);
    assert_non_null(strstr(message, word));
    assert_in_range(place.line, line, line + 1); /* versions of jansson differ in where a value ends */
    assert_int_equal(diag_status(h->d), STATUS_INPUT);
}

static void reads_every_board_of_the_tree(void **state)
{
    struct arena arena = {0};
    struct diag *d = diag_new(NULL);
    (void)state;
    string_list names = board_names(&arena, d);
    assert_non_null(names);
    unsigned count = 0;
    for (; names[count]; count++) {
        struct board board = {0};
        if (!read_board(&board, names[count], d))
            diag_print(d, stderr, false);
        assert_int_equal(diag_status(d), STATUS_OK);
        assert_true(board.region_count >= 2);
        assert_true(count == 0 || strcmp(names[count - 1], names[count]) < 0);
        board_free(&board);
    }
    assert_true(count >= 4);
    diag_free(d);
    arena_free(&arena);
}

static void unknown_name_lists_the_known_and_the_nearest(void **state)
{
    struct home *h = *state;
    assert_true(read_changed(h, "mine", "mine"));
    assert_false(read_board(&h->board, "mime", h->d));
    assert_error(h, "board-unknown", "mine", 0);
}

static void name_cannot_leave_the_boards_directory(void **state)
{
    struct home *h = *state;
    assert_false(read_board(&h->board, "../boards/mine", h->d));
    assert_error(h, "board-unknown", "../boards/mine", 0);
}

static void no_name_is_an_option_error(void **state)
{
    struct home *h = *state;
    assert_false(read_board(&h->board, NULL, h->d));
    assert_error(h, "option", "--board", 0);
}

static void values_arrive(void **state)
{
    struct home *h = *state;
    assert_true(read_changed(h, "\"hooks\": [\"raw\"]", "\"hooks\": [\"raw\", \"xdp\"]"));
    assert_string_equal(h->board.hooks[1], "xdp");
    assert_null(h->board.hooks[2]);
    assert_null(h->board.qemu);
    assert_null(h->board.libgcc);
    assert_true(h->board.strict_alignment);
    assert_int_equal(h->board.regions[1].origin, 0x100);
    assert_int_equal(h->board.regions[1].use, REGION_RAM);
}

static void broken_json_names_the_line(void **state)
{
    struct home *h = *state;
    assert_false(read_changed(h, "\"cpu\":", "\"cpu\""));
    assert_error(h, "board-malformed", "not JSON", 4);
}

static void unknown_entry_names_the_line(void **state)
{
    struct home *h = *state;
    assert_false(read_changed(h, "\"clock_hz\": 1", "\"clock_hz\": 1, \"clok\": 2"));
    assert_error(h, "board-malformed", "clok", 8);
}

static void missing_entry_is_named(void **state)
{
    struct home *h = *state;
    assert_false(read_changed(h, "\"clock_hz\": 1, ", ""));
    assert_error(h, "board-malformed", "clock_hz", 0);
}

static void repeated_entry_is_refused(void **state)
{
    struct home *h = *state;
    assert_false(read_changed(h, "\"clock_hz\": 1", "\"clock_hz\": 1, \"clock_hz\": 2"));
    assert_error(h, "board-malformed", "clock_hz", 8);
}

static void wrong_forms_are_refused(void **state)
{
    static const struct {
        const char *from, *to, *word;
        uint32_t line;
    } cases[] = {
        {"\"title\": \"t\"", "\"title\": 1", "a string", 2},
        {"\"libgcc\": null", "\"libgcc\": 3", "a string or null", 5},
        {"\"clang_flags\": []", "\"clang_flags\": [1]", "a list of strings", 4},
        {"\"hooks\": [\"raw\"]", "\"hooks\": null", "a list of strings", 8},
        {"\"qemu\": null", "\"qemu\": []", "null or a list", 8},
        {"\"strict_alignment\": true", "\"strict_alignment\": 1", "true or false", 5},
        {"\"clock_hz\": 1", "\"clock_hz\": -1", "a number", 8},
        {"\"pointer_bytes\": 4", "\"pointer_bytes\": 3", "4 or 8", 5},
        {"\"atomic_bytes\": 0", "\"atomic_bytes\": 16", "0, 4 or 8", 10},
        {"\"defines\": []", "\"defines\": \"A\"", "a list of strings", 10},
        {"\"origin\": \"0x100\"", "\"origin\": \"x\"", "a number", 6},
        {"\"use\": \"ram\"", "\"use\": \"rom\"", "\"flash\" or \"ram\"", 6},
        {"\"use\": \"ram\"", "\"use\": \"flash\"", "at least one", 6},
        {"\"name\": \"mine\"", "\"name\": \"other\"", "directory", 2},
        {"\"length_bytes\": 64", "\"length_bytes\": 0", "above 0", 6},
    };
    struct home *h = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(read_changed(h, cases[i].from, cases[i].to));
        assert_error(h, "board-malformed", cases[i].word, cases[i].line);
        board_free(&h->board);
        diag_clear(h->d);
    }
}

static void a_wrong_home_is_told(void **state)
{
    struct home *h = *state;
    setenv("BAREBPF_HOME", "/nowhere", 1);
    assert_false(read_board(&h->board, "mine", h->d));
    assert_error(h, "file-missing", "/nowhere", 0);
}

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_board_of_the_tree),
        IN_HOME(unknown_name_lists_the_known_and_the_nearest),
        IN_HOME(name_cannot_leave_the_boards_directory),
        IN_HOME(no_name_is_an_option_error),
        IN_HOME(values_arrive),
        IN_HOME(broken_json_names_the_line),
        IN_HOME(unknown_entry_names_the_line),
        IN_HOME(missing_entry_is_named),
        IN_HOME(repeated_entry_is_refused),
        IN_HOME(wrong_forms_are_refused),
        IN_HOME(a_wrong_home_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
