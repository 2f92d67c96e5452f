// SPDX-License-Identifier: Apache-2.0
/* Whole files in and out. Output gets its final name only when it is complete. */
#ifndef BAREBPF_BASE_FILE_H
#define BAREBPF_BASE_FILE_H

#include "arena.h"
#include "diag.h"

/* Is `path` there and a regular file? Else reports file-missing or file-unreadable, saying what it is. */
bool file_check(const char *path, struct diag *d);

/* Reads the regular file `path` whole into the arena; a NUL follows the last byte. Reports as file_check(). */
bool file_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct diag *d);

/* Writes `bytes` under a temporary name beside `path` (beside the file that a symbolic link leads to), then renames it;
 * on failure reports and leaves nothing behind. A character device, a FIFO, /dev/stdout and the like are written to and
 * stay what they are; directories and disks are refused. */
bool file_write(const char *path, const void *bytes, size_t size, struct diag *d);

/* Removes an output that file_write() made; what is not a regular file stays. */
void file_remove(const char *path);

/* True when both names lead to the same regular file. */
bool file_same(const char *a, const char *b);

/* An output is none of the files that were read (ends in NULL; NULL = none); reports when it is. */
bool file_is_none_of(const char *output, const char *const *inputs, struct diag *d);

/* True when `path` exists and is a regular file. */
bool file_exists(const char *path);

/* A new private directory below $TMPDIR (or /tmp), owned by the arena; it and its files are removed when
 * the process ends, also when a signal ends it. */
char *file_work_dir(struct arena *arena, struct diag *d);

/* `path` without its directories; and without directories and the endings ".bpf.o", ".bpf.c", ".o", ".elf", ".c". */
const char *file_base(const char *path);
char *file_stem(struct arena *arena, const char *path);

#endif
