// SPDX-License-Identifier: Apache-2.0
/* One half of a program in two files: what it counts, adds and calls stands in link_part.bpf.c. */
#include <barebpf/bpf.h>

extern struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} shared SEC(".maps");

extern int offset;
int triple(int number);

static __attribute__((noinline)) int same_name(int number)
{
    return number + 1;
}

SEC("raw")
int link_main(void *ctx)
{
    __u32 key = 2;
    __u64 *count = bpf_map_lookup_elem(&shared, &key);
    if (!count)
        return -1;
    *count += 5;
    return same_name(triple(7)) + offset;
}
