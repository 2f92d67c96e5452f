// SPDX-License-Identifier: Apache-2.0
/* The checker against wrong invariants. For every program of the suite that is accepted: its invariant, changed in one
 * place, is given to the checker. A change may leave an invariant (a range that was larger than it had to be, a node
 * that another one contains), so what must be refused is known by construction: in a changed node, what arrives from
 * another, unchanged node holds a witness that the changed node does not allow (escapes.c); an edge leads to a node
 * that does not allow what arrives; an arrival is claimed by no node; a node cannot stand for a state of the program.
 *
 *     invariant_mutants NODES STEPS OBJ...   per program changes at most NODES nodes, and for each kind of change has
 *                                            the checker look at about STEPS nodes (a mutant: all of the program's)
 *                                            exit 1: a mutant that had to be refused was accepted */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "each_program.h"
#include "escapes.h"
#include "verify/invariant.h"
#include "verify/invariant_file.h"
#include "verify/word.h"

#define CONTEXT_BYTES 64

/* What arrives at a node from another one. */
struct arrival {
    uint32_t from, index, to;
    struct state *state;
};

/* One of the ways to change a node. */
struct mutant {
    uint32_t node, way;
};

struct kind_count {
    uint64_t made, due, refused, due_accepted;
};

/* One program with its invariant and everything that the checker needs. */
struct subject {
    const char *name;
    struct machine machine;
    struct cfg cfg;
    struct arena arena;
    struct meter meter;
    struct invariant invariant;
    VEC(struct arrival) arrivals;
    uint32_t node; /* being stepped */
};

/* A change of a value; false: there is nothing to change so. */
struct change {
    const char *name;
    bool (*apply)(struct state *s, struct value *v, unsigned variant);
    unsigned variants;
};

/* -- changes of values ----------------------------------------------------------------------------------------------
 */

static bool is_wide(const struct value *v)
{
    return v->kind != KIND_UNINIT && v->num.bits.mask;
}

static bool drop_an_end(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    struct range *r = variant < 2 ? &v->num.all : &v->num.low;
    if (!is_wide(v) || r->span == 0)
        return false;
    r->low = (r->low + variant % 2) & word_mask(variant < 2 ? 64 : 32);
    r->span--;
    return true;
}

/* Keeps one half of the range. */
static bool halve(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    struct range *r = variant < 2 ? &v->num.all : &v->num.low;
    if (!is_wide(v) || r->span == 0)
        return false;
    uint64_t half = r->span / 2;
    r->low = (r->low + (variant % 2 ? half + 1 : 0)) & word_mask(variant < 2 ? 64 : 32);
    r->span = variant % 2 ? r->span - half - 1 : half;
    return true;
}

static bool know_a_bit(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    uint64_t bit = variant % 2 ? v->num.bits.mask & (0 - v->num.bits.mask)
                               : (uint64_t)1 << (63 - (v->num.bits.mask ? __builtin_clzll(v->num.bits.mask) : 0));
    if (!is_wide(v))
        return false;
    v->num.bits.mask &= ~bit;
    v->num.bits.value |= variant / 2 ? bit : 0;
    return true;
}

static bool become_constant(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    if (!is_wide(v))
        return false;
    v->num = num_const(variant ? range_last(v->num.all, 64) : v->num.all.low);
    return true;
}

static bool move_number(struct state *s, struct value *v, unsigned variant)
{
    static const int64_t deltas[] = {1, -1, 8, -8, INT64_MIN, (int64_t)1 << 32};
    (void)s;
    if (v->kind == KIND_UNINIT)
        return false;
    struct num delta = num_const((uint64_t)deltas[variant]);
    v->num = num_alu(OP_ADD, &v->num, &delta, 64);
    return true;
}

static bool change_kind(struct state *s, struct value *v, unsigned variant)
{
    static const uint16_t kinds[] = {KIND_NUMBER,    KIND_STACK, KIND_CONTEXT, KIND_PACKET, KIND_PACKET_END,
                                     KIND_MAP_VALUE, KIND_MEM,   KIND_UNINIT,  KIND_FUNC,   KIND_PACKET_META};
    (void)s;
    if (v->kind == kinds[variant])
        return false;
    bool number = kinds[variant] == KIND_NUMBER;
    *v = number ? value_number(num_unknown()) : value_pointer(kinds[variant], 0);
    return true;
}

static bool toggle_null(struct state *s, struct value *v, unsigned variant)
{
    (void)variant;
    if (!(v->kind & KIND_POINTERS))
        return false;
    v->maybe_null = !v->maybe_null;
    if (v->maybe_null && !v->id)
        v->id = state_new_id(s);
    return true;
}

