// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_HASH and, with one processor, PERCPU_HASH: static chained nodes, so that the address of a value stays
 * while its key is in the map, and exactly `entries` keys fit. All zero is the empty map: it costs no flash. Semantics
 * of results and flags as in Linux (kernel documentation, bpf/map_hash.rst). The layout, which the host reads too, is
 * described in map_layout.h. */
#ifndef BAREBPF_MAP_HASH_H
#define BAREBPF_MAP_HASH_H

#include "map.h"

#define BAREBPF_HASH_INDEX(entries) BAREBPF_INDEX(BAREBPF_HASH_INDEX_BYTES(entries))

/* The type of such a map's object. */
#define BAREBPF_HASH_STORE(key_type, value_type, entry_count)                                                          \
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
    }

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{lookup,update,delete,each}__SYMBOL:
 * BAREBPF_HASH_MAP(flows, uint32_t, uint64_t, 64). */
#define BAREBPF_HASH_MAP(symbol, key_type, value_type, entry_count)                                                    \
    BAREBPF_HASH_STORE(key_type, value_type, entry_count) bpf_map_##symbol __attribute__((used));                      \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, sizeof(key_type), sizeof(value_type), entry_count);                     \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_HASH_BYTES(sizeof(key_type), sizeof(value_type), (entry_count)), \
                   "the host decodes this layout");                                                                    \
    static const struct rt_hash rt_map_hash__##symbol = {                                                              \
        &bpf_map_##symbol, (entry_count), sizeof(key_type), sizeof(value_type), BAREBPF_PARTS,                         \
    };                                                                                                                 \
    RT_MAYBE_UNUSED void *rt_map_lookup__##symbol(const void *key)                                                     \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_hash_lookup(rt_map_hash__##symbol, key));                               \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_update__##symbol(const void *key, const void *value, uint64_t flags)                   \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_hash_update(rt_map_hash__##symbol, key, value, flags));                 \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_delete__##symbol(const void *key)                                                      \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_hash_delete(rt_map_hash__##symbol, key));                               \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_each__##symbol(rt_callback *callback, void *context, uint64_t flags)                   \
    {                                                                                                                  \
        return rt_hash_each(rt_map_hash__##symbol, BAREBPF_SHARED, callback, context, flags);                          \
    }                                                                                                                  \
    _Static_assert((entry_count) <= 0x100000, "a hash map has at most 2^20 entries")

/* A hash map for the functions below. They are inlined where all of this is constant, so nothing of it is stored. */
struct rt_hash {
    void *map;
    uint32_t entries, key_bytes, value_bytes;
    struct rt_parts parts;
};

/* Where things lie in the map. `index` counts from 1; 0 is none. */
RT_INLINE char *rt_hash_node(struct rt_hash h, uint32_t index)
{
    return (char *)h.map + BAREBPF_HASH_NODES_OFFSET(h.key_bytes, h.value_bytes, h.entries) +
           (index - 1) * BAREBPF_HASH_NODE_BYTES(h.key_bytes, h.value_bytes, h.entries);
}

RT_INLINE uint32_t rt_hash_get(struct rt_hash h, const void *at)
{
    return rt_index_get(at, BAREBPF_HASH_INDEX_BYTES(h.entries));
}

RT_INLINE void rt_hash_set(struct rt_hash h, void *at, uint32_t index)
{
    rt_index_set(at, BAREBPF_HASH_INDEX_BYTES(h.entries), index);
}

/* The bucket of a key. */
RT_INLINE char *rt_hash_bucket(struct rt_hash h, const void *key)
{
    return (char *)h.map + BAREBPF_HASH_BUCKETS_OFFSET(h.entries) +
           (rt_key_hash(key, h.key_bytes) & (BAREBPF_HASH_BUCKETS(h.entries) - 1)) *
               BAREBPF_HASH_INDEX_BYTES(h.entries);
}

RT_INLINE bool rt_hash_equal(const char *a, const char *b, uint32_t key_bytes)
{
    rt_loop_enter(RT_LOOP_KEY_EQUAL, (key_bytes + 3) / 4);
    for (uint32_t at = 0; at < key_bytes; at += 4) {
        rt_loop_round(RT_LOOP_KEY_EQUAL);
        if (rt_key_word(a, at, key_bytes) != rt_key_word(b, at, key_bytes))
            return false;
    }
    return true;
}

/* The link (a bucket or a node's `next`) that leads to the node of `key`; it holds 0 when the key is absent. */
RT_INLINE char *rt_hash_find(struct rt_hash h, const void *key)
{
    char *link = rt_hash_bucket(h, key);
    rt_loop_enter(RT_LOOP_HASH_FIND, h.entries + 1); /* the nodes of a chain, and its end */
    for (;;) {
        rt_loop_round(RT_LOOP_HASH_FIND);
        uint32_t index = rt_hash_get(h, link);
        if (!index)
            return link;
        char *node = rt_hash_node(h, index);
        if (rt_hash_equal(node + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries), key, h.key_bytes))
            return link;
        link = node;
    }
}

