// SPDX-License-Identifier: Apache-2.0
/* Three programs that share maps and a subprogram: they are built into one image, each with its own context. */
#include <barebpf/bpf.h>

struct first {
    __u32 slot;
};

struct second {
    __u64 slot, amount;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} sums SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} calls SEC(".maps");

__u32 total;

static __attribute__((noinline)) __u64 add(__u32 slot, __u64 amount)
{
    __u64 *sum = bpf_map_lookup_elem(&sums, &slot);
    total++;
    return sum ? *sum += amount : 0;
}

SEC("hook/first")
int first(struct first *ctx)
{
    return add(ctx->slot, 1);
}

SEC("hook/second")
int second(struct second *ctx)
{
    __u32 key = ctx->slot, count = 1;
    bpf_map_update_elem(&calls, &key, &count, BPF_ANY);
    return add(ctx->slot, ctx->amount);
}

SEC("raw")
int report(void *ctx)
{
    return total;
}
