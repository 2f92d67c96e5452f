// SPDX-License-Identifier: Apache-2.0
/* What is acquired must be released once on every path: reservations, iterators, locks. */
#ifndef BAREBPF_VERIFY_REFERENCE_H
#define BAREBPF_VERIFY_REFERENCE_H

#include "machine.h"

/* Notes that the instruction acquires something; the number that values which stand for it carry in `ref`, or 0 with a
 * message when too much is held. */
uint32_t reference_acquire(struct machine *m, struct state *s);

/* Forgets what was acquired; values that stand for it are addresses of nothing: unknown numbers. */
void reference_release(struct state *s, uint32_t ref);

/* The value turned out to be NULL: nothing was acquired. */
void reference_drop(struct state *s, uint32_t ref);

/* Nothing may be held here (`what`: "the program ends"), except the first `kept` things. */
bool reference_none(struct machine *m, const struct state *s, uint32_t kept, const char *what);

/* Takes or gives back the lock in a map value to which register `reg` points. */
bool lock_take(struct machine *m, struct state *s, unsigned reg);
bool lock_give(struct machine *m, struct state *s, unsigned reg);

/* No lock is held where something is called (`what`). */
bool lock_none(struct machine *m, const struct state *s, const char *what);

#endif
