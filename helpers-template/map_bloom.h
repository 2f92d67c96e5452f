// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_BLOOM_FILTER: tells of values that were never pushed, mostly. Results and flags: kernel documentation,
 * bpf/map_bloom_filter.rst. Bits are chosen by double hashing (A. Kirsch, M. Mitzenmacher, 2006). */
#ifndef BAREBPF_MAP_BLOOM_H
#define BAREBPF_MAP_BLOOM_H

#include "map.h"

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{push,peek}__SYMBOL:
 * BAREBPF_BLOOM_MAP(seen, uint32_t, 100, 5), five bits for a value. */
#define BAREBPF_BLOOM_MAP(symbol, value_type, entry_count, hash_count)                                                 \
    struct {                                                                                                           \
        unsigned char bits[BAREBPF_BLOOM_BYTES(entry_count, hash_count)];                                              \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 0, sizeof(value_type), entry_count);                                    \
    static const struct rt_bloom rt_map_bloom__##symbol = {                                                            \
        bpf_map_##symbol.bits,                                                                                         \
        sizeof(value_type),                                                                                            \
        BAREBPF_BLOOM_BITS(entry_count, hash_count),                                                                   \
        (hash_count),                                                                                                  \
    };                                                                                                                 \
    RT_MAYBE_UNUSED long rt_map_push__##symbol(const void *value, uint64_t flags)                                      \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_bloom_push(rt_map_bloom__##symbol, value, flags));                      \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_peek__##symbol(const void *value)                                                      \
    {                                                                                                                  \
        return rt_bloom_peek(rt_map_bloom__##symbol, value);                                                           \
    }                                                                                                                  \
    _Static_assert((hash_count) >= 1 && (hash_count) <= 15, "as map_extra allows")

/* A filter for the functions below, which are inlined where all of this is constant. */
struct rt_bloom {
    unsigned char *bits;
    uint32_t value_bytes, bit_count, hash_count;
};

/* The step from one bit of a value to the next: odd, so that all its bits differ. */
RT_INLINE uint32_t rt_bloom_step(uint32_t hash)
{
    return (hash ^ hash >> 13) * 0x85ebca6bu | 1;
}

/* Adds a value. 0, or -EINVAL (flags). */
RT_INLINE long rt_bloom_push(struct rt_bloom b, const void *value, uint64_t flags)
{
    if (flags != RT_ANY)
        return -RT_EINVAL;
    uint32_t at = rt_key_hash(value, b.value_bytes), step = rt_bloom_step(at);
    rt_loop_enter(RT_LOOP_BLOOM, b.hash_count);
    for (uint32_t i = 0; i < b.hash_count; i++, at += step) {
        rt_loop_round(RT_LOOP_BLOOM);
        b.bits[(at & (b.bit_count - 1)) / 8] |= (unsigned char)(1u << at % 8);
    }
    return 0;
}

/* 0 when the value may have been added, -ENOENT when it surely was not. */
RT_INLINE long rt_bloom_peek(struct rt_bloom b, const void *value)
{
    uint32_t at = rt_key_hash(value, b.value_bytes), step = rt_bloom_step(at);
    rt_loop_enter(RT_LOOP_BLOOM, b.hash_count);
    for (uint32_t i = 0; i < b.hash_count; i++, at += step) {
        rt_loop_round(RT_LOOP_BLOOM);
        if (!(b.bits[(at & (b.bit_count - 1)) / 8] >> at % 8 & 1))
            return -RT_ENOENT;
    }
    return 0;
}

#endif
