// SPDX-License-Identifier: Apache-2.0
/* Where states lie: blocks of host memory, counted while they are in use, and kept for the next one of their size when
 * they are freed, since states come and go by the million. */
#ifndef BAREBPF_VERIFY_METER_H
#define BAREBPF_VERIFY_METER_H

#include <stdbool.h>

#include "../base/memory.h"

#define METER_STEP    32u  /* sizes of blocks are multiples of it */
#define METER_CLASSES 128u /* larger blocks than METER_STEP * METER_CLASSES come from malloc() */

struct meter {
    uint32_t frame_bytes; /* stack memory of every frame in it; 0 = the default */
    uint64_t bytes;       /* of the blocks in use */
    void *freed[METER_CLASSES];
    VEC(void *) slabs;
    char *next; /* unused memory of the newest slab */
    size_t left;
};

/* A block that is not zeroed. `meter` may be NULL: from malloc(). */
void *meter_alloc(struct meter *meter, size_t bytes);
void meter_free(struct meter *meter, void *block, size_t bytes);

/* Frees all memory; blocks that were not freed are gone. */
void meter_end(struct meter *meter);

#endif
