// SPDX-License-Identifier: Apache-2.0
/* In the manner of the kernel's XDP samples: statistics per CPU, an allow list, byte-wise parsing, a helper function.
 */
#include <barebpf/bpf.h>

struct stats {
    __u64 packets, bytes;
};

struct {
    __uint(type, 6); /* percpu_array */
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct stats);
} rxcnt SEC(".maps");

struct {
    __uint(type, 9); /* lru_hash */
    __uint(max_entries, 10000);
    __type(key, __u32);
    __type(value, __u8);
    __uint(map_flags, 2);
} blocked SEC(".maps");

const volatile __u32 port_limit = 1024;
__u64 seen;
static __u64 dropped SEC(".bss.mine");
static const __u8 table[8] = {1, 2, 4, 8, 16, 32, 64, 128};

static __attribute__((noinline)) __u32 hash(const void *bytes, __u32 seed)
{
    const __u8 *b = bytes;
    for (int i = 0; i < 4; i++)
        seed = seed * 33 + b[i] + table[(seed + i) & 7];
    return seed;
}

static __attribute__((noinline)) int account(__u32 key, __u64 bytes)
{
    struct stats *stats = bpf_map_lookup_elem(&rxcnt, &key);
    if (!stats)
        return XDP_ABORTED;
    stats->packets++;
    stats->bytes += bytes;
    return XDP_PASS;
}

SEC("xdp")
int xdp_count(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if (data + sizeof *eth > end)
        return XDP_DROP;
    __u32 key = hash(eth->h_source, port_limit);
    if (bpf_map_lookup_elem(&blocked, &key)) {
        dropped++;
        return XDP_DROP;
    }
    __sync_fetch_and_add(&seen, 1);
    return account(key & 255, end - data);
}

SEC("xdp.frags/second")
int xdp_second(struct xdp_md *ctx)
{
    if (ctx->rx_queue_index > port_limit)
        bpf_printk("queue %d", ctx->rx_queue_index);
    return account(0, hash(&seen, 1));
}

char _license[] SEC("license") = "GPL";
