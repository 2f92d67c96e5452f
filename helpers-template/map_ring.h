// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_RINGBUF and PERF_EVENT_ARRAY: streams of records to the firmware, which reads them with
 * <barebpf/ringbuf.h>. Results and flags: kernel documentation, bpf/ringbuf.rst; the UAPI's bpf.h for perf events.
 * Linux maps the buffer twice so that no record is cut in two; here a tail as long as the longest record does that. */
#ifndef BAREBPF_MAP_RING_H
#define BAREBPF_MAP_RING_H

#include "map.h"

/* Flags of the UAPI. */
#define RT_RING_WAKEUP_FLAGS 3u /* BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP: the firmware polls */
enum { RT_RING_AVAILABLE, RT_RING_SIZE, RT_RING_CONSUMER, RT_RING_PRODUCER }; /* of bpf_ringbuf_query */
#define RT_PERF_INDEX        UINT64_C(0xffffffff)                 /* BPF_F_INDEX_MASK; all of it: this processor */
#define RT_PERF_PACKET(flag) ((uint32_t)((flag) >> 32 & 0xfffff)) /* BPF_F_CTXLEN_MASK: bytes of the packet to add */

#define RT_RING_STORE(byte_count, tail_bytes)                                                                          \
    struct {                                                                                                           \
        uint32_t consumer, producer, lost, zero;                                                                       \
        _Alignas(8) unsigned char data[byte_count];                                                                    \
        unsigned char tail[tail_bytes];                                                                                \
    }

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{reserve,output,query}__SYMBOL. `byte_count` is a power of
 * two; `tail_bytes`, a multiple of 8, the longest record with its header: BAREBPF_RINGBUF_MAP(events, 1024, 32). */
