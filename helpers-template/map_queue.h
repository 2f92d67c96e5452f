// SPDX-License-Identifier: Apache-2.0
/* BPF_MAP_TYPE_QUEUE and STACK: values in a ring. Results and flags: kernel documentation, bpf/map_queue_stack.rst. */
#ifndef BAREBPF_MAP_QUEUE_H
#define BAREBPF_MAP_QUEUE_H

#include "map.h"

/* Defines the map `bpf_map_SYMBOL` and its operations rt_map_{push,pop,peek}__SYMBOL; `is_stack` is 0 or 1:
 * BAREBPF_QUEUE_MAP(jobs, struct job, 8, 0). */
#define BAREBPF_QUEUE_MAP(symbol, value_type, entry_count, is_stack)                                                   \
    struct {                                                                                                           \
        uint32_t first, count;                                                                                         \
        BAREBPF_VALUE(value_type) values[entry_count];                                                                 \
    } bpf_map_##symbol __attribute__((used));                                                                          \
    BAREBPF_MAP_SHAPE(barebpf_shape__##symbol, 0, sizeof(value_type), entry_count);                                    \
    _Static_assert(sizeof bpf_map_##symbol == BAREBPF_QUEUE_BYTES(sizeof(value_type), (entry_count)),                  \
                   "the host decodes this layout");                                                                    \
    static const struct rt_queue rt_map_queue__##symbol = {                                                            \
        &bpf_map_##symbol.first, bpf_map_##symbol.values, (entry_count), sizeof(value_type), (is_stack),               \
    };                                                                                                                 \
    RT_MAYBE_UNUSED long rt_map_push__##symbol(const void *value, uint64_t flags)                                      \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_queue_push(rt_map_queue__##symbol, value, flags));                      \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_pop__##symbol(void *value)                                                             \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_queue_take(rt_map_queue__##symbol, value, true));                       \
    }                                                                                                                  \
    RT_MAYBE_UNUSED long rt_map_peek__##symbol(void *value)                                                            \
    {                                                                                                                  \
        return RT_EXCLUSIVE(BAREBPF_SHARED, rt_queue_take(rt_map_queue__##symbol, value, false));                      \
    }                                                                                                                  \
    _Static_assert((entry_count) <= 0x7fffffffu, "numbers of values are added")

/* A queue or stack for the functions below, which are inlined where all of this is constant. */
struct rt_queue {
    uint32_t *first; /* and the count behind it */
    void *values;
    uint32_t entries, value_bytes;
    bool is_stack;
};

/* The value `behind` places behind the first one. */
RT_INLINE char *rt_queue_value(struct rt_queue q, uint32_t behind)
{
    uint32_t at = q.first[0] + behind;
    at = at >= q.entries ? at - q.entries : at;
    return (char *)q.values + at * BAREBPF_VALUE_STRIDE(q.value_bytes);
}

/* The first value goes. */
RT_INLINE void rt_queue_drop(struct rt_queue q)
{
    q.first[0] = q.first[0] + 1 == q.entries ? 0 : q.first[0] + 1;
    q.first[1]--;
}

/* Adds a value. 0, or -EINVAL (flags), -E2BIG (full). With BPF_EXIST the first value makes room. */
RT_INLINE long rt_queue_push(struct rt_queue q, const void *value, uint64_t flags)
{
    if (flags != RT_ANY && flags != RT_EXIST)
        return -RT_EINVAL;
    if (q.first[1] == q.entries) {
        if (flags != RT_EXIST)
            return -RT_E2BIG;
        rt_queue_drop(q);
    }
    rt_copy(rt_queue_value(q, q.first[1]), value, q.value_bytes);
    q.first[1]++;
    return 0;
}

/* Copies the value that is next, and removes it when `removes`. 0, or -ENOENT with zeros copied. */
RT_INLINE long rt_queue_take(struct rt_queue q, void *value, bool removes)
{
    uint32_t count = q.first[1];
    if (!count) {
        __builtin_memset(value, 0, q.value_bytes);
        return -RT_ENOENT;
    }
    rt_copy(value, rt_queue_value(q, q.is_stack ? count - 1 : 0), q.value_bytes);
    if (removes && q.is_stack)
        q.first[1] = count - 1;
    else if (removes)
        rt_queue_drop(q);
    return 0;
}

#endif
