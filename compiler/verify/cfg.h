// SPDX-License-Identifier: Apache-2.0
/* Control flow: what is reachable, where paths are cut, which registers are read later. Nothing here is trusted by the
 * checker except that the call graph has no cycle and that every cycle of a function holds a cut point; both are
 * checked again by its own walk. */
#ifndef BAREBPF_VERIFY_CFG_H
#define BAREBPF_VERIFY_CFG_H

#include "../program/program.h"
#include "cells.h"

/* How much exploring remembers of numbers at cut points. */
enum care {
    CARE_BOUNDS,   /* addresses, sizes, and the branches that leave loops */
    CARE_BRANCHES, /* all of that, every branch, and everything stored */
    CARE_LEVELS
};

/* Per instruction of the program; only functions that the entry reaches are filled in. */
struct cfg {
    bool *cut;      /* states are kept and compared here: joins, loop heads, function entries and returns */
    bool *head;     /* loops begin anew here: targets of jumps back, calls that repeat a callback */
    uint16_t *live; /* bit r: register r may be read before it is written */
    uint16_t *matters[CARE_LEVELS]; /* bit r: its number can decide what the level cares for */
    struct words *cells;            /* words of the frame that may be read before they are written */
    bool *called;                   /* per function: reachable from the entry */
    uint32_t insn_count;            /* instructions of the functions reached */
    uint32_t unreachable;           /* the first instruction of these functions that no path reaches; NONE */
};

/* Successor `way` (0, 1, …) of an instruction inside its function: the next one before those that it jumps to; NONE
 * when it has no more. */
uint32_t cfg_successor(const struct program *program, uint32_t at, uint32_t way);

/* Builds it in the arena. Reports recursion and calls that nest too deep (status 1). */
bool cfg_build(struct cfg *cfg, const struct program *program, uint32_t entry, struct arena *arena, struct diag *d);

#endif
