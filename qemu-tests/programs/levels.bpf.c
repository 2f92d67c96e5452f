// SPDX-License-Identifier: Apache-2.0
/* A program that takes longer than its period, one that may interrupt it, and one that waits for it. Each knows what it
 * interrupted, and that it was not entered twice; all use one map at once, each its own keys in it. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

#define KEYS 8

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4 * KEYS);
    __type(key, __u32);
    __type(value, __u32);
} shared SEC(".maps");

volatile __u32 running[4];     /* by program: inside now */
volatile __u32 interrupted[4]; /* by program: times that it found another one inside */
volatile __u32 twice, lost;
__u32 counts[4][KEYS]; /* what must be in the map; 0: nothing */

/* Adds to a key of this program's own, or removes it. */
static __attribute__((always_inline)) void operate(__u32 who, __u32 random)
{
    __u32 index = random >> 20 & (KEYS - 1), key = 4 * index + who, one = 1;
    __u32 *count = &counts[who & 3][index], *value = bpf_map_lookup_elem(&shared, &key);
    if ((value != 0) != (*count != 0) || (value && *value != *count)) {
        lost++;
    } else if (!value) {
        lost += bpf_map_update_elem(&shared, &key, &one, BPF_NOEXIST) != 0;
        *count = 1;
    } else if (random >> 28 < 4) {
        lost += bpf_map_delete_elem(&shared, &key) != 0;
        *count = 0;
    } else {
        *value = ++*count;
    }
}

static __attribute__((always_inline)) void work(__u32 who, __u32 rounds, __u32 random)
{
    twice += running[who & 3];
    running[who & 3] = 1;
    for (__u32 i = 0; i < 4; i++)
        interrupted[who & 3] += i != who && running[i];
    for (__u32 i = 0; i < rounds; i++) {
        random = random * 1664525u + 1013904223u;
        operate(who, random);
    }
    running[who & 3] = 0;
}

SEC("idle")
int background(struct barebpf_idle *ctx)
{
    work(0, 20, ctx->count);
    return 1;
}

SEC("timer/1ms")
int tardy(struct barebpf_timer *ctx)
{
    work(1, 600, ctx->count);
    return (int)ctx->missed;
}

SEC("timer/300us")
int other(struct barebpf_timer *ctx)
{
    work(2, 1, ctx->count);
    return 0;
}

SEC("timer/700us")
int third(struct barebpf_timer *ctx)
{
    work(3, 1, ctx->count);
    return 0;
}
