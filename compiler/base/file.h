// SPDX-License-Identifier: Apache-2.0
/* Whole files in and out. Output gets its final name only when it is complete. */
#ifndef BAREBPF_BASE_FILE_H
#define BAREBPF_BASE_FILE_H

#include "arena.h"
#include "diag.h"

/* Reads `path` whole into the arena; a NUL follows the last byte. Reports file-missing or file-unreadable. */
bool file_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct diag *d);

/* Writes `bytes` under a temporary name beside `path`, then renames it; on failure reports and leaves nothing behind.
 */
bool file_write(const char *path, const void *bytes, size_t size, struct diag *d);

/* True when `path` exists and is a regular file. */
bool file_exists(const char *path);

/* A new private directory below $TMPDIR (or /tmp), owned by the arena; it and its files are removed at exit. */
char *file_work_dir(struct arena *arena, struct diag *d);

/* `path` without its directories; and without directories and the endings ".bpf.o", ".bpf.c", ".o", ".elf", ".c". */
const char *file_base(const char *path);
char *file_stem(struct arena *arena, const char *path);

#endif
