// SPDX-License-Identifier: Apache-2.0
/* Helpers get what their contract asks for. */
#include <barebpf/bpf.h>

static const char gpl[] SEC("license") = "GPL"; /* bpf_trace_printk */

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u64);
    __type(value, __u64[2]);
} table SEC(".maps");

struct context {
    __u32 number;
};

SEC("raw")
__u64 gives_a_short_key_on_the_stack(struct context *ctx)
{
    __u32 key = ctx->number;
    return bpf_map_lookup_elem(&table, &key) != 0; /* error[out-of-bounds] */
}

SEC("raw")
__u64 gives_a_number_as_map(struct context *ctx)
{
    __u64 key = 0;
    return bpf_map_lookup_elem((void *)(long)ctx->number, &key) != 0; /* error[helper-argument] */
}

SEC("raw")
__u64 gives_a_number_as_key(struct context *ctx)
{
    return bpf_map_lookup_elem(&table, (void *)(long)ctx->number) != 0; /* error[helper-argument] */
}

SEC("raw")
__u64 gives_a_short_value(struct context *ctx)
{
    __u64 key[1] = {ctx->number};
    return (__u64)bpf_map_update_elem(&table, key, key, BPF_ANY); /* error[out-of-bounds] */
}

SEC("raw")
__u64 gives_a_lookup_without_test_as_value(struct context *ctx)
{
    __u64 key = ctx->number;
    void *value = bpf_map_lookup_elem(&table, &key);
    return (__u64)bpf_map_update_elem(&table, &key, value, BPF_ANY); /* error[null-deref] */
}

SEC("raw")
__u64 updates_and_deletes(struct context *ctx)
{
    __u64 key = ctx->number;
    __u64 value[2] = {key, 2};
    if (bpf_map_update_elem(&table, &key, value, BPF_ANY) != 0)
        return 1;
    __u64 *found = bpf_map_lookup_elem(&table, &key);
    __u64 first = found ? found[0] : 0;
    bpf_map_delete_elem(&table, &key);
    return first;
}

SEC("raw")
__u64 prints(struct context *ctx)
{
    bpf_printk("number %u at %llu", ctx->number, bpf_ktime_get_ns());
    return 0;
}
