// SPDX-License-Identifier: Apache-2.0
/* Finds prices: a strongly connected component is cut at the r marks of one of its loops, the outermost one if it can
 * be told; what is left is taken apart in the same way; then the price is what the costliest stretch between two of the
 * cut edges costs. Nothing here needs to be right: machine_bound.c checks the result. */
#include "machine_price.h"

#include <stdlib.h>

/* Costs beyond this are as good as none. */
#define COST_MOST (INT64_MAX / 4)

static int64_t limit(__int128 cost)
{
    return cost > COST_MOST ? COST_MOST : cost < -COST_MOST ? -COST_MOST : (int64_t)cost;
}

/* Rounds count when they are certainly passed, entries when they are possibly passed. */
static bool passes(const struct priced_graph *g, uint32_t edge, const struct mark *m)
{
    return g->passed[edge] == NONE ? !m->is_round : m->order > g->passed[edge];
}

/* How many r marks of the loop the edge certainly passes. */
static uint32_t rounds_on(const struct priced_graph *g, uint32_t edge, uint32_t loop)
{
    const struct machine_edge *e = &g->f->edges[edge];
    uint32_t count = loop == g->library_loop && e->to <= e->from;
    for (uint32_t m = g->mark_first[e->to]; m < g->mark_first[e->to + 1]; m++)
        count += g->marks[m].is_round && g->mark_loops[m] == loop && passes(g, edge, &g->marks[m]);
    return count;
}

static bool enters_on(const struct priced_graph *g, uint32_t edge, uint32_t loop)
{
    const struct machine_edge *e = &g->f->edges[edge];
    for (uint32_t m = g->mark_first[e->to]; m < g->mark_first[e->to + 1]; m++)
        if (!g->marks[m].is_round && g->mark_loops[m] == loop && passes(g, edge, &g->marks[m]))
            return true;
    return false;
}

int64_t price_edge(const struct priced_graph *g, uint32_t edge, uint32_t without)
{
    const struct machine_edge *e = &g->f->edges[edge];
    __int128 cost = g->costs[e->to];
    if (g->library_loop != NONE && g->library_loop != without && e->to <= e->from)
        cost -= g->loops[g->library_loop].price;
    for (uint32_t m = g->mark_first[e->to]; m < g->mark_first[e->to + 1]; m++) {
        const struct mark *mark = &g->marks[m];
        const struct priced *loop = &g->loops[g->mark_loops[m]];
        if (!passes(g, edge, mark))
            continue;
        if (!mark->is_round)
            cost += (__int128)mark->rounds * loop->price;
        else if (g->mark_loops[m] != without)
            cost -= loop->price;
    }
    return limit(cost);
}

bool price_paths(const struct priced_graph *g, const bool *cut, uint32_t without, int64_t *paths)
{
    bool changed = true;
    for (uint32_t round = 0; changed && round <= g->f->insn_count + 1; round++) {
        changed = false;
        for (uint32_t i = 0; i < g->f->edge_count; i++) {
            const struct machine_edge *e = &g->f->edges[i];
            if (cut[i] || paths[e->from] == PRICE_NEVER)
                continue;
            int64_t one = price_edge(g, i, without), cost = limit((__int128)paths[e->from] + one);
            if (one == COST_MOST || cost == COST_MOST)
                return false;
            if (paths[e->to] != PRICE_NEVER && cost <= paths[e->to])
                continue;
            paths[e->to] = cost;
            changed = true;
        }
    }
    return !changed;
}

/* -- components ---------------------------------------------------------------------------------------------------- */

/* Tarjan's algorithm over the edges that are not cut. */
struct search {
    const struct priced_graph *g;
    const bool *cut;
    const uint32_t *first; /* per instruction: its first edge; instruction + 1 ends it */
    uint32_t *index, *low_link, *at, *stack, *path, *component;
    uint32_t depth, counter, count;
};

static void close_component(struct search *s, uint32_t root)
{
    uint32_t node;
    do {
        node = s->stack[--s->depth];
        s->component[node] = s->count;
    } while (node != root);
    s->count++;
}

static void search_from(struct search *s, uint32_t start)
{
    uint32_t length = 0;
    s->path[length++] = start;
    while (length) {
        uint32_t node = s->path[length - 1];
        if (s->index[node] == NONE) {
            s->index[node] = s->low_link[node] = s->counter++;
            s->at[node] = s->first[node];
            s->stack[s->depth++] = node;
        }
        if (s->at[node] < s->first[node + 1]) {
            uint32_t edge = s->at[node]++, to = s->g->f->edges[edge].to;
            if (s->cut[edge])
                continue;
            if (s->index[to] == NONE)
                s->path[length++] = to;
            else if (s->component[to] == NONE && s->index[to] < s->low_link[node])
                s->low_link[node] = s->index[to];
            continue;
        }
        length--;
        if (length && s->low_link[node] < s->low_link[s->path[length - 1]])
            s->low_link[s->path[length - 1]] = s->low_link[node];
        if (s->low_link[node] == s->index[node])
            close_component(s, node);
    }
}

