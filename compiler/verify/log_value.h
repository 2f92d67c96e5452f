// SPDX-License-Identifier: Apache-2.0
/* Values and states as the log shows them; for log.c. */
#ifndef BAREBPF_VERIFY_LOG_VALUE_H
#define BAREBPF_VERIFY_LOG_VALUE_H

#include "machine.h"

/* " R3=fp-8"; nothing when it was never written. */
void log_register(const struct machine *m, FILE *out, const struct state *s, unsigned reg);

/* " fp-8=mmmm????": the eight bytes of the current frame that `off` lies in, its top byte first. */
void log_slot(const struct machine *m, FILE *out, const struct state *s, int off);

/* The current frame, to the end of the line. */
void log_state(const struct machine *m, FILE *out, const struct state *s);

#endif