#define BAREBPF_RINGBUF_MAP(symbol, byte_count, tail_bytes)                                                            \
    RT_RING_STORE(byte_count, tail_bytes) bpf_map_##symbol __attribute__((used));                                      \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 0, 0, byte_count);                                                      \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_RING_BYTES((byte_count), (tail_bytes)),                          \
                   "the host decodes this layout");                                                                    \
    static const struct rt_ring rt_map_ring__##symbol = {&bpf_map_##symbol.consumer, (byte_count), (tail_bytes)};      \
    RT_MAYBE_UNUSED void *rt_map_reserve__##symbol(uint64_t bytes, uint64_t flags)                                     \
    {                                                                                                                  \
        return flags ? NULL : RT_EXCLUSIVE(BAREBPF_SHARED, rt_ring_reserve(rt_map_ring__##symbol, bytes));             \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_output__##symbol(const void *from, uint64_t bytes, uint64_t flags)                     \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_ring_output(rt_map_ring__##symbol, from, bytes, flags));                \
    }                                                                                                                  \
    RT_MAYBE_UNUSED uint64_t rt_map_query__##symbol(uint64_t flags)                                                    \
    {                                                                                                                  \
        return rt_ring_query(rt_map_ring__##symbol, flags);                                                            \
    }                                                                                                                  \
    _Static_assert(((byte_count) & ((byte_count) - 1)) == 0 && (byte_count) >= 8 && (tail_bytes) % 8 == 0,             \
                   "a ring has a power of two of bytes")

/* Defines a perf event array of `cpu_count` slots (0: one for each processor) with one such ring, and
 * rt_map_perf__SYMBOL. */
#define BAREBPF_PERF_MAP(symbol, cpu_count, byte_count, tail_bytes)                                                    \
    RT_RING_STORE(byte_count, tail_bytes) bpf_map_##symbol __attribute__((used));                                      \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 4, 4, cpu_count);                                                       \
    static const struct rt_ring rt_map_ring__##symbol = {&bpf_map_##symbol.consumer, (byte_count), (tail_bytes)};      \
    RT_MAYBE_UNUSED long rt_map_perf__##symbol(uint64_t flags, const void *from, uint64_t bytes, struct rt_span rest)  \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED,                                                                            \
                            rt_perf_output(rt_map_ring__##symbol, cpu_count, flags, from, bytes, rest));               \
    }                                                                                                                  \
    _Static_assert(((byte_count) & ((byte_count) - 1)) == 0 && (byte_count) >= 8 && (tail_bytes) % 8 == 0,             \
                   "a ring has a power of two of bytes")

/* A ring for the functions below, which are inlined where all of this is constant. */
struct rt_ring {
    uint32_t *positions; /* consumer, producer, lost: counted in bytes since the start, modulo 2^32 */
    uint32_t bytes, tail_bytes;
};

/* Memory of the program's context that a perf event may add: a packet. */
struct rt_span {
    const void *from;
    uint32_t bytes;
};

/* Room for a record of so many bytes, marked as not yet submitted; NULL when there is none. */
RT_INLINE void *rt_ring_reserve(struct rt_ring r, uint64_t bytes)
{
    volatile uint32_t *consumer = r.positions, *producer = r.positions + 1;
    uint64_t whole = (bytes + BAREBPF_RING_HEADER_BYTES + 7) & ~UINT64_C(7);
    uint32_t start = *producer;
    if (bytes > r.bytes || whole > r.tail_bytes || (uint32_t)(start + (uint32_t)whole - *consumer) > r.bytes - 1) {
        r.positions[2]++;
        return NULL;
    }
    uint32_t *header = (void *)((char *)r.positions + BAREBPF_RING_DATA_OFFSET + (start & (r.bytes - 1)));
    header[0] = (uint32_t)bytes | BAREBPF_RING_BUSY;
    __atomic_signal_fence(__ATOMIC_RELEASE); /* the consumer sees the mark first */
    *producer = start + (uint32_t)whole;
    return header + 2;
}

/* Ends a reservation: the consumer sees the record, or passes over it. */
RT_INLINE void rt_ring_finish(void *record, uint32_t mark)
{
    volatile uint32_t *header = (uint32_t *)record - 2;
    __atomic_signal_fence(__ATOMIC_RELEASE);
    *header = (*header & ~BAREBPF_RING_BUSY) | mark;
}

/* Copies a record into the ring. 0, or -EINVAL (flags), -EAGAIN (no room). */
RT_INLINE long rt_ring_output(struct rt_ring r, const void *from, uint64_t bytes, uint64_t flags)
{
    if (flags & ~(uint64_t)RT_RING_WAKEUP_FLAGS)
        return -RT_EINVAL;
    void *record = rt_ring_reserve(r, bytes);
    if (!record)
        return -RT_EAGAIN;
    __builtin_memcpy(record, from, (size_t)bytes);
    rt_ring_finish(record, 0);
    return 0;
}

RT_INLINE uint64_t rt_ring_query(struct rt_ring r, uint64_t flags)
{
    const volatile uint32_t *positions = r.positions;
    switch (flags) {
    case RT_RING_AVAILABLE: return positions[1] - positions[0];
    case RT_RING_SIZE: return r.bytes;
    case RT_RING_CONSUMER: return positions[0];
    case RT_RING_PRODUCER: return positions[1];
    default: return 0;
    }
}

/* Copies a perf event, and the first bytes of `packet` as flags say. 0, or -EINVAL (flags), -E2BIG (no such processor),
 * -ENOENT (not this one), -EFAULT (the packet is shorter), -ENOSPC (no room). */
RT_INLINE long rt_perf_output(struct rt_ring r, uint32_t cpu_count, uint64_t flags, const void *from, uint64_t bytes,
                              struct rt_span packet)
{
    uint32_t added = RT_PERF_PACKET(flags);
    uint64_t cpu = (flags & RT_PERF_INDEX) == RT_PERF_INDEX ? 0 : flags & RT_PERF_INDEX;
    if (flags >> 52 || (added && !packet.from))
        return -RT_EINVAL;
    if (added > packet.bytes)
        return -RT_EFAULT;
    if (cpu >= (cpu_count ? cpu_count : 1))
        return -RT_E2BIG;
    if (cpu)
        return -RT_ENOENT;
    char *record = rt_ring_reserve(r, bytes + added);
    if (!record)
        return -RT_ENOSPC;
    __builtin_memcpy(record, from, (size_t)bytes);
    __builtin_memcpy(record + bytes, packet.from ? packet.from : from, added);
    rt_ring_finish(record, 0);
    return 0;
}

/* 132, 133: bpf_ringbuf_submit and bpf_ringbuf_discard; the flags only tell whether to wake a consumer. */
RT_MAYBE_UNUSED void rt_helper_ringbuf_submit(void *record, uint64_t flags)
{
    (void)flags;
    rt_ring_finish(record, 0);
}

RT_MAYBE_UNUSED void rt_helper_ringbuf_discard(void *record, uint64_t flags)
{
    (void)flags;
    rt_ring_finish(record, BAREBPF_RING_DISCARDED);
}

#endif
