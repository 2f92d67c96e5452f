// SPDX-License-Identifier: Apache-2.0
/* In the manner of Cilium's and Suricata's tc programs: tail calls through a prog array with initial values, maps of
 * maps, an LPM trie, 64-bit constants, programs in sections of their own. */
#include <barebpf/bpf.h>

struct __sk_buff;

struct prefix {
    __u32 length, address;
};

struct inner {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
    __uint(type, 12); /* array_of_maps */
    __uint(max_entries, 4);
    __type(key, __u32);
    __typeof__(struct inner) *values[];
} tables SEC(".maps") = {.values = {&first, [2] = &second}};

struct {
    __uint(type, 11); /* lpm_trie */
    __uint(max_entries, 1024);
    __uint(map_flags, 1);
    __type(key, struct prefix);
    __type(value, __u32);
} routes SEC(".maps");

int tail_one(struct __sk_buff *skb);
int tail_two(struct __sk_buff *skb);

struct {
    __uint(type, 3); /* prog_array */
    __uint(max_entries, 8);
    __uint(key_size, 4);
    __typeof__(int(void *)) *values[];
} calls SEC(".maps") = {.values = {[1] = (void *)&tail_one, [2] = (void *)&tail_two}};

static long (*const tail_call)(void *ctx, void *map, __u32 index) = (void *)12;

static __attribute__((noinline)) __u64 mix(__u64 value)
{
    return (value ^ 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
}

SEC("tc")
int ingress(struct __sk_buff *skb)
{
    struct prefix key = {32, (__u32)mix((long)skb)};
    __u32 *route = bpf_map_lookup_elem(&routes, &key), slot = 2;
    void *table = bpf_map_lookup_elem(&tables, &slot);
    if (!route || !table)
        return 0;
    __u64 *count = bpf_map_lookup_elem(table, route);
    if (count)
        __sync_fetch_and_add(count, mix(*count));
    tail_call(skb, &calls, *route & 7);
    return 2;
}

SEC("classifier/one")
int tail_one(struct __sk_buff *skb)
{
    __u64 sum = 0;
    for (__u32 i = 0; i < 20; i++)
        sum += mix(i);
    return sum & 1;
}

SEC("2/7")
int tail_two(struct __sk_buff *skb)
{
    tail_call(skb, &calls, 1);
    return mix(7) & 3;
}

char __license[] SEC("license") = "GPL";
