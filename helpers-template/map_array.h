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
    rt_array_update(BAREBPF_ARRAY_LOOKUP(map, key), from, sizeof((map).values[0].value), flags)
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
                                                                  uint64_t flags)
{
    if (flags > RT_EXIST)
        return -RT_EINVAL;
    if (!slot)
        return -RT_E2BIG;
    if (flags == RT_NOEXIST)
        return -RT_EEXIST;
    __builtin_memmove(slot, value, value_bytes); /* may be the value itself */
    return 0;
}

#endif
