// SPDX-License-Identifier: Apache-2.0
/* Iterators over numbers (bpf_iter_num) and local dynptrs: made, used, given back. */
// flags: -mcpu=v4
#include "suite.h"

struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));

struct bpf_dynptr {
    __u64 opaque[2];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __attribute__((weak, section(".ksyms")));
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));

MAP(table, BPF_MAP_TYPE_ARRAY, 1, __u32, __u8[16]);
__u8 buffer[16];

static long (*const dynptr_from_mem)(void *data, __u32 size, __u64 flags, struct bpf_dynptr *ptr) = (void *)197;
static long (*const dynptr_read)(void *dst, __u32 len, const struct bpf_dynptr *src, __u32 offset,
                                 __u64 flags) = (void *)201;
static long (*const dynptr_write)(const struct bpf_dynptr *dst, __u32 offset, void *src, __u32 len,
                                  __u64 flags) = (void *)202;
static void *(*const dynptr_data)(const struct bpf_dynptr *ptr, __u32 offset, __u32 len) = (void *)203;

SEC("raw")
int counts_with_an_iterator(struct context *ctx)
{
    struct bpf_iter_num it;
    int *i, sum = 0;
    bpf_iter_num_new(&it, 0, 10);
    while ((i = bpf_iter_num_next(&it)))
        sum += *i;
    bpf_iter_num_destroy(&it);
    return sum;
}

SEC("raw")
int iterator_is_not_destroyed(struct context *ctx)
{
    struct bpf_iter_num it;
    bpf_iter_num_new(&it, 0, 10);
    return bpf_iter_num_next(&it) != 0; /* error[leak] */
}

SEC("raw")
int iterator_is_used_after_it_is_destroyed(struct context *ctx)
{
    struct bpf_iter_num it;
    bpf_iter_num_new(&it, 0, 10);
    bpf_iter_num_destroy(&it);
    return bpf_iter_num_next(&it) != 0; /* error[helper-argument] */
}

SEC("raw")
int iterator_was_never_made(struct context *ctx)
{
    struct bpf_iter_num it;
    return bpf_iter_num_next(&it) != 0; /* error[helper-argument] */
}

SEC("raw")
int iterator_is_destroyed_twice(struct context *ctx)
{
    struct bpf_iter_num it;
    bpf_iter_num_new(&it, 0, 10);
    bpf_iter_num_destroy(&it);
    bpf_iter_num_destroy(&it); /* error[helper-argument] */
    return 0;
}

SEC("raw")
int number_is_used_without_a_test(struct context *ctx)
{
    struct bpf_iter_num it;
    bpf_iter_num_new(&it, 0, 10);
    int n = *bpf_iter_num_next(&it); /* error[null-deref] */
    bpf_iter_num_destroy(&it);
    return n;
}

SEC("raw")
int iterator_is_written(struct context *ctx)
{
    struct bpf_iter_num it;
    bpf_iter_num_new(&it, 0, 10);
    *(volatile __u64 *)&it = 0; /* error[bad-pointer] */
    bpf_iter_num_destroy(&it);
    return 0;
}

SEC("raw")
int iterator_leaves_its_loop_early(struct context *ctx)
{
    struct bpf_iter_num it;
    int *i, last = 0;
    bpf_iter_num_new(&it, 0, 1000000);
    while ((i = bpf_iter_num_next(&it))) {
        last = *i;
        if (ctx->words[0] == last)
            break;
    }
    bpf_iter_num_destroy(&it);
    return last;
}

SEC("raw")
int iterators_nest(struct context *ctx)
{
    struct bpf_iter_num outer, inner;
    int sum = 0;
    bpf_iter_num_new(&outer, 0, 10);
    while (bpf_iter_num_next(&outer)) {
        bpf_iter_num_new(&inner, 0, 10);
        while (bpf_iter_num_next(&inner))
            sum++;
        bpf_iter_num_destroy(&inner);
    }
    bpf_iter_num_destroy(&outer);
    return sum;
}

SEC("raw")
int reads_and_writes_a_dynptr(struct context *ctx)
{
    struct bpf_dynptr p;
    __u64 word = ctx->words[0];
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    dynptr_write(&p, 0, &word, sizeof word, 0);
    return (int)dynptr_read(&word, sizeof word, &p, 8, 0);
}

SEC("raw")
int takes_a_slice_of_a_dynptr(struct context *ctx)
{
    struct bpf_dynptr p;
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    __u8 *slice = dynptr_data(&p, 0, 8);
    return slice ? slice[7] : 0;
}

SEC("raw")
int reads_beyond_a_slice(struct context *ctx)
{
    struct bpf_dynptr p;
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    __u8 *slice = dynptr_data(&p, 0, 8);
    return slice ? slice[8] : 0; /* error[*] */
}

SEC("raw")
int uses_a_slice_without_a_test(struct context *ctx)
{
    struct bpf_dynptr p;
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    __u8 *slice = dynptr_data(&p, 0, 8);
    return slice[0]; /* error[*] */
}

SEC("raw")
int reads_a_dynptr_that_was_never_made(struct context *ctx)
{
    struct bpf_dynptr p;
    __u64 word = 0;
    return (int)dynptr_read(&word, sizeof word, &p, 0, 0); /* error[*] */
}

SEC("raw")
int makes_a_dynptr_of_stack_memory(struct context *ctx)
{
    struct bpf_dynptr p;
    __u64 word = ctx->words[0];
    return (int)dynptr_from_mem(&word, sizeof word, 0, &p); /* error[*] */
}

SEC("raw")
int makes_a_dynptr_that_is_too_long(struct context *ctx)
{
    struct bpf_dynptr p;
    return (int)dynptr_from_mem(buffer, sizeof buffer + 1, 0, &p); /* error[*] */
}

SEC("raw")
int writes_over_a_dynptr(struct context *ctx)
{
    struct bpf_dynptr p;
    __u64 word = 0;
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    *(volatile __u64 *)&p = 0;
    return (int)dynptr_read(&word, sizeof word, &p, 0, 0); /* error[*] */
}

SEC("raw")
int reads_a_part_of_a_dynptr(struct context *ctx)
{
    struct bpf_dynptr p;
    dynptr_from_mem(buffer, sizeof buffer, 0, &p);
    return *(volatile int *)&p; /* error[*] */
}
