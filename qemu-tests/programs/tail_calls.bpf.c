// SPDX-License-Identifier: Apache-2.0
/* Tail calls: chains, failing ones, the limit of 33, and one from a subprogram. See control.py. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
} jump SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} entered SEC(".maps");

struct context {
    __u32 slot, result;
};

static void count(__u32 program)
{
    __u64 *times = bpf_map_lookup_elem(&entered, &program);
    if (times)
        *times += 1;
}

SEC("raw/first") int first(struct context *ctx)
{
    count(0);
    bpf_tail_call(ctx, &jump, ctx->slot);
    return 100;
}

SEC("raw/second") int second(struct context *ctx)
{
    if (ctx->result)
        return ctx->result + 7;
    bpf_tail_call(ctx, &jump, 2);
    return 200;
}

SEC("raw/again") int again(struct context *ctx)
{
    count(1);
    bpf_tail_call(ctx, &jump, 2);
    return 300;
}

static __attribute__((noinline)) int leaves(struct context *ctx)
{
    volatile __u64 kept = ctx->slot;
    bpf_tail_call(ctx, &jump, ctx->slot);
    return 400 + (int)kept;
}

/* The caller goes on with what the other program returned. */
SEC("raw/outer") int outer(struct context *ctx)
{
    count(0);
    return leaves(ctx) + 1000;
}

/* Enters itself by way of its subprogram, until the limit is reached; each of the 33 that were entered adds one. */
SEC("raw/deep") int deep(struct context *ctx)
{
    count(1);
    return leaves(ctx) + 1;
}
