// SPDX-License-Identifier: Apache-2.0
/* Global functions: proved once by what their prototype says, and callers keep to it. */
#include <barebpf/bpf.h>

static const char gpl[] SEC("license") = "GPL";

#define GLOBAL  __attribute__((noinline))
#define nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define context __attribute__((btf_decl_tag("arg:ctx")))

struct pair {
    __u32 first, second;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64[2]);
} table SEC(".maps");

volatile int seen;

GLOBAL int adds(int a, int b)
{
    seen = a;
    return a + b;
}
GLOBAL int tests_its_pointer(struct pair *p)
{
    if (!p)
        return 0;
    p->first++;
    return (int)p->second;
}
GLOBAL int trusts_its_pointer(struct pair *p nonnull)
{
    p->first++;
    return (int)p->second;
}
GLOBAL int does_not_test(struct pair *p)
{
    return (int)p->second; /* error[*] */
}
GLOBAL int reads_too_much(struct pair *p nonnull)
{
    return (int)p[1].first; /* error[*] */
}
GLOBAL int packet_bytes(struct xdp_md *ctx)
{
    return (int)(ctx->data_end - ctx->data);
}
GLOBAL int packet_bytes_of_tagged(void *ctx context)
{
    return (int)((struct xdp_md *)ctx)->rx_queue_index;
}
GLOBAL int indexes_by_its_number(__u32 i)
{
    __u8 bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    asm volatile("" ::"r"(bytes) : "memory");
    return bytes[i]; /* error[*] */
}
GLOBAL int indexes_by_a_tested_number(__u32 i)
{
    volatile __u8 bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    return i < 8 ? bytes[i] : 0;
}
GLOBAL int calls_another(int a)
{
    return adds(a, 1) + adds(a, 2);
}
GLOBAL int moves_the_packet(struct xdp_md *ctx)
{
    return (int)((long (*)(void *, int))44)(ctx, 0);
}
GLOBAL int loops(int n)
{
    for (int i = 0; i < 10; i++)
        seen += n;
    return seen;
}
static __attribute__((noinline)) int does_not_test_but_is_static(struct pair *p)
{
    asm volatile("" : "+r"(p));
    return (int)p->second;
}

