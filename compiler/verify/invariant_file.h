// SPDX-License-Identifier: Apache-2.0
/* Invariants as text: `barebpf verify --invariant FILE` and `--check FILE`. */
#ifndef BAREBPF_VERIFY_INVARIANT_FILE_H
#define BAREBPF_VERIFY_INVARIANT_FILE_H

#include "invariant.h"

/* The line that begins a program's part of the file; the part of one root of its proof. */
void invariant_write_program(FILE *out, const struct program *program, uint32_t entry);
void invariant_write(FILE *out, const char *root, const struct invariant *invariant);

/* Fills the empty `invariant` from the part of a root; false when the text does not hold it, or holds what cannot be a
 * state of the program. Release with invariant_free() in any case. */
bool invariant_read(const char *text, const struct program *program, uint32_t entry, const char *root,
                    struct meter *meter, struct invariant *invariant);

#endif
