// SPDX-License-Identifier: Apache-2.0
/* A lookup in a map of this type (hash). */
#include <barebpf/bpf.h>

struct input {
    __u32 key, fills;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} map SEC(".maps");

SEC("raw")
int one(struct input *in)
{
    __u32 key = in->key, *value;
    for (__u32 i = 0; i < 48 && i < in->fills; i++) { /* three quarters of the entries */
        key = i * 2654435761u;
        bpf_map_update_elem(&map, &key, &i, BPF_ANY);
    }
    value = bpf_map_lookup_elem(&map, &key);
    return value ? *value : 0;
}
