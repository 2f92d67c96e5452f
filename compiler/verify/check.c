// SPDX-License-Identifier: Apache-2.0
/* The checker: the small half that acceptance, facts and bounds rest on.
 * For every node of the invariant it steps the node's state to the next cut points and demands that each state that
 * arrives is contained in the node the invariant names. The entry's state must be contained in node 0. By induction
 * over the steps of a run, every concrete state of every run at a cut point is allowed by some node, so every
 * requirement that stepping checked holds in every run. A run is a path through the nodes; the graph of nodes must have
 * no cycle, so every run ends, and its longest weighted path bounds the instructions executed. No liveness, no search,
 * no heuristics: a wrong invariant is refused. */
#include <inttypes.h>
#include <stdlib.h>

#include "invariant.h"

/* An edge of the proved graph: from a node to `to`, or to the end of the program (NONE), at `insns` instructions. */
struct edge {
    uint32_t to;
    uint64_t insns;
};

struct checker {
    struct machine *machine;
    const struct invariant *invariant;
    uint32_t node;     /* being stepped */
    uint32_t arrivals; /* seen so far for it */
    VEC(struct edge) edges;
    uint32_t *first; /* per node: its first edge; node + 1 ends it */
};

/* A state arrives at a cut point (or the program ends). */
static bool check_arrival(struct walk *walk, struct state *state, uint64_t insns)
{
    struct checker *c = walk->owner;
    const struct node *node = &c->invariant->nodes.items[c->node];
    uint32_t to = NONE;
    bool ok = true;
    if (state) {
        ok = c->arrivals < node->next_count && (to = node->next[c->arrivals++]) < c->invariant->nodes.count &&
             state_includes(c->invariant->nodes.items[to].state, state);
        if (!ok)
            need_fail(c->machine, state, D_CHECK_FAILED, NULL,
                      "the invariant does not hold the state that arrives here");
        state_free(state);
    }
    vec_push(&c->edges, ((struct edge){to, insns}));
    return ok;
}

/* Steps every node. fills: edges, first, and the machine's facts. */
static bool check_nodes(struct checker *c, const struct cfg *cfg)
{
    struct walk walk = {.machine = c->machine,
                        .cfg = cfg,
                        .arrive = check_arrival,
                        .owner = c,
                        .memory_bytes = machine_memory(c->machine)};
    uint32_t count = c->invariant->nodes.count;
    for (c->node = 0; c->node < count; c->node++) {
        c->first[c->node] = c->edges.count;
        c->arrivals = 0;
        if (!walk_block(&walk, c->invariant->nodes.items[c->node].state))
            return false;
    }
    c->first[count] = c->edges.count;
    return true;
}

static bool refuse_cycle(struct checker *c, uint32_t node)
{
    need_fail(c->machine, c->invariant->nodes.items[node].state, D_NO_BOUND, "loop head",
              "no bound could be proved for this loop");
    diag_suggest(c->machine->d, "give the loop a constant upper bound: for (i = 0; i < n && i < 64; i++)");
    return false;
}

/* The longest weighted path from each node to an end, by depth-first search without recursion; refuses cycles. */
static bool longest_path(struct checker *c, uint64_t *result)
{
    enum { NEW, OPEN, DONE };
    uint32_t count = c->invariant->nodes.count, depth = 0;
    uint64_t *longest = memory_alloc(count * sizeof *longest);
    uint32_t *stack = memory_alloc(count * sizeof *stack), *at = memory_alloc(count * sizeof *at);
    uint8_t *mark = memory_alloc(count);
    const struct edge *edges = c->edges.items;
    bool ok = true;
    if (!edges)
        BUG("a graph without edges: every path of a program ends");
    stack[depth++] = 0;
    mark[0] = OPEN;
    at[0] = c->first[0];
    while (ok && depth) {
        uint32_t node = stack[depth - 1];
        if (at[node] == c->first[node + 1]) {
            mark[node] = DONE;
            depth--;
            continue;
        }
        const struct edge *e = &edges[at[node]];
        if (e->to != NONE && mark[e->to] == NEW) {
            mark[e->to] = OPEN;
            at[e->to] = c->first[e->to];
            stack[depth++] = e->to;
            continue; /* and look at this edge again when e->to is done */
        }
        ok = e->to == NONE || mark[e->to] == DONE || refuse_cycle(c, e->to);
        uint64_t length = e->insns + (e->to == NONE || !ok ? 0 : longest[e->to]);
        longest[node] = length > longest[node] ? length : longest[node];
        at[node]++;
    }
    *result = longest[0];
    free(longest);
    free(stack);
    free(at);
    free(mark);
    return ok;
}

/* The deepest chain of frames, from the facts: the call graph has no cycle (cfg_build). */
static uint32_t deepest_stack(const struct verified *v, uint32_t func, uint32_t *known)
{
    const struct func *f = &v->program->funcs[func];
    uint32_t below = 0;
    if (known[func] != NONE)
        return known[func];
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        if (v->program->insns[i].op != OP_CALL || !v->facts[i].reachable)
            continue;
        uint32_t callee = deepest_stack(v, v->program->insns[i].index, known);
        below = callee > below ? callee : below;
    }
    return known[func] = v->func_facts[func].frame_bytes + below;
}

static bool check_stack_bound(struct checker *c)
{
    struct verified *v = c->machine->facts;
    uint32_t *known = memory_alloc(v->program->func_count * sizeof *known);
    for (uint32_t i = 0; i < v->program->func_count; i++)
        known[i] = NONE;
    v->bounds.stack_bytes = deepest_stack(v, v->entry, known);
    free(known);
    uint32_t limit = c->machine->limits->stack_bytes ? c->machine->limits->stack_bytes : STACK_BYTES;
    if (v->bounds.stack_bytes <= limit)
        return true;
    struct place place = program_place(v->program, v->program->funcs[v->entry].first, c->machine->arena);
    diag_error(c->machine->d, &place, D_STACK_LIMIT,
               "the deepest call chain takes %u bytes of BPF stack; the limit is %u", v->bounds.stack_bytes, limit);
    diag_suggest(c->machine->d, "move large variables into a map, or inline fewer functions");
    return false;
}

bool check_invariant(struct machine *m, const struct cfg *cfg, const struct invariant *invariant)
{
    struct checker c = {.machine = m, .invariant = invariant};
    c.first = memory_alloc((invariant->nodes.count + 1) * sizeof *c.first);
    struct state *entry = entry_state(m);
    bool ok = (invariant->nodes.count && state_includes(invariant->nodes.items[0].state, entry)) ||
              need_fail(m, entry, D_CHECK_FAILED, NULL, "the invariant does not hold the state at the entry");
    state_free(entry);
    ok = ok && check_nodes(&c, cfg) && longest_path(&c, &m->facts->bounds.max_insns);
    if (ok)
        fact_finish(m->facts);
    ok = ok && check_stack_bound(&c);
    free(c.first);
    vec_free(&c.edges);
    return ok;
}
