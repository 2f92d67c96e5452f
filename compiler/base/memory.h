// SPDX-License-Identifier: Apache-2.0
/* malloc and realloc that never return NULL, and the growable array built on them.
 * Out of memory ends the process with a message and exit status 3. */
#ifndef BAREBPF_BASE_MEMORY_H
#define BAREBPF_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Says that the host is out of memory and ends the process with status 3. */
_Noreturn void memory_exhausted(void);

/* Zeroed block of `bytes` bytes; release with free(). */
void *memory_alloc(size_t bytes);

/* As realloc(); new bytes are not zeroed. */
void *memory_realloc(void *block, size_t bytes);

/* Makes room for one more item of `item_bytes`; returns the (moved) items. Used by vec_push only. */
void *memory_grow(void *items, uint32_t count, uint32_t *capacity, size_t item_bytes);

/* A growable array: `VEC(struct insn) insns = {0};` with fields items, count, capacity. */
#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        uint32_t count, capacity;                                                                                      \
    }

/* Appends one item (copied). */
#define vec_push(vec, item)                                                                                            \
    ((vec)->items = memory_grow((vec)->items, (vec)->count, &(vec)->capacity, sizeof *(vec)->items),                   \
     (vec)->items[(vec)->count++] = (item))

/* Frees the items; the array is empty (and usable) afterwards. */
#define vec_free(vec) (free((vec)->items), (vec)->items = NULL, (vec)->count = (vec)->capacity = 0)

#endif