static bool change_readable(struct state *s, struct value *v, unsigned variant)
{
    static const int deltas[] = {1, 8, 65535, -1, -8};
    (void)s;
    if (!(v->kind & (KIND_PACKETS | KIND_MEM | KIND_ITER)) || (int64_t)v->readable + deltas[variant] < 0)
        return false;
    v->readable = (uint32_t)((int64_t)v->readable + deltas[variant]);
    return true;
}

static bool move_offset(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    if (!(v->kind & (KIND_POINTERS | KIND_NUMBER)))
        return false;
    v->off += variant ? 1 : -1;
    return true;
}

static bool change_object(struct state *s, struct value *v, unsigned variant)
{
    (void)s;
    if (!(v->kind & (KIND_POINTERS | KIND_ITER)) || (variant && v->object == 0))
        return false;
    v->object += variant ? UINT32_MAX : 1;
    return true;
}

static bool change_reference(struct state *s, struct value *v, unsigned variant)
{
    uint32_t old = v->ref;
    if (v->kind == KIND_UNINIT)
        return false;
    v->ref = variant == 0 ? 0 : variant == 1 ? state_new_id(s) : s->reference_count ? s->references[0].ref : 0;
    return v->ref != old;
}

static bool drop_identity(struct state *s, struct value *v, unsigned variant)
{
    (void)s, (void)variant;
    bool had = v->id != 0;
    v->id = 0;
    return had;
}

static const struct change changes[] = {
    {"an end of a range dropped", drop_an_end, 4},
    {"half of a range dropped", halve, 4},
    {"a bit invented", know_a_bit, 4},
    {"a constant invented", become_constant, 2},
    {"a number moved", move_number, 6},
    {"another kind", change_kind, 10},
    {"a NULL mark changed", toggle_null, 1},
    {"bytes or rounds changed", change_readable, 5},
    {"an offset moved", move_offset, 2},
    {"another object", change_object, 2},
    {"another reference", change_reference, 3},
    {"an identity dropped", drop_identity, 1},
};
enum {
    VALUE_CHANGES = sizeof changes / sizeof *changes,
    MERGE = VALUE_CHANGES, /* two identities merged */
    WRITTEN,               /* a byte turned from unwritten to written, or back */
    CELL,                  /* a stack cell invented, or forgotten */
    FRAME,                 /* function, return, callback, rounds of a frame */
    HELD,                  /* references and locks */
    PLACE,                 /* instruction, identities given out */
    EDGE,                  /* an edge dropped, or led to another node */
    NODE,                  /* a state dropped */
    KIND_COUNT
};
static const char *const other_names[] = {"identities merged",  "a written byte", "a stack cell",
                                          "a frame's fields",   "what is held",   "place or identities",
                                          "an edge redirected", "a state dropped"};

struct tally {
    uint64_t changed_nodes, steps; /* as asked for, per program, and kind */
    struct kind_count kinds[KIND_COUNT];
    uint64_t programs, nodes, seed;
    bool failed;
};

/* -- judging --------------------------------------------------------------------------------------------------------
 */

static bool checker_accepts(struct subject *x)
{
    diag_clear(x->machine.d);
    verified_reset(x->machine.facts);
    return check_invariant(&x->machine, &x->cfg, &x->invariant);
}

static void note(struct tally *t, const struct subject *x, unsigned kind, bool due, bool accepted, uint32_t node)
{
    struct kind_count *k = &t->kinds[kind];
    const char *name = kind < VALUE_CHANGES ? changes[kind].name : other_names[kind - VALUE_CHANGES];
    k->made++;
    k->due += due;
    k->refused += !accepted;
    k->due_accepted += due && accepted;
    if (due && accepted)
        printf("ACCEPTED: %s: %s in node %u\n", x->name, name, node);
    t->failed |= due && accepted;
}

/* True when an unchanged node, or the entry, brings what the changed node does not allow. */
static bool must_be_refused(const struct subject *x, uint32_t node)
{
    const struct state *s = x->invariant.nodes.items[node].state;
    if (!state_is_possible(x->machine.program, s))
        return true;
    if (node == 0) {
        struct state *entry = entry_state(&x->machine);
        bool escaped = escapes(entry, s);
        state_free(entry);
        if (escaped)
            return true;
    }
    for (uint32_t i = 0; i < x->arrivals.count; i++)
        if (x->arrivals.items[i].to == node && x->arrivals.items[i].from != node &&
            escapes(x->arrivals.items[i].state, s))
            return true;
    return false;
}

