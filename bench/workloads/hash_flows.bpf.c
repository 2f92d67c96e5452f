// SPDX-License-Identifier: Apache-2.0
/* Counts packets of each flow in a hash map. */
// input: packet udp 64
// input: packet tcp 64
// input: packet udp 64
#include "../workload.h"

struct flow {
    __be32 saddr, daddr;
    __be16 sport, dport;
    __u32 protocol;
};
HASH(flows, struct flow, __u64, 8);

SEC("xdp") int hash_flows(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct udphdr *udp = (void *)(ip + 1);
    if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    struct flow flow = {ip->saddr, ip->daddr, udp->source, udp->dest, ip->protocol};
    __u64 one = 1, *count = bpf_map_lookup_elem(&flows, &flow);
    if (count)
        ++*count;
    else
        bpf_map_update_elem(&flows, &flow, &one, BPF_ANY);
    return XDP_PASS;
}
