// SPDX-License-Identifier: Apache-2.0
/* Arena: a list of blocks, the newest first, each up to twice as large as the one before, so that small arenas are
 * cheap; allocation bumps a mark in the newest block. */
#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Under AddressSanitizer what is not handed out is poisoned, with a gap behind each allocation, so that reading beyond
 * one is seen as with malloc(). */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define GAP_BYTES 16
#else
#define GAP_BYTES                                   0
#define ASAN_POISON_MEMORY_REGION(address, bytes)   ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

#define FIRST_BYTES 512
#define BLOCK_BYTES 16384
#define ALIGNMENT   16

struct arena_block {
    struct arena_block *next;
    size_t used, size; /* bytes of data[] */
    _Alignas(ALIGNMENT) unsigned char data[];
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        memory_exhausted();
    size_t need = (bytes + GAP_BYTES + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < need) {
        size_t size = !block ? FIRST_BYTES : block->size < BLOCK_BYTES / 2 ? 2 * block->size : BLOCK_BYTES;
        size = need > size ? need : size;
        block = memory_alloc(sizeof *block + size);
        block->size = size;
        block->next = arena->blocks;
        arena->blocks = block;
        ASAN_POISON_MEMORY_REGION(block->data, size);
    }
    void *result = block->data + block->used;
    block->used += need;
    ASAN_UNPOISON_MEMORY_REGION(result, bytes);
    return result;
}

void *arena_array(struct arena *arena, size_t count, size_t item_bytes)
{
    if (item_bytes && count > SIZE_MAX / item_bytes)
        memory_exhausted();
    return arena_alloc(arena, count * item_bytes);
}

void *arena_memdup(struct arena *arena, const void *data, size_t bytes)
{
    void *copy = arena_alloc(arena, bytes);
    if (bytes)
        memcpy(copy, data, bytes);
    return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t bytes)
{
    size_t length = strnlen(text, bytes);
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1);
    vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, format, again);
    va_end(again);
    return text;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
