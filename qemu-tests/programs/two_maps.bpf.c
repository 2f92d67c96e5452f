// SPDX-License-Identifier: Apache-2.0
/* Two array maps, a constant and a variable: what a stale copy of the stubs can get wrong. Compiled with other sizes by
 * the test. */
#include <barebpf/bpf.h>

#ifndef VALUE
#define VALUE unsigned long long
#endif
#ifndef ENTRIES
#define ENTRIES 16
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef CONTEXT_BYTES
#define CONTEXT_BYTES 8
#endif

#ifdef ANOTHER_MAP_FIRST
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, unsigned);
    __type(value, unsigned);
} above SEC(".maps");
#endif

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, ENTRIES);
    __type(key, unsigned);
    __type(value, VALUE);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, ENTRIES);
    __type(key, unsigned);
    __type(value, VALUE);
} value SEC(".maps");

const volatile unsigned step = STEP;
unsigned total;

struct context {
    unsigned char bytes[CONTEXT_BYTES];
};

SEC("raw")
long two_maps(struct context *ctx)
{
    unsigned key = ctx->bytes[0];
    VALUE *n = bpf_map_lookup_elem(&counts, &key), one = {0}, *seen;
    if (n)
        *(unsigned char *)n += step;
    bpf_map_update_elem(&value, &key, &one, BPF_ANY);
    seen = bpf_map_lookup_elem(&value, &key);
#ifdef ANOTHER_MAP_FIRST
    key = 0;
    unsigned *a = bpf_map_lookup_elem(&above, &key);
    if (a)
        ++*a;
#endif
    return ++total + (seen != 0);
}

char LICENSE[] SEC("license") = "GPL";
