// SPDX-License-Identifier: Apache-2.0
/* Answers pings: swaps addresses and updates the ICMP checksum. */
// input: packet icmp 74
// input: packet udp 64
#include "../workload.h"

struct icmphdr {
    __u8 type, code;
    __u16 checksum;
    __be32 rest;
};

SEC("xdp") int xdp_echo(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct icmphdr *icmp = (void *)(ip + 1);
    if ((void *)(icmp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_ICMP ||
        icmp->type != 8)
        return XDP_PASS;
    for (int i = 0; i < ETH_ALEN; i++) {
        __u8 byte = eth->h_dest[i];
        eth->h_dest[i] = eth->h_source[i];
        eth->h_source[i] = byte;
    }
    __be32 address = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = address;
    icmp->type = 0;
    __u32 sum = icmp->checksum + bpf_htons(0x0800);
    icmp->checksum = (__u16)(sum + (sum >> 16));
    return XDP_TX;
}
