// SPDX-License-Identifier: Apache-2.0
/* Reads a linked image, or a relocatable object: symbols, memory use, and the manifest's note; adds a note to one. */
#ifndef BAREBPF_FIRMWARE_BINARY_H
#define BAREBPF_FIRMWARE_BINARY_H

#include <stddef.h>

#include "../base/arena.h"
#include "../base/diag.h"
#include "../base/text.h"

/* Symbols that carry marks of loops through linking (marks.h), barebpf.mark.r.ID.UNIQUE and barebpf.mark.e.ID.N.UNIQUE;
 * binary_add_note() drops them. */
#define MARK_PREFIX "barebpf.mark."

struct binary_symbol {
    const char *name;
    uint64_t address, size_bytes;
    uint32_t section; /* its number in the file */
    bool is_func;
};

/* A piece of memory that the image fills: at `address` when it runs, at `load_address` (if it has contents) in flash.
 */
struct binary_section {
    const char *name;
    uint64_t address, load_address, size_bytes;
    bool has_contents, is_writable;
    const uint8_t *contents; /* NULL: none */
    uint32_t number;         /* in the file */
};

/* Owned by the arena given to binary_read(). */
struct binary {
    struct binary_symbol *symbols; /* named symbols with an address */
    struct binary_section *sections;
    uint32_t symbol_count, section_count;
    uint32_t pointer_bytes;
    const char *note; /* text of the manifest's note; NULL = none */
};

/* Reads the ELF executable at `path`. Reports file-missing, elf-not, or elf-malformed (status 3). */
bool binary_read(struct binary *binary, const char *path, struct arena *arena, struct diag *d);

/* The same for a relocatable object, in which nothing has an address yet. */
bool binary_read_relocatable(struct binary *binary, const char *path, struct arena *arena, struct diag *d);

/* The symbol called `name`, or NULL. */
const struct binary_symbol *binary_find(const struct binary *binary, const char *name);

/* Adds a section `name` of type SHT_NOTE with the bytes of `note` (a whole note, in the image's byte order) to the ELF
 * file `path`; no other section moves but the table of names, and the note is not loaded. The arena holds the file
 * while it is written. Reports file-missing, file-unreadable or file-write. */
bool binary_add_note(const char *path, const char *name, const struct text *note, struct arena *arena, struct diag *d);

#endif
