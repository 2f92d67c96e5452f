// SPDX-License-Identifier: Apache-2.0
/* Bounds of paths through a graph with cycles.
 * A graph is taken apart into its strongly connected components. Between them the longest path counts. A component with
 * a cycle needs a counter: a value that every edge in it moves in one direction or leaves alone, and that stays within
 * proved bounds. The edges that move it (by at least `step`) are taken at most distance / step times; without them the
 * component is taken apart again.
 * Sound because: a run inside the component is a sequence of at most rounds + 1 stretches that use no such edge, with
 * one such edge between two stretches; each stretch is a path through what is left. Moves are modulo 2^64 or 2^32, but
 * each is below 2^29 and positions lie within 2^61 or 2^30 of each other, so they are true distances. */
#include "bound.h"

#include <stdlib.h>

/* Positions of a counter may lie this far apart. */
#define DISTANCE_LIMIT        ((int64_t)1 << 61)
#define NARROW_DISTANCE_LIMIT ((int64_t)1 << 30)

struct solver {
    const struct graph *g;
    bool *cut;                       /* per edge: a counter bounds how often it is taken */
    uint32_t *part;                  /* per node: the set of nodes being taken apart that it belongs to */
    uint32_t *component;             /* per node: its component within that set */
    uint32_t *place;                 /* per node of a component: the counter's place */
    uint32_t *index, *low_link, *at; /* Tarjan's */
    bool *waits;
    uint32_t part_count;
    uint32_t culprit;
};

/* A set of nodes, taken apart: component c is nodes[start[c]] .. nodes[start[c + 1] - 1]; edges between components lead
 * to smaller numbers. */
struct parts {
    uint32_t *nodes, *start;
    uint32_t count, part;
};

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* True when the edge stays inside the set. */
static bool is_inside(const struct solver *s, uint32_t edge, uint32_t part)
{
    uint32_t to = s->g->edges.items[edge].to;
    return to != NONE && !s->cut[edge] && s->part[to] == part;
}

/* True when the edge stays inside the component of its node. */
static bool is_internal(const struct solver *s, uint32_t node, uint32_t edge)
{
    return is_inside(s, edge, s->part[node]) && s->component[s->g->edges.items[edge].to] == s->component[node];
}

/* Takes one component off the stack of nodes. */
static void close_component(struct solver *s, struct parts *p, uint32_t root, const uint32_t *stack, uint32_t *depth)
{
    uint32_t node, filled = p->start[p->count];
    do {
        node = stack[--*depth];
        s->waits[node] = false;
        s->component[node] = p->count;
        p->nodes[filled++] = node;
    } while (node != root);
    p->start[++p->count] = filled;
}

/* Tarjan's algorithm from one node, without recursion. */
static void search_from(struct solver *s, struct parts *p, uint32_t start, uint32_t *stack, uint32_t *path)
{
    uint32_t depth = 0, length = 0, counter = p->start[p->count] + 1;
    path[length++] = start;
    while (length) {
        uint32_t node = path[length - 1];
        if (s->index[node] == NONE) {
            s->index[node] = s->low_link[node] = counter++;
            s->at[node] = s->g->first[node];
            s->waits[node] = true;
            stack[depth++] = node;
        }
        if (s->at[node] < s->g->first[node + 1]) {
            uint32_t edge = s->at[node]++, to = s->g->edges.items[edge].to;
            if (!is_inside(s, edge, p->part))
                continue;
            if (s->index[to] == NONE)
                path[length++] = to;
            else if (s->waits[to] && s->index[to] < s->low_link[node])
                s->low_link[node] = s->index[to];
            continue;
        }
        length--;
        if (length && s->low_link[node] < s->low_link[path[length - 1]])
            s->low_link[path[length - 1]] = s->low_link[node];
        if (s->low_link[node] == s->index[node])
            close_component(s, p, node, stack, &depth);
    }
}

/* Takes a set of nodes apart. Free p->nodes and p->start. */
static void take_apart(struct solver *s, const uint32_t *nodes, uint32_t count, struct parts *p)
{
    uint32_t *stack = memory_alloc((count + 1) * sizeof *stack), *path = memory_alloc((count + 1) * sizeof *path);
    *p = (struct parts){.nodes = memory_alloc((count + 1) * sizeof *p->nodes),
                        .start = memory_alloc((count + 2) * sizeof *p->start),
                        .part = ++s->part_count};
    for (uint32_t i = 0; i < count; i++) {
        s->part[nodes[i]] = p->part;
        s->index[nodes[i]] = NONE;
        s->waits[nodes[i]] = false;
    }
    for (uint32_t i = 0; i < count; i++)
        if (s->index[nodes[i]] == NONE)
            search_from(s, p, nodes[i], stack, path);
    free(stack);
    free(path);
}

static bool has_cycle(const struct solver *s, const struct parts *p, uint32_t component)
{
    uint32_t node = p->nodes[p->start[component]];
    if (p->start[component + 1] - p->start[component] > 1)
        return true;
    for (uint32_t edge = s->g->first[node]; edge < s->g->first[node + 1]; edge++)
        if (is_internal(s, node, edge))
            return true;
    return false;
}

