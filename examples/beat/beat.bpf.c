// SPDX-License-Identifier: Apache-2.0
/* How evenly a timer beats: the shortest and the longest time between two runs, and how many came late. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

#define LATE_PERCENT 10

struct beats {
    __u64 shortest_ns, longest_ns;
    __u32 runs, late;
};

struct beats beats = {.shortest_ns = ~0ULL};
static __u64 before_ns;

SEC("timer/100ms") int beat(struct barebpf_timer *timer)
{
    __u64 now = bpf_ktime_get_ns(), between = now - before_ns;
    before_ns = now;
    if (beats.runs++ == 0)
        return 0;
    if (between < beats.shortest_ns)
        beats.shortest_ns = between;
    if (between > beats.longest_ns)
        beats.longest_ns = between;
    if (between > timer->period_ns * (100 + LATE_PERCENT) / 100) {
        beats.late++;
        bpf_printk("beat %u: %u us late", timer->count, (__u32)(between - timer->period_ns) / 1000);
    }
    return beats.late;
}