/* The component of each instruction. Free the result. */
static uint32_t *components(const struct priced_graph *g, const bool *cut)
{
    uint32_t count = g->f->insn_count, *memory = memory_alloc((7 * (size_t)count + 2) * sizeof *memory);
    struct search s = {.g = g, .cut = cut};
    uint32_t *first = memory;
    uint32_t **arrays[] = {&s.index, &s.low_link, &s.at, &s.stack, &s.path};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = memory + (i + 1) * count + 1;
    s.component = memory_alloc((count + 1) * sizeof *s.component);
    for (uint32_t i = 0, edge = 0; i <= count; i++) {
        while (edge < g->f->edge_count && g->f->edges[edge].from < i)
            edge++;
        first[i] = edge;
    }
    s.first = first;
    for (uint32_t i = 0; i < count; i++)
        s.index[i] = s.component[i] = NONE;
    for (uint32_t i = 0; i < count; i++)
        if (s.index[i] == NONE)
            search_from(&s, i);
    free(memory);
    return s.component;
}

/* -- prices -------------------------------------------------------------------------------------------------------- */

static bool is_within(const struct priced_graph *g, const uint32_t *component, uint32_t edge, uint32_t of)
{
    return component[g->f->edges[edge].from] == of && component[g->f->edges[edge].to] == of;
}

/* The loop at whose rounds a component is cut: of those that are not entered inside it, the one with the fewest. */
static uint32_t choose_loop(const struct priced_graph *g, const bool *cut, const uint32_t *component, uint32_t of)
{
    uint32_t chosen = NONE;
    for (uint32_t loop = 0; loop < g->loop_count; loop++) {
        bool passed = false, entered = false;
        for (uint32_t i = 0; i < g->f->edge_count; i++) {
            if (cut[i] || !is_within(g, component, i, of))
                continue;
            passed = passed || rounds_on(g, i, loop) > 0;
            entered = entered || enters_on(g, i, loop);
        }
        if (passed && !entered && g->loops[loop].rounds > 0 &&
            (chosen == NONE || g->loops[loop].rounds < g->loops[chosen].rounds))
            chosen = loop;
    }
    return chosen;
}

/* Raises the loop's price to the cost of the costliest stretch from one of its rounds to the next. `inside`: cut is all
 * that is not in the component, and the rounds. */
static bool raise_price(struct priced_graph *g, const bool *inside, const uint32_t *rounds, uint32_t loop)
{
    const struct machine_func *f = g->f;
    int64_t *paths = memory_alloc(((size_t)f->insn_count + 1) * sizeof *paths);
    for (uint32_t i = 0; i < f->insn_count; i++)
        paths[i] = PRICE_NEVER;
    for (uint32_t i = 0; i < f->edge_count; i++)
        if (rounds[i])
            paths[f->edges[i].to] = 0;
    bool ok = price_paths(g, inside, loop, paths);
    for (uint32_t i = 0; ok && i < f->edge_count; i++) {
        if (!rounds[i] || paths[f->edges[i].from] == PRICE_NEVER)
            continue;
        int64_t cost = limit((__int128)paths[f->edges[i].from] + price_edge(g, i, loop));
        int64_t each = (cost + (int64_t)rounds[i] - 1) / (int64_t)rounds[i];
        if (cost > 0 && each > g->loops[loop].price) {
            g->loops[loop].price = each;
            g->raised = true;
        }
    }
    free(paths);
    return ok;
}

static bool price_within(struct priced_graph *g, const bool *cut, uint32_t *culprit, uint32_t depth);

/* One component: does it have a cycle, then cut it, and price what is left first. */
static bool price_component(struct priced_graph *g, const bool *cut, const uint32_t *component, uint32_t of,
                            uint32_t *culprit, uint32_t depth)
{
    uint32_t edge_count = g->f->edge_count, loop = choose_loop(g, cut, component, of);
    bool *inside = memory_alloc(edge_count + 1);
    uint32_t *rounds = memory_alloc(((size_t)edge_count + 1) * sizeof *rounds);
    bool ok = loop != NONE && depth > 0;
    for (uint32_t i = 0; i < edge_count; i++) {
        bool within = !cut[i] && is_within(g, component, i, of);
        rounds[i] = ok && within ? rounds_on(g, i, loop) : 0;
        inside[i] = !within || rounds[i] > 0;
        if (within && !ok)
            *culprit = g->f->edges[i].to;
    }
    ok = ok && price_within(g, inside, culprit, depth - 1) && raise_price(g, inside, rounds, loop);
    free(inside);
    free(rounds);
    return ok;
}

/* All components that have a cycle. */
static bool price_within(struct priced_graph *g, const bool *cut, uint32_t *culprit, uint32_t depth)
{
    uint32_t *component = components(g, cut);
    bool ok = true, *done = memory_alloc((size_t)g->f->insn_count + 1);
    for (uint32_t i = 0; ok && i < g->f->edge_count; i++) {
        uint32_t of = component[g->f->edges[i].from];
        if (cut[i] || done[of] || component[g->f->edges[i].to] != of)
            continue;
        done[of] = true;
        ok = price_component(g, cut, component, of, culprit, depth);
    }
    free(done);
    free(component);
    return ok;
}

bool price_cycles(struct priced_graph *g, uint32_t *culprit)
{
    enum { NESTED_MOST = 32 };
    bool *none = memory_alloc((size_t)g->f->edge_count + 1);
    bool ok = price_within(g, none, culprit, NESTED_MOST);
    free(none);
    return ok;
}
