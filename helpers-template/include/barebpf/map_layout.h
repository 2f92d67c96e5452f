// SPDX-License-Identifier: Apache-2.0
/* How maps lie in memory, in bytes, as constant expressions: the target's map types assert that they agree, and the
 * host decodes dumps and computes sizes with the same formulas. Arguments must be positive constants or variables of an
 * unsigned type.
 *
 * array: values[entries], one after the other, BAREBPF_VALUE_STRIDE(value_bytes) apart.
 * hash:  index free, used; index buckets[BUCKETS]; node nodes[entries]; an index is 0 (none) or node number + 1.
 *        node: index next; key; value. A node is live when a bucket's chain reaches it. All zero is the empty map.
 * lru:   a hash; index hand; uint8_t referenced[entries], which belong to the nodes.
 * trie:  index root, free entry, used entries, free branch, used branches; node nodes[2 * entries - 1];
 * values[entries]. node: index children[2]; uint16_t prefix_bits; uint8_t data[key_bytes - 4]. Nodes 1..entries hold
 * the value of the same number, those behind them only branch. queue: uint32_t first, count; values[entries], the
 * oldest (stack: the lowest) at `first`, going round. ring:  uint32_t consumer, producer, lost, 0; then the bytes at
 * (position % bytes), with a tail into which the last record of a round may reach, so that no record is cut in two. A
 * record is uint32_t length, 0; then its bytes, to a multiple of 8. Bit 31 of the length: not yet submitted; bit 30:
 * discarded. bloom: bits, a power of two of them.
 */
#ifndef BAREBPF_MAP_LAYOUT_H
#define BAREBPF_MAP_LAYOUT_H

#include <stdint.h>

/* Alignment of a key or value of so many bytes: the next power of two, at most 8. */
#define BAREBPF_VALUE_ALIGN(bytes)  ((bytes) > 4 ? 8u : (bytes) > 2 ? 4u : (bytes) > 1 ? 2u : 1u)
#define BAREBPF_ALIGN_UP(n, align)  (((n) + (align) - 1u) / (align) * (align))
#define BAREBPF_VALUE_STRIDE(bytes) BAREBPF_ALIGN_UP(bytes, BAREBPF_VALUE_ALIGN(bytes))

#define BAREBPF_ARRAY_BYTES(value_bytes, entries) (BAREBPF_VALUE_STRIDE(value_bytes) * (entries))

/* Keys are aligned to at most 4: they are only compared and hashed, by words. */
#define BAREBPF_KEY_ALIGN(bytes) ((bytes) > 2 ? 4u : (bytes) > 1 ? 2u : 1u)

#define BAREBPF_MAX(a, b)                 ((a) > (b) ? (a) : (b))
#define BAREBPF_HASH_INDEX_BYTES(entries) ((entries) < 65535u ? 2u : 4u)

/* The power of two that is at least `entries`, up to 2^20 buckets. */
#define BAREBPF_HASH_BUCKETS(entries)                                                                                  \
    ((entries) <= 1u        ? 1u                                                                                       \
     : (entries) <= 2u      ? 2u                                                                                       \
     : (entries) <= 4u      ? 4u                                                                                       \
     : (entries) <= 8u      ? 8u                                                                                       \
     : (entries) <= 16u     ? 16u                                                                                      \
     : (entries) <= 32u     ? 32u                                                                                      \
     : (entries) <= 64u     ? 64u                                                                                      \
     : (entries) <= 128u    ? 128u                                                                                     \
     : (entries) <= 256u    ? 256u                                                                                     \
     : (entries) <= 512u    ? 512u                                                                                     \
     : (entries) <= 1024u   ? 1024u                                                                                    \
     : (entries) <= 2048u   ? 2048u                                                                                    \
     : (entries) <= 4096u   ? 4096u                                                                                    \
     : (entries) <= 8192u   ? 8192u                                                                                    \
     : (entries) <= 16384u  ? 16384u                                                                                   \
     : (entries) <= 32768u  ? 32768u                                                                                   \
     : (entries) <= 65536u  ? 65536u                                                                                   \
     : (entries) <= 131072u ? 131072u                                                                                  \
     : (entries) <= 262144u ? 262144u                                                                                  \
     : (entries) <= 524288u ? 524288u                                                                                  \
                            : 1048576u)

#define BAREBPF_HASH_KEY_OFFSET(key_bytes, entries)                                                                    \
    BAREBPF_ALIGN_UP(BAREBPF_HASH_INDEX_BYTES(entries), BAREBPF_KEY_ALIGN(key_bytes))
#define BAREBPF_HASH_VALUE_OFFSET(key_bytes, value_bytes, entries)                                                     \
    BAREBPF_ALIGN_UP(BAREBPF_HASH_KEY_OFFSET(key_bytes, entries) + (key_bytes), BAREBPF_VALUE_ALIGN(value_bytes))
#define BAREBPF_HASH_NODE_ALIGN(key_bytes, value_bytes, entries)                                                       \
    BAREBPF_MAX(BAREBPF_HASH_INDEX_BYTES(entries),                                                                     \
                BAREBPF_MAX(BAREBPF_KEY_ALIGN(key_bytes), BAREBPF_VALUE_ALIGN(value_bytes)))
