// SPDX-License-Identifier: Apache-2.0
/* Exploring: depth-first over states at cut points. A state contained in one that was explored to its end needs no
 * further look; a state equal to one on the current path is an endless loop. Nothing here is trusted: check.c proves
 * the result. */
#include <inttypes.h>
#include <stdlib.h>

#include "endless.h"
#include "invariant.h"
#include "widen.h"

/* How many of the newest nodes at a cut point are tried as covers, and as equals on the current path. */
#define COVERS_TRIED 64
#define EQUALS_TRIED 16

/* Comparisons of states that count as one step: most end at the first register. */
#define COMPARED_PER_STEP 8

/* A loop head is widened after so many rounds on one path: loops that use up a budget, others; and to the ends of the
 * words after so many more. */
#define BUDGET_ROUNDS 2
#define LOOP_ROUNDS   12
#define FAR_ROUNDS    64

/* What exploring remembers of a node beside the invariant's own fields. */
struct mark {
    uint32_t before;      /* the node before it in the list that it is in; NONE = none */
    uint32_t rounds;      /* nodes at the same cut point on the path to it that it fits, */
    uint32_t wide_rounds; /* and how many of these are wide */
    bool wide;            /* made by widening, or narrowed from such a node */
    struct misfit misfit; /* why it did not hold the state that was compared with it last */
    bool narrowed;        /* what came back to it was looked at by itself once */
};

/* A node on the current path, with the states that arrived from it and wait to be looked at. */
struct visit {
    uint32_t node;
    VEC(struct state *) arrivals;
    uint32_t next;
};

struct explorer {
    struct machine *machine;
    const struct cfg *cfg;
    struct exploration *exploration;
    struct invariant *invariant;
    VEC(struct mark) marks; /* per node */
    VEC(struct visit) path;
    uint32_t *open;    /* per instruction: the newest node at this cut point on the current path, */
    uint32_t *done;    /* and the newest that was explored to its end */
    uint64_t compared; /* states compared with one another */
    struct thresholds thresholds;
};

/* Compares a state with the node found last at its cut point. */
static void give_up_moving_ranges(const struct explorer *e, struct state *state)
{
    uint32_t last = e->open[state->insn];
    if (last == NONE)
        last = e->done[state->insn];
    const struct state *old = last == NONE ? NULL : e->invariant->nodes.items[last].state;
    if (e->exploration->care == CARE_BOUNDS && old && old->depth == state->depth)
        widen_moving(old, state);
}

static void clean(const struct explorer *e, struct state *state)
{
    const struct cfg *cfg = e->cfg;
    state_clean(state,
                &(struct cleaning){cfg->live, cfg->matters[e->exploration->care], cfg->cells, e->exploration->keep});
}

static bool keep_arrival(struct walk *walk, struct state *state, uint64_t insns)
{
    struct explorer *e = walk->owner;
    (void)insns;
    if (!state)
        return true;
    clean(e, state);
    vec_push(&e->path.items[e->path.count - 1].arrivals, state);
    return true;
}

static uint32_t add_node(struct explorer *e, struct state *state, struct mark mark)
{
    uint32_t node = e->invariant->nodes.count;
    mark.before = e->open[state->insn];
    vec_push(&e->invariant->nodes, ((struct node){.state = state}));
    vec_push(&e->marks, mark);
    e->open[state->insn] = node;
    return node;
}

/* The newest node of the path was explored to its end: moves it to the other list. */
static void finish_node(struct explorer *e, uint32_t node)
{
    struct mark *mark = &e->marks.items[node];
    uint32_t insn = e->invariant->nodes.items[node].state->insn;
    e->open[insn] = mark->before;
    mark->before = e->done[insn];
    e->done[insn] = node;
}

static const struct state *state_of(const struct explorer *e, uint32_t node)
{
    return e->invariant->nodes.items[node].state;
}

/* A finished node that contains the state, or NONE. */
static uint32_t find_cover(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->done[state->insn]; node != NONE && tried < COVERS_TRIED;
         node = e->marks.items[node].before) {
        tried++;
        e->compared++;
        if (state_includes_soon(state_of(e, node), state, &e->marks.items[node].misfit))
            return node;
    }
    return NONE;
}

/* True when loops at the state's cut point are not followed round by round. */
static bool follows_loosely(const struct explorer *e, const struct state *state)
{
    const bool *exact = e->exploration->exact;
    return e->cfg->head[state->insn] && exact && !exact[state->insn];
}

