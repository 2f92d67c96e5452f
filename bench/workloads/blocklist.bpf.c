// SPDX-License-Identifier: Apache-2.0
/* Drops packets of addresses in a hash map, counts drops in an array map, and blocks who sends to port 23. */
// input: packet tcp 64 port=23 source=9
// input: packet tcp 64 port=80 source=9
// input: packet tcp 64 port=80 source=8
#include "../workload.h"

HASH(blocked, __u32, __u32, 16);
ARRAY(drops, __u64, 2);

SEC("xdp") int blocklist(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct tcphdr *tcp = (void *)(ip + 1);
    if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    __u32 address = ip->saddr, zero = 0, one = 1;
    __u32 *hits = bpf_map_lookup_elem(&blocked, &address);
    if (hits) {
        __u64 *count = bpf_map_lookup_elem(&drops, &zero);
        if (count)
            ++*count;
        ++*hits;
        return XDP_DROP;
    }
    if (ip->protocol == IPPROTO_TCP && tcp->dest == bpf_htons(23))
        bpf_map_update_elem(&blocked, &address, &one, BPF_NOEXIST);
    return XDP_PASS;
}
