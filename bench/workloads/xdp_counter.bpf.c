// SPDX-License-Identifier: Apache-2.0
/* Counts packets and bytes by protocol in an array map. */
// input: packet udp 64
// input: packet tcp 90
// input: packet arp 60
#include "../workload.h"

struct counter {
    __u64 packets, bytes;
};
ARRAY(counters, struct counter, 4);

SEC("xdp") int xdp_counter(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    __u32 kind = 0;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        if ((void *)(ip + 1) > end)
            return XDP_DROP;
        kind = ip->protocol == IPPROTO_TCP ? 1 : ip->protocol == IPPROTO_UDP ? 2 : 3;
    }
    struct counter *counter = bpf_map_lookup_elem(&counters, &kind);
    if (!counter)
        return XDP_DROP;
    counter->packets++;
    counter->bytes += (__u32)((char *)end - (char *)data);
    return XDP_PASS;
}
