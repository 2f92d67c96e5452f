// SPDX-License-Identifier: Apache-2.0
/* An invariant: what exploring claims and the checker proves. Its nodes are states at cut points; together they allow
 * every run. */
#ifndef BAREBPF_VERIFY_INVARIANT_H
#define BAREBPF_VERIFY_INVARIANT_H

#include "../base/memory.h"
#include "cfg.h"
#include "machine.h"

/* A state at a cut point. Stepping it meets further cut points in a fixed order (falling through before jumping);
 * `next` names, in that order, the node that is claimed to hold the state that arrives. */
struct node {
    struct state *state;
    uint32_t *next;
    uint32_t next_count;
};

struct invariant {
    VEC(struct node) nodes; /* node 0 is the entry's */
};

void invariant_free(struct invariant *invariant);

/* possible.c: the state can stand for one of this program: objects exist, identities and cells are in order. */
bool state_is_possible(const struct program *program, const struct state *s);

/* The state before the first instruction: r1 = context, r2 = its size for plain memory, r10 = stack. */
struct state *entry_state(const struct machine *m);

/* How exploring is to be done; what it spent. */
struct exploration {
    enum keep keep; /* and of numbers in stack memory */
    enum care care; /* what is remembered of numbers at cut points */
    uint64_t limit; /* instructions that may be stepped and states compared, together */
    bool *exact; /* per instruction: loop heads there are followed round by round; NULL: all but those with a budget */
    uint32_t blamed;   /* after a failure: a loop head that was widened on the way to it; NONE = none */
    uint64_t explored; /* instructions stepped */
    bool ran_out;      /* the limit or the memory was reached */
};

/* explore.c: finds an invariant by following paths. Reports why the program is rejected. */
bool explore(struct machine *m, const struct cfg *cfg, struct exploration *x, struct invariant *invariant);

/* check.c: proves the invariant of the program that starts at m->entry, and records facts and its own bound in
 * m->facts. Reports what does not hold. */
bool check_invariant(struct machine *m, const struct cfg *cfg, const struct invariant *invariant);
/* check.c: when every root is proved: the bounds of a run. Reports a stack that is too deep. */
bool check_bounds(struct machine *m);

/* walk.c: steps a copy of `start` along every path up to the next cut points. For each arrival, in order, calls
 * `arrive` with the state (which it then owns) and the instructions executed on the way, helpers by their cost; for
 * each end of the program calls it with NULL. */
struct walk {
    struct machine *machine;
    const struct cfg *cfg;
    bool (*arrive)(struct walk *walk, struct state *state, uint64_t insns);
    void *owner;
    uint64_t stepped; /* instructions stepped so far */
};
bool walk_block(struct walk *walk, const struct state *start);

#endif
