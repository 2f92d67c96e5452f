// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_ARRAY_OF_MAPS and HASH_OF_MAPS: a table of maps in flash, by the numbers under which the object's
 * `values` puts them; where none is, NULL. */
#ifndef BAREBPF_MAP_MAPS_H
#define BAREBPF_MAP_MAPS_H

#include "map.h"

/* Defines the map `bpf_map_SYMBOL` and its operation rt_map_lookup__SYMBOL:
 * BAREBPF_MAPS_MAP(tables, 8, 2, &bpf_map_first, &bpf_map_second), of 8 entries, 2 of which are there. */
#define BAREBPF_MAPS_MAP(symbol, entry_count, value_count, ...)                                                        \
    void *const bpf_map_##symbol[value_count] __attribute__((used)) = {__VA_ARGS__};                                   \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 4, 4, entry_count);                                                     \
    RT_MAYBE_UNUSED void *rt_map_lookup__##symbol(const void *key)                                                     \
    {                                                                                                                  \
        uint32_t index;                                                                                                \
        rt_copy(&index, key, sizeof index);                                                                            \
        return index < (value_count) ? bpf_map_##symbol[index] : NULL;                                                 \
    }                                                                                                                  \
    _Static_assert((value_count) <= (entry_count), "a map of maps holds its values")

#endif
