// SPDX-License-Identifier: Apache-2.0
#include "machine_bound.h"

#include <stdlib.h>
#include <string.h>

#include "machine_price.h"

/* Division of the compiler's support library (libgcc) has no marks. It shifts and subtracts: each round of a loop finds
 * at least one bit of the quotient, or normalises the divisor by at least one; so no call has more than these rounds.
 */
static const struct {
    const char *name;
    uint32_t rounds;
} libraries[] = {
    {"__udivsi3", 2 * 32},     {"__divsi3", 2 * 32},         {"__umodsi3", 2 * 32},       {"__modsi3", 2 * 32},
    {"__aeabi_uidiv", 2 * 32}, {"__aeabi_uidivmod", 2 * 32}, {"__aeabi_idiv", 2 * 32},    {"__aeabi_idivmod", 2 * 32},
    {"__udivdi3", 2 * 64},     {"__divdi3", 2 * 64},         {"__umoddi3", 2 * 64},       {"__moddi3", 2 * 64},
    {"__udivmoddi4", 2 * 64},  {"__aeabi_uldivmod", 2 * 64}, {"__aeabi_ldivmod", 2 * 64},
};

#define PASSES_MOST 16 /* over all functions, until prices stay */

/* What is known of a function. */
struct weighed {
    struct machine_func *f;
    uint32_t *mark_first, *passed;
    uint32_t library_loop; /* NONE: it is no library's */
    int64_t *costs;
    int64_t most; /* cost of the costliest way through it */
    enum { UNWEIGHED, BEING_WEIGHED, WEIGHED } state;
};

struct solver {
    struct machine_code *code;
    const struct marks *marks;
    uint32_t *mark_loops;
    VEC(struct priced) loops;
    VEC(struct weighed *) funcs;
    bool raised;
    const char *reason;
};

static bool fail(struct solver *s, const struct machine_func *f, uint64_t address, const char *why)
{
    s->reason = arena_printf(s->code->arena, "%s in '%s' at 0x%llx", why, f->name, (unsigned long long)address);
    return false;
}

/* Every mark's loop, and the most rounds that any entry promises it. */
static void number_loops(struct solver *s)
{
    s->mark_loops = memory_alloc(((size_t)s->marks->count + 1) * sizeof *s->mark_loops);
    for (uint32_t m = 0; m < s->marks->count; m++) {
        const struct mark *mark = &s->marks->items[m];
        uint32_t loop = 0;
        while (loop < s->loops.count && strcmp(s->loops.items[loop].id, mark->id) != 0)
            loop++;
        if (loop == s->loops.count)
            vec_push(&s->loops, (struct priced){.id = mark->id});
        s->mark_loops[m] = loop;
        if (mark->rounds > s->loops.items[loop].rounds)
            s->loops.items[loop].rounds = mark->rounds;
    }
}

/* The marks of each instruction of the function. */
static void find_marks(const struct solver *s, struct weighed *w)
{
    uint32_t m = 0;
    w->mark_first = memory_alloc(((size_t)w->f->insn_count + 1) * sizeof *w->mark_first);
    for (uint32_t i = 0; i < w->f->insn_count; i++) {
        while (m < s->marks->count && s->marks->items[m].address < w->f->insns[i].address)
            m++;
        w->mark_first[i] = m;
        while (m < s->marks->count && s->marks->items[m].address == w->f->insns[i].address)
            m++;
        w->mark_first[i + 1] = m;
    }
    w->passed = memory_alloc(((size_t)w->f->edge_count + 1) * sizeof *w->passed);
    for (uint32_t i = 0; i < w->f->edge_count; i++) {
        const struct machine_edge *e = &w->f->edges[i];
        w->passed[i] = e->is_jump ? marks_jump_order(s->marks, w->f->insns[e->from].address) : 0;
    }
}

/* The loop that stands for all loops of a library's function; NONE: it is none. */
static uint32_t library_loop(struct solver *s, const struct machine_func *f)
{
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (strcmp(f->name, libraries[i].name) != 0)
            continue;
        vec_push(&s->loops, ((struct priced){.id = f->name, .rounds = libraries[i].rounds}));
        return s->loops.count - 1;
    }
    return NONE;
}

static struct weighed *weighed_at(struct solver *s, uint64_t address)
{
    for (uint32_t i = 0; i < s->funcs.count; i++)
        if (s->funcs.items[i]->f->start == address)
            return s->funcs.items[i];
    struct machine_func *f = machine_func_at(s->code, address);
    if (!f)
        return NULL;
    struct weighed *w = memory_alloc(sizeof *w);
    *w = (struct weighed){.f = f, .costs = memory_alloc(((size_t)f->insn_count + 1) * sizeof *w->costs)};
    w->library_loop = library_loop(s, f);
    find_marks(s, w);
    vec_push(&s->funcs, w);
    return w;
}

static bool weigh(struct solver *s, struct weighed *w);

/* The cost of an instruction: one, and what it calls or, at the function's end, jumps to. */
static bool weigh_insn(struct solver *s, struct weighed *w, const struct machine_insn *insn, int64_t *cost)
{
    bool leaves = (insn->flow == FLOW_JUMP || insn->flow == FLOW_BRANCH) &&
                  (insn->target < w->f->start || insn->target >= w->f->end);
    *cost = 1;
    if (insn->flow == FLOW_CALL_ANY)
        return fail(s, w->f, insn->address, "a call of an unknown function");
    if (insn->flow != FLOW_CALL && !leaves)
        return true;
    struct weighed *callee = weighed_at(s, insn->target);
    if (!callee)
        return fail(s, w->f, insn->address, "a call of what is no function");
    if (!weigh(s, callee))
        return false;
    bool perhaps = insn->conditional || insn->flow == FLOW_BRANCH; /* then what the callee gets does not count */
    *cost += perhaps && callee->most < 0 ? 0 : callee->most;
    return true;
}

