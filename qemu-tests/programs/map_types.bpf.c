// SPDX-License-Identifier: Apache-2.0
/* Every map type once, on a packet of at least four bytes. maps.py says what must be in them afterwards. */
#include <barebpf/bpf.h>

struct prefix {
    __u32 bits;
    __u8 data[4];
};

#define MAP(name, kind, count)                                                                                         \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, count);                                                                                    \
        __type(key, __u32);                                                                                            \
        __type(value, __u64);                                                                                          \
    } name SEC(".maps")
#define QUEUE(name, kind, count)                                                                                       \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, count);                                                                                    \
        __type(value, __u32);                                                                                          \
    } name SEC(".maps")

MAP(counts, PERCPU_ARRAY, 3);
MAP(flows, PERCPU_HASH, 5);
MAP(recent, LRU_HASH, 4);
MAP(recent_too, LRU_PERCPU_HASH, 2);
QUEUE(jobs, QUEUE, 3);
QUEUE(undo, STACK, 4);
QUEUE(seen, BLOOM_FILTER, 20);

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 4);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} routes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 64);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} events SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

#define TABLE(name, kind, ...)                                                                                         \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind##_OF_MAPS);                                                                   \
        __uint(max_entries, 3);                                                                                        \
        __type(key, __u32);                                                                                            \
        __array(values, struct inner);                                                                                 \
    } name SEC(".maps") = {.values = {__VA_ARGS__}}

TABLE(tables, ARRAY, &first, 0, &second);
TABLE(named, HASH, 0, &first);

/* Counts in each map that the tables hold. */
static __always_inline void count_inside(void)
{
    for (__u32 i = 0; i < 4; i++) {
        __u64 value = 100 + i;
        void *inner = bpf_map_lookup_elem(&tables, &i);
        if (inner)
            bpf_map_update_elem(inner, &i, &value, BPF_ANY);
        inner = bpf_map_lookup_elem(&named, &i);
        __u32 zero = 0;
        __u64 *found = inner ? bpf_map_lookup_elem(inner, &zero) : 0;
        if (found)
            *found += i;
    }
}

static __always_inline void fill(void)
{
    for (__u32 i = 0; i < 6; i++) {
        __u64 value = 10 * i;
        bpf_map_update_elem(&recent, &i, &value, BPF_ANY);
        bpf_map_update_elem(&recent_too, &i, &value, BPF_NOEXIST);
        bpf_map_push_elem(&jobs, &i, BPF_EXIST);
        bpf_map_push_elem(&undo, &i, BPF_ANY);
        bpf_map_push_elem(&seen, &i, BPF_ANY);
        bpf_ringbuf_output(&records, &value, 6, 0);
    }
}

static __always_inline void route(__u32 bits, __u8 second, __u32 value)
{
    struct prefix prefix = {bits, {10, second}};
    bpf_map_update_elem(&routes, &prefix, &value, BPF_ANY);
}

SEC("xdp")
int map_types(struct xdp_md *ctx)
{
    __u32 key = 1, got = 0, address_route = 0;
    __u64 one = 1, *value = bpf_map_lookup_elem(&counts, &key);
    if (value)
        *value += 7;
    bpf_map_update_elem(&flows, &key, &one, BPF_ANY);
    value = bpf_map_lookup_percpu_elem(&flows, &key, 0);
    if (value)
        *value += 1;
    value = bpf_map_lookup_percpu_elem(&flows, &key, 1);
    if (value)
        *value = 1000; /* there is one processor */
    fill();
    count_inside();
    route(8, 0, 8);
    route(16, 1, 16);
    route(24, 1, 24);
    struct prefix address = {32, {10, 1, 0, 200}};
    __u32 *found = bpf_map_lookup_elem(&routes, &address);
    if (found)
        address_route = *found;
    bpf_map_pop_elem(&jobs, &got);
    bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | 3ull << 32, &got, sizeof(got));
    bpf_map_peek_elem(&undo, &key);
    return (int)(got | key << 8 | address_route << 16 | (bpf_map_peek_elem(&seen, &key) == 0) << 24 |
                 (__u32)bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) << 25);
}
