// SPDX-License-Identifier: Apache-2.0
/* Widening: guesses what a loop head allows in all rounds from what two rounds brought there. For exploring only. */
#ifndef BAREBPF_VERIFY_WIDEN_H
#define BAREBPF_VERIFY_WIDEN_H

#include "../base/arena.h"
#include "../program/program.h"
#include "state.h"

/* Numbers at which a moving range may come to rest: the program's constants and the ends of the words, ascending. */
struct thresholds {
    uint64_t *items;
    uint32_t count;
};

/* Those of the functions that are called (per function); owned by the arena. */
struct thresholds widen_thresholds(const struct program *program, const bool *called, struct arena *arena);

/* True when both states stand in the same functions and hold values of the same kinds, so that they can be joined. */
bool widen_fits(const struct state *older, const struct state *newer);

/* A state that allows what both allow, with every range that moved from the older to the newer one taken to the next
 * threshold; `far`: to the end of the word. Owned by the caller. */
struct state *widen_state(const struct state *older, const struct state *newer, const struct thresholds *t, bool far);

/* Makes each range vague that differs between the two (in `newer`), constants excepted. */
void widen_moving(const struct state *older, struct state *newer);

#endif
