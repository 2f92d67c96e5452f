// SPDX-License-Identifier: Apache-2.0
/* Dynptrs lent to global functions: any kind, to be read, written through and handed on, but not changed or released.
 * Linux says the same. */
#include <barebpf/bpf.h>

static const char gpl[] SEC("license") = "GPL";

#define GLOBAL __attribute__((noinline))

struct bpf_dynptr {
    __u64 words[2];
} __attribute__((aligned(8)));

struct {
    __uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
    __uint(max_entries, 4096);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64[8]);
} table SEC(".maps");

volatile int seen;

GLOBAL long reads(const struct bpf_dynptr *d)
{
    __u64 word = 0;
    bpf_dynptr_read(&word, 8, d, 0, 0);
    return (long)word;
}
GLOBAL int writes(struct bpf_dynptr *d, __u32 at, int with)
{
    __u64 word = (__u32)with;
    return (int)bpf_dynptr_write(d, at, &word, 8, 0);
}
GLOBAL int takes_data(const struct bpf_dynptr *d)
{
    __u32 *data = bpf_dynptr_data(d, 4, 8);
    return data ? (int)(data[1] = data[0] + 1) : 0;
}
GLOBAL int takes_data_beyond(const struct bpf_dynptr *d)
{
    __u32 *data = bpf_dynptr_data(d, 4, 8);
    return data ? (int)data[2] : 0; /* error[*] */
}
GLOBAL int does_not_test_data(const struct bpf_dynptr *d)
{
    return *(int *)bpf_dynptr_data(d, 0, 4); /* error[*] */
}
GLOBAL int hands_it_on(const struct bpf_dynptr *d)
{
    return (int)reads(d) + takes_data(d);
}
GLOBAL int loads_from_it(const struct bpf_dynptr *d)
{
    return (int)d->words[0]; /* error[*] */
}
GLOBAL int stores_into_it(struct bpf_dynptr *d)
{
    *(volatile __u64 *)&d->words[1] = 0; /* error[*] */
    return 0;
}
GLOBAL int submits_it(struct bpf_dynptr *d)
{
    bpf_ringbuf_submit_dynptr(d, 0); /* error[*] */
    return 0;
}
GLOBAL int discards_it(struct bpf_dynptr *d)
{
    bpf_ringbuf_discard_dynptr(d, 0); /* error[*] */
    return 0;
}
GLOBAL int reserves_into_it(struct bpf_dynptr *d)
{
    return (int)bpf_ringbuf_reserve_dynptr(&ring, 8, 0, d); /* error[*] */
}
GLOBAL int moves_it(const struct bpf_dynptr *d)
{
    return (int)reads((const void *)((const char *)d + 8)); /* error[*] */
}
GLOBAL int spills_it(const struct bpf_dynptr *d)
{
    const struct bpf_dynptr *volatile spilled = d;
    return 0;
}
GLOBAL int takes_plain_memory(__u64 (*words)[2])
{
    return words ? (int)(*words)[0] : 0;
}
GLOBAL int hands_it_on_as_memory(const struct bpf_dynptr *d)
{
    return takes_plain_memory((void *)d); /* error[*] */
}
GLOBAL int two_of_them(const struct bpf_dynptr *a, const struct bpf_dynptr *b)
{
    return (int)(reads(a) - reads(b));
}
static __attribute__((noinline)) long round(__u32 i, void *d)
{
    long *sum = d;
    *sum += i;
    return 0;
}
GLOBAL long has_memory_and_a_dynptr(const struct bpf_dynptr *d, long *sum)
{
    if (!sum)
        return 0;
    long local = *sum;
    bpf_loop(3, round, &local, 0);
    *sum = reads(d) + local;
    return *sum;
}

/* A reservation `d` whose use gives a number. */
#define RESERVED(name, ...)                                                                                            \
    SEC("xdp") int name(struct xdp_md *ctx)                                                                            \
    {                                                                                                                  \
        struct bpf_dynptr d;                                                                                           \
        bpf_ringbuf_reserve_dynptr(&ring, 32, 0, &d);                                                                  \
        seen = (int)__VA_ARGS__;                                                                                       \
        bpf_ringbuf_submit_dynptr(&d, 0);                                                                              \
        return 2;                                                                                                      \
    }