/* A number below `below`, by chance. */
static uint32_t choose(struct tally *t, uint32_t below)
{
    return (uint32_t)((generate_random(&t->seed) >> 16) % below);
}

/* -- mutants of nodes -----------------------------------------------------------------------------------------------
 */

/* The value numbered `at` of a state; NULL behind the last. */
static struct value *value_at(struct state *s, uint32_t at)
{
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        struct cell_walk w = cells_of(f);
        if (at < REG_COUNT)
            return &f->regs[at];
        for (at -= REG_COUNT; cell_next(&w); at--)
            if (at == 0)
                return &cell_own(f, &w)->value;
    }
    return NULL;
}

static uint32_t value_count(const struct state *s)
{
    uint32_t count = 0;
    for (uint32_t depth = 0; depth <= s->depth; depth++)
        count += REG_COUNT + frame_cell_count(s->frames[depth]);
    return count;
}

static bool merge_identities(struct state *s, uint32_t a, uint32_t b)
{
    struct value *v = value_at(s, a), *w = value_at(s, b);
    if (a <= b || v->kind != w->kind || v->kind == KIND_UNINIT || (v->id && v->id == w->id))
        return false;
    if (!w->id)
        w->id = state_new_id(s);
    v->id = w->id;
    return true;
}

static bool change_written(struct frame *f, uint32_t bit)
{
    frame_set_written(f, bit / STRIPE_BYTES, frame_written(f, bit / STRIPE_BYTES) ^ (uint64_t)1 << bit % STRIPE_BYTES);
    return true;
}

/* Invents eight bytes of the stack, or forgets them. */
static bool change_cell(struct frame *f, int off, unsigned variant)
{
    uint32_t stripe = (uint32_t)(-1 - off) / STRIPE_BYTES;
    uint64_t written = frame_written(f, stripe);
    if (variant == 2)
        frame_forget(f, off, off + 8, false);
    else
        frame_write(f, off, 8, variant ? value_pointer(KIND_CONTEXT, 0) : value_number(num_const(7)));
    frame_set_written(f, stripe, written);
    return true;
}

static bool change_frame(struct frame *f, unsigned variant)
{
    switch (variant) {
    case 0: f->func++; return true;
    case 1: f->return_insn++; return true;
    case 2: f->held++; return true;
    case 3: f->held--; return f->held + 1 != 0;
    case 4: f->calling = f->calling == NONE ? 0 : NONE; return true;
    case 5: f->rounds--; return f->rounds + 1 != 0;
    }
    return false;
}

static bool change_held(struct state *s, unsigned variant)
{
    switch (variant) {
    case 0: return s->reference_count && s->reference_count--;
    case 1:
        if (s->reference_count == REFERENCE_COUNT)
            return false;
        s->references[s->reference_count++] = (struct reference){state_new_id(s), 0};
        return true;
    case 2: s->lock.held = !s->lock.held; return true;
    case 3: s->lock.map++; return s->lock.held;
    }
    return false;
}

static bool change_place(struct state *s, unsigned variant)
{
    switch (variant) {
    case 0: s->insn++; return true;
    case 1: s->insn--; return true;
    case 2: s->last_id /= 2; return s->last_id != 0;
    }
    return false;
}

/* In how many ways a kind of change could change a state. */
static uint32_t ways(unsigned kind, const struct state *s)
{
    uint32_t values = value_count(s), frames = s->depth + 1;
    switch (kind) {
    case MERGE: return values * values;
    case WRITTEN: return frames * STACK_BYTES;
    case CELL: return frames * STACK_BYTES / 8 * 3;
    case FRAME: return frames * 6;
    case HELD: return 4;
    case PLACE: return 3;
    default: return values * changes[kind].variants;
    }
}

/* Changes a state in one of these ways; false: there is nothing to change so. */
static bool change_state(unsigned kind, struct state *s, uint32_t way)
{
    uint32_t values = value_count(s);
    switch (kind) {
    case MERGE: return merge_identities(s, way / values, way % values);
    case WRITTEN: return change_written(s->frames[way / STACK_BYTES], way % STACK_BYTES);
    case CELL:
        return change_cell(s->frames[way / (STACK_BYTES / 8 * 3)], -8 - 8 * (int)(way / 3 % (STACK_BYTES / 8)),
                           way % 3);
    case FRAME: return change_frame(s->frames[way / 6], way % 6);
    case HELD: return change_held(s, way);
    case PLACE: return change_place(s, way);
    default: return changes[kind].apply(s, value_at(s, way / changes[kind].variants), way % changes[kind].variants);
    }
}