/* A node on the current path that contains the state, when the rounds between them count something: a budget, or what a
 * widened loop counts. */
static uint32_t find_cycle(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->open[state->insn]; node != NONE && tried < EQUALS_TRIED;
         node = e->marks.items[node].before) {
        tried++;
        bool guesses = e->marks.items[node].wide || follows_loosely(e, state);
        if (!guesses && state_of(e, node)->ticks == state->ticks)
            continue;
        e->compared++;
        if (state_includes_soon(state_of(e, node), state, &e->marks.items[node].misfit))
            return node;
    }
    return NONE;
}

/* True when a node on the current path is the same as the state. */
static bool is_on_path(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->open[state->insn]; node != NONE && tried < EQUALS_TRIED;
         node = e->marks.items[node].before) {
        tried++;
        e->compared++;
        if (state_equal(state_of(e, node), state, &e->marks.items[node].misfit))
            return true;
    }
    return false;
}

/* The newest node on the current path at the state's cut point that it can be joined with, or NONE. */
static uint32_t find_like(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->open[state->insn]; node != NONE && tried < EQUALS_TRIED;
         node = e->marks.items[node].before) {
        tried++;
        if (widen_fits(state_of(e, node), state))
            return node;
    }
    return NONE;
}

/* True when the state arrives from inside the loop that it stands at the head of. A guess by the order of the code. */
static bool comes_back(const struct explorer *e, const struct state *state, uint32_t from)
{
    return state_of(e, from)->insn >= state->insn;
}

/* Is it time to guess what the loop head `like` allows in all rounds? Only when the path comes back from inside the
 * loop: where it enters the loop again, an outer loop must be widened. */
static bool is_due(const struct explorer *e, const struct state *state, uint32_t like, uint32_t from)
{
    if (!e->cfg->head[state->insn])
        return false;
    uint32_t rounds = e->marks.items[like].rounds;
    if (state_of(e, like)->ticks < state->ticks)
        return rounds + 1 >= BUDGET_ROUNDS;
    return follows_loosely(e, state) && comes_back(e, state, from) && rounds + 1 >= LOOP_ROUNDS;
}

/* Replaces the state by one that allows more, when it is time. */
static bool widen(struct explorer *e, struct state **state, uint32_t like, uint32_t from)
{
    if (!is_due(e, *state, like, from))
        return false;
    bool far = e->marks.items[like].wide_rounds >= FAR_ROUNDS;
    struct state *wide = widen_state(state_of(e, like), *state, &e->thresholds, far);
    state_free(*state);
    *state = wide;
    return true;
}

static void link_next(struct invariant *invariant, uint32_t from, uint32_t to)
{
    struct node *node = &invariant->nodes.items[from];
    node->next = memory_realloc(node->next, (node->next_count + 1) * sizeof *node->next);
    node->next[node->next_count++] = to;
}

static bool refuse_complex(struct explorer *e, const struct state *state, const char *what)
{
    need_fail(e->machine, state, D_TOO_COMPLEX, "gave up here", "too complex to prove: %s", what);
    diag_suggest(e->machine->d, "bound the loops more tightly, or split the program");
    return false;
}

static bool within_limits(struct explorer *e, const struct state *state, uint64_t stepped)
{
    const char *spent = NULL;
    if (stepped + e->compared / COMPARED_PER_STEP > e->exploration->limit)
        spent = arena_printf(e->machine->arena, "%" PRIu64 " instructions explored, %" PRIu64 " states compared",
                             stepped, e->compared);
    else if (e->machine->meter->bytes > machine_memory(e->machine))
        spent = arena_printf(e->machine->arena, "%" PRIu64 " MB of states explored", e->machine->meter->bytes >> 20);
    if (!spent)
        return true;
    e->exploration->ran_out = true;
    return refuse_complex(e, state, spent);
}

/* Steps a new node and puts it on the path. */
static bool open_node(struct explorer *e, struct walk *walk, uint32_t node)
{
    vec_push(&e->path, ((struct visit){.node = node}));
    return walk_block(walk, e->invariant->nodes.items[node].state);
}

/* What comes back to a widened loop head allows less than what was guessed for the first round: it gets a node of its
 * own once, in which the loop can close more tightly. */
static bool narrows(struct explorer *e, uint32_t holder, const struct state *state)
{
    struct mark *mark = &e->marks.items[holder];
    if (!mark->wide || mark->narrowed || state_includes(state, state_of(e, holder)))
        return false;
    return mark->narrowed = true;
}

