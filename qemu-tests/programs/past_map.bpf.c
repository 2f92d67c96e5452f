// SPDX-License-Identifier: Apache-2.0
/* Reads behind a map when the context says so: the verifier refuses it; unverified, a sanitizer finds it. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u64);
} cells SEC(".maps");

struct context {
    __u32 index;
};

SEC("hook/past_map") int past_map(struct context *c)
{
    __u32 zero = 0;
    __u64 *first = bpf_map_lookup_elem(&cells, &zero);
    return first ? first[c->index] : 0;
}

char LICENSE[] SEC("license") = "Apache-2.0";
