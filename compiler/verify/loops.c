// SPDX-License-Identifier: Apache-2.0
/* Natural loops: for the jumps back to h (edges to an instruction on the depth-first path), the instructions from which
 * one of them is reached without passing h. A heuristic for exploring only: irreducible loops may be missed. */
#include "loops.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "cfg.h"

/* Counts the ways into each instruction, or fills them in (moving first[] on). */
static void each_edge(const struct program *program, const struct func *f, struct loops *s, bool fill)
{
    for (uint32_t at = 0; at < f->count; at++) {
        uint32_t next;
        for (uint32_t way = 0; (next = cfg_successor(program, f->first + at, way)) != NONE; way++) {
            uint32_t to = next - f->first;
            if (fill)
                s->from[s->first[to]++] = at;
            else
                s->first[to + 1]++;
        }
    }
}

static void find_edges(struct loops *s, const struct program *program, const struct func *f)
{
    s->first = memory_alloc((f->count + 2) * sizeof *s->first);
    each_edge(program, f, s, false);
    for (uint32_t i = 0; i < f->count; i++)
        s->first[i + 1] += s->first[i];
    s->from = memory_alloc(((size_t)s->first[f->count] + 1) * sizeof *s->from);
    each_edge(program, f, s, true);
    /* Filling moved each start to the next one's: move them back. */
    memmove(s->first + 1, s->first, f->count * sizeof *s->first);
    s->first[0] = 0;
}

/* Adds to `inside` what reaches `tail` without passing what is marked already. */
static void mark_before(const struct loops *s, uint32_t tail, bool *inside, uint32_t *todo)
{
    uint32_t count = 0;
    if (inside[tail])
        return;
    inside[tail] = true;
    todo[count++] = tail;
    while (count) {
        uint32_t at = todo[--count];
        for (uint32_t i = s->first[at]; i < s->first[at + 1]; i++)
            if (!inside[s->from[i]]) {
                inside[s->from[i]] = true;
                todo[count++] = s->from[i];
            }
    }
}

/* Finds the jumps back by depth-first search: back[i] says that from[i] leads back. */
static bool *find_back_edges(const struct loops *s, const struct program *program, const struct func *f)
{
    enum { NEW, OPEN, DONE };
    bool *back = memory_alloc(s->first[f->count] + 1);
    uint8_t *mark = memory_alloc(f->count);
    uint32_t *way = memory_alloc(f->count * sizeof *way), *path = memory_alloc(f->count * sizeof *path), depth = 0;
    path[depth++] = 0;
    mark[0] = OPEN;
    while (depth) {
        uint32_t at = path[depth - 1], next = cfg_successor(program, f->first + at, way[at]++);
        if (next == NONE) {
            mark[at] = DONE;
            depth--;
            continue;
        }
        uint32_t to = next - f->first;
        for (uint32_t i = s->first[to]; mark[to] == OPEN && i < s->first[to + 1]; i++)
            back[i] = back[i] || s->from[i] == at;
        if (mark[to] == NEW) {
            mark[to] = OPEN;
            path[depth++] = to;
        }
    }
    free(mark);
    free(way);
    free(path);
    return back;
}

/* A function while its loops are looked at. */
struct search {
    const struct program *program;
    const struct func *f;
    struct loops *loops;
    bool *back;
    bool *inside;   /* the loop being looked at */
    uint32_t *todo; /* room for a list of instructions */
};

/* Marks the loop of all jumps back to `head`; false when there are none. */
static bool mark_loop(struct search *l, uint32_t head)
{
    const struct loops *s = l->loops;
    bool found = false;
    for (uint32_t i = s->first[head]; i < s->first[head + 1]; i++) {
        if (!l->back[i])
            continue;
        if (!found)
            memset(l->inside, 0, l->f->count);
        found = l->inside[head] = true;
        mark_before(s, s->from[i], l->inside, l->todo);
    }
    return found;
}

/* Marks the branches of one loop that have a side outside it. */
static void mark_exits(const struct search *l)
{
    for (uint32_t at = 0; at < l->f->count; at++) {
        uint32_t next;
        for (uint32_t way = 0; l->inside[at] && (next = cfg_successor(l->program, l->f->first + at, way)) != NONE;
             way++)
            if (!l->inside[next - l->f->first])
                l->loops->exits[at] = true;
    }
}

void loops_find(struct loops *loops, const struct program *program, const struct func *f)
{
    find_edges(loops, program, f);
    loops->exits = memory_alloc(f->count);
    struct search l = {.program = program,
                       .f = f,
                       .loops = loops,
                       .back = find_back_edges(loops, program, f),
                       .inside = memory_alloc(f->count),
                       .todo = memory_alloc(f->count * sizeof *l.todo)};
    for (uint32_t head = 0; head < f->count; head++)
        if (mark_loop(&l, head))
            mark_exits(&l);
    free(l.back);
    free(l.inside);
    free(l.todo);
}

void loops_free(struct loops *loops)
{
    free(loops->first);
    free(loops->from);
    free(loops->exits);
}
