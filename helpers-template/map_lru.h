// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_LRU_HASH and LRU_PERCPU_HASH: a hash that is never full. When it has no unused node, a hand goes round
 * the nodes and takes the first whose key was not looked up or updated since the hand last passed (the "clock"
 * algorithm, F. J. Corbató, 1968): nearly the least recently used one, for one byte a node. As in Linux a new key
 * starts unmarked. */
#ifndef BAREBPF_MAP_LRU_H
#define BAREBPF_MAP_LRU_H

#include "map_hash.h"

/* Defines the map `bpf_map_SYMBOL` and its operations, as BAREBPF_HASH_MAP does. */
#define BAREBPF_LRU_MAP(symbol, key_type, value_type, entry_count)                                                     \
    struct {                                                                                                           \
        BAREBPF_HASH_STORE(key_type, value_type, entry_count) hash;                                                    \
        BAREBPF_HASH_INDEX(entry_count) hand;                                                                          \
        unsigned char referenced[entry_count];                                                                         \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, sizeof(key_type), sizeof(value_type), entry_count);                     \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_LRU_BYTES(sizeof(key_type), sizeof(value_type), (entry_count)),  \
                   "the host decodes this layout");                                                                    \
    static const struct rt_hash rt_map_hash__##symbol = {                                                              \
        &bpf_map_##symbol, (entry_count), sizeof(key_type), sizeof(value_type), BAREBPF_PARTS,                         \
    };                                                                                                                 \
    RT_MAYBE_UNUSED void *rt_map_lookup__##symbol(const void *key)                                                     \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_lru_lookup(rt_map_hash__##symbol, key));                                \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_update__##symbol(const void *key, const void *value, uint64_t flags)                   \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_lru_update(rt_map_hash__##symbol, key, value, flags));                  \
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

/* The mark of node `index`. */
RT_INLINE unsigned char *rt_lru_mark(struct rt_hash h, uint32_t index)
{
    return (unsigned char *)h.map + BAREBPF_LRU_REFERENCED_OFFSET(h.key_bytes, h.value_bytes, h.entries) + index - 1;
}

/* Address of the value of `key`, which is marked as used, or NULL. */
RT_INLINE void *rt_lru_lookup(struct rt_hash h, const void *key)
{
    uint32_t index = rt_hash_get(h, rt_hash_find(h, key));
    if (!index)
        return NULL;
    *rt_lru_mark(h, index) = 1;
    return rt_hash_value(h, index);
}

/* Frees a node of the full map h, and returns it. Ends in the second round at the latest: the first one clears marks.
 */
RT_INLINE uint32_t rt_lru_evict(struct rt_hash h)
{
    char *hand = (char *)h.map + BAREBPF_LRU_HAND_OFFSET(h.key_bytes, h.value_bytes, h.entries);
    uint32_t index = rt_hash_get(h, hand);
    rt_loop_enter(RT_LOOP_LRU_EVICT, h.entries + 1);
    for (;;) {
        rt_loop_round(RT_LOOP_LRU_EVICT);
        index = index == h.entries ? 1 : index + 1;
        if (!*rt_lru_mark(h, index))
            break;
        *rt_lru_mark(h, index) = 0;
    }
    rt_hash_set(h, hand, index);
    char *node = rt_hash_node(h, index);
    char *link = rt_hash_find(h, node + BAREBPF_HASH_KEY_OFFSET(h.key_bytes, h.entries));
    rt_hash_set(h, link, rt_hash_get(h, node));
    return index;
}

/* Sets the value of `key`. 0, or -EINVAL (flags), -EEXIST, -ENOENT. */
RT_INLINE long rt_lru_update(struct rt_hash h, const void *key, const void *value, uint64_t flags)
{
    uint32_t index = rt_hash_get(h, rt_hash_find(h, key));
    long refused = rt_update_allowed(index != 0, flags, h.parts);
    if (refused)
        return refused;
    if (index) {
        *rt_lru_mark(h, index) = 1;
    } else {
        index = rt_hash_take(h);
        if (!index)
            index = rt_lru_evict(h);
        *rt_lru_mark(h, index) = 0;
        rt_hash_insert(h, rt_hash_find(h, key), index, key); /* found again: the chain may have lost its end */
        rt_value_start(rt_hash_value(h, index), h.parts);
    }
    rt_value_set(rt_hash_value(h, index), value, h.value_bytes, h.parts);
    return 0;
}

#endif