/* Instructions with which the function ends. */
static bool is_end(const struct machine_func *f, const struct machine_insn *insn)
{
    bool leaves =
        (insn->flow == FLOW_JUMP || insn->flow == FLOW_BRANCH) && (insn->target < f->start || insn->target >= f->end);
    return leaves || insn->flow == FLOW_RETURN || insn->flow == FLOW_STOP;
}

/* What is paid and got where the function is entered: all marks at its start are passed. */
static int64_t entry_cost(const struct solver *s, const struct weighed *w)
{
    __int128 cost = w->costs[0];
    if (w->library_loop != NONE)
        cost += (__int128)s->loops.items[w->library_loop].rounds * s->loops.items[w->library_loop].price;
    for (uint32_t m = w->mark_first[0]; m < w->mark_first[1]; m++) {
        const struct mark *mark = &s->marks->items[m];
        int64_t price = s->loops.items[s->mark_loops[m]].price;
        cost += mark->is_round ? -(__int128)price : (__int128)mark->rounds * price;
    }
    return cost > INT64_MAX / 4 ? INT64_MAX / 4 : (int64_t)cost;
}

/* needs: costs. fills: most. The check that no cycle costs anything is price_paths'. */
static bool find_most(struct solver *s, struct weighed *w, const struct priced_graph *g)
{
    int64_t *paths = memory_alloc(((size_t)w->f->insn_count + 1) * sizeof *paths);
    bool *none = memory_alloc((size_t)w->f->edge_count + 1);
    for (uint32_t i = 0; i < w->f->insn_count; i++)
        paths[i] = PRICE_NEVER;
    paths[0] = entry_cost(s, w);
    bool ok = paths[0] < INT64_MAX / 4 && price_paths(g, none, NONE, paths);
    w->most = PRICE_NEVER;
    for (uint32_t i = 0; ok && i < w->f->insn_count; i++)
        if (is_end(w->f, &w->f->insns[i]) && paths[i] > w->most)
            w->most = paths[i];
    free(paths);
    free(none);
    if (!ok)
        return fail(s, w->f, w->f->start, "loops too long to be counted");
    return w->most != PRICE_NEVER || fail(s, w->f, w->f->start, "no way out");
}

static bool weigh(struct solver *s, struct weighed *w)
{
    struct machine_func *f = w->f;
    if (w->state == BEING_WEIGHED)
        return fail(s, f, f->start, "recursion");
    if (w->state == WEIGHED)
        return true;
    if (f->unknown || !f->insn_count)
        return fail(s, f, f->unknown_at, f->unknown ? f->unknown : "no code");
    w->state = BEING_WEIGHED;
    for (uint32_t i = 0; i < f->insn_count; i++)
        if (!weigh_insn(s, w, &f->insns[i], &w->costs[i]))
            return false;
    struct priced_graph g = {.f = f,
                             .mark_first = w->mark_first,
                             .passed = w->passed,
                             .marks = s->marks->items,
                             .mark_loops = s->mark_loops,
                             .loops = s->loops.items,
                             .loop_count = s->loops.count,
                             .library_loop = w->library_loop,
                             .costs = w->costs};
    uint32_t culprit = 0;
    if (!price_cycles(&g, &culprit))
        return fail(s, f, f->insns[culprit].address, "a loop without a known bound");
    s->raised = s->raised || g.raised;
    w->state = WEIGHED;
    return find_most(s, w, &g);
}

static void solver_free(struct solver *s)
{
    for (uint32_t i = 0; i < s->funcs.count; i++) {
        free(s->funcs.items[i]->costs);
        free(s->funcs.items[i]->mark_first);
        free(s->funcs.items[i]->passed);
        free(s->funcs.items[i]);
    }
    free(s->mark_loops);
    vec_free(&s->loops);
    vec_free(&s->funcs);
}

struct machine_bound machine_bound(struct machine_code *code, const struct marks *marks, const char *name)
{
    struct solver s = {.code = code, .marks = marks, .raised = true};
    const struct binary_symbol *symbol = binary_find(code->binary, name);
    uint64_t start = symbol ? symbol->address : 0;
    if (symbol && strcmp(code->board->family, "arm-m") == 0)
        start &= ~1ull; /* the bit that says Thumb */
    number_loops(&s);
    struct weighed *w = symbol ? weighed_at(&s, start) : NULL;
    bool ok = w != NULL;
    for (uint32_t pass = 0; ok && s.raised && pass < PASSES_MOST; pass++) {
        s.raised = false;
        for (uint32_t i = 0; i < s.funcs.count; i++)
            s.funcs.items[i]->state = UNWEIGHED;
        ok = weigh(&s, w);
    }
    struct machine_bound bound = {.reason = s.reason ? s.reason : "the program is not in the image"};
    if (ok && s.raised)
        bound.reason = "loops of several functions, whose prices do not settle";
    if (ok && !s.raised && w->most > 0)
        bound = (struct machine_bound){.insns = (uint64_t)w->most};
    solver_free(&s);
    return bound;
}
