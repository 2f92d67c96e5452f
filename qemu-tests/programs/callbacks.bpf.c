// SPDX-License-Identifier: Apache-2.0
/* Functions whose address is taken: bpf_loop, and calls through a register. See control.py. */
#include <barebpf/bpf.h>

struct context {
    __u32 rounds, stop, flags, big;
};

struct sum {
    __u64 total;
    __u32 stop;
};

static int add(__u32 index, void *ctx)
{
    struct sum *sum = ctx;
    sum->total += index;
    return index == sum->stop;
}

static int subtract(__u32 index, void *ctx)
{
    struct sum *sum = ctx;
    sum->total -= 2 * index;
    return 0;
}

SEC("raw/loop") int loop(struct context *ctx)
{
    struct sum sum = {.total = 5, .stop = ctx->stop};
    long calls = bpf_loop(ctx->rounds, add, &sum, ctx->flags);
    return (int)(calls * 1000 + (long)sum.total);
}

/* Which function is known at run time only. */
SEC("raw/either") int either(struct context *ctx)
{
    struct sum sum = {.stop = ctx->stop};
    void *callback = ctx->big ? (void *)subtract : (void *)add;
    asm volatile("" : "+r"(callback));
    long calls = bpf_loop(ctx->rounds, callback, &sum, 0);
    return (int)(calls * 1000 + (long)sum.total);
}

static __attribute__((noinline)) __u64 twice(__u64 number)
{
    return 2 * number;
}

SEC("raw/through") int through(struct context *ctx)
{
    __u64 (*function)(__u64) = twice;
    asm volatile("" : "+r"(function));
    return (int)function(ctx->rounds) + 1;
}

static __attribute__((noinline)) __u64 thrice(__u64 number)
{
    return 3 * number;
}

SEC("raw/one_of_two") int one_of_two(struct context *ctx)
{
    __u64 (*function)(__u64) = ctx->big ? thrice : twice;
    asm volatile("" : "+r"(function));
    return (int)function(ctx->rounds);
}
