// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_HASH: static chained nodes, so that the address of a value stays while its key is in the map, and
 * exactly `entries` keys fit. All zero is the empty map: it costs no flash. Semantics of results and flags as in Linux
 * (kernel documentation, bpf/map_hash.rst). The layout, which the host reads too, is described in map_layout.h. */
#ifndef BAREBPF_MAP_HASH_H
#define BAREBPF_MAP_HASH_H

#include "map_array.h"

/* A function of which some programs use nothing. */
#define RT_MAYBE_UNUSED static inline __attribute__((unused))

#define BAREBPF_HASH_INDEX(entries) __typeof__(__builtin_choose_expr((entries) < 65535u, (uint16_t)0, (uint32_t)0))

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{lookup,update,delete}__SYMBOL:
 * BAREBPF_HASH_MAP(flows, uint32_t, uint64_t, 64). */
#define BAREBPF_HASH_MAP(symbol, key_type, value_type, entry_count)                                                    \
    struct {                                                                                                           \
        BAREBPF_HASH_INDEX(entry_count) free, used;                                                                    \
        BAREBPF_HASH_INDEX(entry_count) buckets[BAREBPF_HASH_BUCKETS(entry_count)];                                    \
        struct {                                                                                                       \
            BAREBPF_HASH_INDEX(entry_count) next;                                                                      \
            struct {                                                                                                   \
                _Alignas(BAREBPF_KEY_ALIGN(sizeof(key_type))) unsigned char bytes[sizeof(key_type)];                   \
            } key;                                                                                                     \
            _Alignas(BAREBPF_VALUE_ALIGN(sizeof(value_type))) value_type value;                                        \
        } nodes[entry_count];                                                                                          \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, sizeof(key_type), sizeof(value_type), entry_count);                     \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_HASH_BYTES(sizeof(key_type), sizeof(value_type), (entry_count)), \
                   "the host decodes this layout");                                                                    \
    static const struct rt_hash rt_map_hash__##symbol = {                                                              \
        &bpf_map_##symbol,                                                                                             \
        (entry_count),                                                                                                 \
        sizeof(key_type),                                                                                              \
        sizeof(value_type),                                                                                            \
    };                                                                                                                 \
    RT_MAYBE_UNUSED void *rt_map_lookup__##symbol(const void *key)                                                     \
    {                                                                                                                  \
        return rt_hash_lookup(rt_map_hash__##symbol, key);                                                             \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_update__##symbol(const void *key, const void *value, uint64_t flags)                   \
    {                                                                                                                  \
        return rt_hash_update(rt_map_hash__##symbol, key, value, flags);                                               \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_delete__##symbol(const void *key)                                                      \
    {                                                                                                                  \
        return rt_hash_delete(rt_map_hash__##symbol, key);                                                             \
    }                                                                                                                  \
    _Static_assert((entry_count) <= 0x100000, "a hash map has at most 2^20 entries")

/* A hash map for the functions below. They are inlined where all of this is constant, so nothing of it is stored. */
struct rt_hash {
    void *map;
    uint32_t entries, key_bytes, value_bytes;
};

#define RT_HASH_INLINE static inline __attribute__((always_inline))

/* Where things lie in the map. `index` counts from 1; 0 is none. */
RT_HASH_INLINE char *rt_hash_node(struct rt_hash h, uint32_t index)
{
    return (char *)h.map + BAREBPF_HASH_NODES_OFFSET(h.key_bytes, h.value_bytes, h.entries) +
           (index - 1) * BAREBPF_HASH_NODE_BYTES(h.key_bytes, h.value_bytes, h.entries);
}

RT_HASH_INLINE uint32_t rt_hash_get(struct rt_hash h, const void *at)
{
    return BAREBPF_HASH_INDEX_BYTES(h.entries) == 2 ? *(const uint16_t *)at : *(const uint32_t *)at;
}

RT_HASH_INLINE void rt_hash_set(struct rt_hash h, void *at, uint32_t index)
{
    if (BAREBPF_HASH_INDEX_BYTES(h.entries) == 2)
        *(uint16_t *)at = (uint16_t)index;
    else
        *(uint32_t *)at = index;
}

/* A word of a key; the last one may be short. */
RT_HASH_INLINE uint32_t rt_hash_word(const char *key, uint32_t at, uint32_t key_bytes)
{
    uint32_t word = 0;
    if (key_bytes - at >= 4)
        rt_copy(&word, key + at, 4);
    else
        for (uint32_t i = 0; i < key_bytes - at; i++)
            word |= (uint32_t)(unsigned char)key[at + i] << (8 * i);
    return word;
}

/* The bucket of a key: multiplicative hashing, word by word. */
RT_HASH_INLINE char *rt_hash_bucket(struct rt_hash h, const void *key)
{
    uint32_t hash = 0;
    for (uint32_t at = 0; at < h.key_bytes; at += 4) {
        hash = (hash ^ rt_hash_word(key, at, h.key_bytes)) * 0x9e3779b1u;
        hash ^= hash >> 15;
    }
    return (char *)h.map + BAREBPF_HASH_BUCKETS_OFFSET(h.entries) +
           (hash & (BAREBPF_HASH_BUCKETS(h.entries) - 1)) * BAREBPF_HASH_INDEX_BYTES(h.entries);
}

RT_HASH_INLINE bool rt_hash_equal(const char *a, const char *b, uint32_t key_bytes)
{
    for (uint32_t at = 0; at < key_bytes; at += 4)
        if (rt_hash_word(a, at, key_bytes) != rt_hash_word(b, at, key_bytes))
            return false;
    return true;
}

/* The link (a bucket or a node's `next`) that leads to the node of `key`; it holds 0 when the key is absent. */
RT_HASH_INLINE char *rt_hash_find(struct rt_hash h, const void *key)
{
    char *link = rt_hash_bucket(h, key);
    for (;;) {
        uint32_t index = rt_hash_get(h, link);
        if (!index)
            return link;
        char *node = rt_hash_node(h, index);
        if (rt_hash_equal(node + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries), key, h.key_bytes))
            return link;
        link = node;
    }
}

RT_HASH_INLINE char *rt_hash_value(struct rt_hash h, uint32_t index)
{
    return rt_hash_node(h, index) + BAREBPF_HASH_VALUE_OFFSET(h.key_bytes, h.value_bytes, h.entries);
}

/* Address of the value of `key`, or NULL. */
RT_HASH_INLINE void *rt_hash_lookup(struct rt_hash h, const void *key)
{
    uint32_t index = rt_hash_get(h, rt_hash_find(h, key));
    return index ? rt_hash_value(h, index) : NULL;
}

/* An unused node: of the free list, else the first that was never used; 0 when the map is full. */
RT_HASH_INLINE uint32_t rt_hash_take(struct rt_hash h)
{
    char *free = h.map, *used = free + BAREBPF_HASH_INDEX_BYTES(h.entries);
    uint32_t index = rt_hash_get(h, free);
    if (index) {
        rt_hash_set(h, free, rt_hash_get(h, rt_hash_node(h, index)));
        return index;
    }
    index = rt_hash_get(h, used);
    if (index == h.entries)
        return 0;
    rt_hash_set(h, used, index + 1);
    return index + 1;
}

/* Sets the value of `key`. 0, or -EINVAL (flags), -EEXIST, -ENOENT, -E2BIG (full). */
RT_HASH_INLINE long rt_hash_update(struct rt_hash h, const void *key, const void *value, uint64_t flags)
{
    if (flags > RT_EXIST)
        return -RT_EINVAL;
    char *link = rt_hash_find(h, key);
    uint32_t index = rt_hash_get(h, link);
    if (index && flags == RT_NOEXIST)
        return -RT_EEXIST;
    if (!index) {
        if (flags == RT_EXIST)
            return -RT_ENOENT;
        index = rt_hash_take(h);
        if (!index)
            return -RT_E2BIG;
        char *node = rt_hash_node(h, index);
        rt_hash_set(h, node, 0);
        rt_copy(node + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries), key, h.key_bytes);
        rt_hash_set(h, link, index);
    }
    __builtin_memmove(rt_hash_value(h, index), value, h.value_bytes); /* may be the value itself */
    return 0;
}

/* Removes `key`. 0 or -ENOENT. The node's memory stays as it is until it is used again. */
RT_HASH_INLINE long rt_hash_delete(struct rt_hash h, const void *key)
{
    char *link = rt_hash_find(h, key), *free = h.map;
    uint32_t index = rt_hash_get(h, link);
    if (!index)
        return -RT_ENOENT;
    char *node = rt_hash_node(h, index);
    rt_hash_set(h, link, rt_hash_get(h, node));
    rt_hash_set(h, node, rt_hash_get(h, free));
    rt_hash_set(h, free, index);
    return 0;
}

#endif
