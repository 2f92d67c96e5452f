// SPDX-License-Identifier: Apache-2.0
/* Dynptrs: 16 bytes of the program's stack that say where other memory lies and how much of it there is. Which memory,
 * and that it is still there, the verifier has proved. Results: the UAPI's bpf.h (bpf_dynptr_*). */
#ifndef BAREBPF_DYNPTR_H
#define BAREBPF_DYNPTR_H

#include "map_ring.h"

#define RT_DYNPTR_BYTES 0xffffffu /* Linux: DYNPTR_MAX_SIZE */

struct rt_dynptr {
    union {
        char *data; /* NULL: it means nothing */
        uint64_t whole;
    };
    uint32_t bytes, zero;
};
_Static_assert(sizeof(struct rt_dynptr) == 16, "struct bpf_dynptr of the UAPI");

RT_INLINE void rt_dynptr_set(void *at, void *data, uint32_t bytes)
{
    struct rt_dynptr *p = at;
    p->whole = 0;
    p->data = data;
    p->bytes = data ? bytes : 0;
    p->zero = 0;
}

/* Where `bytes` bytes at `offset` lie; NULL when they are not inside. */
RT_INLINE char *rt_dynptr_at(const struct rt_dynptr *p, uint32_t offset, uint32_t bytes)
{
    return p->data && offset <= p->bytes && bytes <= p->bytes - offset ? p->data + offset : NULL;
}

/* 197: 0, or -EINVAL (flags), -E2BIG. */
RT_MAYBE_UNUSED long rt_helper_dynptr_from_mem(void *data, uint32_t bytes, uint64_t flags, void *dynptr)
{
    long error = bytes > RT_DYNPTR_BYTES ? -RT_E2BIG : flags ? -RT_EINVAL : 0;
    rt_dynptr_set(dynptr, error ? NULL : data, bytes);
    return error;
}

/* 198: 0, or -EINVAL (flags, no room), -E2BIG. `record` is what the ring gave. */
RT_INLINE long rt_dynptr_reserved(void *dynptr, void *record, uint32_t bytes, uint64_t flags)
{
    rt_dynptr_set(dynptr, record, bytes);
    if (record)
        return 0;
    return !flags && bytes > RT_DYNPTR_BYTES ? -RT_E2BIG : -RT_EINVAL;
}

/* 199, 200: the record is handed on or discarded; the dynptr ends. */
RT_INLINE void rt_dynptr_finish(struct rt_dynptr *p, uint32_t mark)
{
    if (p->data)
        rt_ring_finish(p->data, mark);
    rt_dynptr_set(p, NULL, 0);
}

RT_MAYBE_UNUSED void rt_helper_ringbuf_submit_dynptr(void *dynptr, uint64_t flags)
{
    (void)flags;
    rt_dynptr_finish(dynptr, 0);
}

RT_MAYBE_UNUSED void rt_helper_ringbuf_discard_dynptr(void *dynptr, uint64_t flags)
{
    (void)flags;
    rt_dynptr_finish(dynptr, BAREBPF_RING_DISCARDED);
}

/* 201, 202: 0, or -EINVAL (flags, a dynptr that means nothing), -E2BIG (not inside). */
RT_MAYBE_UNUSED long rt_helper_dynptr_read(void *to, uint32_t bytes, const void *dynptr, uint32_t offset,
                                           uint64_t flags)
{
    const struct rt_dynptr *p = dynptr;
    const char *from = rt_dynptr_at(p, offset, bytes);
    if (!p->data || flags)
        return -RT_EINVAL;
    if (!from)
        return -RT_E2BIG;
    __builtin_memmove(to, from, bytes);
    return 0;
}

RT_MAYBE_UNUSED long rt_helper_dynptr_write(const void *dynptr, uint32_t offset, const void *from, uint32_t bytes,
                                            uint64_t flags)
{
    const struct rt_dynptr *p = dynptr;
    char *to = rt_dynptr_at(p, offset, bytes);
    if (!p->data || flags)
        return -RT_EINVAL;
    if (!to)
        return -RT_E2BIG;
    __builtin_memmove(to, from, bytes);
    return 0;
}

/* 203: the memory itself, or NULL. */
RT_MAYBE_UNUSED void *rt_helper_dynptr_data(const void *dynptr, uint32_t offset, uint32_t bytes)
{
    return rt_dynptr_at(dynptr, offset, bytes);
}

#endif