#define BAREBPF_HASH_NODE_BYTES(key_bytes, value_bytes, entries)                                                       \
    BAREBPF_ALIGN_UP(BAREBPF_HASH_VALUE_OFFSET(key_bytes, value_bytes, entries) + (value_bytes),                       \
                     BAREBPF_HASH_NODE_ALIGN(key_bytes, value_bytes, entries))
#define BAREBPF_HASH_BUCKETS_OFFSET(entries) (2u * BAREBPF_HASH_INDEX_BYTES(entries))
#define BAREBPF_HASH_NODES_OFFSET(key_bytes, value_bytes, entries)                                                     \
    BAREBPF_ALIGN_UP(BAREBPF_HASH_BUCKETS_OFFSET(entries) +                                                            \
                         BAREBPF_HASH_INDEX_BYTES(entries) * BAREBPF_HASH_BUCKETS(entries),                            \
                     BAREBPF_HASH_NODE_ALIGN(key_bytes, value_bytes, entries))
#define BAREBPF_HASH_BYTES(key_bytes, value_bytes, entries)                                                            \
    (BAREBPF_HASH_NODES_OFFSET(key_bytes, value_bytes, entries) +                                                      \
     BAREBPF_HASH_NODE_BYTES(key_bytes, value_bytes, entries) * (entries))

/* referenced[] has a byte for each node, hand is the node before the one that is looked at next. */
#define BAREBPF_LRU_HAND_OFFSET(key_bytes, value_bytes, entries) BAREBPF_HASH_BYTES(key_bytes, value_bytes, entries)
#define BAREBPF_LRU_REFERENCED_OFFSET(key_bytes, value_bytes, entries)                                                 \
    (BAREBPF_LRU_HAND_OFFSET(key_bytes, value_bytes, entries) + BAREBPF_HASH_INDEX_BYTES(entries))
#define BAREBPF_LRU_BYTES(key_bytes, value_bytes, entries)                                                             \
    BAREBPF_ALIGN_UP(BAREBPF_LRU_REFERENCED_OFFSET(key_bytes, value_bytes, entries) + (entries),                       \
                     BAREBPF_HASH_NODE_ALIGN(key_bytes, value_bytes, entries))

/* Keys of tries begin with the uint32_t prefix length. */
#define BAREBPF_TRIE_INDEX_BYTES(entries)   ((entries) < 32768u ? 2u : 4u)
#define BAREBPF_TRIE_PREFIX_OFFSET(entries) (2u * BAREBPF_TRIE_INDEX_BYTES(entries))
#define BAREBPF_TRIE_DATA_OFFSET(entries)   (BAREBPF_TRIE_PREFIX_OFFSET(entries) + 2u)
#define BAREBPF_TRIE_NODES_OFFSET(entries)  (5u * BAREBPF_TRIE_INDEX_BYTES(entries))
#define BAREBPF_TRIE_NODE_BYTES(key_bytes, entries)                                                                    \
    BAREBPF_ALIGN_UP(BAREBPF_TRIE_DATA_OFFSET(entries) + (key_bytes) - 4u, BAREBPF_TRIE_INDEX_BYTES(entries))
#define BAREBPF_TRIE_VALUES_OFFSET(key_bytes, value_bytes, entries)                                                    \
    BAREBPF_ALIGN_UP(BAREBPF_TRIE_NODES_OFFSET(entries) +                                                              \
                         BAREBPF_TRIE_NODE_BYTES(key_bytes, entries) * (2u * (entries) - 1u),                          \
                     BAREBPF_VALUE_ALIGN(value_bytes))
#define BAREBPF_TRIE_BYTES(key_bytes, value_bytes, entries)                                                            \
    BAREBPF_ALIGN_UP(BAREBPF_TRIE_VALUES_OFFSET(key_bytes, value_bytes, entries) +                                     \
                         BAREBPF_VALUE_STRIDE(value_bytes) * (entries),                                                \
                     BAREBPF_MAX(BAREBPF_TRIE_INDEX_BYTES(entries), BAREBPF_VALUE_ALIGN(value_bytes)))

#define BAREBPF_QUEUE_VALUES_OFFSET 8u
#define BAREBPF_QUEUE_BYTES(value_bytes, entries)                                                                      \
    BAREBPF_ALIGN_UP(BAREBPF_QUEUE_VALUES_OFFSET + BAREBPF_VALUE_STRIDE(value_bytes) * (entries),                      \
                     BAREBPF_MAX(4u, BAREBPF_VALUE_ALIGN(value_bytes)))

#define BAREBPF_RING_DATA_OFFSET                   16u
#define BAREBPF_RING_HEADER_BYTES                  8u
#define BAREBPF_RING_BUSY                          0x80000000u
#define BAREBPF_RING_DISCARDED                     0x40000000u
#define BAREBPF_RING_BYTES(byte_count, tail_bytes) (BAREBPF_RING_DATA_OFFSET + (byte_count) + (tail_bytes))

/* Bits of a bloom filter: Linux's 7/5 of entries times hash functions, to a power of two; at most 2^20. */
#define BAREBPF_BLOOM_BITS(entries, hash_count)                                                                        \
    BAREBPF_HASH_BUCKETS(((entries) > 0x100000u ? 0x100000u : (entries)) * (hash_count) / 5u * 7u + 8u)
#define BAREBPF_BLOOM_BYTES(entries, hash_count) (BAREBPF_BLOOM_BITS(entries, hash_count) / 8u)

#endif
