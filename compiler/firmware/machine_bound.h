// SPDX-License-Identifier: Apache-2.0
/* The bound of executed machine instructions of a function of a linked image, with all that it calls.
 *
 * What is maximised is the number of instructions on a path through the image's code. Paths with loops are bounded by
 * the marks (marks.h), each a promise on all executions: the marks r.ID are passed at most N times for each time that a
 * mark e.ID.N is passed, all copies of them together.
 * Each ID has a price y >= 0 of one round. A path pays N * y where it passes e.ID.N, and gets y where it passes r.ID:
 * by the promise, whatever the prices, the sum of what is paid and got is never negative for an execution. So the most
 * instructions plus payments of any path is a bound, and there is one as soon as no cycle costs more than it gets.
 * Prices are looked for (machine_price.c); that no cycle costs anything is checked at the end. Where LLVM copies marks
 * with code (unrolling, inlining, rotating), drops them, or moves code across them, this stays true. Where it is not
 * certain that a way passes a mark, r does not count and e does. */
#ifndef BAREBPF_FIRMWARE_MACHINE_BOUND_H
#define BAREBPF_FIRMWARE_MACHINE_BOUND_H

#include "machine.h"
#include "marks.h"

struct machine_bound {
    uint64_t insns;     /* 0: no bound */
    const char *reason; /* why there is none; owned by the arena; NULL: there is one */
};

/* The bound of the function called `name`. */
struct machine_bound machine_bound(struct machine_code *code, const struct marks *marks, const char *name);

#endif
