// SPDX-License-Identifier: Apache-2.0
/* Maps go only where Linux lets them go, and are tested for NULL where they come from a map of maps. */
#include <barebpf/bpf.h>

#define MAP(name, kind, ...)                                                                                           \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, 4);                                                                                        \
        __VA_ARGS__                                                                                                    \
    } name SEC(".maps")

struct prefix {
    __u32 bits, address;
};

MAP(table, HASH, __type(key, __u32); __type(value, __u64););
MAP(each, PERCPU_ARRAY, __type(key, __u32); __type(value, __u64););
MAP(recent, LRU_HASH, __type(key, __u32); __type(value, __u64););
MAP(jobs, QUEUE, __type(value, __u64););
MAP(seen, BLOOM_FILTER, __type(value, __u64););
MAP(routes, LPM_TRIE, __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, struct prefix); __type(value, __u64););
MAP(fixed, ARRAY, __uint(map_flags, BPF_F_RDONLY_PROG); __type(key, __u32); __type(value, __u64););
MAP(secret, ARRAY, __uint(map_flags, BPF_F_WRONLY_PROG); __type(key, __u32); __type(value, __u64););
MAP(devices, DEVMAP, __type(key, __u32); __type(value, __u32););

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

struct context {
    __u32 number;
};

SEC("xdp")
int uses_each_as_it_is_meant(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    struct prefix prefix = {32, ctx->ingress_ifindex};
    __u64 value = 1, *found = bpf_map_lookup_elem(&each, &key);
    if (found)
        value = *found;
    bpf_map_update_elem(&recent, &key, &value, BPF_ANY);
    found = bpf_map_lookup_elem(&routes, &prefix);
    if (found)
        *found += 1;
    bpf_map_push_elem(&jobs, &value, 0);
    bpf_map_push_elem(&seen, &value, 0);
    bpf_ringbuf_output(&records, &value, 8, 0);
    return bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) ? XDP_PASS : XDP_DROP;
}

SEC("raw")
__u64 pops_into_memory_that_was_not_written(struct context *ctx)
{
    __u64 value;
    return bpf_map_pop_elem(&jobs, &value) == 0 ? value : ctx->number;
}

SEC("raw")
__u64 pops_past_the_stack(struct context *ctx)
{
    __u32 value;
    bpf_map_pop_elem(&jobs, &value); /* error[out-of-bounds] */
    return value;
}

SEC("raw")
__u64 pushes_to_a_hash(struct context *ctx)
{
    __u64 value = ctx->number;
    return (__u64)bpf_map_push_elem(&table, &value, 0); /* error[helper-argument] */
}

SEC("raw")
__u64 looks_up_in_a_queue(struct context *ctx)
{
    __u64 key = ctx->number;
    return bpf_map_lookup_elem(&jobs, &key) != 0; /* error[helper-argument] */
}

SEC("raw")
__u64 pops_from_a_filter(struct context *ctx)
{
    __u64 value = ctx->number;
    return (__u64)bpf_map_pop_elem(&seen, &value); /* error[helper-argument] */
}

SEC("raw")
__u64 looks_up_for_a_processor_in_a_plain_hash(struct context *ctx)
{
    __u32 key = ctx->number;
    return bpf_map_lookup_percpu_elem(&table, &key, 0) != 0; /* error[helper-argument] */
}

SEC("raw")
__u64 writes_a_map_that_programs_may_only_read(struct context *ctx)
{
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&fixed, &key);
    if (value)
        *value = ctx->number; /* error[read-only] */
    return 0;
}

SEC("raw")
__u64 updates_a_map_that_programs_may_only_read(struct context *ctx)
{
    __u32 key = 0;
    __u64 value = ctx->number;
    return (__u64)bpf_map_update_elem(&fixed, &key, &value, 0); /* error[read-only] */
}

SEC("raw")
__u64 reads_a_map_that_programs_may_only_write(struct context *ctx)
{
    __u32 key = ctx->number;
    __u64 *value = bpf_map_lookup_elem(&secret, &key);
    return value ? *value : 0; /* error[read-only] */
}

SEC("raw")
__u64 updates_a_device_map(struct context *ctx)
{
    __u32 key = ctx->number;
    return (__u64)bpf_map_update_elem(&devices, &key, &key, 0); /* error[helper-argument] */
}

SEC("raw")
__u64 outputs_more_than_it_has(struct context *ctx)
{
    __u64 value = ctx->number;
    return (__u64)bpf_ringbuf_output(&records, &value, 9, 0); /* error[out-of-bounds] */
}
