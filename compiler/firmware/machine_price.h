// SPDX-License-Identifier: Apache-2.0
/* Inside of machine_bound.c: prices of loops' rounds. */
#ifndef BAREBPF_FIRMWARE_MACHINE_PRICE_H
#define BAREBPF_FIRMWARE_MACHINE_PRICE_H

#include "machine_bound.h"

#define PRICE_NEVER INT64_MIN /* of a path: there is none */

/* A loop's identity. */
struct priced {
    const char *id;
    int64_t price;
    uint64_t rounds; /* the greatest N of its e marks */
};

/* A function's graph with what its edges cost. Nodes are its instructions. */
struct priced_graph {
    const struct machine_func *f;
    const uint32_t *mark_first; /* per instruction: its first mark; instruction + 1 ends it */
    const struct mark *marks;
    const uint32_t *passed; /* per edge: the order of the label that it leads to; 0: all marks are passed; NONE: it is
                               not known which ones are */
    const uint32_t *mark_loops; /* per mark: its loop */
    struct priced *loops;
    uint32_t loop_count;
    uint32_t
        library_loop; /* the loop of all jumps back in the function, for code that has no marks; NONE: it has marks */
    const int64_t *costs; /* per instruction: of executing it, with what it calls */
    bool raised;          /* some price was raised */
};

/* What the edge gives for marks that are certainly passed (r), or takes for those that are possibly passed (e), at the
 * present prices; `without`: the loop whose r marks do not count, NONE: all do. */
int64_t price_edge(const struct priced_graph *g, uint32_t edge, uint32_t without);

/* `paths` holds where paths start and at what cost, PRICE_NEVER elsewhere; then the costliest path to each instruction,
 * over the edges that are not cut. False: a cycle costs something. */
bool price_paths(const struct priced_graph *g, const bool *cut, uint32_t without, int64_t *paths);

/* Raises prices so that no cycle costs anything; false: there is a cycle that passes no mark, through the instruction
 * *culprit. */
bool price_cycles(struct priced_graph *g, uint32_t *culprit);

#endif
