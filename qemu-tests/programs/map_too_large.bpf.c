// SPDX-License-Identifier: Apache-2.0
/* A map larger than a small board's RAM: does not fit. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 100000);
    __type(key, __u32);
    __type(value, __u64);
} big_map SEC(".maps");

SEC("raw")
int map_too_large(void *ctx)
{
    __u32 key = 7;
    __u64 *n = bpf_map_lookup_elem(&big_map, &key);
    if (n)
        ++*n;
    return 0;
}
