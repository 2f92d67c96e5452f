// SPDX-License-Identifier: Apache-2.0
/* Maps that the firmware's code could not serve. */
#include <barebpf/bpf.h>

#define PROGRAM SEC("raw") __attribute__((naked))

struct context {
    __u64 number;
};

#define MAP(name, kind, ...)                                                                                           \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, 4);                                                                                        \
        __VA_ARGS__                                                                                                    \
    } name SEC(".maps")

struct prefix {
    __u32 bits, address;
};

MAP(preallocated, LPM_TRIE, __type(key, struct prefix); __type(value, __u64););
MAP(keyed, STACK, __type(key, __u32); __type(value, __u64););
MAP(odd, RINGBUF);

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(key_size, 1);
    __uint(value_size, 8);
    __uint(max_entries, 4);
} short_keys SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(key_size, 4);
    __uint(value_size, 8);
    __uint(max_entries, 0);
} empty SEC(".maps");

PROGRAM int looks_up_with_a_short_key(struct context *ctx)
{
    asm volatile("r2 = r10; r2 += -8; *(u64 *)(r2 + 0) = 0");
    asm volatile("r1 = %0 ll" ::"i"(&short_keys)); /* error[map-shape] */
    asm volatile("call 1; r0 = 0; exit");
}

PROGRAM int looks_into_an_empty_map(struct context *ctx)
{
    asm volatile("r2 = r10; r2 += -8; *(u64 *)(r2 + 0) = 0");
    asm volatile("r1 = %0 ll" ::"i"(&empty)); /* error[map-shape] */
    asm volatile("call 1; r0 = 0; exit");
}

PROGRAM int a_trie_that_linux_would_not_make(void *ctx)
{
    asm volatile("r1 = %0 ll" ::"i"(&preallocated)); /* error[map-shape] */
    asm volatile("r0 = 0; exit");
}

PROGRAM int a_stack_with_keys(void *ctx)
{
    asm volatile("r1 = %0 ll" ::"i"(&keyed)); /* error[map-shape] */
    asm volatile("r0 = 0; exit");
}

PROGRAM int a_ring_of_four_bytes(void *ctx)
{
    asm volatile("r1 = %0 ll" ::"i"(&odd)); /* error[map-shape] */
    asm volatile("r0 = 0; exit");
}
