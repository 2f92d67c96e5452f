// SPDX-License-Identifier: Apache-2.0
/* Helpers that need no map, one line each: included by the generated stubs, so that what a program uses is inlined into
 * it and the rest is dropped. Meaning: the UAPI's bpf.h. */
#ifndef BAREBPF_HELPERS_H
#define BAREBPF_HELPERS_H

#include <barebpf/task.h>

#include "board.h"
#include "helpers_packet.h"
#include "lock.h"
#include "rt.h"

/* 4, 112, 113: reads what the firmware declares readable (barebpf/task.h). */
static inline long rt_helper_probe_read(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read(to, bytes, address);
}

static inline long rt_helper_probe_read_user(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read(to, bytes, address);
}

static inline long rt_helper_probe_read_kernel(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read(to, bytes, address);
}

/* 45, 114, 115: the same for characters up to a NUL; the result counts that. */
static inline long rt_helper_probe_read_str(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read_str(to, bytes, address);
}

static inline long rt_helper_probe_read_user_str(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read_str(to, bytes, address);
}

static inline long rt_helper_probe_read_kernel_str(void *to, uint32_t bytes, uint64_t address)
{
    return rt_probe_read_str(to, bytes, address);
}

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

/* 14, 15, 16: the firmware's task (barebpf/task.h). */
static inline uint64_t rt_helper_get_current_pid_tgid(void)
{
    return barebpf_task_id();
}

static inline uint64_t rt_helper_get_current_uid_gid(void)
{
    return barebpf_task_owner();
}

static inline long rt_helper_get_current_comm(void *to, uint32_t bytes)
{
    return rt_copy_text(to, barebpf_task_name(), bytes);
}

/* 42: all memory is equally near. */
static inline long rt_helper_get_numa_node_id(void)
{
    return 0;
}

/* 93, 94: a lock in a map value masks interrupts, when they may use the map, and keeps what to put back. */
static inline void rt_helper_spin_lock(void *lock)
{
    unsigned long state = BAREBPF_SHARED ? RT_LOCK() : 0;
    *(uint32_t *)lock = (uint32_t)state;
}

static inline void rt_helper_spin_unlock(void *lock)
{
    uint32_t state = *(uint32_t *)lock;
    *(uint32_t *)lock = 0;
    if (BAREBPF_SHARED)
        RT_UNLOCK(state);
}

/* 105, 106: the number that the text begins with. */
static inline long rt_helper_strtol(const void *text, uint32_t bytes, uint64_t flags, void *result)
{
    return rt_strtol(text, bytes, flags, true, result);
}

static inline long rt_helper_strtoul(const void *text, uint32_t bytes, uint64_t flags, void *result)
{
    return rt_strtol(text, bytes, flags, false, result);
}

/* 118: ticks of RT_HZ since reset. */
static inline uint64_t rt_helper_jiffies64(void)
{
    return board_time_ns() / (1000000000u / RT_HZ);
}

/* 125, 160: there is no suspend, and no coarser clock. */
static inline uint64_t rt_helper_ktime_get_boot_ns(void)
{
    return board_time_ns();
}

static inline uint64_t rt_helper_ktime_get_coarse_ns(void)
{
    return board_time_ns();
}

/* 165: as trace_vprintk, into memory. */
static inline long rt_helper_snprintf(void *to, uint32_t to_bytes, const void *format, const void *data,
                                      uint32_t data_bytes)
{
    uint64_t args[12];
    if (data_bytes % 8 || data_bytes > sizeof args)
        return -RT_EINVAL;
    __builtin_memcpy(args, data_bytes ? data : format, data_bytes);
    return rt_snprintf(to, to_bytes, format, args, data_bytes / 8);
}

/* 181: for native code; lifted code has the loop itself. */
static inline __attribute__((always_inline)) long rt_helper_loop(uint32_t rounds, void *function, void *context,
                                                                 uint64_t flags)
{
    rt_callback *callback = (rt_callback *)function;
    if (flags)
        return -RT_EINVAL;
    if (rounds > RT_LOOPS_MAX)
        return -RT_E2BIG;
    for (uint32_t i = 0; i < rounds; i++)
        if (callback((void *)(uintptr_t)i, context, NULL, NULL)) /* NOLINT(performance-no-int-to-ptr) */
            return (long)i + 1;
    return (long)rounds;
}

/* 182: compares up to `bytes` characters with a constant string. */
static inline long rt_helper_strncmp(const void *left, uint32_t bytes, const void *right)
{
    return rt_strncmp(left, right, bytes);
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