RT_INLINE char *rt_hash_value(struct rt_hash h, uint32_t index)
{
    return rt_hash_node(h, index) + BAREBPF_HASH_VALUE_OFFSET(h.key_bytes, h.value_bytes, h.entries);
}

/* Address of the value of `key`, or NULL. */
RT_INLINE void *rt_hash_lookup(struct rt_hash h, const void *key)
{
    uint32_t index = rt_hash_get(h, rt_hash_find(h, key));
    return index ? rt_hash_value(h, index) : NULL;
}

/* An unused node: of the free list, else the first that was never used; 0 when the map is full. */
RT_INLINE uint32_t rt_hash_take(struct rt_hash h)
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

/* Whether `flags` let an update go on when the key is there or not. */
RT_INLINE long rt_update_allowed(bool exists, uint64_t flags, struct rt_parts parts)
{
    if ((flags & ~(uint64_t)RT_LOCKED) > RT_EXIST || ((flags & RT_LOCKED) && parts.lock == RT_NO_PART))
        return -RT_EINVAL;
    flags &= RT_NOEXIST | RT_EXIST;
    if (exists && flags == RT_NOEXIST)
        return -RT_EEXIST;
    return !exists && flags == RT_EXIST ? -RT_ENOENT : 0;
}

/* Makes the unused node `index` the one of `key`, at the end of the chain, where `link` is. */
RT_INLINE void rt_hash_insert(struct rt_hash h, char *link, uint32_t index, const void *key)
{
    char *node = rt_hash_node(h, index);
    rt_hash_set(h, node, 0);
    rt_copy(node + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries), key, h.key_bytes);
    rt_hash_set(h, link, index);
}

/* Sets the value of `key`. 0, or -EINVAL (flags), -EEXIST, -ENOENT, -E2BIG (full). */
RT_INLINE long rt_hash_update(struct rt_hash h, const void *key, const void *value, uint64_t flags)
{
    char *link = rt_hash_find(h, key);
    uint32_t index = rt_hash_get(h, link);
    long refused = rt_update_allowed(index != 0, flags, h.parts);
    if (refused)
        return refused;
    if (!index) {
        index = rt_hash_take(h);
        if (!index)
            return -RT_E2BIG;
        rt_hash_insert(h, link, index, key);
        rt_value_start(rt_hash_value(h, index), h.parts);
    }
    rt_value_set(rt_hash_value(h, index), value, h.value_bytes, h.parts);
    return 0;
}

/* Removes `key`. 0 or -ENOENT. The node's memory stays as it is until it is used again. */
RT_INLINE long rt_hash_delete(struct rt_hash h, const void *key)
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

/* bpf_for_each_map_elem: visits the nodes in turn, each once at most whatever the callback or an interrupt adds and
 * removes. A node is in use when the chain of its key leads to it. Returns how many were visited, the last one by a
 * callback that stopped; or -EINVAL (flags). */
RT_INLINE long rt_hash_each(struct rt_hash h, bool shared, rt_callback *callback, void *context, uint64_t flags)
{
    const char *used = (char *)h.map + BAREBPF_HASH_INDEX_BYTES(h.entries);
    long count = 0;
    if (flags)
        return -RT_EINVAL;
    rt_loop_enter(RT_LOOP_HASH_EACH, h.entries);
    for (uint32_t index = 1; index <= rt_hash_get(h, used); index++) {
        rt_loop_round(RT_LOOP_HASH_EACH);
        char *key = rt_hash_node(h, index) + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries);
        if (RT_EXCLUSIVE(shared, rt_hash_get(h, rt_hash_find(h, key))) != index)
            continue;
        count++;
        if (callback(h.map, key, rt_hash_value(h, index), context))
            break;
    }
    return count;
}

#endif