/* Finds a node that holds the state already: *to, or NONE when the state (perhaps replaced by a wider one) must become
 * a node, with *mark. False when the path is refused. */
static bool place_state(struct explorer *e, struct walk *walk, struct state **state, uint32_t *to, struct mark *mark)
{
    *mark = (struct mark){.before = NONE};
    if ((*to = find_cover(e, *state)) != NONE)
        return true;
    if ((*to = find_cycle(e, *state)) != NONE) {
        if (narrows(e, *to, *state)) {
            *mark = (struct mark){.rounds = e->marks.items[*to].rounds, .wide = true, .narrowed = true};
            *to = NONE;
        }
        return true;
    }
    if (is_on_path(e, *state))
        return endless_refuse(e->machine, e->cfg, *state);
    if (!within_limits(e, *state, walk->stepped))
        return false;
    uint32_t from = e->path.items[e->path.count - 1].node, like = find_like(e, *state);
    bool enters = like != NONE && !comes_back(e, *state, from) && state_of(e, like)->ticks == (*state)->ticks;
    if (like == NONE || enters)
        return true;
    mark->wide = widen(e, state, like, from);
    mark->rounds = e->marks.items[like].rounds + 1;
    mark->wide_rounds = e->marks.items[like].wide_rounds + mark->wide;
    if (mark->wide && (*to = find_cover(e, *state)) == NONE)
        *to = find_cycle(e, *state);
    return true;
}

/* Looks at the next state that arrived from the newest node of the path. */
static bool advance(struct explorer *e, struct walk *walk)
{
    struct visit *top = &e->path.items[e->path.count - 1];
    if (top->next == top->arrivals.count) {
        finish_node(e, top->node);
        vec_free(&top->arrivals);
        e->path.count--;
        return true;
    }
    struct state *state = top->arrivals.items[top->next];
    top->arrivals.items[top->next++] = NULL;
    give_up_moving_ranges(e, state);
    uint32_t from = top->node, to = NONE;
    struct mark mark;
    bool ok = place_state(e, walk, &state, &to, &mark);
    if (!ok || to != NONE) {
        state_free(state);
        if (ok)
            link_next(e->invariant, from, to);
        return ok;
    }
    log_path(e->machine, state);
    to = add_node(e, state, mark);
    link_next(e->invariant, from, to);
    return open_node(e, walk, to);
}

/* The loop head that was widened last on the path, for which exploring exactly may help; NONE when there is none. */
static uint32_t find_blame(const struct explorer *e)
{
    for (uint32_t i = e->path.count; i-- > 0;) {
        uint32_t node = e->path.items[i].node, insn = state_of(e, node)->insn;
        if (e->marks.items[node].wide && e->exploration->exact && !e->exploration->exact[insn])
            return insn;
    }
    return NONE;
}

/* Frees what waits on the path after a failure. */
static void drop_path(struct explorer *e)
{
    for (uint32_t i = 0; i < e->path.count; i++) {
        struct visit *visit = &e->path.items[i];
        for (uint32_t k = 0; k < visit->arrivals.count; k++)
            state_free(visit->arrivals.items[k]);
        vec_free(&visit->arrivals);
    }
    vec_free(&e->path);
}

bool explore(struct machine *m, const struct cfg *cfg, struct exploration *x, struct invariant *invariant)
{
    struct explorer e = {.machine = m,
                         .cfg = cfg,
                         .exploration = x,
                         .invariant = invariant,
                         .thresholds = widen_thresholds(m->program, cfg->called, m->arena)};
    struct walk walk = {.machine = m, .cfg = cfg, .arrive = keep_arrival, .owner = &e};
    e.open = memory_alloc((m->program->insn_count + 1) * sizeof *e.open);
    e.done = memory_alloc((m->program->insn_count + 1) * sizeof *e.done);
    for (uint32_t i = 0; i <= m->program->insn_count; i++)
        e.open[i] = e.done[i] = NONE;
    struct state *entry = entry_state(m);
    clean(&e, entry);
    log_path(m, entry);
    bool ok = open_node(&e, &walk, add_node(&e, entry, (struct mark){0}));
    while (ok && e.path.count)
        ok = advance(&e, &walk);
    x->explored = walk.stepped;
    x->blamed = ok || x->ran_out ? NONE : find_blame(&e);
    drop_path(&e);
    vec_free(&e.marks);
    free(e.open);
    free(e.done);
    return ok;
}
