// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_LPM_TRIE: the value of the longest prefix that a key begins with. A trie whose nodes hold whole
 * prefixes; a node is an entry, or branches and has two children, so that `entries` prefixes never need more than
 * entries - 1 branching nodes, and exactly that many are there. Results and flags: kernel documentation,
 * bpf/map_lpm_trie.rst. */
#ifndef BAREBPF_MAP_TRIE_H
#define BAREBPF_MAP_TRIE_H

#include "map_hash.h"

#define BAREBPF_TRIE_INDEX(entries) BAREBPF_INDEX(BAREBPF_TRIE_INDEX_BYTES(entries))

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{lookup,update,delete}__SYMBOL; keys are a uint32_t prefix
 * length in bits and the data: BAREBPF_TRIE_MAP(routes, struct ipv4_prefix, uint32_t, 64). */
#define BAREBPF_TRIE_MAP(symbol, key_type, value_type, entry_count)                                                    \
    struct {                                                                                                           \
        BAREBPF_TRIE_INDEX(entry_count) root, free_entry, used_entries, free_branch, used_branches;                    \
        struct {                                                                                                       \
            BAREBPF_TRIE_INDEX(entry_count) children[2];                                                               \
            uint16_t prefix_bits;                                                                                      \
            unsigned char data[sizeof(key_type) - 4];                                                                  \
        } nodes[2 * (entry_count) - 1];                                                                                \
        BAREBPF_VALUE(value_type) values[entry_count];                                                                 \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, sizeof(key_type), sizeof(value_type), entry_count);                     \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_TRIE_BYTES(sizeof(key_type), sizeof(value_type), (entry_count)), \
                   "the host decodes this layout");                                                                    \
    static const struct rt_trie rt_map_trie__##symbol = {                                                              \
        &bpf_map_##symbol,                                                                                             \
        (entry_count),                                                                                                 \
        sizeof(key_type),                                                                                              \
        sizeof(value_type),                                                                                            \
    };                                                                                                                 \
    RT_MAYBE_UNUSED void *rt_map_lookup__##symbol(const void *key)                                                     \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_trie_lookup(rt_map_trie__##symbol, key));                               \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_update__##symbol(const void *key, const void *value, uint64_t flags)                   \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_trie_update(rt_map_trie__##symbol, key, value, flags));                 \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_delete__##symbol(const void *key)                                                      \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_trie_delete(rt_map_trie__##symbol, key));                               \
    }                                                                                                                  \
    _Static_assert((entry_count) <= 0x100000 && sizeof(key_type) > 4 && sizeof(key_type) <= 260, "as in Linux")

/* A trie for the functions below, which are inlined where all of this is constant. */
struct rt_trie {
    void *map;
    uint32_t entries, key_bytes, value_bytes;
};

/* Where the five indices of the header lie, in units of an index. Free nodes are linked by their first child. */
enum { RT_TRIE_ROOT, RT_TRIE_FREE_ENTRY, RT_TRIE_USED_ENTRIES, RT_TRIE_FREE_BRANCH, RT_TRIE_USED_BRANCHES };

RT_INLINE uint32_t rt_trie_get(struct rt_trie t, const void *at)
{
    return rt_index_get(at, BAREBPF_TRIE_INDEX_BYTES(t.entries));
}

RT_INLINE void rt_trie_set(struct rt_trie t, void *at, uint32_t index)
{
    rt_index_set(at, BAREBPF_TRIE_INDEX_BYTES(t.entries), index);
}

RT_INLINE char *rt_trie_head(struct rt_trie t, uint32_t which)
{
    return (char *)t.map + which * BAREBPF_TRIE_INDEX_BYTES(t.entries);
}

/* The node; its children are its first two indices. */
RT_INLINE char *rt_trie_node(struct rt_trie t, uint32_t index)
{
    return (char *)t.map + BAREBPF_TRIE_NODES_OFFSET(t.entries) +
           (index - 1) * BAREBPF_TRIE_NODE_BYTES(t.key_bytes, t.entries);
}

