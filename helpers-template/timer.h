// SPDX-License-Identifier: Apache-2.0
/* Timers in map values (bpf_timer_*). A timer is its 16 bytes in the value and nothing else: barebpf_run_timers(),
 * which the firmware calls (barebpf/timers.h), goes through the maps that have timers and calls what is due. So an
 * element that is deleted, evicted or overwritten takes its timer with it, and no list can be torn. Results and flags:
 * the UAPI's bpf.h. */
#ifndef BAREBPF_TIMER_H
#define BAREBPF_TIMER_H

#include <barebpf/timers.h>

#include "board.h"
#include "map.h"

/* A zeroed timer is one that was never initialised. */
struct rt_timer {
    uint64_t due;        /* nanoseconds as bpf_ktime_get_ns counts them, or one of these: */
#define RT_TIMER_NONE 0u /* not initialised */
#define RT_TIMER_IDLE 1u
    union {
        rt_callback *callback;
        uint64_t whole;
    };
};
_Static_assert(sizeof(struct rt_timer) == RT_TIMER_BYTES, "struct bpf_timer of the UAPI");

/* Flags of the UAPI. */
enum { RT_TIMER_ABSOLUTE = 1, RT_TIMER_CPU_PIN = 2 };
enum { RT_CLOCK_REALTIME = 0, RT_CLOCK_MONOTONIC = 1, RT_CLOCK_BOOTTIME = 7 };

/* No timer is due before; so that nothing is looked at in vain. */
static uint64_t rt_timer_next;
static const struct rt_timer *rt_timer_running; /* whose callback runs; NULL */

/* Keeps rt_timer_next true after the timer may have been started. True when it is due before all others. */
RT_INLINE bool rt_timer_note(const struct rt_timer *t)
{
    bool first = t->due > RT_TIMER_IDLE && t->due < rt_timer_next;
    if (first)
        rt_timer_next = t->due;
    return first;
}

/* 169: 0, or -EINVAL (flags), -EBUSY. All clocks are the one that there is. */
RT_MAYBE_UNUSED long rt_timer_init(void *timer, uint64_t flags)
{
    struct rt_timer *t = timer;
    if (flags != RT_CLOCK_REALTIME && flags != RT_CLOCK_MONOTONIC && flags != RT_CLOCK_BOOTTIME)
        return -RT_EINVAL;
    if (t->due != RT_TIMER_NONE)
        return -RT_EBUSY;
    t->whole = 0;
    t->due = RT_TIMER_IDLE;
    return 0;
}

/* 170: 0, or -EINVAL (not initialised). */
RT_MAYBE_UNUSED long rt_timer_set_callback(void *timer, void *callback)
{
    struct rt_timer *t = timer;
    if (t->due == RT_TIMER_NONE)
        return -RT_EINVAL;
    t->callback = (rt_callback *)callback;
    return 0;
}

/* 171: 0, or -EINVAL (flags, not initialised, no callback). */
RT_MAYBE_UNUSED long rt_timer_start(void *timer, uint64_t after_ns, uint64_t flags)
{
    struct rt_timer *t = timer;
    if (flags & ~(uint64_t)(RT_TIMER_ABSOLUTE | RT_TIMER_CPU_PIN) || t->due == RT_TIMER_NONE || !t->callback)
        return -RT_EINVAL;
    uint64_t now = flags & RT_TIMER_ABSOLUTE ? 0 : board_time_ns();
    uint64_t due = after_ns > UINT64_MAX - 1 - now ? UINT64_MAX - 1 : now + after_ns;
    t->due = due > RT_TIMER_IDLE ? due : RT_TIMER_IDLE + 1;
    rt_timer_note(t);
    return 0;
}

/* 172: 1 when it was running down, 0 when not; its callback is forgotten. -EINVAL (not initialised), -EDEADLK (in its
 * own callback). */
RT_MAYBE_UNUSED long rt_timer_cancel(void *timer)
{
    struct rt_timer *t = timer;
    if (t->due == RT_TIMER_NONE)
        return -RT_EINVAL;
    if (t == rt_timer_running)
        return -RT_EDEADLK;
    long was_active = t->due != RT_TIMER_IDLE;
    t->due = RT_TIMER_IDLE;
    t->whole = 0;
    return was_active;
}

/* The helpers: where an interrupt may use timers, each is one step. */
RT_MAYBE_UNUSED long rt_helper_timer_init(void *timer, void *map, uint64_t flags)
{
    (void)map;
    return RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_init(timer, flags));
}

RT_MAYBE_UNUSED long rt_helper_timer_set_callback(void *timer, void *callback)
{
    return RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_set_callback(timer, callback));
}

RT_MAYBE_UNUSED long rt_helper_timer_start(void *timer, uint64_t after_ns, uint64_t flags)
{
    return RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_start(timer, after_ns, flags));
}

RT_MAYBE_UNUSED long rt_helper_timer_cancel(void *timer)
{
    return RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_cancel(timer));
}

/* One round through the maps. */
struct rt_timer_round {
    uint64_t now;
    uint32_t offset; /* of the timer in the values of the map that is gone through */
};

/* Takes a timer that is due: what is to be called, or NULL. */
RT_INLINE rt_callback *rt_timer_take(struct rt_timer *t, uint64_t now)
{
    if (t->due <= RT_TIMER_IDLE || t->due > now)
        return NULL;
    t->due = RT_TIMER_IDLE;
    return t->callback;
}

/* Visits an element: a callback of the maps' own bpf_for_each_map_elem. */
RT_MAYBE_UNUSED size_t rt_timer_visit(void *map, void *key, void *value, void *context)
{
    const struct rt_timer_round *round = context;
    struct rt_timer *t = (void *)((char *)value + round->offset);
    rt_callback *callback = RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_take(t, round->now));
    if (callback) {
        rt_timer_running = t;
        callback(map, key, value, NULL);
        rt_timer_running = NULL;
    }
    (void)RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_note(t));
    return 0;
}

/* Something may be due: the round that follows finds what is next. */
RT_INLINE bool rt_timer_is_due(uint64_t now)
{
    bool any = rt_timer_next <= now;
    if (any)
        rt_timer_next = UINT64_MAX;
    return any;
}

/* Begins a round; false when nothing can be due. */
RT_INLINE bool rt_timer_begin(struct rt_timer_round *round)
{
    round->now = board_time_ns();
    return RT_EXCLUSIVE(BAREBPF_SHARED, rt_timer_is_due(round->now));
}

#endif
