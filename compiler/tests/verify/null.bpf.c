// SPDX-License-Identifier: Apache-2.0
/* The result of a lookup must be tested before it is used. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

struct context {
    __u32 key;
};

SEC("raw")
__u64 uses_lookup_without_test(struct context *ctx)
{
    __u32 key = ctx->key;
    __u64 *n = bpf_map_lookup_elem(&counts, &key);
    return *n; /* error[null-deref] */
}

SEC("raw")
__u64 writes_lookup_without_test(struct context *ctx)
{
    __u32 key = ctx->key;
    __u64 *n = bpf_map_lookup_elem(&counts, &key);
    *n = 1; /* error[null-deref] */
    return 0;
}

SEC("raw")
__u64 tests_the_wrong_pointer(struct context *ctx)
{
    __u32 key = ctx->key;
    __u64 *a = bpf_map_lookup_elem(&counts, &key);
    __u64 *b = bpf_map_lookup_elem(&counts, &key);
    if (!a)
        return 0;
    return *b; /* error[null-deref] */
}

SEC("raw")
__u64 uses_lookup_where_it_is_null(struct context *ctx)
{
    __u32 key = ctx->key;
    volatile __u64 *n = bpf_map_lookup_elem(&counts, &key);
    if (n)
        return 0;
    return *n; /* error[null-deref] */
}

SEC("raw")
__u64 uses_lookup_after_test(struct context *ctx)
{
    __u32 key = ctx->key;
    __u64 *n = bpf_map_lookup_elem(&counts, &key);
    return n ? *n : 0;
}

SEC("raw")
__u64 tests_a_copy(struct context *ctx)
{
    __u32 key = ctx->key;
    __u64 *n = bpf_map_lookup_elem(&counts, &key);
    __u64 *copy = n;
    asm volatile("" : "+r"(n));
    if (!copy)
        return 0;
    return *copy;
}
