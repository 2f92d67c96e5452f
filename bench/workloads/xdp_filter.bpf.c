// SPDX-License-Identifier: Apache-2.0
/* A packet filter: passes ICMP, DNS and established TCP, drops the rest; no maps. */
// input: packet udp 64 port=53
// input: packet tcp 64 port=23 flags=2
// input: packet tcp 64 port=80 flags=16
// input: packet arp 60
#include "../workload.h"

SEC("xdp") int xdp_filter(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return XDP_DROP;
    if (eth->h_proto != bpf_htons(ETH_P_IP))
        return eth->h_proto == bpf_htons(ETH_P_ARP) ? XDP_PASS : XDP_DROP;
    if (ip->ihl_version != 0x45 || ip->frag_off & bpf_htons(0x3fff))
        return XDP_DROP;
    if (ip->protocol == IPPROTO_ICMP)
        return XDP_PASS;
    if (ip->protocol == IPPROTO_UDP) {
        struct udphdr *udp = (void *)(ip + 1);
        if ((void *)(udp + 1) > end)
            return XDP_DROP;
        return udp->dest == bpf_htons(53) ? XDP_PASS : XDP_DROP;
    }
    if (ip->protocol == IPPROTO_TCP) {
        struct tcphdr *tcp = (void *)(ip + 1);
        if ((void *)(tcp + 1) > end)
            return XDP_DROP;
        return tcp->flags & 0x10 ? XDP_PASS : XDP_DROP;
    }
    return XDP_DROP;
}
