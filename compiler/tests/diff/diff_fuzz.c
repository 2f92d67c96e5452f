// SPDX-License-Identifier: Apache-2.0
/* Random proved programs give the same results in the reference interpreter and in images, at -O0, -Os and -O2: r0, the
 * context, .bss, the array and the hash map afterwards. `diff_fuzz FIRST_SEED COUNT BOARD...`; "-O2" and the like
 * among the boards choose levels. The same seeds give the same programs. A program that differs is made smaller and
 * shown. Exit status 0 no difference, 1 a difference, 77 no board can run here. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "minimise.h"

#define IMAGE_PROGRAMS 1000 /* in one image */
#define SHOWN          3    /* differences that are made smaller */

struct fuzzer {
    struct board boards[16];
    uint32_t board_count;
    char levels[4];
    uint64_t compared, differences;
};

static void report(struct fuzzer *f, const struct subject *s, const struct board *board, char optimize)
{
    struct batch_result results[SUBJECT_RUNS];
    printf("seed %" PRIu64 ": %s -O%c differs from the interpreter\n", s->seed, board->name, optimize);
    if (f->differences++ >= SHOWN)
        return;
    struct subject *copy = subject_new(s->seed);
    if (!minimise_run(copy, board, optimize, results) || subject_agrees(copy, results))
        printf("seed %" PRIu64 ": not in an image of its own\n", s->seed);
    else
        copy = minimise(copy, board, optimize);
    if (minimise_run(copy, board, optimize, results))
        subject_print(copy, results);
    subject_free(copy);
    fflush(stdout);
}

/* Programs [0, count) in one image, in two halves when they do not fit. */
static bool run_image_of(struct fuzzer *f, struct subject *const *subjects, uint32_t count, const struct board *board,
                         char optimize)
{
    struct diag *d = diag_new(NULL);
    struct batch *batch = batch_new(board, optimize, true);
    struct batch_result *results = memory_alloc((size_t)count * SUBJECT_RUNS * sizeof *results);
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = subject_add(subjects[i], batch, d);
    ok = ok && batch_run(batch, results, d);
    batch_free(batch);
    const char *id = "", *message;
    struct place where;
    bool too_large = !ok && diag_root(d, &id, &message, &where) && strcmp(id, "does-not-fit") == 0 && count > 1;
    if (!ok && !too_large)
        diag_print(d, stdout, false);
    for (uint32_t i = 0; ok && i < count; i++) {
        f->compared++;
        if (!subject_agrees(subjects[i], results + (size_t)i * SUBJECT_RUNS))
            report(f, subjects[i], board, optimize);
    }
    free(results);
    diag_free(d);
    if (too_large)
        ok = run_image_of(f, subjects, count / 2, board, optimize) &&
             run_image_of(f, subjects + count / 2, count - count / 2, board, optimize);
    return ok;
}

static bool run_everywhere(struct fuzzer *f, struct subject *const *subjects, uint32_t count)
{
    bool ok = true;
    for (uint32_t i = 0; i < f->board_count; i++)
        for (const char *level = f->levels; *level; level++)
            ok = run_image_of(f, subjects, count, &f->boards[i], *level) && ok;
    return ok;
}

/* COUNT programs that are accepted, from seed FIRST on. */
static bool run_seeds(struct fuzzer *f, uint64_t first, uint64_t count)
{
    struct subject *subjects[IMAGE_PROGRAMS];
    uint64_t seed = first, taken = 0;
    bool ok = true;
    while (ok && taken < count) {
        uint32_t n = 0;
        for (; n < IMAGE_PROGRAMS && taken + n < count; seed++) {
            struct subject *s = subject_new(seed);
            if (s)
                subjects[n++] = s;
        }
        ok = run_everywhere(f, subjects, n);
        taken += n;
        printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " programs, %" PRIu64 " comparisons, %" PRIu64
               " differences\n",
               first, seed - 1, taken, f->compared, f->differences);
        fflush(stdout);
        for (uint32_t i = 0; i < n; i++)
            subject_free(subjects[i]);
    }
    return ok;
}

static bool add_boards(struct fuzzer *f, const char **names, struct arena *arena, struct diag *d)
{
    string_list boards = batch_boards(arena, names, d);
    bool ok = boards != NULL;
    for (; ok && *boards && f->board_count < 16; boards++)
        ok = read_board(&f->boards[f->board_count++], *boards, d);
    return ok;
}

int main(int argc, char **argv)
{
    struct fuzzer f = {0};
    struct arena arena = {0};
    struct diag *d = diag_new(NULL);
    const char *names[16] = {NULL};
    uint32_t name_count = 0;
    if (argc < 3) {
        printf("usage: diff_fuzz FIRST_SEED COUNT [BOARD|-OLEVEL]...\n");
        return 3;
    }
    for (int i = 3; i < argc && name_count < 15; i++)
        if (argv[i][0] == '-' && strlen(argv[i]) == 3 && strlen(f.levels) < 3)
            f.levels[strlen(f.levels)] = argv[i][2];
        else
            names[name_count++] = argv[i];
    if (!f.levels[0])
        memcpy(f.levels, "0s2", 3);
    bool ok = add_boards(&f, names, &arena, d);
    if (!ok)
        diag_print(d, stdout, false);
    bool none = ok && !f.board_count;
    if (ok && !none)
        ok = run_seeds(&f, strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
    for (uint32_t i = 0; i < f.board_count; i++)
        board_free(&f.boards[i]);
    arena_free(&arena);
    diag_free(d);
    return !ok || f.differences ? 1 : none ? 77 : 0;
}
