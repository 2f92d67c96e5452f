// SPDX-License-Identifier: Apache-2.0
/* A lookup in a map of this type (array). */
#include <barebpf/bpf.h>

struct input {
    __u32 key, fills;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} map SEC(".maps");

SEC("raw")
int one(struct input *in)
{
    __u32 key = in->key, *value = bpf_map_lookup_elem(&map, &key);
    return value ? *value : 0;
}