/* A component while a counter is looked for. */
struct counter {
    const uint32_t *nodes;
    uint32_t count;
    bool rises, falls; /* some edge moves it up, down */
    bool narrow;       /* some edge says so only modulo 2^32 */
    int32_t step;      /* the least distance of an edge that surely moves it; 0 = there is none */
    uint64_t rounds;
};

/* Where an edge takes the value at `from`; where it is expected, if that is known. */
static const struct move *find_move(const struct graph *g, const struct edge *e, uint32_t from, uint32_t expected)
{
    const struct move *found = NULL;
    for (uint32_t i = e->first_move; i < e->first_move + e->move_count; i++) {
        const struct move *m = &g->moves.items[i];
        if (m->from != from || (expected && m->to != expected))
            continue;
        if (!found || m->to == from)
            found = m;
    }
    return found;
}

static void note_move(struct counter *c, const struct move *m)
{
    int32_t step = m->low > 0 ? m->low : m->high < 0 ? -m->high : 0;
    c->rises = c->rises || m->high > 0;
    c->falls = c->falls || m->low < 0;
    c->narrow = c->narrow || m->narrow;
    if (step && (!c->step || step < c->step))
        c->step = step;
}

/* Follows the value at `place` of the component's first node along all its edges: it must have one place in each node,
 * and move in one direction only. */
static bool follow(struct solver *s, struct counter *c, uint32_t place, uint32_t *todo)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++)
        s->place[c->nodes[i]] = 0;
    s->place[c->nodes[0]] = place;
    todo[count++] = c->nodes[0];
    while (count) {
        uint32_t node = todo[--count];
        for (uint32_t edge = s->g->first[node]; edge < s->g->first[node + 1]; edge++) {
            if (!is_internal(s, node, edge))
                continue;
            const struct edge *e = &s->g->edges.items[edge];
            const struct move *m = find_move(s->g, e, s->place[node], s->place[e->to]);
            if (!m)
                return false;
            note_move(c, m);
            if (!s->place[e->to])
                s->place[e->to] = m->to, todo[count++] = e->to;
        }
        if (c->rises && c->falls)
            return false;
    }
    return c->step != 0;
}

/* How far apart the counter's positions lie in the component; false when they have no bounds. */
static bool measure(const struct solver *s, struct counter *c)
{
    int64_t low = INT64_MAX, high = INT64_MIN, limit = c->narrow ? NARROW_DISTANCE_LIMIT : DISTANCE_LIMIT;
    uint64_t origin = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t node = c->nodes[i];
        struct range r = progress_position(s->g->invariant->nodes.items[node].state, s->place[node]);
        if (i == 0)
            origin = r.low;
        int64_t first = (int64_t)(r.low - origin);
        if (r.span >= (uint64_t)limit || first >= limit || first <= -limit)
            return false;
        int64_t last = first + (int64_t)r.span;
        low = first < low ? first : low;
        high = last > high ? last : high;
    }
    if (high - low >= limit)
        return false;
    c->rounds = (uint64_t)(high - low) / (uint64_t)c->step;
    return true;
}

/* Tries the value at `place` of the first node. */
static bool try_counter(struct solver *s, struct counter *c, uint32_t place, uint32_t *todo)
{
    c->rises = c->falls = c->narrow = false;
    c->step = 0;
    return follow(s, c, place, todo) && measure(s, c);
}

/* The first edge that stays inside the component of `node`. */
static uint32_t first_internal(const struct solver *s, uint32_t node)
{
    for (uint32_t edge = s->g->first[node]; edge < s->g->first[node + 1]; edge++)
        if (is_internal(s, node, edge))
            return edge;
    BUG("a node of a cycle without an edge in it");
}

/* Finds the counter with the fewest rounds, and leaves its places in s->place. */
static bool find_counter(struct solver *s, struct counter *best)
{
    uint32_t *todo = memory_alloc(best->count * sizeof *todo), chosen = 0;
    const struct edge *e = &s->g->edges.items[first_internal(s, best->nodes[0])];
    struct counter c = *best;
    for (uint32_t i = e->first_move; i < e->first_move + e->move_count; i++) {
        uint32_t place = s->g->moves.items[i].from;
        if (!try_counter(s, &c, place, todo) || (chosen && c.rounds >= best->rounds))
            continue;
        *best = c;
        chosen = place;
    }
    if (chosen)
        try_counter(s, &c, chosen, todo);
    free(todo);
    return chosen != 0;
}

/* Cuts the edges that move the counter; the weight of the heaviest. */
static uint64_t cut_edges(struct solver *s, const struct counter *c)
{
    uint64_t heaviest = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t node = c->nodes[i];
        for (uint32_t edge = s->g->first[node]; edge < s->g->first[node + 1]; edge++) {
            if (!is_internal(s, node, edge))
                continue;
            const struct edge *e = &s->g->edges.items[edge];
            const struct move *m = find_move(s->g, e, s->place[node], s->place[e->to]);
            if (m->low <= 0 && m->high >= 0)
                continue;
            s->cut[edge] = true;
            heaviest = e->insns > heaviest ? e->insns : heaviest;
        }
    }
    return heaviest;
}

