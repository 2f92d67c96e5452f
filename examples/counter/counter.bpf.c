// SPDX-License-Identifier: Apache-2.0
/* Counts packets by CPU and protocol, and sends each one back to where it came from unless ctl_array says no. */
#include <barebpf/bpf.h>

#define CPUS 4

enum protocol { PROTOCOL_IPV4, PROTOCOL_IPV6, PROTOCOL_ARP, PROTOCOL_OTHER, PROTOCOLS };

/* [0]: 0 = answer the packet, anything else = let it pass. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} ctl_array SEC(".maps");

/* Packets seen, by CPU and protocol. */
__u64 cntrs_array[CPUS * PROTOCOLS];

static __always_inline enum protocol protocol_of(const struct ethhdr *eth)
{
    switch (bpf_ntohs(eth->h_proto)) {
    case ETH_P_IP: return PROTOCOL_IPV4;
    case ETH_P_IPV6: return PROTOCOL_IPV6;
    case ETH_P_ARP: return PROTOCOL_ARP;
    default: return PROTOCOL_OTHER;
    }
}

static __always_inline void swap_macs(struct ethhdr *eth)
{
    for (int i = 0; i < ETH_ALEN; i++) {
        __u8 byte = eth->h_dest[i];
        eth->h_dest[i] = eth->h_source[i];
        eth->h_source[i] = byte;
    }
}

SEC("xdp")
int counter(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data;
    void *data_end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if (data + sizeof(*eth) > data_end)
        return XDP_DROP;

    __u32 cpu = bpf_get_smp_processor_id() % CPUS;
    cntrs_array[cpu * PROTOCOLS + protocol_of(eth)]++;

    __u32 key = 0;
    __u32 *off = bpf_map_lookup_elem(&ctl_array, &key);
    if (!off || *off != 0)
        return XDP_PASS;
    swap_macs(eth);
    return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