/* One mutant of a node: puts the changed state in its place, has it judged, and frees it. */
static void judge_state(struct tally *t, struct subject *x, unsigned kind, struct mutant mutant)
{
    struct state **place = &x->invariant.nodes.items[mutant.node].state, *right = *place;
    *place = state_clone(right);
    change_state(kind, *place, mutant.way);
    note(t, x, kind, must_be_refused(x, mutant.node), checker_accepts(x), mutant.node);
    state_free(*place);
    *place = right;
}

/* All mutants of a kind of some nodes, by chance so many of them that the checker looks at t->steps nodes. */
static void judge_kind(struct tally *t, struct subject *x, unsigned kind, const uint32_t *nodes, uint32_t count)
{
    VEC(struct mutant) mutants = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct state *right = x->invariant.nodes.items[nodes[i]].state;
        for (uint32_t way = 0; way < ways(kind, right); way++) {
            struct state *s = state_clone(right);
            if (change_state(kind, s, way))
                vec_push(&mutants, ((struct mutant){nodes[i], way}));
            state_free(s);
        }
    }
    uint64_t most = 1 + t->steps / x->invariant.nodes.count;
    for (uint64_t k = 0; k < most && mutants.count; k++) {
        uint32_t chosen = most < mutants.count ? choose(t, mutants.count) : mutants.count - 1;
        judge_state(t, x, kind, mutants.items[chosen]);
        mutants.items[chosen] = mutants.items[--mutants.count];
    }
    vec_free(&mutants);
}

/* -- mutants of the graph -------------------------------------------------------------------------------------------
 */

/* Leads an edge to another node, or to none. */
static void redirect(struct tally *t, struct subject *x, const struct arrival *a, uint32_t to)
{
    uint32_t *next = &x->invariant.nodes.items[a->from].next[a->index];
    if (to == a->to)
        return;
    *next = to;
    note(t, x, EDGE, to == x->invariant.nodes.count || escapes(a->state, x->invariant.nodes.items[to].state),
         checker_accepts(x), a->from);
    *next = a->to;
}

/* Leads every edge to a node to `to` instead. */
static void drop_node(struct tally *t, struct subject *x, uint32_t dropped, uint32_t to)
{
    bool due = false;
    for (uint32_t i = 0; i < x->arrivals.count; i++) {
        const struct arrival *a = &x->arrivals.items[i];
        if (a->to != dropped || a->from == dropped)
            continue;
        x->invariant.nodes.items[a->from].next[a->index] = to;
        due = due || to == x->invariant.nodes.count || escapes(a->state, x->invariant.nodes.items[to].state);
    }
    note(t, x, NODE, due, checker_accepts(x), dropped);
    for (uint32_t i = 0; i < x->arrivals.count; i++) {
        const struct arrival *a = &x->arrivals.items[i];
        x->invariant.nodes.items[a->from].next[a->index] = a->to;
    }
}

/* Another node at the same place; the count of nodes where there is none. */
static uint32_t neighbour(const struct subject *x, uint32_t node, uint32_t from)
{
    uint32_t count = x->invariant.nodes.count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t to = (from + i) % count;
        if (to != node && x->invariant.nodes.items[to].state->insn == x->invariant.nodes.items[node].state->insn)
            return to;
    }
    return count;
}

static void judge_graph(struct tally *t, struct subject *x)
{
    uint32_t count = x->invariant.nodes.count;
    for (uint64_t k = 0; k < 1 + t->steps / count && x->arrivals.count; k++) {
        const struct arrival *a = &x->arrivals.items[choose(t, x->arrivals.count)];
        redirect(t, x, a, k % 2 ? choose(t, count + 1) : neighbour(x, a->to, choose(t, count)));
        uint32_t dropped = choose(t, count);
        drop_node(t, x, dropped, k % 2 ? count : neighbour(x, dropped, choose(t, count)));
    }
}

static void make_mutants(struct tally *t, struct subject *x)
{
    uint32_t count = x->invariant.nodes.count, *nodes = memory_alloc(count * sizeof *nodes), kept = count;
    for (uint32_t node = 0; node < count; node++)
        nodes[node] = node;
    while (kept > t->changed_nodes) {
        uint32_t chosen = choose(t, kept);
        nodes[chosen] = nodes[--kept];
    }
    for (unsigned kind = 0; kind < EDGE; kind++)
        judge_kind(t, x, kind, nodes, kept);
    free(nodes);
    judge_graph(t, x);
}

