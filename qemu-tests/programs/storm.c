// SPDX-License-Identifier: Apache-2.0
/* The firmware's side of storm.bpf.c: the reader of its ring buffer. */
#include <barebpf/ringbuf.h>

#include "storm.skel.h"

struct record {
    uint32_t side, number;
};

uint32_t storm_drain(void)
{
    static uint32_t next[2];
    struct barebpf_ringbuf r = BAREBPF_RINGBUF(bpf_map_records);
    uint32_t wrong = 0, bytes = 0;
    for (const struct record *record; (record = barebpf_ringbuf_peek(r, &bytes)); barebpf_ringbuf_release(r))
        wrong += bytes != sizeof *record || record->side > 1 || record->number != next[record->side & 1]++;
    return wrong;
}
