// SPDX-License-Identifier: Apache-2.0
#ifndef BAREBPF_VERIFY_ENDLESS_H
#define BAREBPF_VERIFY_ENDLESS_H

#include "cfg.h"
#include "machine.h"

/* Refuses (endless-loop) a path that comes back to s->insn with nothing changed, and says which registers the branches
 * of the loop test, with their values; false. */
bool endless_refuse(struct machine *m, const struct cfg *cfg, const struct state *s);

#endif
