// SPDX-License-Identifier: Apache-2.0
/* Random proved programs give the same results in the reference interpreter and in images, at -O0, -Os and -O2: r0, the
 * context, .bss, the array and the hash map afterwards. The same seeds give the same programs. A program that differs
 * is made smaller and shown.
 *
 *     diff_fuzz FIRST_SEED COUNT [-OLEVEL]... [--rotate] [--check-facts] BOARD...     COUNT accepted programs
 *     diff_fuzz FIRST_SEED COUNT --opcodes
 *
 * --rotate: every 500 programs have one level on each board, in turn; --check-facts: proved facts are lifted as
 * traps; --opcodes: in the interpreter only, says how many programs ran each form of instruction.
 *
 * Exit status 0 no difference (every form is there), 1 a difference, 77 no board can run here. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/coverage.h"
#include "base/file.h"
#include "base/memory.h"
#include "minimise.h"

#define IMAGE_PROGRAMS 500 /* in one image */
#define IMAGE_CHECKED  150 /* with every fact as a trap, which a flash of 4 MB must hold */
#define SHOWN          3   /* differences that are made smaller */

struct fuzzer {
    struct board boards[16];
    uint32_t board_count;
    char levels[4];
    unsigned flags; /* of batch.h */
    const char *dir;
    bool rotates;
    uint64_t compared, differences, turn;
    struct coverage coverage;
};

static void report(struct fuzzer *f, const struct subject *s, const struct target *target)
{
    struct batch_result results[SUBJECT_RUNS];
    printf("seed %" PRIu64 ": %s -O%c differs from the interpreter\n", s->seed, target->board->name, target->optimize);
    if (f->differences++ >= SHOWN)
        return;
    struct subject *copy = subject_new(s->seed);
    if (!minimise_run(copy, target, results) || subject_agrees(copy, results))
        printf("seed %" PRIu64 ": not in an image of its own\n", s->seed);
    else
        copy = minimise(copy, target);
    if (minimise_run(copy, target, results))
        subject_print(copy, results);
    subject_free(copy);
    fflush(stdout);
}

/* Programs [0, count) in one image, in two halves when they do not fit. */
static bool run_image_of(struct fuzzer *f, struct subject *const *subjects, uint32_t count, const struct target *target)
{
    struct diag *d = diag_new(NULL);
    struct batch *batch = batch_new(target->board, target->optimize, target->flags);
    struct batch_result *results = memory_alloc((size_t)count * SUBJECT_RUNS * sizeof *results);
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = subject_add(subjects[i], batch, d);
    ok = ok && batch_run(batch, target->dir, results, d);
    batch_free(batch);
    const char *id = "", *message;
    struct place where;
    bool too_large = !ok && diag_root(d, &id, &message, &where) && strcmp(id, "does-not-fit") == 0 && count > 1;
    if (!ok && !too_large)
        diag_print(d, stdout, false);
    for (uint32_t i = 0; ok && i < count; i++) {
        f->compared++;
        if (!subject_agrees(subjects[i], results + (size_t)i * SUBJECT_RUNS))
            report(f, subjects[i], target);
    }
    free(results);
    diag_free(d);
    if (too_large)
        ok = run_image_of(f, subjects, count / 2, target) &&
             run_image_of(f, subjects + count / 2, count - count / 2, target);
    return ok;
}

/* All of them, in images that are likely to fit. */
static bool run_images(struct fuzzer *f, struct subject *const *subjects, uint32_t count, const struct target *target)
{
    uint64_t room = batch_flash_bytes(target->board) / batch_insn_bytes(target->optimize), insns = 0;
    uint32_t first = 0;
    bool ok = true;
    for (uint32_t i = 0; i < count; i++) {
        if (i > first && insns + subjects[i]->program->insn_count > room && room) {
            ok = run_image_of(f, subjects + first, i - first, target) && ok;
            first = i;
            insns = 0;
        }
        insns += subjects[i]->program->insn_count;
    }
    return run_image_of(f, subjects + first, count - first, target) && ok;
}

/* With --rotate every board gets one of the levels, in turn. */
static bool run_everywhere(struct fuzzer *f, struct subject *const *subjects, uint32_t count)
{
    uint64_t turn = f->turn++;
    bool ok = true;
    for (uint32_t i = 0; i < f->board_count; i++)
        for (uint32_t level = 0; f->levels[level]; level++) {
            const struct target target = {&f->boards[i], f->levels[level], f->flags, f->dir};
            if (!f->rotates || (turn + i) % strlen(f->levels) == level)
                ok = run_images(f, subjects, count, &target) && ok;
        }
    return ok;
}

/* COUNT programs that are accepted, from seed FIRST on. */
static bool run_seeds(struct fuzzer *f, uint64_t first, uint64_t count)
{
    struct subject *subjects[IMAGE_PROGRAMS];
    uint64_t seed = first, taken = 0;
    uint32_t most = f->flags & BATCH_FACTS ? IMAGE_CHECKED : IMAGE_PROGRAMS;
    bool ok = true;
    while (ok && taken < count) {
        uint32_t n = 0;
        for (; n < most && taken + n < count; seed++) {
            struct subject *s = subject_new(seed);
            if (!s)
                continue;
            coverage_add(&f->coverage, s->program, s->ran);
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

struct arguments {
    const char *names[16];
    bool opcodes;
};

static void read_arguments(struct arguments *a, struct fuzzer *f, char **argv)
{
    uint32_t count = 0;
    f->flags = BATCH_MAPS;
    for (; *argv && count < 15; argv++)
        if (strcmp(*argv, "--opcodes") == 0)
            a->opcodes = true;
        else if (strcmp(*argv, "--rotate") == 0)
            f->rotates = true;
        else if (strcmp(*argv, "--check-facts") == 0)
            f->flags |= BATCH_FACTS;
        else if (argv[0][0] == '-' && strlen(*argv) == 3 && strlen(f->levels) < 3)
            f->levels[strlen(f->levels)] = argv[0][2];
        else
            a->names[count++] = *argv;
    if (!f->levels[0])
        memcpy(f->levels, "0s2", 3);
}

int main(int argc, char **argv)
{
    struct fuzzer *f = memory_alloc(sizeof *f);
    struct arguments a = {0};
    struct arena arena = {0};
    struct diag *d = diag_new(NULL);
    if (argc < 4) {
        printf("usage: diff_fuzz FIRST_SEED COUNT [-OLEVEL]... [--rotate] [--check-facts] BOARD... | --opcodes\n");
        return 3;
    }
    read_arguments(&a, f, argv + 3);
    coverage_init(&f->coverage);
    f->dir = file_work_dir(&arena, d);
    bool ok = f->dir && (a.opcodes || add_boards(f, a.names, &arena, d));
    if (!ok)
        diag_print(d, stdout, false);
    bool none = ok && !f->board_count && !a.opcodes;
    if (ok && !none)
        ok = run_seeds(f, strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
    if (a.opcodes)
        ok = coverage_print(&f->coverage) == 0 && ok;
    int status = !ok || f->differences ? 1 : none ? 77 : 0;
    for (uint32_t i = 0; i < f->board_count; i++)
        board_free(&f->boards[i]);
    arena_free(&arena);
    diag_free(d);
    free(f);
    return status;
}
