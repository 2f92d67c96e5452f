// SPDX-License-Identifier: Apache-2.0
/* Memory that host, program and stubs must see alike: 8-byte members behind smaller ones in contexts, keys, values and
 * data sections, and atomic operations on them. */
#include <barebpf/bpf.h>

struct context {
    __u32 first;
    __u64 number;
    __u32 divisor;
};

struct key {
    __u8 small;
    __u64 wide;
};

struct value {
    __u32 small;
    __u64 wide;
    __u8 byte;
    __s64 negative;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, struct key);
    __type(value, struct value);
} hashed SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct value);
} indexed SEC(".maps");

__u64 total;
__u32 calls;
__u64 mixed = 0x1122334455667788;

SEC("hook/layout") int layout(struct context *c)
{
    struct key key = {};
    struct value value = {};
    __u32 index = 1;
    key.small = 7;
    key.wide = c->number;
    value.small = 1;
    value.wide = c->number / c->divisor;
    value.byte = 3;
    value.negative = -4;
    bpf_map_update_elem(&hashed, &key, &value, 0);
    struct value *found = bpf_map_lookup_elem(&indexed, &index);
    if (found) {
        __sync_fetch_and_add(&found->wide, c->number);
        __sync_fetch_and_add(&found->small, 5);
        found->negative = -(__s64)(c->number % 1000);
    }
    total += c->number;
    calls++;
    mixed ^= c->number;
    return sizeof(*c);
}

char LICENSE[] SEC("license") = "Apache-2.0";
