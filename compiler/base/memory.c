// SPDX-License-Identifier: Apache-2.0
/* Allocation that ends the process instead of returning NULL. */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

#include "diag.h"

_Noreturn void memory_exhausted(void)
{
    fputs("barebpf: error: the host is out of memory; nothing was written\n", stderr);
    exit(STATUS_INPUT);
}

void *memory_alloc(size_t bytes)
{
    void *block = calloc(1, bytes ? bytes : 1);
    if (!block)
        memory_exhausted();
    return block;
}

void *memory_realloc(void *block, size_t bytes)
{
    void *moved = realloc(block, bytes ? bytes : 1);
    if (!moved)
        memory_exhausted();
    return moved;
}

void *memory_grow(void *items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return items;
    if (*capacity > UINT32_MAX / 2)
        memory_exhausted();
    *capacity = *capacity ? *capacity * 2 : 8;
    return memory_realloc(items, *capacity * item_bytes);
}
