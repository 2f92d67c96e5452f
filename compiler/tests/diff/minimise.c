// SPDX-License-Identifier: Apache-2.0
/* See minimise.h. Ranges of instructions go, halves first, then shorter ones, down to single instructions. */
#include "minimise.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool minimise_run(const struct subject *subject, const struct target *target, struct batch_result results[SUBJECT_RUNS])
{
    struct diag *d = diag_new(NULL);
    struct batch *batch = batch_new(target->board, target->optimize, target->flags);
    bool ok = subject_add(subject, batch, d) && batch_run(batch, target->dir, results, d);
    if (!ok)
        diag_print(d, stdout, false);
    batch_free(batch);
    diag_free(d);
    return ok;
}

/* How many of the instructions before `at` are not in [first, first + count). */
static uint32_t moved(uint32_t at, uint32_t first, uint32_t count)
{
    return at <= first ? at : at < first + count ? first : at - count;
}

static void number_slots(struct program *p)
{
    for (uint32_t func = 0, slot = 0; func < p->func_count; func++, slot = 0)
        for (uint32_t i = p->funcs[func].first; i < p->funcs[func].first + p->funcs[func].count; i++) {
            p->insns[i].slot = slot;
            slot += p->insns[i].op == OP_LDDW ? 2 : 1;
        }
}

/* A copy of the program without those instructions; jumps into them lead behind them. NULL when a function would be
 * empty. */
static struct program *without(const struct program *from, uint32_t first, uint32_t count)
{
    struct program *p = memory_alloc(sizeof *p);
    *p = *from;
    p->arena = (struct arena){0};
    p->funcs = arena_memdup(&p->arena, from->funcs, from->func_count * sizeof *p->funcs);
    p->maps = arena_memdup(&p->arena, from->maps, from->map_count * sizeof *p->maps);
    for (uint32_t i = 0; i < p->map_count; i++) {
        struct map *map = &p->maps[i];
        if (map->init)
            map->init = arena_memdup(&p->arena, map->init, map->value_bytes);
        if (map->progs)
            map->progs = arena_memdup(&p->arena, map->progs, map->entries * sizeof *map->progs);
    }
    p->insns = arena_array(&p->arena, from->insn_count, sizeof *p->insns);
    p->insn_count = 0;
    for (uint32_t i = 0; i < from->insn_count; i++) {
        if (i >= first && i < first + count)
            continue;
        p->insns[p->insn_count] = from->insns[i];
        p->insns[p->insn_count++].target = moved(from->insns[i].target, first, count);
    }
    bool ok = true;
    for (uint32_t i = 0; i < p->func_count; i++) {
        struct func *func = &p->funcs[i];
        uint32_t end = moved(func->first + func->count, first, count);
        func->first = moved(func->first, first, count);
        func->count = end - func->first;
        ok = ok && func->count && p->insns[end - 1].op == OP_EXIT;
    }
    number_slots(p);
    if (ok)
        return p;
    program_free(p);
    free(p);
    return NULL;
}

/* One pass with ranges of `step` instructions; true when something went. */
static bool pass(struct subject **subject, uint32_t step, const struct target *target)
{
    struct batch_result results[SUBJECT_RUNS];
    bool any = false;
    for (uint32_t first = 0; first + step <= (*subject)->program->insn_count;) {
        struct program *smaller = without((*subject)->program, first, step);
        struct subject *next = smaller ? subject_of(smaller, (*subject)->seed) : NULL;
        if (next && minimise_run(next, target, results) && !subject_agrees(next, results)) {
            subject_free(*subject);
            *subject = next;
            any = true;
        } else {
            subject_free(next);
            first += step;
        }
    }
    return any;
}

struct subject *minimise(struct subject *subject, const struct target *target)
{
    for (uint32_t step = subject->program->insn_count / 2; step; step /= 2)
        pass(&subject, step, target);
    while (pass(&subject, 1, target))
        continue;
    return subject;
}
