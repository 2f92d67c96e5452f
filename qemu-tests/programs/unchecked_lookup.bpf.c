// SPDX-License-Identifier: Apache-2.0
/* Uses a lookup without a test for NULL: rejected. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} hits SEC(".maps");

struct context {
    __u32 key;
};

SEC("raw")
int unchecked_lookup(struct context *ctx)
{
    __u32 key = ctx->key;
    __u32 *n = bpf_map_lookup_elem(&hits, &key);
    return (int)*n;
}
