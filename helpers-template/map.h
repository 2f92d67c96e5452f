// SPDX-License-Identifier: Apache-2.0
/* What the map types share. A map is one static object, bpf_map_SYMBOL, whose layout map_layout.h describes; its
 * operations are functions rt_map_OPERATION__SYMBOL, specialised for its sizes, which are constants. Results and flags
 * are Linux's (kernel documentation, bpf/maps.rst and map_*.rst). */
#ifndef BAREBPF_MAP_H
#define BAREBPF_MAP_H

#include <barebpf/map_layout.h>

#include "lock.h"
#include "loops.h"
#include "rt.h"

/* A function of which some programs use nothing; one that is a part of others. */
#define RT_MAYBE_UNUSED static inline __attribute__((unused))
#define RT_INLINE       static inline __attribute__((always_inline))

/* A key or value of which only the size is known. */
#define BAREBPF_BYTES(count)                                                                                           \
    struct {                                                                                                           \
        unsigned char bytes[count];                                                                                    \
    }

/* Where a struct bpf_spin_lock and a struct bpf_timer lie in a map's values, which updates do not copy. */
struct rt_parts {
    uint32_t lock, timer; /* RT_NO_PART: there is none */
};
#define RT_NO_PART            UINT32_MAX
#define RT_LOCK_BYTES         4u
#define RT_TIMER_BYTES        16u
#define RT_PARTS(lock, timer) ((struct rt_parts){(lock), (timer)})

/* The parts of the values of the maps that are defined below; generated stubs say so before each map that has some. */
#define BAREBPF_PARTS RT_PARTS(RT_NO_PART, RT_NO_PART)

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

/* Copies bytes but for a lock among them; offset and size are constants. */
RT_INLINE void rt_copy_around(char *to, const char *from, uint32_t bytes, uint32_t lock)
{
    if (lock >= bytes) {
        __builtin_memmove(to, from, bytes); /* may be the value itself */
        return;
    }
    __builtin_memmove(to, from, lock);
    __builtin_memmove(to + lock + RT_LOCK_BYTES, from + lock + RT_LOCK_BYTES, bytes - lock - RT_LOCK_BYTES);
}

/* Overwrites a value of a map. Its lock stays as it is; its timer ends, as if it had never been initialised. */
RT_INLINE void rt_value_set(void *to, const void *from, uint32_t bytes, struct rt_parts parts)
{
    if (parts.timer >= bytes) {
        rt_copy_around(to, from, bytes, parts.lock);
        return;
    }
    uint32_t behind = parts.timer + RT_TIMER_BYTES;
    rt_copy_around(to, from, parts.timer, parts.lock);
    __builtin_memset((char *)to + parts.timer, 0, RT_TIMER_BYTES);
    rt_copy_around((char *)to + behind, (const char *)from + behind, bytes - behind,
                   parts.lock != RT_NO_PART && parts.lock >= behind ? parts.lock - behind : RT_NO_PART);
}

/* A new value: the lock that rt_value_set() leaves alone is not taken. */
RT_INLINE void rt_value_start(void *value, struct rt_parts parts)
{
    if (parts.lock != RT_NO_PART)
        __builtin_memset((char *)value + parts.lock, 0, RT_LOCK_BYTES);
}

/* Four bytes of a key, the last ones may be fewer. */
RT_INLINE uint32_t rt_key_word(const char *key, uint32_t at, uint32_t key_bytes)
{
    uint32_t word = 0;
    if (key_bytes - at >= 4) {
        rt_copy(&word, key + at, 4);
        return word;
    }
    rt_loop_enter(RT_LOOP_KEY_TAIL, 3);
    for (uint32_t i = 0; i < key_bytes - at; i++) {
        rt_loop_round(RT_LOOP_KEY_TAIL);
        word |= (uint32_t)(unsigned char)key[at + i] << (8 * i);
    }
    return word;
}

/* Multiplicative hashing, word by word. */
RT_INLINE uint32_t rt_key_hash(const void *key, uint32_t key_bytes)
{
    uint32_t hash = 0;
    rt_loop_enter(RT_LOOP_KEY_HASH, (key_bytes + 3) / 4);
    for (uint32_t at = 0; at < key_bytes; at += 4) {
        rt_loop_round(RT_LOOP_KEY_HASH);
        hash = (hash ^ rt_key_word(key, at, key_bytes)) * 0x9e3779b1u;
        hash ^= hash >> 15;
    }
    return hash;
}

#endif
