// SPDX-License-Identifier: Apache-2.0
/* For firmware: reads the records that a program puts into a ring buffer or sends as perf events. One reader a ring; it
 * may be interrupted by the program, and may itself be an interrupt handler. The map's object is declared in
 * NAME.skel.h:
 *
 *     struct barebpf_ringbuf events = BAREBPF_RINGBUF(bpf_map_events);
 *     for (const void *record; (record = barebpf_ringbuf_peek(events, &bytes)); barebpf_ringbuf_release(events))
 *         send(record, bytes);
 */
#ifndef BAREBPF_RINGBUF_H
#define BAREBPF_RINGBUF_H

#include <stddef.h>
#include <stdint.h>

#include <barebpf/map_layout.h>

struct barebpf_ringbuf {
    volatile uint32_t *positions; /* consumer, producer, lost */
    const char *data;
    uint32_t bytes; /* a power of two */
};

/* The ring of a map's object. */
#define BAREBPF_RINGBUF(map) ((struct barebpf_ringbuf){&(map).consumer, (const char *)(map).data, sizeof(map).data})

/* Length and marks of the record at the consumer's position. */
static inline uint32_t barebpf_ringbuf_header(struct barebpf_ringbuf r)
{
    return *(const volatile uint32_t *)(const void *)(r.data + (r.positions[0] & (r.bytes - 1)));
}

/* The oldest record is done with: its room can be used again. Only after barebpf_ringbuf_peek() returned it. */
static inline void barebpf_ringbuf_release(struct barebpf_ringbuf r)
{
    uint32_t length = barebpf_ringbuf_header(r) & ~(BAREBPF_RING_BUSY | BAREBPF_RING_DISCARDED);
    __atomic_signal_fence(__ATOMIC_RELEASE);
    r.positions[0] += (length + BAREBPF_RING_HEADER_BYTES + 7u) & ~7u;
}

/* The oldest record that was submitted, aligned to 8, and its length; NULL when there is none. It stays until it is
 * released. */
static inline const void *barebpf_ringbuf_peek(struct barebpf_ringbuf r, uint32_t *bytes)
{
    while (r.positions[0] != r.positions[1]) {
        uint32_t header = barebpf_ringbuf_header(r);
        __atomic_signal_fence(__ATOMIC_ACQUIRE);
        if (header & BAREBPF_RING_BUSY)
            return NULL;
        if (!(header & BAREBPF_RING_DISCARDED)) {
            *bytes = header;
            return r.data + (r.positions[0] & (r.bytes - 1)) + BAREBPF_RING_HEADER_BYTES;
        }
        barebpf_ringbuf_release(r);
    }
    return NULL;
}

/* Records that found no room since the start. */
static inline uint32_t barebpf_ringbuf_lost(struct barebpf_ringbuf r)
{
    return r.positions[2];
}

#endif
