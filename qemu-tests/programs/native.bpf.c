// SPDX-License-Identifier: Apache-2.0
/* What native code of a BPF source (--native) must do as the BPF code does: contexts, maps with keys of several
 * fields, variables of every kind, callbacks, iterators, atomics, printing. With REFUSED=N: what it cannot be. */
#include <barebpf/bpf.h>

#ifndef REFUSED
#define REFUSED 0
#endif

struct flow {
    __be16 type;
    __u8 first;
    char letter;
    __u32 parts : 7, more : 20;
};

struct record {
    char before;
    __u64 bytes; /* at 8 on every board */
    __u32 packets;
#if REFUSED == 1
    void *pointer; /* elsewhere on a 32-bit board */
#endif
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, struct flow);
    __type(value, struct record);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} sums SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, 4);
    __uint(value_size, 4);
} programs SEC(".maps");

struct bpf_iter_num {
    __u64 opaque[1];
};

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern int CONFIG_SCALE __kconfig;

static const __u16 weights[8] = {3, 1, 4, 1, 5, 9, 2, 6};
const volatile __u32 limit = 3;
const __u32 folded = 5;
__u64 counts[3];
__s8 level = -2;

static __attribute__((noinline)) __u32 length(struct xdp_md *ctx)
{
    return ctx->data_end - ctx->data + ctx->ingress_ifindex;
}

static int add(__u32 index, void *into)
{
    *(__u64 *)into += index * weights[index & 7];
    return index == limit;
}

static long total(void *map, __u32 *key, __u64 *value, __u64 *into)
{
    *into += *value + *key;
    return 0;
}

static __always_inline void count_flow(const struct ethhdr *eth, __u32 bytes)
{
    struct flow flow = {.type = eth->h_proto, .first = eth->h_source[5], .letter = -1, .parts = 100, .more = bytes};
    struct record one = {.before = -3, .bytes = bytes, .packets = 1}, *record = bpf_map_lookup_elem(&flows, &flow);
    if (record) {
        record->bytes += bytes;
        __sync_fetch_and_add(&record->packets, 1);
    } else {
        bpf_map_update_elem(&flows, &flow, &one, BPF_NOEXIST);
    }
}

static __always_inline __u32 even_numbers(int end)
{
    struct bpf_iter_num it;
    __u32 even = 0;
    int *number;
    bpf_iter_num_new(&it, 0, end);
    while ((number = bpf_iter_num_next(&it)))
        even += *number % 2 == 0;
    bpf_iter_num_destroy(&it);
    return even;
}

static __always_inline int refused(struct xdp_md *ctx)
{
#if REFUSED == 2
    asm volatile("r0 = 0" ::: "r0");
#elif REFUSED == 3
    bpf_tail_call(ctx, &programs, 0);
#endif
    return 0;
}

SEC("xdp") int everything(struct xdp_md *ctx)
{
    static __u32 calls;
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 bytes = length(ctx), key = 1;
    __u64 sum = 0, *slot = bpf_map_lookup_elem(&sums, &key);
    count_flow(eth, bytes);
    long rounds = bpf_loop(6, add, &sum, 0);
    bpf_map_update_elem(&sums, &key, &sum, BPF_ANY);
    if (slot)
        __sync_fetch_and_add(slot, 0x100000000);
    bpf_for_each_map_elem(&sums, total, &sum, 0);
    counts[calls++ % 3] += even_numbers(7) + CONFIG_SCALE;
    level += eth->h_source[5];
    eth->h_dest[0] = level;
    bpf_printk("%d bytes, sum %llu, level %d", bytes, sum, level);
    return (int)(rounds << 16 | folded << 8 | limit) + refused(ctx);
}
