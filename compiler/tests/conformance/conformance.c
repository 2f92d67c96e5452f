// SPDX-License-Identifier: Apache-2.0
/* The instruction set on boards: `conformance FOLDER [BOARD...]` runs our own table and the public suite's cases of
 * FOLDER (skipped aloud when it is not there) in few images, at -O0, -Os and -O2, on the boards named or on all.
 * Prints "BOARD -OX: N passed, M failed"; exit status 1 when any failed, 77 when no board can run here. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../batch/batch.h"
#include "base/file.h"
#include "table.h"

/* Failures that are told in detail, for each board and level. */
#define TOLD 5

struct session {
    const struct table *table;
    const struct board *board;
    const char *dir; /* to work in */
    char optimize;
    uint32_t passed, failed;
};

/* Lifts item i with `count` cases made of its inputs: one of all of them, or one of each. */
static bool add_item(struct batch *batch, const struct item *item, bool each, struct diag *d)
{
    uint32_t function = batch_add_function(batch, item->verified, d);
    if (function == NONE)
        return false;
    for (uint32_t i = 0; each && i < item->count; i++)
        batch_add_case(batch, function, item->inputs + (size_t)i * item->bytes, 1, item->bytes);
    if (!each)
        batch_add_case(batch, function, item->inputs, item->count, item->bytes);
    return true;
}

/* Says on which input an item fails. */
static void tell(const struct session *s, const struct item *item)
{
    struct diag *d = diag_new(NULL);
    struct batch *batch = batch_new(s->board, s->optimize, 0);
    struct batch_result *results = memory_alloc(item->count * sizeof *results);
    bool told = false;
    if (add_item(batch, item, true, d) && batch_run(batch, s->dir, results, d))
        for (uint32_t i = 0; i < item->count && !told; i++) {
            told = !results[i].answered || results[i].r0 != item->each[i];
            if (told)
                printf("FAIL %s -O%c %s: input %u: r0 is 0x%" PRIx64 ", must be 0x%" PRIx64 "%s\n", s->board->name,
                       s->optimize, item->name, i, results[i].r0, item->each[i],
                       results[i].answered ? "" : " (no answer)");
        }
    if (!told)
        printf("FAIL %s -O%c %s: memory differs\n", s->board->name, s->optimize, item->name);
    free(results);
    batch_free(batch);
    diag_free(d);
}

static void compare(struct session *s, uint32_t first, const struct batch_result *results, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct item *item = &s->table->items.items[first + i];
        bool ok = results[i].answered && results[i].r0 == item->r0 &&
                  (!item->memory_known || results[i].digests[DIGEST_MEMORY] == item->memory);
        s->passed += ok;
        s->failed += !ok;
        if (!ok && s->failed <= TOLD)
            tell(s, item);
    }
}

/* Runs items [first, first + count) in one image, in two halves when it does not fit. */
static bool run_items(struct session *s, uint32_t first, uint32_t count)
{
    struct diag *d = diag_new(NULL);
    struct batch *batch = batch_new(s->board, s->optimize, 0);
    struct batch_result *results = memory_alloc(count * sizeof *results);
    bool ok = true;
    for (uint32_t i = first; ok && i < first + count; i++)
        ok = add_item(batch, &s->table->items.items[i], false, d);
    ok = ok && batch_run(batch, s->dir, results, d);
    batch_free(batch);
    const char *id = "", *message;
    struct place where;
    bool too_large = !ok && diag_root(d, &id, &message, &where) && strcmp(id, "does-not-fit") == 0 && count > 1;
    if (ok)
        compare(s, first, results, count);
    else if (!too_large)
        diag_print(d, stdout, false);
    free(results);
    diag_free(d);
    if (too_large)
        ok = run_items(s, first, count / 2) && run_items(s, first + count / 2, count - count / 2);
    return ok;
}

/* As many programs as are likely to fit into the board's flash: they have about 12 instructions. */
static uint32_t chunk(const struct board *board, char optimize)
{
    return (uint32_t)(batch_flash_bytes(board) / (12 * batch_insn_bytes(optimize)));
}

static bool run_board(const struct table *table, const char *name, const char *dir)
{
    static const char levels[] = {'0', 's', '2'};
    struct board board = {0};
    struct diag *d = diag_new(NULL);
    uint32_t failed = 0;
    bool ok = read_board(&board, name, d);
    if (!ok)
        diag_print(d, stdout, false);
    for (size_t level = 0; ok && level < sizeof levels; level++) {
        struct session s = {.table = table, .board = &board, .dir = dir, .optimize = levels[level]};
        uint32_t step = chunk(&board, s.optimize), all = table->items.count;
        time_t start = time(NULL);
        for (uint32_t first = 0; ok && first < all; first += step)
            ok = run_items(&s, first, first + step < all ? step : all - first);
        printf("%s -O%c: %u passed, %u failed (%lld s)\n", name, s.optimize, s.passed, s.failed,
               (long long)(time(NULL) - start));
        fflush(stdout);
        failed += s.failed;
    }
    board_free(&board);
    diag_free(d);
    return ok && failed == 0;
}

int main(int argc, char **argv)
{
    struct table table = {0};
    struct diag *d = diag_new(NULL);
    bool ok = true;
    table_add_own(&table);
    uint32_t own = table.items.count;
    if (argc > 1)
        table_add_public(&table, argv[1]);
    const char *names[64] = {NULL};
    for (int i = 2; i < argc && i < 64; i++)
        names[i - 2] = argv[i];
    string_list boards = batch_boards(&table.arena, names, d);
    uint64_t runs = 0;
    for (uint32_t i = 0; i < table.items.count; i++)
        runs += table.items.items[i].count;
    printf(
        "%u programs (%u of our own table, of which %u run without their proof only; %u public, %u skipped), %" PRIu64
        " runs\n",
        table.items.count, own, table.unproved, table.items.count - own, table.skipped, runs);
    if (!boards)
        diag_print(d, stdout, false);
    bool none = boards && !*boards;
    const char *dir = file_work_dir(&table.arena, d);
    for (; boards && *boards && dir; boards++)
        ok = run_board(&table, *boards, dir) && ok;
    table_free(&table);
    diag_free(d);
    return !ok || !dir ? 1 : none ? 77 : 0;
}
