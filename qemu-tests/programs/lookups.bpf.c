// SPDX-License-Identifier: Apache-2.0
/* Fills a hash map to three quarters, or looks up so many of its keys. */
#include <barebpf/bpf.h>

#define ENTRIES 64
#define KEYS    48

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, ENTRIES);
    __type(key, __u32);
    __type(value, __u64);
} table SEC(".maps");

struct context {
    __u32 fills, lookups;
};

SEC("raw")
__u64 lookups(struct context *ctx)
{
    __u64 sum = 0;
    for (__u32 i = 0; ctx->fills && i < KEYS; i++) {
        __u32 key = i * 2654435761u;
        __u64 value = i;
        bpf_map_update_elem(&table, &key, &value, BPF_ANY);
    }
    for (__u32 i = 0; i < KEYS && i < ctx->lookups; i++) {
        __u32 key = i * 2654435761u;
        __u64 *value = bpf_map_lookup_elem(&table, &key);
        if (value)
            sum += *value;
    }
    return sum;
}
