// SPDX-License-Identifier: Apache-2.0
/* Programs that events of the board start, with shared maps: each counts its runs by what started it. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} runs SEC(".maps");

__u32 wrong; /* runs that are not counted as their contexts say */

static __attribute__((always_inline)) int add(__u32 key, __u32 count)
{
    __u64 one = 1, *n = bpf_map_lookup_elem(&runs, &key);
    if (n)
        wrong += ++*n != count && key < 256;
    else
        bpf_map_update_elem(&runs, &key, &one, BPF_NOEXIST);
    return 0;
}

SEC("boot")
int begin(struct barebpf_boot *ctx)
{
    return add(0, ctx->count) + (ctx->now_ns < 1000000000 ? 7 : 0);
}

SEC("timer/10ms")
int fast(struct barebpf_timer *ctx)
{
    add(1, ctx->count);
    return (int)(ctx->period_ns / 1000);
}

SEC("timer/25ms")
int slow(struct barebpf_timer *ctx)
{
    add(2, ctx->count);
    return (int)(ctx->period_ns / 1000);
}

SEC("uart/rx")
int received(struct barebpf_uart *ctx)
{
    add(256 + ctx->byte, ctx->count);
    return (int)ctx->byte;
}

SEC("idle")
int spare(struct barebpf_idle *ctx)
{
    return add(3, ctx->count);
}
