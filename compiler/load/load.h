// SPDX-License-Identifier: Apache-2.0
/* What does the file say? ELF and BTF → struct program. The only public header of this room. */
#ifndef BAREBPF_LOAD_LOAD_H
#define BAREBPF_LOAD_LOAD_H

#include "../program/program.h"

/* Reads the BPF ELF object at `path`, decodes every function, and fills the zeroed `program` (free with program_free in
 * any case). Errors: file missing, not ELF, not BPF, truncated, big-endian, malformed section or BTF (status 3); .maps
 * without BTF (3); relocation, map type or section kind that is not supported (2); invalid instructions (1). Nothing
 * that is not understood becomes zero in silence. */
bool load_program(struct program *program, const char *path, struct diag *d);

/* The same for an object that is in memory already; `path` is its name in messages. The bytes may be freed afterwards.
 */
bool load_bytes(struct program *program, const char *path, const uint8_t *bytes, size_t size, struct diag *d);

#endif