/* -- programs -------------------------------------------------------------------------------------------------------
 */

static bool keep_arrival(struct walk *walk, struct state *state, uint64_t insns)
{
    struct subject *x = walk->owner;
    uint32_t index = 0;
    (void)insns;
    if (!state)
        return true;
    if (x->arrivals.count && x->arrivals.items[x->arrivals.count - 1].from == x->node)
        index = x->arrivals.items[x->arrivals.count - 1].index + 1;
    uint32_t to = x->invariant.nodes.items[x->node].next[index];
    vec_push(&x->arrivals, ((struct arrival){x->node, index, to, state}));
    return true;
}

/* fills: arrivals. */
static void find_arrivals(struct subject *x)
{
    struct verified *facts = x->machine.facts;
    struct walk walk = {.machine = &x->machine, .cfg = &x->cfg, .arrive = keep_arrival, .owner = x};
    x->machine.facts = NULL;
    for (x->node = 0; x->node < x->invariant.nodes.count; x->node++)
        walk_block(&walk, x->invariant.nodes.items[x->node].state);
    x->machine.facts = facts;
}

static void free_subject(struct subject *x)
{
    for (uint32_t i = 0; i < x->arrivals.count; i++)
        state_free(x->arrivals.items[i].state);
    vec_free(&x->arrivals);
    invariant_free(&x->invariant);
    verified_free(x->machine.facts);
    meter_end(&x->meter);
    arena_free(&x->arena);
}

/* The invariant of an accepted program as text; NULL when it is refused. */
static char *invariant_of(const struct program *p, uint32_t entry, const struct limits *limits, struct diag *d)
{
    char *text = NULL;
    size_t size = 0;
    struct limits writing = *limits;
    writing.invariant = open_memstream(&text, &size);
    struct verified *v = verify_program(p, entry, &writing, NULL, d);
    fclose(writing.invariant);
    if (!v)
        free(text);
    bool accepted = v != NULL;
    verified_free(v);
    return accepted ? text : NULL;
}

static void judge_program(void *owner, const struct program *p, uint32_t entry, struct diag *d)
{
    struct tally *t = owner;
    const struct limits limits = {.context_bytes = CONTEXT_BYTES, .explored_insns = 1000000};
    struct subject x = {.name = p->funcs[entry].name};
    char *text = invariant_of(p, entry, &limits, d);
    if (!text)
        return;
    bool ok = machine_init(&x.machine, p, entry, &limits, d, &x.arena) && cfg_build(&x.cfg, p, entry, &x.arena, d) &&
              invariant_read(text, p, entry, x.name, &x.meter, &x.invariant);
    free(text);
    x.machine.meter = &x.meter;
    x.machine.facts = verified_new(p, entry, x.machine.context_bytes);
    if (ok && checker_accepts(&x)) {
        t->programs++;
        t->nodes += x.invariant.nodes.count;
        find_arrivals(&x);
        make_mutants(t, &x);
    } else {
        printf("%s: the invariant as it was found is refused\n", x.name);
        t->failed = true;
    }
    free_subject(&x);
}

int main(int argc, char **argv)
{
    struct tally t = {.changed_nodes = argc > 1 ? strtoull(argv[1], NULL, 0) : 10,
                      .steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 100,
                      .seed = 1};
    struct kind_count all = {0};
    for (int i = 3; i < argc; i++)
        t.failed |= !each_program(argv[i], judge_program, &t);
    printf("%-28s %9s %9s %9s %9s\n", "change", "mutants", "wrong", "refused", "missed");
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        const struct kind_count *k = &t.kinds[kind];
        printf("%-28s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n",
               kind < VALUE_CHANGES ? changes[kind].name : other_names[kind - VALUE_CHANGES], k->made, k->due,
               k->refused, k->due_accepted);
        all.made += k->made, all.due += k->due, all.refused += k->refused, all.due_accepted += k->due_accepted;
    }
    printf("%" PRIu64 " programs, %" PRIu64 " nodes, %" PRIu64 " mutants: %" PRIu64
           " are surely wrong, of these %" PRIu64 " refused (%.4f %%), %" PRIu64 " missed; of the other %" PRIu64
           ", which may be right, %" PRIu64 " accepted\n",
           t.programs, t.nodes, all.made, all.due, all.due - all.due_accepted,
           100.0 * (double)(all.due - all.due_accepted) / (double)(all.due ? all.due : 1), all.due_accepted,
           all.made - all.due, all.made - all.refused - all.due_accepted);
    return t.failed || all.due == 0;
}
