// SPDX-License-Identifier: Apache-2.0
/* Counts how often each key was seen, in a hash map; a new key gets a new entry until the map is full. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

struct event {
    __u32 key;
};

/* Returns how often the key was seen, this time included; 0 when the map is full. */
SEC("raw")
__u64 hashcount(struct event *event)
{
    __u32 key = event->key;
    __u64 *count = bpf_map_lookup_elem(&counts, &key);
    if (count)
        return ++*count;
    __u64 first = 1;
    return bpf_map_update_elem(&counts, &key, &first, BPF_ANY) == 0 ? 1 : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
