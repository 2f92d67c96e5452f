// SPDX-License-Identifier: Apache-2.0
/* The checker: the small half that acceptance, facts and bounds rest on.
 * For every node of the invariant it steps the node's state to the next cut points and demands that each state that
 * arrives is contained in the node the invariant names. The entry's state must be contained in node 0. By induction
 * over the steps of a run, every concrete state of every run at a cut point is allowed by some node, so every
 * requirement that stepping checked holds in every run. A run is a path through the nodes; every cycle of their graph
 * must move a counter towards a proved end (bound.c), so every run ends, and its longest weighted path bounds the
 * instructions executed. No liveness, no search, no heuristics: a wrong invariant is refused. */
#include <inttypes.h>
#include <stdlib.h>

#include "bound.h"
#include "tail.h"

struct checker {
    struct machine *machine;
    const struct invariant *invariant;
    uint32_t node;     /* being stepped */
    uint32_t arrivals; /* seen so far for it */
    uint32_t edge;     /* of the graph: the next one, while moves are looked at */
    struct graph graph;
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
    vec_push(&c->graph.edges, ((struct edge){.to = to, .insns = insns}));
    return ok;
}

/* Steps every node. fills: graph.edges, graph.first, and the machine's facts. */
static bool check_nodes(struct checker *c, const struct cfg *cfg)
{
    struct walk walk = {.machine = c->machine, .cfg = cfg, .arrive = check_arrival, .owner = c};
    uint32_t count = c->invariant->nodes.count;
    for (c->node = 0; c->node < count; c->node++) {
        c->graph.first[c->node] = c->graph.edges.count;
        c->arrivals = 0;
        if (!walk_block(&walk, c->invariant->nodes.items[c->node].state))
            return false;
    }
    c->graph.first[count] = c->graph.edges.count;
    return true;
}

/* The same arrivals again, with marks: notes what moved on each edge. */
static bool note_moves(struct walk *walk, struct state *state, uint64_t insns)
{
    struct checker *c = walk->owner;
    struct edge *e = &c->graph.edges.items[c->edge++];
    (void)insns;
    e->first_move = c->graph.moves.count;
    if (state)
        progress_read(state, &c->graph.moves);
    e->move_count = c->graph.moves.count - e->first_move;
    uint64_t bytes = (uint64_t)c->graph.moves.capacity * sizeof *c->graph.moves.items + c->machine->meter->bytes;
    bool fits = bytes <= machine_memory(c->machine);
    if (!fits)
        need_fail(c->machine, c->invariant->nodes.items[0].state, D_TOO_COMPLEX, NULL,
                  "too complex to prove: loops move too many values");
    state_free(state);
    return fits;
}

/* Steps the nodes of cycles with their places marked. needs: graph.edges. fills: graph.moves. */
static bool follow_values(struct checker *c, const struct cfg *cfg)
{
    struct walk walk = {.machine = c->machine, .cfg = cfg, .arrive = note_moves, .owner = c};
    uint32_t count = c->invariant->nodes.count;
    bool *in_cycle = memory_alloc(count), ok = true;
    bound_find_cycles(&c->graph, in_cycle);
    for (uint32_t node = 0; ok && node < count; node++) {
        if (!in_cycle[node])
            continue;
        struct state *marked = state_clone(c->invariant->nodes.items[node].state);
        progress_start(marked);
        c->edge = c->graph.first[node];
        ok = walk_block(&walk, marked);
        state_free(marked);
    }
    free(in_cycle);
    return ok;
}

/* Edges looked at for the rounds of all loops together; the loops beyond are not counted. */
#define ROUNDS_EFFORT ((uint64_t)1 << 24)

/* While proofs go on: some proof did not count this head, so that what the others say is no bound. */
#define ROUNDS_UNKNOWN UINT64_MAX

/* How often a path comes to the instruction at most: the longest path when only that counts. */
static uint64_t most_visits(const struct checker *c, uint32_t insn)
{
    struct graph visits = c->graph;
    uint64_t most = 0;
    uint32_t culprit;
    visits.edges.items = memory_alloc(c->graph.edges.count * sizeof *visits.edges.items + 1);
    for (uint32_t i = 0; i < c->graph.edges.count; i++) {
        struct edge *e = &visits.edges.items[i];
        *e = c->graph.edges.items[i];
        e->insns = e->to != NONE && c->invariant->nodes.items[e->to].state->insn == insn;
    }
    bool ok = bound_longest(&visits, &most, &culprit);
    free(visits.edges.items);
    uint64_t first = c->invariant->nodes.items[0].state->insn == insn;
    return ok && most < ROUNDS_UNKNOWN - first ? most + first : ROUNDS_UNKNOWN;
}

/* needs: graph, whose cycles are bounded. fills: fact.rounds. */
static void count_rounds(const struct checker *c, const struct cfg *cfg)
{
    struct verified *v = c->machine->facts;
    uint64_t effort = 0;
    for (uint32_t i = 0; i < v->program->insn_count; i++) {
        if (!cfg->head[i] || !v->facts[i].reachable)
            continue;
        uint64_t rounds = effort < ROUNDS_EFFORT ? most_visits(c, i) : ROUNDS_UNKNOWN;
        v->facts[i].rounds = rounds > v->facts[i].rounds ? rounds : v->facts[i].rounds;
        effort += c->graph.edges.count;
    }
}

