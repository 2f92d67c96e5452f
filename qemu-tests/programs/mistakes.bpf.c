// SPDX-License-Identifier: Apache-2.0
/* The mistakes of docs/MESSAGES.md, each refused; with -D MENDED each is accepted. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u32);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256);
} records SEC(".maps");

volatile __u32 ready;
__u32 table[8];

struct request {
    __u32 key, n;
};

SEC("raw") int untested(struct request *r)
{
    __u32 key = r->key;
    __u32 *count = bpf_map_lookup_elem(&counts, &key);
#ifdef MENDED
    if (!count)
        return 0;
#endif
    return ++*count;
}

SEC("raw") int past_the_end(struct request *r)
{
#ifdef MENDED
    if (r->n >= 8)
        return 0;
#endif
    return table[r->n];
}

SEC("xdp") int short_packet(struct xdp_md *ctx)
{
    struct ethhdr *eth = (void *)(long)ctx->data;
#ifdef MENDED
    if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
        return XDP_DROP;
#endif
    return eth->h_proto == bpf_htons(ETH_P_ARP) ? XDP_TX : XDP_PASS;
}

SEC("raw") int waits(struct request *r)
{
#ifdef MENDED
    if (!ready)
        return -1;
#else
    while (!ready)
        ;
#endif
    return table[0];
}

SEC("raw") int kept(struct request *r)
{
    __u32 *room = bpf_ringbuf_reserve(&records, sizeof(*room), 0);
    if (!room)
        return 0;
    *room = r->key;
#ifdef MENDED
    if (*room == 0) {
        bpf_ringbuf_discard(room, 0);
        return 0;
    }
#else
    if (*room == 0)
        return 0;
#endif
    bpf_ringbuf_submit(room, 0);
    return 1;
}

SEC("raw") int too_much(struct request *r)
{
    __u32 n = r->n;
#ifdef MENDED
    if (n > sizeof(table))
        return 0;
#endif
    return bpf_ringbuf_output(&records, table, n, 0);
}

char LICENSE[] SEC("license") = "Apache-2.0";
