// SPDX-License-Identifier: Apache-2.0
/* Tail calls: what must hold, where control goes, and what a chain of programs costs. */
#ifndef BAREBPF_VERIFY_TAIL_H
#define BAREBPF_VERIFY_TAIL_H

#include "machine.h"

/* The arguments of bpf_tail_call fit (context, prog array, index): can it lead to a program of our context? Reports
 * when one of them has another. Records the programs it may lead to as roots, when the checker runs. */
bool tail_call_check(struct machine *m, const struct state *s, bool *succeeds);

/* The state in the caller of the current subprogram after a tail call succeeded in it; owned by the caller. */
struct state *tail_call_return(struct machine *m, const struct state *s);

/* Fills bounds.max_insns and bounds.stack_bytes from those of the roots; `stack_bytes` is per function the deepest
 * chain of frames that begins there. */
void tail_bounds(struct verified *v, const uint32_t *stack_bytes);

#endif
