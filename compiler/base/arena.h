// SPDX-License-Identifier: Apache-2.0
/* Memory that is freed all at once.
 * Every product of a stage (program, verified, object, image) owns one arena; freeing the product frees
 * the arena and so everything in it. Allocation never returns NULL: when the host is out of memory the
 * process says so and ends with exit status 3, before any output file has got its final name. */
#ifndef BAREBPF_BASE_ARENA_H
#define BAREBPF_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* A zeroed struct is an empty arena. */
struct arena {
    struct arena_block *blocks; /* newest first */
};

/* Zeroed memory of `bytes` bytes, aligned for any type; owned by the arena. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Zeroed array of `count` items of `item_bytes` each; ends the process when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t item_bytes);

/* Copies into the arena: a string, the first `bytes` of a string, a block of memory, formatted text. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t bytes);
void *arena_memdup(struct arena *arena, const void *data, size_t bytes);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty (and usable) afterwards. */
void arena_free(struct arena *arena);

#endif
