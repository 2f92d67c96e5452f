// SPDX-License-Identifier: Apache-2.0
/* Blocks for states (meter.h). Slabs grow with what is needed; large ones ask for large pages. */
#include "meter.h"

#include <string.h>
#include <sys/mman.h>

#define FIRST_SLAB ((size_t)64 << 10)
#define LAST_SLAB  ((size_t)8 << 20)
#define LARGE_PAGE ((size_t)2 << 20)

/* The sanitizers are to see every block by itself. */
#ifdef __SANITIZE_ADDRESS__
#define PLAIN_BLOCKS 1
#else
#define PLAIN_BLOCKS 0
#endif

static size_t class_of(size_t bytes)
{
    return (bytes + METER_STEP - 1) / METER_STEP;
}

/* Starts a new slab, which can hold a block of any class. */
static void add_slab(struct meter *meter)
{
    size_t bytes = FIRST_SLAB;
    for (uint32_t i = 0; i < meter->slabs.count && bytes < LAST_SLAB; i++)
        bytes *= 2;
    bool large = bytes >= LARGE_PAGE;
    void *slab = large ? aligned_alloc(LARGE_PAGE, bytes) : memory_realloc(NULL, bytes);
    if (!slab)
        memory_exhausted();
    if (large)
        madvise(slab, bytes, MADV_HUGEPAGE); /* only a wish */
    vec_push(&meter->slabs, slab);
    meter->next = slab;
    meter->left = bytes;
}

void *meter_alloc(struct meter *meter, size_t bytes)
{
    size_t class = class_of(bytes);
    if (!meter)
        return memory_realloc(NULL, bytes);
    meter->bytes += bytes;
    if (PLAIN_BLOCKS || class >= METER_CLASSES)
        return memory_realloc(NULL, bytes);
    void *block = meter->freed[class];
    if (block) {
        memcpy(&meter->freed[class], block, sizeof block);
        return block;
    }
    if (meter->left < class * METER_STEP)
        add_slab(meter);
    block = meter->next;
    meter->next += class * METER_STEP;
    meter->left -= class * METER_STEP;
    return block;
}

void meter_free(struct meter *meter, void *block, size_t bytes)
{
    size_t class = class_of(bytes);
    if (meter)
        meter->bytes -= bytes;
    if (!meter || PLAIN_BLOCKS || class >= METER_CLASSES) {
        free(block);
        return;
    }
    memcpy(block, &meter->freed[class], sizeof block);
    meter->freed[class] = block;
}

void meter_end(struct meter *meter)
{
    for (uint32_t i = 0; i < meter->slabs.count; i++)
        free(meter->slabs.items[i]);
    vec_free(&meter->slabs);
    *meter = (struct meter){0};
}
