// SPDX-License-Identifier: Apache-2.0
/* The plain array-map counter whose code is to be as small as native C. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} hits SEC(".maps");

SEC("raw")
int plain(void *ctx)
{
    __u32 key = 0;
    __u32 *n = bpf_map_lookup_elem(&hits, &key);
    if (n)
        ++*n;
    return 0;
}
