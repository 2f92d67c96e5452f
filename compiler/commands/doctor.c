// SPDX-License-Identifier: Apache-2.0
/* barebpf doctor: which tools are there, and which Debian package brings the missing ones, board by board. */
#include <glob.h>
#include <jansson.h>
#include <string.h>

#include "../base/process.h"
#include "../firmware/target.h"
#include "commands.h"

/* A tool or file that boards of a kind need. */
struct need {
    const char *what;    /* program, or a pattern of a file when it begins with '/' */
    const char *package; /* Debian's */
    const char *triple;  /* only boards whose triple begins so; "" = all */
    bool optional;       /* only some programs, or only `run`, need it */
};

static const struct need needs[] = {
    {"clang", "clang-19", "", false},
    {"ld.lld", "lld-19", "", false},
    {"llvm-objcopy", "llvm-19", "", false},
    {"llvm-objdump", "llvm-19", "", false},
    {"/usr/lib/arm-none-eabi/newlib/libc.a", "libnewlib-arm-none-eabi", "thumb", true},
    {"/usr/lib/picolibc/riscv64-unknown-elf/lib", "picolibc-riscv64-unknown-elf", "riscv", true},
    {"/usr/include/stdio.h", "libc6-dev", "x86_64-pc-linux", false},
};

/* Emulators, by the first word of a board's command. */
static const struct need emulators[] = {
    {"qemu-system-arm", "qemu-system-arm", "", false},      {"qemu-system-aarch64", "qemu-system-arm", "", false},
    {"qemu-system-riscv32", "qemu-system-misc", "", false}, {"qemu-system-riscv64", "qemu-system-misc", "", false},
    {"qemu-system-i386", "qemu-system-x86", "", false},     {"qemu-system-x86_64", "qemu-system-x86", "", false},
};

/* What instrumented executables are linked with. */
static const struct need sanitizer = {"/usr/lib/llvm-19/lib/clang/*/lib/linux/libclang_rt.asan-x86_64.a",
                                      "libclang-rt-19-dev", "", false};

static bool is_there(const char *what, struct arena *arena)
{
    glob_t found;
    if (what[0] != '/')
        return process_find(arena, tool_path(arena, what)) != NULL;
    bool there = glob(what, 0, NULL, &found) == 0;
    if (there)
        globfree(&found);
    return there;
}

static void print_need(const struct need *n, bool there)
{
    printf("  %-8s %s", there ? "ok" : n->optional ? "optional" : "MISSING", n->what);
    if (!there)
        printf("    apt install %s", n->package);
    printf("\n");
}

/* What is being said of one board. */
struct check {
    json_t *list;
    bool as_json;
    unsigned missing;
};

static void check_one(struct check *c, const struct need *n, bool there)
{
    c->missing += !there && !n->optional;
    if (!c->as_json)
        print_need(n, there);
    json_array_append_new(c->list, json_pack("{ss ss sb sb}", "what", n->what, "package", n->package, "there",
                                             (int)there, "optional", (int)n->optional));
}

/* The emulator of the board's command; one that the table does not know is its own package. */
static void check_emulator(struct check *c, const struct board *board, struct arena *arena)
{
    if (!board->qemu)
        return;
    struct need n = {board->qemu[0], board->qemu[0], "", false};
    for (size_t i = 0; i < sizeof emulators / sizeof *emulators; i++) {
        if (strcmp(emulators[i].what, n.what) == 0)
            n = emulators[i];
    }
    check_one(c, &n, is_there(n.what, arena));
}

/* Says what one board lacks, as lines or in `all`; the count of what it cannot do without. */
static unsigned check_board(const struct board *board, json_t *all, struct arena *arena)
{
    struct check c = {.list = json_array(), .as_json = all != NULL};
    if (!all)
        printf("%s\n", board->name);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        const struct need *n = &needs[i];
        if (strncmp(board->triple, n->triple, strlen(n->triple)) == 0)
            check_one(&c, n, is_there(n->what, arena));
    }
    struct runtime_library library = board_runtime_library(board, arena);
    if (library.path)
        check_one(&c, &(struct need){library.path, library.package, "", false}, library.is_there);
    if (board_is_sanitized(board))
        check_one(&c, &sanitizer, is_there(sanitizer.what, arena));
    check_emulator(&c, board, arena);
    if (all)
        json_object_set(all, board->name, c.list);
    json_decref(c.list);
    return c.missing;
}

int command_doctor(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    const char *asked = o->board ? o->board : o->input_count ? o->inputs[0] : NULL;
    const char *const one[] = {asked, NULL};
    string_list names = asked ? one : board_names(&arena, d);
    bool ok = names != NULL;
    unsigned missing = 0;
    json_t *all = o->json ? json_object() : NULL;
    for (; ok && *names; names++) {
        struct board board = {0};
        ok = read_board(&board, *names, d);
        if (ok)
            missing += check_board(&board, all, &arena);
        board_free(&board);
    }
    if (all) {
        json_dumpf(all, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(all);
    }
    if (ok && asked && missing)
        ok =
            diag_error(d, &NO_PLACE, D_TOOL_MISSING, "board '%s' lacks %u of what it needs, see above", asked, missing);
    arena_free(&arena);
    return ok ? STATUS_OK : (int)diag_status(d);
}