/* needs: graph.edges, graph.first. fills: the bound of executed instructions. */
static bool check_bound(struct checker *c, const struct cfg *cfg)
{
    uint32_t culprit = 0;
    struct verified *v = c->machine->facts;
    uint32_t apart = c->machine->apart;
    uint64_t *most = apart == NONE ? &v->roots[c->machine->entry].max_insns : &v->aparts.items[apart].max_insns;
    bool ok = follow_values(c, cfg) && bound_longest(&c->graph, most, &culprit) && *most != UINT64_MAX;
    if (ok) {
        count_rounds(c, cfg);
        return true;
    }
    c->machine->unbounded = c->invariant->nodes.items[culprit].state->insn;
    need_fail(c->machine, c->invariant->nodes.items[culprit].state, D_NO_BOUND, "loop head",
              "no bound could be proved for this loop");
    diag_suggest(c->machine->d, "give the loop a constant upper bound: for (i = 0; i < n && i < 64; i++)");
    return false;
}

/* The deepest chain of frames, from the facts; UINT32_MAX when functions enter each other in a circle (a callback can
 * reach itself through a pointer). */
static uint32_t deepest_stack(const struct verified *v, uint32_t func, uint32_t *known)
{
    uint32_t below = 0, func_count = v->program->func_count;
    if (known[func] != NONE)
        return known[func];
    known[func] = UINT32_MAX - 1; /* being looked at */
    for (uint32_t callee = 0; callee < func_count; callee++) {
        size_t bit = (size_t)func * func_count + callee;
        if (!(v->enters[bit / 8] >> bit % 8 & 1))
            continue;
        uint32_t bytes = deepest_stack(v, callee, known);
        below = bytes > below ? bytes : below;
    }
    return known[func] = below >= UINT32_MAX - 1 ? UINT32_MAX - 1 : v->func_facts[func].frame_bytes + below;
}

/* The bounds of all roots together, and which loops are counted by all proofs; refuses a stack that is too deep. */
bool check_bounds(struct machine *m)
{
    struct verified *v = m->facts;
    uint32_t *known = memory_alloc((v->program->func_count + 1) * sizeof *known), deepest = v->entry;
    for (uint32_t i = 0; i < v->program->insn_count; i++)
        v->facts[i].rounds = v->facts[i].rounds == ROUNDS_UNKNOWN ? 0 : v->facts[i].rounds;
    for (uint32_t i = 0; i < v->program->func_count; i++)
        known[i] = NONE;
    for (uint32_t i = 0; i < v->program->func_count; i++)
        if (v->roots[i].entered && deepest_stack(v, i, known) > deepest_stack(v, deepest, known))
            deepest = i;
    for (uint32_t i = 0; i < v->aparts.count; i++) {
        const struct apart *apart = &v->aparts.items[i];
        if (deepest_stack(v, apart->func, known) > deepest_stack(v, deepest, known))
            deepest = apart->func;
        if (apart->map != NONE && apart->max_insns > v->bounds.timer_insns)
            v->bounds.timer_insns = apart->max_insns;
    }
    uint32_t bytes = known[deepest]; /* the entry at least was looked at */
    tail_bounds(v, known);
    v->bounds.stack_bytes = bytes > v->bounds.stack_bytes ? bytes : v->bounds.stack_bytes;
    free(known);
    uint32_t limit = (uint32_t)machine_stack(m);
    v->bounds.stack_limit_bytes = limit;
    if (bytes <= limit)
        return true;
    struct place place = program_place(v->program, v->program->funcs[deepest].first, m->arena);
    if (bytes == UINT32_MAX - 1)
        return diag_error(m->d, &place, D_RECURSION, "a callback calls itself: its stack has no bound");
    diag_error(m->d, &place, D_STACK_LIMIT, "the deepest call chain takes %u bytes of BPF stack; the limit is %u",
               bytes, limit);
    diag_suggest(m->d, "move large variables into a map, inline fewer functions, or allow more: --stack-limit N");
    return false;
}

/* Every node is a state that the steps can take at all. */
static bool check_possible(struct machine *m, const struct invariant *invariant)
{
    for (uint32_t node = 0; node < invariant->nodes.count; node++) {
        if (state_is_possible(m->program, invariant->nodes.items[node].state))
            continue;
        struct place place = program_place(m->program, m->program->funcs[m->entry].first, m->arena);
        return diag_error(m->d, &place, D_CHECK_FAILED, "node %u of the invariant is no state of this program", node);
    }
    return true;
}

bool check_invariant(struct machine *m, const struct cfg *cfg, const struct invariant *invariant)
{
    struct checker c = {.machine = m, .invariant = invariant};
    c.graph.invariant = invariant;
    c.graph.first = memory_alloc((invariant->nodes.count + 1) * sizeof *c.graph.first);
    struct state *entry = entry_state(m);
    bool ok = check_possible(m, invariant);
    if (ok && (!invariant->nodes.count || !state_includes(invariant->nodes.items[0].state, entry)))
        ok = need_fail(m, entry, D_CHECK_FAILED, NULL, "the invariant does not hold the state at the entry");
    state_free(entry);
    ok = ok && check_nodes(&c, cfg) && check_bound(&c, cfg);
    free(c.graph.first);
    vec_free(&c.graph.edges);
    vec_free(&c.graph.moves);
    return ok;
}
