// SPDX-License-Identifier: Apache-2.0
/* The bound of executed instructions, from the graph that the checker proved. */
#ifndef BAREBPF_VERIFY_BOUND_H
#define BAREBPF_VERIFY_BOUND_H

#include "invariant.h"
#include "progress.h"

/* An edge of the proved graph: from a node to `to`, or to the end of the program (NONE), at `insns` instructions. */
struct edge {
    uint32_t to;
    uint32_t first_move, move_count; /* in graph.moves; only for edges that stand in a cycle */
    uint64_t insns;
};

struct graph {
    const struct invariant *invariant;
    VEC(struct edge) edges;
    struct moves moves;
    uint32_t *first; /* per node: its first edge; node + 1 ends it */
};

/* Marks the nodes that stand in a cycle; returns how many. */
uint32_t bound_find_cycles(const struct graph *g, bool *in_cycle);

/* The greatest number of instructions of a path that begins at node 0 (UINT64_MAX = 2^64 - 1 or more). Every cycle must
 * hold an edge that moves a counter towards a proved end; false when one does not, with `*culprit` a node of it. */
bool bound_longest(const struct graph *g, uint64_t *insns, uint32_t *culprit);

#endif