RT_INLINE char *rt_trie_child(struct rt_trie t, char *node, unsigned side)
{
    return node + side * BAREBPF_TRIE_INDEX_BYTES(t.entries);
}

RT_INLINE uint16_t *rt_trie_bits(struct rt_trie t, char *node)
{
    return (uint16_t *)(void *)(node + BAREBPF_TRIE_PREFIX_OFFSET(t.entries));
}

RT_INLINE unsigned char *rt_trie_data(struct rt_trie t, char *node)
{
    return (unsigned char *)node + BAREBPF_TRIE_DATA_OFFSET(t.entries);
}

RT_INLINE void *rt_trie_value(struct rt_trie t, uint32_t index)
{
    return (char *)t.map + BAREBPF_TRIE_VALUES_OFFSET(t.key_bytes, t.value_bytes, t.entries) +
           (index - 1) * BAREBPF_VALUE_STRIDE(t.value_bytes);
}

/* Bit `at` of a prefix, whose first bit is the highest of the first byte. */
RT_INLINE unsigned rt_trie_bit(const unsigned char *data, uint32_t at)
{
    return (unsigned)data[at / 8] >> (7 - at % 8) & 1u;
}

/* The key's length in bits; more than there can be when it is not valid. */
RT_INLINE uint32_t rt_trie_key_bits(const void *key)
{
    uint32_t bits;
    rt_copy(&bits, key, sizeof bits);
    return bits;
}

/* Bits that a key can have. */
RT_INLINE uint32_t rt_trie_most_bits(struct rt_trie t)
{
    return 8 * (t.key_bytes - 4);
}

/* In how many of their first `limit` bits, `most` or fewer, both agree. */
RT_INLINE uint32_t rt_trie_common(const unsigned char *a, const unsigned char *b, uint32_t limit, uint32_t most)
{
    rt_loop_enter(RT_LOOP_TRIE_BYTES, (most + 7) / 8);
    rt_loop_enter(RT_LOOP_TRIE_BITS, 7);
    for (uint32_t at = 0; at < limit; at += 8) {
        rt_loop_round(RT_LOOP_TRIE_BYTES);
        unsigned differ = (unsigned)(a[at / 8] ^ b[at / 8]);
        if (!differ)
            continue;
        for (; !(differ & 0x80u); differ <<= 1) {
            rt_loop_round(RT_LOOP_TRIE_BITS);
            at++;
        }
        return at < limit ? at : limit;
    }
    return limit;
}

/* An unused entry (of the list of free ones, else the first that was never used) or branching node; 0 when there is
 * none. */
RT_INLINE uint32_t rt_trie_take(struct rt_trie t, bool is_entry)
{
    char *free = rt_trie_head(t, is_entry ? RT_TRIE_FREE_ENTRY : RT_TRIE_FREE_BRANCH);
    char *used = rt_trie_head(t, is_entry ? RT_TRIE_USED_ENTRIES : RT_TRIE_USED_BRANCHES);
    uint32_t index = rt_trie_get(t, free);
    if (index) {
        rt_trie_set(t, free, rt_trie_get(t, rt_trie_node(t, index)));
        return index;
    }
    index = rt_trie_get(t, used);
    if (index == (is_entry ? t.entries : t.entries - 1))
        return 0;
    rt_trie_set(t, used, index + 1);
    return (is_entry ? 0 : t.entries) + index + 1;
}

RT_INLINE void rt_trie_give(struct rt_trie t, uint32_t index)
{
    char *free = rt_trie_head(t, index <= t.entries ? RT_TRIE_FREE_ENTRY : RT_TRIE_FREE_BRANCH);
    rt_trie_set(t, rt_trie_node(t, index), rt_trie_get(t, free));
    rt_trie_set(t, free, index);
}