/* A dynptr `d` of a value's 16 bytes. */
#define LOCAL(name, ...)                                                                                               \
    SEC("xdp") int name(struct xdp_md *ctx)                                                                            \
    {                                                                                                                  \
        struct bpf_dynptr d;                                                                                           \
        __u32 key = 0;                                                                                                 \
        __u64 *value = bpf_map_lookup_elem(&table, &key);                                                              \
        if (!value)                                                                                                    \
            return 1;                                                                                                  \
        bpf_dynptr_from_mem(value, 16, 0, &d);                                                                         \
        __VA_ARGS__;                                                                                                   \
        return 2;                                                                                                      \
    }

RESERVED(lends_a_record, reads(&d))
RESERVED(lends_a_record_to_be_written, writes(&d, 4, (int)ctx->rx_queue_index))
RESERVED(lends_a_record_for_its_data, takes_data(&d))
RESERVED(lends_it_through_two, hands_it_on(&d))
RESERVED(lends_it_to_one_that_spills_it, spills_it(&d))
RESERVED(lends_it_twice, two_of_them(&d, &d))
RESERVED(calls_takes_data_beyond, takes_data_beyond(&d))
RESERVED(calls_does_not_test_data, does_not_test_data(&d))
RESERVED(calls_loads_from_it, loads_from_it(&d))
RESERVED(calls_stores_into_it, stores_into_it(&d))
RESERVED(calls_submits_it, submits_it(&d))
RESERVED(calls_discards_it, discards_it(&d))
RESERVED(calls_reserves_into_it, reserves_into_it(&d))
RESERVED(calls_moves_it, moves_it(&d))
RESERVED(calls_hands_it_on_as_memory, hands_it_on_as_memory(&d))
RESERVED(lends_its_second_half, reads((void *)&d.words[1]))              /* error[*] */
RESERVED(hands_it_over_as_memory, takes_plain_memory(&d.words))          /* error[*] */
RESERVED(hands_it_over_as_both, has_memory_and_a_dynptr(&d, (void *)&d)) /* error[*] */
LOCAL(lends_memory_of_a_value, reads(&d))
LOCAL(lends_memory_to_be_written, writes(&d, 20, 1))
LOCAL(lends_memory_for_its_data, takes_data(&d); takes_data(&d))
LOCAL(keeps_data_over_a_call, __u64 *data = bpf_dynptr_data(&d, 0, 8); takes_data(&d); if (data) *data = 1)
LOCAL(lends_a_dynptr_and_memory, long sum = ctx->rx_queue_index; has_memory_and_a_dynptr(&d, &sum))
LOCAL(lends_what_was_overwritten, *(volatile __u64 *)&d = 1; reads(&d)) /* error[*] */

SEC("xdp") int lends_what_was_submitted(struct xdp_md *ctx)
{
    struct bpf_dynptr d;
    bpf_ringbuf_reserve_dynptr(&ring, 32, 0, &d);
    bpf_ringbuf_submit_dynptr(&d, 0);
    return reads(&d) & 1; /* error[*] */
}
SEC("xdp") int lends_what_is_none(struct xdp_md *ctx)
{
    struct bpf_dynptr d = {};
    asm volatile("" ::"r"(&d) : "memory");
    return reads(&d) & 1; /* error[*] */
}
SEC("xdp") int lends_null(struct xdp_md *ctx)
{
    return reads(0) & 1; /* error[*] */
}
SEC("xdp") int lends_a_map_value(struct xdp_md *ctx)
{
    __u32 key = 0;
    struct bpf_dynptr *d = bpf_map_lookup_elem(&table, &key);
    return d ? reads(d) & 1 : 0; /* error[*] */
}
SEC("xdp") int does_not_submit_what_it_lent(struct xdp_md *ctx)
{
    struct bpf_dynptr d;
    bpf_ringbuf_reserve_dynptr(&ring, 32, 0, &d);
    return reads(&d) & 1; /* error[*] */
}
