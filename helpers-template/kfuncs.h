// SPDX-License-Identifier: Apache-2.0
/* Functions of the kernel that are a part of the language: iterators over numbers. Included by generated stubs whose
 * program calls one, so that they are inlined into it. Meaning: kernel documentation, bpf/kfuncs.rst. */
#ifndef BAREBPF_KFUNCS_H
#define BAREBPF_KFUNCS_H

#include "rt.h"

/* An iterator over numbers, in the 8 bytes that the program gives. */
struct rt_iter_num {
    int32_t current; /* the number that the program reads; the next one is one more */
    int32_t end;     /* one past the last; 0 with current = 0: there are no more */
};

/* 0, or -EINVAL (start > end), -E2BIG (too many): then there is no number. */
static inline __attribute__((always_inline)) long rt_kfunc_bpf_iter_num_new(void *at, uint32_t start, uint32_t end)
{
    struct rt_iter_num *it = at;
    int64_t rounds = (int64_t)(int32_t)end - (int32_t)start;
    bool ok = rounds >= 0 && rounds <= RT_LOOPS_MAX;
    it->current = ok ? (int32_t)(start - 1) : 0;
    it->end = ok ? (int32_t)end : 0;
    return ok ? 0 : rounds < 0 ? -RT_EINVAL : -RT_E2BIG;
}

/* The next number, or NULL, and then for ever. */
static inline __attribute__((always_inline)) void *rt_kfunc_bpf_iter_num_next(void *at)
{
    struct rt_iter_num *it = at;
    int32_t next = (int32_t)((uint32_t)it->current + 1);
    if (next >= it->end) {
        it->current = it->end = 0;
        return NULL;
    }
    it->current = next;
    return &it->current;
}

static inline __attribute__((always_inline)) void rt_kfunc_bpf_iter_num_destroy(void *at)
{
    (void)at;
}

#endif
