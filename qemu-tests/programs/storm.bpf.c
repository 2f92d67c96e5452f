// SPDX-License-Identifier: Apache-2.0
/* A timer's program and the main loop's use the same hash map and ring buffer at once. Each has keys of its own, which
 * it adds, counts up and removes, and knows what must be in the map; records are numbered by either, and the firmware
 * (storm.c) reads them. What a missing lock tears shows as a lost key, a wrong count, or a record out of order. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

#define KEYS   16
#define NO_KEY 0xffffffff

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2 * KEYS);
    __type(key, __u32);
    __type(value, __u32);
} shared SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

struct record {
    __u32 side, number;
};

/* Reads what is in the ring; how many records were not the next of their side. */
extern __u32 storm_drain(void) __ksym;

volatile __u32 operations[2], sent[2], wrong, read_wrong;
__u32 counts[2][KEYS]; /* what must be in the map, plus 1; 0: nothing */
__u32 randoms[2] = {1, 2};

static __attribute__((always_inline)) void operate(__u32 side)
{
    __u32 random = randoms[side] = randoms[side] * 1664525u + 1013904223u;
    __u32 index = random >> 20 & (KEYS - 1), key = 2 * index + side, zero = 0;
    __u32 *count = &counts[side][index], *value = bpf_map_lookup_elem(&shared, &key);
    if ((value != 0) != (*count != 0) || (value && *value + 1 != *count)) {
        wrong++;
    } else if (!value) {
        wrong += bpf_map_update_elem(&shared, &key, &zero, BPF_NOEXIST) != 0;
        *count = 1;
    } else if (random >> 28 < 4) {
        wrong += bpf_map_delete_elem(&shared, &key) != 0;
        *count = 0;
    } else {
        *value = (*count)++;
    }
    struct record record = {side, sent[side]};
    sent[side] += bpf_ringbuf_output(&records, &record, sizeof record, 0) == 0;
    operations[side]++;
}

SEC("timer/1ms") int storm_timer(struct barebpf_timer *ctx)
{
    for (int i = 0; i < 20; i++)
        operate(1);
    return 0;
}

SEC("idle") int storm_idle(struct barebpf_idle *ctx)
{
    for (int i = 0; i < 20; i++)
        operate(0);
    read_wrong += storm_drain();
    return 1;
}
