// SPDX-License-Identifier: Apache-2.0
/* What does the file say? ELF and BTF → struct program. The only public header of this room. */
#ifndef BAREBPF_LOAD_LOAD_H
#define BAREBPF_LOAD_LOAD_H

#include "../program/program.h"

/* What the firmware adds to an object. A zeroed struct adds nothing. */
struct load_options {
    const char *name;         /* of the object in messages; NULL: its path */
    const char *btf;          /* file with the firmware's types (ELF with .BTF, or BTF) for CO-RE; NULL: the contexts
                                 of hooks.def, then the object's own types */
    const uint8_t *btf_bytes; /* what that file holds, when it is in memory; NULL: it is read */
    size_t btf_size;
    const char *const *provided; /* names of the weak externs that the firmware has; ends in NULL, may be NULL */
};

/* Reads the BPF ELF object at `path`, decodes every function, and fills the zeroed `program` (free with program_free in
 * any case). Errors: file missing, not ELF, not BPF, truncated, big-endian, malformed section or BTF (status 3); .maps
 * without BTF (3); relocation, map type or section kind that is not supported (2); invalid instructions (1). Nothing
 * that is not understood becomes zero in silence. */
bool load_program(struct program *program, const char *path, const struct load_options *o, struct diag *d);

/* The same for an object that is in memory already; `path` is its name in messages. The bytes may be freed afterwards.
 */
bool load_bytes(struct program *program, const char *path, const uint8_t *bytes, size_t size, struct diag *d);
bool load_bytes_for(struct program *program, const char *path, const uint8_t *bytes, size_t size,
                    const struct load_options *o, struct diag *d);

/* Links the objects at `paths` (ends in NULL) into one object at `output`. Errors: as load_program() for each file; a
 * name that is defined twice, types that do not agree (`link`, status 3). */
bool link_objects(const char *output, const char *const *paths, struct diag *d);

#endif