static bool longest_inside(struct solver *s, const uint32_t *nodes, uint32_t count, bool outermost, uint64_t *result);

/* The greatest number of instructions inside a component. */
static bool component_weight(struct solver *s, const struct parts *p, uint32_t component, uint64_t *weight)
{
    *weight = 0;
    if (!has_cycle(s, p, component))
        return true;
    struct counter c = {.nodes = p->nodes + p->start[component],
                        .count = p->start[component + 1] - p->start[component]};
    s->culprit = c.nodes[0];
    for (uint32_t i = 1; i < c.count; i++)
        s->culprit = c.nodes[i] < s->culprit ? c.nodes[i] : s->culprit;
    if (!find_counter(s, &c))
        return false;
    uint64_t stretch, heaviest = cut_edges(s, &c);
    if (!longest_inside(s, c.nodes, c.count, false, &stretch))
        return false;
    for (uint32_t i = 0; i < c.count; i++) {
        s->part[c.nodes[i]] = p->part;
        s->component[c.nodes[i]] = component;
    }
    *weight = add(multiply(c.rounds, add(stretch, heaviest)), stretch);
    return true;
}

/* The heaviest way that leaves a component: an edge and what follows it. `outermost`: ends of the program count. */
static uint64_t heaviest_way_out(const struct solver *s, const struct parts *p, uint32_t component, bool outermost,
                                 const uint64_t *longest)
{
    uint64_t most = 0;
    for (uint32_t i = p->start[component]; i < p->start[component + 1]; i++) {
        uint32_t node = p->nodes[i];
        for (uint32_t edge = s->g->first[node]; edge < s->g->first[node + 1]; edge++) {
            const struct edge *e = &s->g->edges.items[edge];
            uint64_t length = 0;
            if (is_inside(s, edge, p->part) && s->component[e->to] != component)
                length = add(e->insns, longest[s->component[e->to]]);
            else if (e->to == NONE && outermost)
                length = e->insns;
            most = length > most ? length : most;
        }
    }
    return most;
}

/* The greatest number of instructions of a path inside a set of nodes; outermost: from node 0. */
static bool longest_inside(struct solver *s, const uint32_t *nodes, uint32_t count, bool outermost, uint64_t *result)
{
    struct parts p;
    take_apart(s, nodes, count, &p);
    uint64_t *longest = memory_alloc((p.count + 1) * sizeof *longest), most = 0;
    bool ok = true;
    for (uint32_t c = 0; ok && c < p.count; c++) {
        uint64_t weight;
        ok = component_weight(s, &p, c, &weight);
        longest[c] = ok ? add(weight, heaviest_way_out(s, &p, c, outermost, longest)) : 0;
        most = longest[c] > most ? longest[c] : most;
    }
    *result = ok && outermost ? longest[s->component[0]] : most;
    free(longest);
    free(p.nodes);
    free(p.start);
    return ok;
}

static void solver_init(struct solver *s, const struct graph *g)
{
    uint32_t count = g->invariant->nodes.count;
    *s = (struct solver){.g = g, .cut = memory_alloc(g->edges.count + 1)};
    uint32_t **arrays[] = {&s->part, &s->component, &s->place, &s->index, &s->low_link, &s->at};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = memory_alloc((count + 1) * sizeof **arrays[i]);
    s->waits = memory_alloc(count + 1);
}

static void solver_free(struct solver *s)
{
    free(s->cut);
    free(s->waits);
    free(s->part);
    free(s->component);
    free(s->place);
    free(s->index);
    free(s->low_link);
    free(s->at);
}

/* 0, 1, 2, …: the set of all nodes. */
static uint32_t *all_nodes(const struct graph *g)
{
    uint32_t *nodes = memory_alloc((g->invariant->nodes.count + 1) * sizeof *nodes);
    for (uint32_t i = 0; i < g->invariant->nodes.count; i++)
        nodes[i] = i;
    return nodes;
}

uint32_t bound_find_cycles(const struct graph *g, bool *in_cycle)
{
    struct solver s;
    struct parts p;
    uint32_t *nodes = all_nodes(g), count = 0;
    solver_init(&s, g);
    take_apart(&s, nodes, g->invariant->nodes.count, &p);
    for (uint32_t c = 0; c < p.count; c++)
        for (uint32_t i = p.start[c]; has_cycle(&s, &p, c) && i < p.start[c + 1]; i++)
            in_cycle[p.nodes[i]] = true, count++;
    free(p.nodes);
    free(p.start);
    free(nodes);
    solver_free(&s);
    return count;
}

bool bound_longest(const struct graph *g, uint64_t *insns, uint32_t *culprit)
{
    struct solver s;
    uint32_t *nodes = all_nodes(g);
    solver_init(&s, g);
    bool ok = longest_inside(&s, nodes, g->invariant->nodes.count, true, insns);
    *culprit = s.culprit;
    free(nodes);
    solver_free(&s);
    return ok;
}
