// SPDX-License-Identifier: Apache-2.0
/* What barebpf generates for a program with an array map `counts`, a hash map `flows`, and .rodata, written by hand.
 * The programs that stand in for lifted code are in counter.prog.c. */
#include <barebpf/context.h>
#include <barebpf/program.h>
#include <barebpf/run.h>

#include "helpers.h"
#include "map_array.h"
#include "map_hash.h"

#define STUB __attribute__((always_inline))

/* Maps */
BAREBPF_ARRAY_MAP(counts, uint64_t, 16);
BAREBPF_HASH_MAP(flows, BAREBPF_BYTES(4), uint64_t, 8);
_Alignas(8) const unsigned char bpf_map_rodata[14] = "count %d %llu";

/* The program behind bpf_main */
const struct barebpf_program barebpf_program = {"tick", BAREBPF_CONTEXT_MEMORY, 8};

/* bpf_map_lookup_elem */
STUB void *_bpf_helper_ext_0001(void *map, const void *key);
STUB void *_bpf_helper_ext_0001(void *map, const void *key)
{
    if (map == &bpf_map_counts)
        return BAREBPF_ARRAY_LOOKUP(bpf_map_counts, key);
    if (map == &bpf_map_flows)
        return rt_map_lookup__flows(key);
    return NULL;
}

/* bpf_map_update_elem */
STUB long _bpf_helper_ext_0002(void *map, const void *key, const void *value, uint64_t flags);
STUB long _bpf_helper_ext_0002(void *map, const void *key, const void *value, uint64_t flags)
{
    if (map == &bpf_map_counts)
        return BAREBPF_ARRAY_UPDATE(bpf_map_counts, key, value, flags);
    if (map == &bpf_map_flows)
        return rt_map_update__flows(key, value, flags);
    return -RT_EINVAL;
}

/* bpf_map_delete_elem */
STUB long _bpf_helper_ext_0003(void *map, const void *key);
STUB long _bpf_helper_ext_0003(void *map, const void *key)
{
    if (map == &bpf_map_counts)
        return BAREBPF_ARRAY_DELETE(bpf_map_counts, key);
    if (map == &bpf_map_flows)
        return rt_map_delete__flows(key);
    return -RT_EINVAL;
}

/* bpf_trace_printk */
STUB long _bpf_helper_ext_0006(const void *format, uint32_t bytes, uint64_t a, uint64_t b, uint64_t c);
STUB long _bpf_helper_ext_0006(const void *format, uint32_t bytes, uint64_t a, uint64_t b, uint64_t c)
{
    return rt_helper_trace_printk(format, bytes, a, b, c);
}

/* Addresses that lddw loads */
STUB void *__lddw_helper_map_by_idx(uint64_t index);
STUB void *__lddw_helper_map_by_idx(uint64_t index)
{
    switch (index) {
    case 0: return &bpf_map_counts;
    case 1: return &bpf_map_flows;
    default: return NULL;
    }
}

STUB void *__lddw_helper_map_val(uint64_t index);
STUB void *__lddw_helper_map_val(uint64_t index)
{
    switch (index) {
    case 0: return bpf_map_counts.values;
    case 2: return (void *)bpf_map_rodata;
    default: return NULL;
    }
}