SEC("xdp") int calls_adds(struct xdp_md *ctx)
{
    return adds((int)ctx->rx_queue_index, 1) & 1;
}
SEC("xdp") int hands_over_the_stack(struct xdp_md *ctx)
{
    struct pair p = {1, ctx->rx_queue_index};
    tests_its_pointer(&p);
    return p.first & 1;
}
SEC("xdp") int hands_over_null(struct xdp_md *ctx)
{
    return tests_its_pointer(0) & 1;
}
SEC("xdp") int hands_over_a_value_that_may_be_null(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    return tests_its_pointer(bpf_map_lookup_elem(&table, &key)) & 1;
}
SEC("xdp") int hands_over_a_tested_value(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    struct pair *p = bpf_map_lookup_elem(&table, &key);
    return p ? trusts_its_pointer(p) & 1 : 0;
}
SEC("xdp") int hands_null_to_nonnull(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    return trusts_its_pointer(bpf_map_lookup_elem(&table, &key)) & 1; /* error[*] */
}
SEC("xdp") int hands_over_too_little(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    char *p = bpf_map_lookup_elem(&table, &key);
    return p ? trusts_its_pointer((void *)(p + 12)) & 1 : 0; /* error[*] */
}
SEC("xdp") int calls_does_not_test(struct xdp_md *ctx)
{
    struct pair p = {1, 2};
    return does_not_test(&p) & 1;
}
SEC("xdp") int calls_reads_too_much(struct xdp_md *ctx)
{
    struct pair p[2] = {{1, 2}, {3, 4}};
    asm volatile("" ::"r"(&p) : "memory");
    return reads_too_much(p) & 1;
}
SEC("xdp") int hands_over_the_context(struct xdp_md *ctx)
{
    return packet_bytes(ctx) & 1;
}
SEC("xdp") int hands_over_the_tagged_context(struct xdp_md *ctx)
{
    return packet_bytes_of_tagged(ctx) & 1;
}
SEC("xdp") int hands_the_stack_as_context(struct xdp_md *ctx)
{
    struct xdp_md copy = {};
    asm volatile("" ::"r"(&copy) : "memory");
    return packet_bytes_of_tagged(&copy) & 1; /* error[*] */
}
SEC("xdp") int calls_indexes_by_its_number(struct xdp_md *ctx)
{
    return indexes_by_its_number(3) & 1;
}
SEC("xdp") int calls_indexes_by_a_tested_number(struct xdp_md *ctx)
{
    return indexes_by_a_tested_number(3) & 1;
}
SEC("xdp") int result_is_not_known(struct xdp_md *ctx)
{
    volatile __u8 bytes[8] = {};
    return bytes[adds(1, 2)] & 1; /* error[*] */
}
SEC("xdp") int calls_a_chain(struct xdp_md *ctx)
{
    return calls_another(5) & 1;
}
SEC("xdp") int packet_is_gone_after_it_moved(struct xdp_md *ctx)
{
    __u8 *p = (void *)(long)ctx->data;
    if ((void *)(p + 1) > (void *)(long)ctx->data_end)
        return 0;
    moves_the_packet(ctx);
    return *p & 1; /* error[*] */
}
SEC("xdp") int packet_is_loaded_anew(struct xdp_md *ctx)
{
    moves_the_packet(ctx);
    __u8 *p = (void *)(long)ctx->data;
    if ((void *)(p + 1) > (void *)(long)ctx->data_end)
        return 0;
    return *p & 1;
}
SEC("xdp") int hands_over_a_part_of_the_packet(struct xdp_md *ctx)
{
    struct pair *p = (void *)(long)ctx->data;
    if ((void *)(p + 1) > (void *)(long)ctx->data_end)
        return 0;
    return trusts_its_pointer(p) & 1;
}
SEC("xdp") int packet_stays_after_a_call(struct xdp_md *ctx)
{
    __u8 *p = (void *)(long)ctx->data;
    if ((void *)(p + 1) > (void *)(long)ctx->data_end)
        return 0;
    adds(1, 2);
    return *p & 1;
}
SEC("xdp") int calls_loops_in_a_loop(struct xdp_md *ctx)
{
    for (int i = 0; i < 5; i++)
        loops(i);
    return 2;
}
SEC("xdp") int calls_a_static_function(struct xdp_md *ctx)
{
    struct pair p = {1, 2};
    return does_not_test_but_is_static(&p) & 1;
}
SEC("xdp") int stack_is_unknown_after_it_was_handed_over(struct xdp_md *ctx)
{
    struct pair p = {1, 2};
    volatile __u8 bytes[8] = {};
    trusts_its_pointer(&p);
    return bytes[p.second] & 1; /* error[*] */
}

/* -- alignment
 * ---------------------------------------------------------------------------------------------------------
 */
GLOBAL int reads_a_word(__u32 *p nonnull)
{
    return (int)*p;
}
SEC("xdp") int hands_over_the_stack_unaligned(struct xdp_md *ctx)
{
    char bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, *p = bytes;
    asm volatile("%0 += %1" : "+r"(p) : "r"(ctx->rx_queue_index & 3));
    return reads_a_word((void *)p) & 1;
}

/* Eight members in members seven times over: more than two million to look through for the alignment. */
#define EIGHT(type)                                                                                                    \
    union {                                                                                                            \
        type a;                                                                                                        \
        type b;                                                                                                        \
        type c;                                                                                                        \
        type d;                                                                                                        \
        type e;                                                                                                        \
        type f;                                                                                                        \
        type g;                                                                                                        \
        type h;                                                                                                        \
    }
typedef EIGHT(__u32) one;
typedef EIGHT(one) two;
typedef EIGHT(two) three;
typedef EIGHT(three) four;
typedef EIGHT(four) five;
typedef EIGHT(five) six;
typedef EIGHT(six) deep;
GLOBAL int reads_deep_members(deep *p nonnull)
{
    return (int)*(__u32 *)p;
}
SEC("xdp") int hands_over_deep_members(struct xdp_md *ctx)
{
    deep d = {};
    return reads_deep_members(&d) & 1;
}
