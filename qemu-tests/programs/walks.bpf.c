// SPDX-License-Identifier: Apache-2.0
/* Maps whose elements are visited (bpf_for_each_map_elem), and iterators over numbers. See control.py. */
#include <barebpf/bpf.h>

#define MAP(name, kind, entries, value_type)                                                                           \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, entries);                                                                                  \
        __type(key, __u32);                                                                                            \
        __type(value, value_type);                                                                                     \
    } name SEC(".maps")

MAP(hash, HASH, 8, __u64);
MAP(recent, LRU_HASH, 8, __u64);
MAP(array, ARRAY, 5, __u32);

struct bpf_iter_num {
    __u64 opaque[1];
};

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __attribute__((weak, section(".ksyms")));
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));

struct context {
    __u32 stop, unused;
    int start, end;
};

struct sum {
    __u32 keys, values, visits, stop;
};

static long add(void *map, __u32 *key, __u64 *value, struct sum *sum)
{
    sum->keys += *key;
    sum->values += *value;
    sum->visits++;
    return *key == sum->stop;
}

/* Removes the visited element and puts another into its place, which may be visited too. */
static long move_odd(void *map, __u32 *key, __u64 *value, struct sum *sum)
{
    __u32 moved = *key + 8, old = *key;
    sum->visits++;
    if (old & 1) {
        bpf_map_delete_elem(&hash, &old);
        bpf_map_update_elem(&hash, &moved, value, BPF_ANY);
        bpf_map_delete_elem(&hash, &moved);
    }
    return 0;
}

static long fill(void *map, __u32 *key, __u32 *value, struct sum *sum)
{
    *value = 100 + *key;
    sum->visits++;
    return *key == sum->stop;
}

SEC("raw/each") int each(struct context *ctx)
{
    struct sum sum = {.stop = ctx->stop};
    for (__u32 key = 0; key < 8; key++) {
        __u64 value = 10 * key;
        bpf_map_update_elem(&hash, &key, &value, BPF_ANY);
        bpf_map_update_elem(&recent, &key, &value, BPF_ANY);
    }
    __u64 result = bpf_for_each_map_elem(&hash, add, &sum, 0) == sum.visits;
    bpf_for_each_map_elem(&hash, move_odd, &sum, 0);
    result = result << 8 | bpf_for_each_map_elem(&hash, add, &sum, 0);
    result = result << 8 | bpf_for_each_map_elem(&recent, add, &sum, 0);
    result = result << 8 | bpf_for_each_map_elem(&array, fill, &sum, 0);
    ctx->start = sum.keys;
    ctx->end = sum.values;
    return (int)result;
}

SEC("raw/numbers") int numbers(struct context *ctx)
{
    struct bpf_iter_num it;
    int *i, total = 0;
    int error = bpf_iter_num_new(&it, ctx->start, ctx->end);
    while ((i = bpf_iter_num_next(&it)))
        total = total * 3 + *i;
    bpf_iter_num_destroy(&it);
    return error ? error : total;
}
