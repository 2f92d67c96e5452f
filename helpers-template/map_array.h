// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_ARRAY and, with one processor, PERCPU_ARRAY: values one after the other, found by a bounds check and an
 * address. Semantics of results and flags as in Linux (kernel documentation, bpf/map_array.rst). */
#ifndef BAREBPF_MAP_ARRAY_H
#define BAREBPF_MAP_ARRAY_H

#include "map.h"

/* Defines the map `bpf_map_SYMBOL`: BAREBPF_ARRAY_MAP(counts, uint64_t, 16). */
#define BAREBPF_ARRAY_MAP(symbol, value_type, entry_count)                                                             \
    struct {                                                                                                           \
        BAREBPF_VALUE(value_type) values[entry_count];                                                                 \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 4, sizeof(value_type), entry_count);                                    \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_ARRAY_BYTES(sizeof(value_type), (entry_count)),                  \
                   "the host decodes this layout")

/* The operations on the array `map` (an object defined as above), for the stubs. */
#define BAREBPF_ARRAY_LOOKUP(map, key)                                                                                 \
    rt_array_lookup((map).values, sizeof((map).values[0]), sizeof((map).values) / sizeof((map).values[0]), key)
#define BAREBPF_ARRAY_UPDATE(map, key, from, flags)                                                                    \
    BAREBPF_ARRAY_UPDATE_PARTS(map, key, from, flags, RT_PARTS(RT_NO_PART, RT_NO_PART))
#define BAREBPF_ARRAY_UPDATE_PARTS(map, key, from, flags, parts)                                                       \
    rt_array_update(BAREBPF_ARRAY_LOOKUP(map, key), from, sizeof((map).values[0].value), flags, parts)
#define BAREBPF_ARRAY_EACH(map, callback, context, flags)                                                              \
    rt_array_each(&(map), sizeof((map).values[0]), sizeof((map).values) / sizeof((map).values[0]), callback, context,  \
                  flags)
#define BAREBPF_ARRAY_DELETE(map, key) ((void)(map), (void)(key), -(long)RT_EINVAL)

/* Address of the value whose index `key` points to, or NULL. */
static inline __attribute__((always_inline)) void *rt_array_lookup(void *values, uint32_t stride, uint32_t entries,
                                                                   const void *key)
{
    uint32_t index;
    rt_copy(&index, key, sizeof index);
    return index < entries ? (char *)values + index * stride : NULL;
}

/* Overwrites the value at `slot` (NULL: the index was out of range). Elements of an array always exist. */
static inline __attribute__((always_inline)) long rt_array_update(void *slot, const void *value, uint32_t value_bytes,
                                                                  uint64_t flags, struct rt_parts parts)
{
    bool locked = flags & RT_LOCKED;
    if ((flags & ~(uint64_t)RT_LOCKED) > RT_EXIST)
        return -RT_EINVAL;
    if (!slot)
        return -RT_E2BIG;
    if (flags & RT_NOEXIST)
        return -RT_EEXIST;
    if (locked && parts.lock == RT_NO_PART)
        return -RT_EINVAL;
    unsigned long state = locked && BAREBPF_SHARED ? RT_LOCK() : 0;
    rt_value_set(slot, value, value_bytes, parts);
    if (locked && BAREBPF_SHARED)
        RT_UNLOCK(state);
    return 0;
}

/* bpf_for_each_map_elem: how many values were visited, the last one by a callback that stopped; or -EINVAL (flags). */
static inline __attribute__((always_inline)) long rt_array_each(void *map, uint32_t stride, uint32_t entries,
                                                                rt_callback *callback, void *context, uint64_t flags)
{
    uint32_t index = 0;
    if (flags)
        return -RT_EINVAL;
    rt_loop_enter(RT_LOOP_ARRAY_EACH, entries);
    while (index < entries) {
        rt_loop_round(RT_LOOP_ARRAY_EACH);
        uint32_t key = index++;
        if (callback(map, &key, (char *)map + key * stride, context))
            break;
    }
    return (long)index;
}

#endif
