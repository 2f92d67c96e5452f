// SPDX-License-Identifier: Apache-2.0
/* Counts calls in an array map: the smallest map program. */
// input: zeros 8
// input: zeros 8
#include "../workload.h"

ARRAY(ticks, __u32, 1);

SEC("raw") int tick_counter(__u64 *ctx)
{
    __u32 zero = 0, *count = bpf_map_lookup_elem(&ticks, &zero);
    (void)ctx;
    if (!count)
        return 0;
    ++*count;
    return (int)*count;
}
