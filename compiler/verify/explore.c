// SPDX-License-Identifier: Apache-2.0
/* Exploring: depth-first over states at cut points. A state contained in one that was explored to its end needs no
 * further look; a state equal to one on the current path is an endless loop. Nothing here is trusted: check.c proves
 * the result. */
#include <inttypes.h>
#include <stdlib.h>

#include "invariant.h"

/* How many of the newest nodes at a cut point are tried as covers, and as equals on the current path. */
#define COVERS_TRIED 64
#define EQUALS_TRIED 16

/* What exploring remembers of a node beside the invariant's own fields. */
struct mark {
    uint32_t before; /* the node found before it at the same cut point; NONE = none */
    bool done;       /* explored to its end */
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
    uint32_t *newest;  /* per instruction: the node found last at this cut point */
    uint64_t bytes;    /* host memory of all states */
    uint64_t compared; /* states compared with one another */
};

/* The smallest of the words of 8, 16, 32, 64 bits that holds both numbers. */
static struct num widened(const struct num *a, const struct num *b)
{
    for (unsigned bits = 8; bits < 64; bits *= 2) {
        struct num word = num_word(bits);
        if (num_includes(&word, a) && num_includes(&word, b))
            return word;
    }
    return num_unknown();
}

/* Ranges that move from one visit to the next are given up; constants (loop counters) are followed. */
static void widen_value(const struct value *old, struct value *v)
{
    uint64_t known;
    bool ranges = old->kind == KIND_NUMBER && v->kind == KIND_NUMBER && !num_is_const(&old->num, &known) &&
                  !num_is_const(&v->num, &known);
    if (ranges && !num_includes(&old->num, &v->num))
        *v = value_number(widened(&old->num, &v->num));
}

/* Compares a state with the node found last at its cut point. */
static void widen(const struct explorer *e, struct state *state)
{
    uint32_t last = e->newest[state->insn];
    const struct state *old = last == NONE ? NULL : e->invariant->nodes.items[last].state;
    if (e->exploration->care != CARE_BOUNDS || !old || old->depth != state->depth)
        return;
    for (uint32_t depth = 0; depth <= state->depth; depth++) {
        const struct frame *from = old->frames[depth];
        struct frame *f = state->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            widen_value(&from->regs[reg], &f->regs[reg]);
        for (uint32_t i = 0, k = 0; i < f->cell_count; i++) {
            while (k < from->cell_count && from->cells[k].off < f->cells[i].off)
                k++;
            if (k < from->cell_count && from->cells[k].off == f->cells[i].off &&
                from->cells[k].size == f->cells[i].size)
                widen_value(&from->cells[k].value, &f->cells[i].value);
        }
    }
}

static bool keep_arrival(struct walk *walk, struct state *state, uint64_t insns)
{
    struct explorer *e = walk->owner;
    (void)insns;
    if (!state)
        return true;
    state_clean(state, e->cfg->live, e->cfg->matters[e->exploration->care], e->exploration->care == CARE_BOUNDS);
    vec_push(&e->path.items[e->path.count - 1].arrivals, state);
    e->bytes += state_bytes(state);
    return true;
}

static uint32_t add_node(struct explorer *e, struct state *state)
{
    uint32_t node = e->invariant->nodes.count;
    vec_push(&e->invariant->nodes, ((struct node){.state = state}));
    vec_push(&e->marks, ((struct mark){e->newest[state->insn], false}));
    e->newest[state->insn] = node;
    return node;
}

/* A finished node that contains the state, or NONE. */
static uint32_t find_cover(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->newest[state->insn]; node != NONE && tried < COVERS_TRIED;
         node = e->marks.items[node].before) {
        if (!e->marks.items[node].done)
            continue;
        tried++;
        e->compared++;
        if (state_includes(e->invariant->nodes.items[node].state, state))
            return node;
    }
    return NONE;
}

/* True when a node on the current path is the same as the state. */
static bool is_on_path(struct explorer *e, const struct state *state)
{
    unsigned tried = 0;
    for (uint32_t node = e->newest[state->insn]; node != NONE && tried < EQUALS_TRIED;
         node = e->marks.items[node].before) {
        if (e->marks.items[node].done)
            continue;
        tried++;
        e->compared++;
        if (state_equal(e->invariant->nodes.items[node].state, state))
            return true;
    }
    return false;
}

static void link_next(struct invariant *invariant, uint32_t from, uint32_t to)
{
    struct node *node = &invariant->nodes.items[from];
    node->next = memory_realloc(node->next, (node->next_count + 1) * sizeof *node->next);
    node->next[node->next_count++] = to;
}

static bool refuse_endless(struct explorer *e, const struct state *state)
{
    need_fail(e->machine, state, D_ENDLESS_LOOP, "comes back here with nothing changed",
              "the loop does not end: nothing it tests changes");
    diag_suggest(e->machine->d, "give the loop a constant upper bound: for (i = 0; i < n && i < 64; i++)");
    return false;
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
    if (stepped + e->compared > e->exploration->limit)
        spent = arena_printf(e->machine->arena, "%" PRIu64 " instructions explored, %" PRIu64 " states compared",
                             stepped, e->compared);
    else if (e->bytes > machine_memory(e->machine))
        spent = arena_printf(e->machine->arena, "%" PRIu64 " MB of states explored", e->bytes >> 20);
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

/* Looks at the next state that arrived from the newest node of the path. */
static bool advance(struct explorer *e, struct walk *walk)
{
    struct visit *top = &e->path.items[e->path.count - 1];
    if (top->next == top->arrivals.count) {
        e->marks.items[top->node].done = true;
        vec_free(&top->arrivals);
        e->path.count--;
        return true;
    }
    struct state *state = top->arrivals.items[top->next];
    top->arrivals.items[top->next++] = NULL;
    widen(e, state);
    uint32_t from = top->node, to = find_cover(e, state);
    bool ok = to != NONE || !is_on_path(e, state) || refuse_endless(e, state);
    ok = ok && within_limits(e, state, walk->stepped);
    if (!ok || to != NONE) {
        e->bytes -= state_bytes(state);
        state_free(state);
        if (ok)
            link_next(e->invariant, from, to);
        return ok;
    }
    log_path(e->machine, e->invariant->nodes.items[from].state->insn, state);
    to = add_node(e, state);
    link_next(e->invariant, from, to);
    return open_node(e, walk, to);
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
    struct explorer e = {.machine = m, .cfg = cfg, .exploration = x, .invariant = invariant};
    struct walk walk = {
        .machine = m, .cfg = cfg, .arrive = keep_arrival, .owner = &e, .memory_bytes = machine_memory(m)};
    e.newest = memory_alloc((m->program->insn_count + 1) * sizeof *e.newest);
    for (uint32_t i = 0; i <= m->program->insn_count; i++)
        e.newest[i] = NONE;
    struct state *entry = entry_state(m);
    state_clean(entry, cfg->live, cfg->matters[x->care], x->care == CARE_BOUNDS);
    log_path(m, NONE, entry);
    bool ok = open_node(&e, &walk, add_node(&e, entry));
    while (ok && e.path.count)
        ok = advance(&e, &walk);
    x->explored = walk.stepped;
    log_end(m, x->explored, invariant->nodes.count);
    drop_path(&e);
    vec_free(&e.marks);
    free(e.newest);
    return ok;
}
