// SPDX-License-Identifier: Apache-2.0
/* Filters, counts, rewrites and reflects packets: ARP and UDP echoes go back with their addresses swapped, other UDP
 * passes, IPv6 is dropped, what is cut short is an error. Nothing here is of bare metal. */
#include <barebpf/bpf.h>

#define ETHERTYPE(number) __builtin_bswap16(number)

struct ipv4 {
    __u8 version, tos;
    __u16 length, id, fragment;
    __u8 ttl, protocol;
    __u16 checksum;
    __u32 source, target;
};

struct udp {
    __u16 source, target, length, checksum;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} verdicts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u64);
} talkers SEC(".maps");

static __attribute__((always_inline)) int verdict(int action)
{
    __u32 key = (__u32)action;
    __u64 *count = bpf_map_lookup_elem(&verdicts, &key);
    if (count)
        *count += 1;
    return action;
}

static __attribute__((always_inline)) void swap_macs(struct ethhdr *link)
{
    __u8 kept[6];
    __builtin_memcpy(kept, link->h_dest, 6);
    __builtin_memcpy(link->h_dest, link->h_source, 6);
    __builtin_memcpy(link->h_source, kept, 6);
}

static __attribute__((always_inline)) void talked(__u32 source)
{
    __u64 one = 1, *count = bpf_map_lookup_elem(&talkers, &source);
    if (count)
        *count += 1;
    else
        bpf_map_update_elem(&talkers, &source, &one, BPF_ANY);
}

SEC("xdp")
int network(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *link = data;
    struct ipv4 *ip = (void *)(link + 1);
    struct udp *udp = (void *)(ip + 1);
    if ((void *)(link + 1) > end)
        return verdict(XDP_ABORTED);
    if (link->h_proto == ETHERTYPE(0x0806)) {
        swap_macs(link);
        return verdict(XDP_TX);
    }
    if (link->h_proto != ETHERTYPE(0x0800))
        return verdict(XDP_DROP);
    if ((void *)(udp + 1) > end || ip->version != 0x45)
        return verdict(XDP_ABORTED);
    talked(ip->source);
    if (ip->protocol != 17)
        return verdict(XDP_DROP);
    if (udp->target != ETHERTYPE(7))
        return verdict(XDP_PASS);
    __u32 source = ip->source;
    swap_macs(link);
    ip->source = ip->target;
    ip->target = source;
    udp->target = udp->source;
    udp->source = ETHERTYPE(7);
    return verdict(XDP_TX);
}
