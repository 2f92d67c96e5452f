// SPDX-License-Identifier: Apache-2.0
/* The other half of link_main.bpf.c. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} shared SEC(".maps");

int offset = 1000;

static __attribute__((noinline)) int same_name(int number)
{
    return number * 2;
}

int triple(int number)
{
    return same_name(number) + number;
}

char LICENSE[] SEC("license") = "GPL";
