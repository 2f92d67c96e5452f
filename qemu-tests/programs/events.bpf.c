// SPDX-License-Identifier: Apache-2.0
/* Perf events of programs with packets and without: the helper looks for a packet in the context that it gets. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} events SEC(".maps");

static long (*const output)(void *ctx, void *map, __u64 flags, const void *data, __u64 bytes) = (void *)25;

SEC("xdp")
int with_packets(struct xdp_md *ctx)
{
    __u32 number = 1;
    output(ctx, &events, 0xffffffff | 16ULL << 32, &number, sizeof number);
    return XDP_PASS;
}

SEC("raw")
int without_packets(__u64 *ctx)
{
    __u32 number = 2;
    return (int)output(ctx, &events, 0xffffffff, &number, sizeof number);
}

SEC("raw")
int without_events(__u64 *ctx)
{
    return (int)*ctx;
}
