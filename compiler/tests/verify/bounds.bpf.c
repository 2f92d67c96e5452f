// SPDX-License-Identifier: Apache-2.0
/* Every access lies inside its object: context, stack, map value, data section, packet. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64[4]);
} table SEC(".maps");

const volatile __u32 constant = 3;
__u32 array[8];

struct context {
    __u32 count;
    __u32 values[7];
};

SEC("raw")
__u64 reads_past_context(struct context *ctx)
{
    return ctx->values[7]; /* error[out-of-bounds] */
}

SEC("raw")
__u64 reads_before_context(struct context *ctx)
{
    return *(volatile __u32 *)((char *)ctx - 4); /* error[out-of-bounds] */
}

SEC("raw")
__u64 reads_context_at_unbounded_index(struct context *ctx)
{
    return ctx->values[ctx->count]; /* error[pointer-arithmetic] */
}

SEC("raw")
__u64 reads_context_at_tested_index(struct context *ctx)
{
    __u32 i = ctx->count;
    return i < 7 ? ctx->values[i] : 0;
}

SEC("raw")
__u64 reads_context_one_too_far(struct context *ctx)
{
    __u32 i = ctx->count;
    if (i > 7)
        return 0;
    return ctx->values[i]; /* error[out-of-bounds] */
}

SEC("raw") __attribute__((naked)) int writes_below_stack(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("*(u64 *)(r10 - 520) = r0"); /* error[out-of-bounds] */
    asm volatile("exit");
}

SEC("raw") __attribute__((naked)) int writes_above_stack(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("*(u64 *)(r10 - 4) = r0"); /* error[out-of-bounds] */
    asm volatile("exit");
}

SEC("raw") __attribute__((naked)) int uses_the_whole_stack(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("*(u64 *)(r10 - 512) = r0");
    asm volatile("*(u64 *)(r10 - 8) = r0");
    asm volatile("exit");
}

SEC("raw")
__u64 reads_past_map_value(struct context *ctx)
{
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&table, &key);
    if (!value)
        return 0;
    return value[4]; /* error[out-of-bounds] */
}

SEC("raw")
__u64 reads_map_value_at_masked_index(struct context *ctx)
{
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&table, &key);
    return value ? value[ctx->count & 3] : 0;
}

SEC("raw")
__u64 reads_map_value_at_wide_mask(struct context *ctx)
{
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&table, &key);
    if (!value)
        return 0;
    return value[ctx->count & 7]; /* error[out-of-bounds] */
}

SEC("raw")
__u64 writes_global_at_tested_index(struct context *ctx)
{
    __u32 i = ctx->count;
    if (i < 8)
        array[i] = constant;
    return 0;
}

SEC("raw")
__u64 writes_global_past_its_end(struct context *ctx)
{
    __u32 i = ctx->count;
    if (i < 9)
        array[i] = 1; /* error[out-of-bounds] */
    return 0;
}

SEC("raw")
__u64 writes_constant(struct context *ctx)
{
    *(volatile __u32 *)&constant = ctx->count; /* error[read-only] */
    return 0;
}

SEC("raw")
__u64 follows_a_number(struct context *ctx)
{
    return *(__u32 *)(long)ctx->count; /* error[not-pointer] */
}

SEC("xdp")
int reads_packet_without_test(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data;
    return data[0] ? XDP_PASS : XDP_DROP; /* error[out-of-bounds] */
}

SEC("xdp")
int reads_packet_after_test(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data;
    __u8 *data_end = (void *)(long)ctx->data_end;
    if (data + 14 > data_end)
        return XDP_DROP;
    return data[13] ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int reads_packet_one_past_test(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data;
    __u8 *data_end = (void *)(long)ctx->data_end;
    if (data + 14 > data_end)
        return XDP_DROP;
    return data[14] ? XDP_PASS : XDP_DROP; /* error[out-of-bounds] */
}

SEC("xdp")
int writes_packet_pointer(struct xdp_md *ctx)
{
    *(volatile __u32 *)&ctx->data = 0; /* error[read-only] */
    return XDP_PASS;
}

SEC("xdp")
int reads_past_the_fields(struct xdp_md *ctx)
{
    return *(volatile __u32 *)((char *)ctx + 24); /* error[out-of-bounds] */
}

SEC("xdp")
int reads_between_two_fields(struct xdp_md *ctx)
{
    return *(volatile __u16 *)((char *)ctx + 15); /* error[context-field] */
}
