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
        uint32_t next[2];
        unsigned ways = cfg_successors(program, f->first + at, next);
        for (unsigned i = 0; i < ways; i++) {
            uint32_t to = next[i] - f->first;
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
    s->from = memory_alloc((2 * (size_t)f->count + 1) * sizeof *s->from);
    each_edge(program, f, s, false);
    for (uint32_t i = 0; i < f->count; i++)
        s->first[i + 1] += s->first[i];
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

/* Finds the jumps back by depth-first search: bit k of back[i] says that successor k of instruction i leads back. */
static uint8_t *find_back_edges(const struct program *program, const struct func *f)
{
    enum { NEW, OPEN, DONE };
    uint8_t *back = memory_alloc(f->count), *mark = memory_alloc(f->count), *way = memory_alloc(f->count);
    uint32_t *path = memory_alloc(f->count * sizeof *path), depth = 0;
    path[depth++] = 0;
    mark[0] = OPEN;
    while (depth) {
        uint32_t at = path[depth - 1], next[2];
        if (way[at] == cfg_successors(program, f->first + at, next)) {
            mark[at] = DONE;
            depth--;
            continue;
        }
        uint8_t k = way[at]++;
        uint32_t to = next[k] - f->first;
        if (mark[to] == OPEN)
            back[at] |= (uint8_t)(1u << k);
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
    uint8_t *back;
    bool *inside;   /* the loop being looked at */
    uint32_t *todo; /* room for a list of instructions */
};

/* True when instruction `from` leads back to `head`. */
static bool leads_back(const struct search *l, uint32_t from, uint32_t head)
{
    uint32_t next[2];
    unsigned ways = cfg_successors(l->program, l->f->first + from, next);
    for (unsigned k = 0; k < ways; k++)
        if (next[k] == l->f->first + head && (l->back[from] >> k & 1))
            return true;
    return false;
}

/* Marks the loop of all jumps back to `head`; false when there are none. */
static bool mark_loop(struct search *l, uint32_t head)
{
    const struct loops *s = l->loops;
    bool found = false;
    for (uint32_t i = s->first[head]; i < s->first[head + 1]; i++) {
        if (!leads_back(l, s->from[i], head))
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
        uint32_t next[2];
        unsigned ways = l->inside[at] ? cfg_successors(l->program, l->f->first + at, next) : 0;
        for (unsigned k = 0; k < ways; k++)
            if (!l->inside[next[k] - l->f->first])
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
                       .back = find_back_edges(program, f),
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