/* Fills a node without children. */
RT_INLINE char *rt_trie_fill(struct rt_trie t, uint32_t index, const unsigned char *data, uint32_t bits)
{
    char *node = rt_trie_node(t, index);
    rt_trie_set(t, rt_trie_child(t, node, 0), 0);
    rt_trie_set(t, rt_trie_child(t, node, 1), 0);
    *rt_trie_bits(t, node) = (uint16_t)bits;
    __builtin_memmove(rt_trie_data(t, node), data, t.key_bytes - 4); /* gcc sees overlaps where no node can be */
    return node;
}

/* Puts node `to` in the place of `from`, to which `link` leads: it gets its children. */
RT_INLINE void rt_trie_replace(struct rt_trie t, char *link, uint32_t from, uint32_t to)
{
    char *old = rt_trie_node(t, from), *new = rt_trie_node(t, to);
    rt_trie_set(t, rt_trie_child(t, new, 0), rt_trie_get(t, rt_trie_child(t, old, 0)));
    rt_trie_set(t, rt_trie_child(t, new, 1), rt_trie_get(t, rt_trie_child(t, old, 1)));
    rt_trie_set(t, link, to);
    rt_trie_give(t, from);
}

/* Where a search for a prefix ends. */
struct rt_trie_place {
    char *link, *parent; /* leads to the node; leads to the node that `link` is a child of (NULL: link is the root) */
    uint32_t node;       /* where the prefix is, or parts from what is there; 0 behind a leaf */
    uint32_t common;     /* bits that it has in common with that node */
};

RT_INLINE struct rt_trie_place rt_trie_find(struct rt_trie t, const unsigned char *data, uint32_t bits)
{
    struct rt_trie_place p = {.link = rt_trie_head(t, RT_TRIE_ROOT)};
    rt_loop_enter(RT_LOOP_TRIE_FIND, rt_trie_most_bits(t) + 1); /* each node has more bits than its parent */
    while ((p.node = rt_trie_get(t, p.link))) {
        rt_loop_round(RT_LOOP_TRIE_FIND);
        char *node = rt_trie_node(t, p.node);
        uint32_t node_bits = *rt_trie_bits(t, node);
        p.common =
            rt_trie_common(rt_trie_data(t, node), data, node_bits < bits ? node_bits : bits, rt_trie_most_bits(t));
        if (p.common != node_bits || node_bits == bits)
            break;
        p.parent = p.link;
        p.link = rt_trie_child(t, node, rt_trie_bit(data, node_bits));
    }
    return p;
}

/* Address of the value of the longest prefix of `key`, or NULL. */
RT_INLINE void *rt_trie_lookup(struct rt_trie t, const void *key)
{
    const unsigned char *data = (const unsigned char *)key + 4;
    uint32_t bits = rt_trie_key_bits(key), found = 0;
    uint32_t index = bits > rt_trie_most_bits(t) ? 0 : rt_trie_get(t, rt_trie_head(t, RT_TRIE_ROOT));
    rt_loop_enter(RT_LOOP_TRIE_FIND, rt_trie_most_bits(t) + 1);
    while (index) {
        rt_loop_round(RT_LOOP_TRIE_FIND);
        char *node = rt_trie_node(t, index);
        uint32_t node_bits = *rt_trie_bits(t, node);
        if (node_bits > bits ||
            rt_trie_common(rt_trie_data(t, node), data, node_bits, rt_trie_most_bits(t)) != node_bits)
            break;
        found = index <= t.entries ? index : found;
        index = node_bits == bits ? 0 : rt_trie_get(t, rt_trie_child(t, node, rt_trie_bit(data, node_bits)));
    }
    return found ? rt_trie_value(t, found) : NULL;
}

