// SPDX-License-Identifier: Apache-2.0
/* A histogram of latencies by powers of two in an array map. */
// input: hex 10270000 00000000
// input: hex 05000000 00000000
#include "../workload.h"

ARRAY(buckets_log2, __u32, 32);

static __always_inline __u32 log2_of(__u32 x)
{
    __u32 r = 0;
    if (x >> 16)
        r += 16, x >>= 16;
    if (x >> 8)
        r += 8, x >>= 8;
    if (x >> 4)
        r += 4, x >>= 4;
    if (x >> 2)
        r += 2, x >>= 2;
    return r + (x >> 1);
}

SEC("raw") int histogram(__u64 *ctx)
{
    __u32 key = log2_of((__u32)*ctx);
    __u32 *count = bpf_map_lookup_elem(&buckets_log2, &key);
    if (!count)
        return -1;
    ++*count;
    return (int)key;
}
