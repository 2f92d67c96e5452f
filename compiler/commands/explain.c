// SPDX-License-Identifier: Apache-2.0
/* barebpf explain: what a message id means. And the generated page of all messages. */
#include <string.h>

#include "../base/text.h"
#include "commands.h"

static const char *meaning_of(enum status status)
{
    switch (status) {
    case STATUS_OK: return "done";
    case STATUS_REJECTED: return "rejected by the verifier";
    case STATUS_UNSUPPORTED: return "not supported here";
    case STATUS_INPUT: return "wrong input or missing tool";
    case STATUS_BUG: return "a bug of ours";
    }
    BUG("status %d", (int)status);
}

static void explain_one(enum diag_id id)
{
    printf("%s: %s\n\n%s\n\n", diag_name(id), diag_title(id), diag_explanation(id));
    if (diag_remedy(id))
        printf("Try: %s.\n\n", diag_remedy(id));
    printf("Exit status %d: %s.\n", (int)diag_id_status(id), meaning_of(diag_id_status(id)));
}

int command_explain(const struct options *o, struct diag *d)
{
    if (o->input_count == 0) {
        for (enum diag_id id = 0; id < D_COUNT; id++)
            printf("%-20s %s\n", diag_name(id), diag_title(id));
        return STATUS_OK;
    }
    const char *name = o->inputs[0];
    enum diag_id nearest = 0;
    for (enum diag_id id = 0; id < D_COUNT; id++) {
        if (strcmp(diag_name(id), name) == 0) {
            explain_one(id);
            return STATUS_OK;
        }
        if (text_distance(name, diag_name(id)) < text_distance(name, diag_name(nearest)))
            nearest = id;
    }
    diag_error(d, &NO_PLACE, D_OPTION, "there is no message '%s'", name);
    diag_suggest(d, "barebpf explain %s", diag_name(nearest));
    return (int)diag_status(d);
}

static void docs_status(enum status status)
{
    printf("\n## Exit status %d: %s\n\n| id | title | meaning |\n| --- | --- | --- |\n", (int)status,
           meaning_of(status));
    for (enum diag_id id = 0; id < D_COUNT; id++)
        if (diag_id_status(id) == status)
            printf("| `%s` | %s | %s%s%s%s |\n", diag_name(id), diag_title(id), diag_explanation(id),
                   diag_remedy(id) ? " *Try:* " : "", diag_remedy(id) ? diag_remedy(id) : "",
                   diag_remedy(id) ? "." : "");
}

static void docs_diagnostics(void)
{
    puts("# Messages\n\nGenerated from `compiler/base/diag.def` by `barebpf docs diagnostics`; do not edit.\n"
         "`barebpf explain ID` shows one of them. The ids are stable.");
    for (enum status status = STATUS_REJECTED; status <= STATUS_INPUT; status++)
        docs_status(status);
    docs_status(STATUS_BUG);
}

static bool docs_board(const char *name, struct diag *d)
{
    struct board board = {0};
    bool ok = read_board(&board, name, d);
    if (ok) {
        uint64_t bytes[2] = {0, 0}; /* by enum region_use */
        for (uint32_t i = 0; i < board.region_count; i++)
            bytes[board.regions[i].use] += board.regions[i].length_bytes;
        printf("| `%s` | [%s](%s) | %s | %llu KB | %llu KB | %s | %s | %s |\n", board.name, board.title, board.url,
               board.cpu, (unsigned long long)bytes[REGION_FLASH] / 1024, (unsigned long long)bytes[REGION_RAM] / 1024,
               board.qemu                ? "yes"
               : board_is_native(&board) ? "runs on the host"
                                         : "no",
               board.flash_command ? board.flash_command[0] : "-", board.tested_on_hardware ? "yes" : "no");
    }
    board_free(&board);
    return ok;
}

/* A board's row of the table of rules. */
static bool docs_rules(const char *name, struct diag *d)
{
    struct board board = {0};
    bool ok = read_board(&board, name, d);
    if (ok) {
        printf("| `%s` | %s | %s | ", name, board.strict_alignment ? "fault" : "allowed",
               board.hardware_divide ? "instruction" : "function");
        if (board.atomic_bytes)
            printf("up to %u bits", board.atomic_bytes * 8);
        else
            printf("none");
        printf(" | %s |\n", board.libgcc ? board.libgcc : "none needed");
    }
    board_free(&board);
    return ok;
}

/* A board's row of the table of hooks. */
static bool docs_hooks(const char *name, struct diag *d)
{
    struct board board = {0};
    bool ok = read_board(&board, name, d);
    if (ok)
        printf("| `%s` | ", name);
    for (string_list hook = board.hooks; ok && *hook; hook++)
        printf("%s%s", hook == board.hooks ? "" : ", ", *hook);
    if (ok)
        printf(" | ");
    for (uint32_t i = 0; ok && i < board.interrupt_count; i++)
        printf("%s%s", i ? ", " : "", board.interrupts[i].name);
    if (ok)
        printf(" | %s |\n", board.nic ? board.nic : "");
    board_free(&board);
    return ok;
}

static bool docs_boards(struct diag *d)
{
    struct arena arena = {0};
    string_list names = board_names(&arena, d);
    puts("# Boards\n\nGenerated from `boards/*/board.json` by `barebpf docs boards`; do not edit.\n"
         "`barebpf boards NAME` shows everything about one of them.\n\n"
         "| name | board | core | flash | RAM | in QEMU | flashed with | tried on hardware |\n"
         "| --- | --- | --- | --- | --- | --- | --- | --- |");
    bool ok = names != NULL;
    for (string_list name = names; ok && *name; name++)
        ok = docs_board(*name, d);
    puts("\n## What the cores can do\n\n"
         "| name | unaligned accesses | 32-bit division | atomic instructions | support library |\n"
         "| --- | --- | --- | --- | --- |");
    for (string_list name = names; ok && *name; name++)
        ok = docs_rules(*name, d);
    puts("\nAtomic operations wider than that are done with interrupts masked; libatomic is never linked.");
    puts("\n## What starts programs\n\nSee [HOOKS.md](HOOKS.md).\n\n"
         "| name | hooks | interrupts (`irq/NAME`) | network interface |\n| --- | --- | --- | --- |");
    for (string_list name = names; ok && *name; name++)
        ok = docs_hooks(*name, d);
    arena_free(&arena);
    puts("\nNot run on hardware: such a board was tested in QEMU; where QEMU has none, its image's vectors, headers "
         "and\n"
         "formats are checked statically. Flash commands follow the vendor's convention.");
    return ok;
}

int command_docs(const struct options *o, struct diag *d)
{
    if (strcmp(o->inputs[0], "diagnostics") == 0)
        docs_diagnostics();
    else if (strcmp(o->inputs[0], "boards") == 0)
        return docs_boards(d) ? STATUS_OK : (int)diag_status(d);
    else if (!manual_write(o->inputs[0]))
        diag_error(d, &NO_PLACE, D_OPTION, "there is no generated page '%s'", o->inputs[0]);
    return (int)diag_status(d);
}