/* Puts the new entry at p: behind a leaf, in place of a branching node, above the node there, or beside it. */
RT_INLINE void rt_trie_insert(struct rt_trie t, struct rt_trie_place p, uint32_t entry, const unsigned char *data,
                              uint32_t bits)
{
    char *node = rt_trie_fill(t, entry, data, bits);
    if (p.node && p.common == bits && *rt_trie_bits(t, rt_trie_node(t, p.node)) == bits) {
        rt_trie_replace(t, p.link, p.node, entry);
        return;
    }
    if (p.node && p.common == bits) {
        rt_trie_set(t, rt_trie_child(t, node, rt_trie_bit(rt_trie_data(t, rt_trie_node(t, p.node)), bits)), p.node);
    } else if (p.node) {
        uint32_t branch = rt_trie_take(t, false); /* there is one: see the head of this file */
        char *above = rt_trie_fill(t, branch, data, p.common);
        unsigned side = rt_trie_bit(data, p.common);
        rt_trie_set(t, rt_trie_child(t, above, side), entry);
        rt_trie_set(t, rt_trie_child(t, above, !side), p.node);
        entry = branch;
    }
    rt_trie_set(t, p.link, entry);
}

/* Sets the value of a prefix. 0, or -EINVAL (flags, length), -EEXIST, -ENOENT, -ENOSPC (full). */
RT_INLINE long rt_trie_update(struct rt_trie t, const void *key, const void *value, uint64_t flags)
{
    const unsigned char *data = (const unsigned char *)key + 4;
    uint32_t bits = rt_trie_key_bits(key);
    if (bits > rt_trie_most_bits(t))
        return -RT_EINVAL;
    struct rt_trie_place p = rt_trie_find(t, data, bits);
    bool exists =
        p.node && p.node <= t.entries && *rt_trie_bits(t, rt_trie_node(t, p.node)) == bits && p.common == bits;
    long refused = rt_update_allowed(exists, flags, BAREBPF_PARTS);
    if (refused)
        return refused;
    uint32_t entry = exists ? p.node : rt_trie_take(t, true);
    if (!entry)
        return -RT_ENOSPC;
    if (!exists)
        rt_trie_insert(t, p, entry, data, bits);
    __builtin_memmove(rt_trie_value(t, entry), value, t.value_bytes); /* may be the value itself */
    return 0;
}

/* The node at `link` goes, its only child, if any, takes its place. */
RT_INLINE void rt_trie_unlink(struct rt_trie t, char *link)
{
    uint32_t index = rt_trie_get(t, link);
    char *node = rt_trie_node(t, index);
    uint32_t left = rt_trie_get(t, rt_trie_child(t, node, 0)), right = rt_trie_get(t, rt_trie_child(t, node, 1));
    rt_trie_set(t, link, left ? left : right);
    rt_trie_give(t, index);
}

/* Removes a prefix. 0, or -EINVAL (length), -ENOENT. */
RT_INLINE long rt_trie_delete(struct rt_trie t, const void *key)
{
    const unsigned char *data = (const unsigned char *)key + 4;
    uint32_t bits = rt_trie_key_bits(key);
    if (bits > rt_trie_most_bits(t))
        return -RT_EINVAL;
    struct rt_trie_place p = rt_trie_find(t, data, bits);
    if (!p.node || p.node > t.entries || p.common != bits || *rt_trie_bits(t, rt_trie_node(t, p.node)) != bits)
        return -RT_ENOENT;
    char *node = rt_trie_node(t, p.node);
    if (rt_trie_get(t, rt_trie_child(t, node, 0)) && rt_trie_get(t, rt_trie_child(t, node, 1))) {
        uint32_t branch = rt_trie_take(t, false);
        rt_trie_fill(t, branch, rt_trie_data(t, node), bits);
        rt_trie_replace(t, p.link, p.node, branch);
        return 0;
    }
    rt_trie_unlink(t, p.link);
    if (p.parent && rt_trie_get(t, p.parent) > t.entries && !rt_trie_get(t, p.link))
        rt_trie_unlink(t, p.parent); /* a branching node with one child left */
    return 0;
}

#endif
