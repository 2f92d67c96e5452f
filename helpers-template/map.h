// SPDX-License-Identifier: Apache-2.0
/* What the map types share. A map is one static object, bpf_map_SYMBOL, whose layout map_layout.h describes; its
 * operations are functions rt_map_OPERATION__SYMBOL, specialised for its sizes, which are constants. Results and flags
 * are Linux's (kernel documentation, bpf/maps.rst and map_*.rst). */
#ifndef BAREBPF_MAP_H
#define BAREBPF_MAP_H

#include <barebpf/map_layout.h>

#include "lock.h"
#include "rt.h"

/* A function of which some programs use nothing; one that is a part of others. */
#define RT_MAYBE_UNUSED static inline __attribute__((unused))
#define RT_INLINE       static inline __attribute__((always_inline))

/* A key or value of which only the size is known. */
#define BAREBPF_BYTES(count)                                                                                           \
    struct {                                                                                                           \
        unsigned char bytes[count];                                                                                    \
    }

/* An array element: a value, so that the next one is aligned as well. */
#define BAREBPF_VALUE(value_type)                                                                                      \
    struct {                                                                                                           \
        _Alignas(BAREBPF_VALUE_ALIGN(sizeof(value_type))) value_type value;                                            \
    }

/* What the map has, for the compiler, which compares it with the program and then drops it. */
#define BAREBPF_MAP_SHAPE(shape, key_size, value_size, entry_count)                                                    \
    extern const uint32_t shape[3];                                                                                    \
    const uint32_t shape[3] = {(key_size), (value_size), (entry_count)}

/* Words of so many bytes that an index into a map's nodes takes. */
#define BAREBPF_INDEX(bytes) __typeof__(__builtin_choose_expr((bytes) == 2u, (uint16_t)0, (uint32_t)0))

/* Reads and writes such an index. */
RT_INLINE uint32_t rt_index_get(const void *at, uint32_t index_bytes)
{
    return index_bytes == 2 ? *(const uint16_t *)at : *(const uint32_t *)at;
}

RT_INLINE void rt_index_set(void *at, uint32_t index_bytes, uint32_t index)
{
    if (index_bytes == 2)
        *(uint16_t *)at = (uint16_t)index;
    else
        *(uint32_t *)at = index;
}

/* Four bytes of a key, the last ones may be fewer. */
RT_INLINE uint32_t rt_key_word(const char *key, uint32_t at, uint32_t key_bytes)
{
    uint32_t word = 0;
    if (key_bytes - at >= 4)
        rt_copy(&word, key + at, 4);
    else
        for (uint32_t i = 0; i < key_bytes - at; i++)
            word |= (uint32_t)(unsigned char)key[at + i] << (8 * i);
    return word;
}

/* Multiplicative hashing, word by word. */
RT_INLINE uint32_t rt_key_hash(const void *key, uint32_t key_bytes)
{
    uint32_t hash = 0;
    for (uint32_t at = 0; at < key_bytes; at += 4) {
        hash = (hash ^ rt_key_word(key, at, key_bytes)) * 0x9e3779b1u;
        hash ^= hash >> 15;
    }
    return hash;
}

#endif
