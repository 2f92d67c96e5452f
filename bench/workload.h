// SPDX-License-Identifier: Apache-2.0
/* For the workloads: one source, compiled for BPF with barebpf's header (also by `barebpf build --native`), and
 * natively with the same map code from helpers-template/, called directly as a firmware writer would: no BPF in
 * between. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <barebpf/bpf.h>

#ifdef __bpf__

#define ARRAY(symbol, value_type, entries)                                                                             \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_ARRAY);                                                                              \
        __uint(max_entries, entries);                                                                                  \
        __type(key, __u32);                                                                                            \
        __type(value, value_type);                                                                                     \
    } symbol SEC(".maps")

#define HASH(symbol, key_type, value_type, entries)                                                                    \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_HASH);                                                                               \
        __uint(max_entries, entries);                                                                                  \
        __type(key, key_type);                                                                                         \
        __type(value, value_type);                                                                                     \
    } symbol SEC(".maps")

#else

#include "helpers.h"
#include "map_array.h"
#include "map_hash.h"

/* A map's operations: constants, so that the compiler sees through the calls. */
struct bench_map {
    void *(*lookup)(const void *key);
    long (*update)(const void *key, const void *value, __u64 flags);
    long (*delete)(const void *key);
};

#define ARRAY(symbol, value_type, entries)                                                                             \
    BAREBPF_ARRAY_MAP(symbol, value_type, entries);                                                                    \
    static inline void *bench_lookup_##symbol(const void *key)                                                         \
    {                                                                                                                  \
        return BAREBPF_ARRAY_LOOKUP(bpf_map_##symbol, key);                                                            \
    }                                                                                                                  \
    static inline long bench_update_##symbol(const void *key, const void *value, __u64 flags)                          \
    {                                                                                                                  \
        return BAREBPF_ARRAY_UPDATE(bpf_map_##symbol, key, value, flags);                                              \
    }                                                                                                                  \
    static const struct bench_map symbol = {bench_lookup_##symbol, bench_update_##symbol, 0}

#define HASH(symbol, key_type, value_type, entries)                                                                    \
    BAREBPF_HASH_MAP(symbol, key_type, value_type, entries);                                                           \
    static const struct bench_map symbol = {rt_map_lookup__##symbol, rt_map_update__##symbol, rt_map_delete__##symbol}

#undef SEC
#define SEC(name)
#define bpf_map_lookup_elem(map, key)               ((map)->lookup(key))
#define bpf_map_update_elem(map, key, value, flags) ((map)->update(key, value, flags))
#define bpf_map_delete_elem(map, key)               ((map)->delete(key))
#define bpf_ktime_get_ns                            rt_helper_ktime_get_ns
#define bpf_get_prandom_u32                         rt_helper_get_prandom_u32
#define bpf_get_smp_processor_id                    rt_helper_get_smp_processor_id

#endif

/* Bytes of the network are big-endian, those of all boards little-endian. */
struct iphdr {
    __u8 ihl_version, tos;
    __be16 tot_len, id, frag_off;
    __u8 ttl, protocol;
    __u16 check;
    __be32 saddr, daddr;
};

struct udphdr {
    __be16 source, dest, len;
    __u16 check;
};

struct tcphdr {
    __be16 source, dest;
    __be32 seq, ack_seq;
    __u8 offset, flags;
    __be16 window;
    __u16 check, urg_ptr;
};

#define IPPROTO_ICMP 1
#define IPPROTO_TCP  6
#define IPPROTO_UDP  17

#endif
