// SPDX-License-Identifier: Apache-2.0
/* Helpers that need no map, one line each: included by the generated stubs, so that what a program uses is inlined into
 * it and the rest is dropped. Meaning: the UAPI's bpf.h. */
#ifndef BAREBPF_HELPERS_H
#define BAREBPF_HELPERS_H

#include "board.h"
#include "rt.h"

/* 5: nanoseconds since reset. */
static inline uint64_t rt_helper_ktime_get_ns(void)
{
    return board_time_ns();
}

/* 6: prints with up to three arguments. */
static inline long rt_helper_trace_printk(const void *format, uint32_t bytes, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t args[3] = {a, b, c};
    return rt_printk(format, bytes, args, 3);
}

/* 7: a random number, of no cryptographic worth. */
static inline uint32_t rt_helper_get_prandom_u32(void)
{
    return rt_random();
}

/* 8: there is one processor. */
static inline uint32_t rt_helper_get_smp_processor_id(void)
{
    return 0;
}

/* 177: prints with the arguments in `data`, 8 bytes each. */
static inline long rt_helper_trace_vprintk(const void *format, uint32_t bytes, const void *data, uint32_t data_bytes)
{
    uint64_t args[12];
    if (data_bytes % 8 || data_bytes > sizeof args)
        return -RT_EINVAL;
    __builtin_memcpy(args, data, data_bytes);
    return rt_printk(format, bytes, args, data_bytes / 8);
}

#endif
