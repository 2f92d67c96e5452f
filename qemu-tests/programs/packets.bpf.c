// SPDX-License-Identifier: Apache-2.0
/* Helpers on packets. The last byte of the source address says which case is run: a result is returned or stored into
 * the packet, so that boards can be compared with Linux's BPF_PROG_TEST_RUN (packets.py). */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))
#define DATA(ctx) ((unsigned char *)(long)(ctx)->data)
#define INLINE    static inline __attribute__((always_inline)) int
#define END(ctx)  ((unsigned char *)(long)(ctx)->data_end)

static long (*const xdp_adjust_head)(void *ctx, int by) = (void *)44;
static long (*const xdp_adjust_meta)(void *ctx, int by) = (void *)54;
static long (*const xdp_adjust_tail)(void *ctx, int by) = (void *)65;
static long (*const xdp_get_buff_len)(void *ctx) = (void *)188;
static long (*const xdp_load_bytes)(void *ctx, unsigned at, void *to, unsigned size) = (void *)189;
static long (*const xdp_store_bytes)(void *ctx, unsigned at, void *from, unsigned size) = (void *)190;
static long (*const store_bytes)(void *ctx, unsigned at, const void *from, unsigned size, long flags) = (void *)9;
static long (*const load_bytes)(void *ctx, unsigned at, void *to, unsigned size) = (void *)26;
static long (*const load_relative)(void *ctx, unsigned at, void *to, unsigned size, int header) = (void *)68;
static long (*const l3_csum_replace)(void *ctx, unsigned at, long from, long to, long flags) = (void *)10;
static long (*const l4_csum_replace)(void *ctx, unsigned at, long from, long to, long flags) = (void *)11;
static long (*const csum_diff)(void *from, unsigned from_size, void *to, unsigned to_size, unsigned seed) = (void *)28;
static long (*const change_tail)(void *ctx, unsigned size, long flags) = (void *)38;
static long (*const change_head)(void *ctx, unsigned by, long flags) = (void *)43;
static long (*const change_proto)(void *ctx, unsigned short type, long flags) = (void *)31;
static long (*const change_type)(void *ctx, unsigned type) = (void *)32;
static long (*const adjust_room)(void *ctx, int by, unsigned mode, long flags) = (void *)50;
static long (*const vlan_push)(void *ctx, unsigned short type, unsigned short tci) = (void *)18;
static long (*const vlan_pop)(void *ctx) = (void *)19;
static long (*const pull_data)(void *ctx, unsigned size) = (void *)39;
static long (*const csum_level)(void *ctx, unsigned long long level) = (void *)135;
static long (*const redirect)(unsigned ifindex, long flags) = (void *)23;

/* A result as 6 bits, so that several fit. */
#define SMALL(result) ((unsigned)(result) & 0xfff)

#define HEAD(name, by)                                                                                                 \
    INLINE name(struct xdp_md *ctx)                                                                                    \
    {                                                                                                                  \
        return SMALL(xdp_adjust_head(ctx, by)) << 16 | SMALL(END(ctx) - DATA(ctx));                                    \
    }
HEAD(head_shrinks, 14)
HEAD(head_grows, -20)
HEAD(head_grows_by_all, -216)
HEAD(head_grows_too_far, -217)
HEAD(head_leaves_a_link_header, 28)
HEAD(head_shrinks_too_far, 4000)
HEAD(head_extreme, (int)0x80000000)

#define TAIL(name, by)                                                                                                 \
    INLINE name(struct xdp_md *ctx)                                                                                    \
    {                                                                                                                  \
        return SMALL(xdp_adjust_tail(ctx, by)) << 16 | SMALL(xdp_get_buff_len(ctx));                                   \
    }
TAIL(tail_shrinks, -7)
TAIL(tail_grows, 33)
TAIL(tail_grows_too_far, 4000)
TAIL(tail_shrinks_too_far, -70)

#define META(name, by, then)                                                                                           \
    INLINE name(struct xdp_md *ctx)                                                                                    \
    {                                                                                                                  \
        long a = xdp_adjust_meta(ctx, by), b = xdp_adjust_meta(ctx, then);                                             \
        unsigned *meta = (unsigned *)(long)ctx->data_meta;                                                             \
        if ((void *)(meta + 1) <= (void *)DATA(ctx))                                                                   \
            *meta = 0x11223344;                                                                                        \
        return SMALL(a) << 16 | SMALL(b);                                                                              \
    }
META(meta_grows, -4, -4)
META(meta_odd, -3, 0)
META(meta_too_large, -256, -32)
META(meta_shrinks, -8, 4)
META(meta_shrinks_too_far, -8, 12)

INLINE head_moves_meta(struct xdp_md *ctx)
{
    xdp_adjust_meta(ctx, -4);
    unsigned *meta = (unsigned *)(long)ctx->data_meta;
    if ((void *)(meta + 1) > (void *)DATA(ctx))
        return 1;
    *meta = 0x55667788;
    return xdp_adjust_head(ctx, -4);
}

INLINE bytes_copied(struct xdp_md *ctx)
{
    unsigned char mac[6];
    long a = xdp_load_bytes(ctx, 6, mac, 6), b = xdp_store_bytes(ctx, 0, mac, 6),
         c = xdp_load_bytes(ctx, 60000, mac, 6);
    long d = xdp_store_bytes(ctx, 0x10000, mac, 6);
    return (a | b) << 24 | SMALL(c) << 12 | SMALL(d);
}

INLINE sums(struct xdp_md *ctx)
{
    unsigned words[4] = {0x12345678, 0xfffffff0, 0x00010002, 0xffffffff};
    long a = csum_diff(0, 0, words, 16, 0), b = csum_diff(words, 8, words + 2, 8, 0x1234),
         c = csum_diff(words, 16, 0, 0, 7);
    long d = csum_diff(0, 0, 0, 0, 0xfffffff0);
    unsigned char *data = DATA(ctx);
    if (data + 32 > END(ctx))
        return 1;
    long e = csum_diff(data, 20, 0, 0, 0);
    ((long *)data)[0] = a ^ c << 32;
    ((long *)data)[1] = b ^ e << 32;
    ((long *)data)[2] = d;
    return SMALL(csum_diff(words, 3, 0, 0, 0));
}

INLINE xdp_redirects(struct xdp_md *ctx)
{
    return redirect(3, 0) << 8 | redirect(3, 1);
}

INLINE tc_loads_and_stores(struct __sk_buff *skb)
{
    unsigned char mac[6] = {1, 2, 3, 4, 5, 6}, relative[4];
    long a = load_bytes(skb, 6, mac, 6), b = store_bytes(skb, 0, mac, 6, 0), c = load_bytes(skb, 60000, mac, 6);
    long d = load_relative(skb, 12, relative, 4, 1), e = store_bytes(skb, 60000, mac, 6, 0),
         f = store_bytes(skb, 0, mac, 6, 4);
    store_bytes(skb, 6, relative, 4, 1);
    load_relative(skb, 12, relative, 2, 0);
    store_bytes(skb, 10, relative, 2, 3);
    return (a | b | d) << 28 | (SMALL(c) & 0xff) << 16 | (SMALL(e) & 0xff) << 8 | (SMALL(f) & 0xff) | mac[0];
}

#define REPLACE(name, function, at, from, to, flags)                                                                   \
    INLINE name(struct __sk_buff *skb)                                                                                 \
    {                                                                                                                  \
        return SMALL(function(skb, at, from, to, flags));                                                              \
    }
REPLACE(l3_by_2, l3_csum_replace, 24, 0x4011, 0x3f11, 2)
REPLACE(l3_by_4, l3_csum_replace, 24, 0x0a01a8c0, 0x0b02a8c0, 4)
REPLACE(l3_by_difference, l3_csum_replace, 24, 0, 0xfffe1234, 0)
REPLACE(l3_odd, l3_csum_replace, 25, 0, 1, 0)
REPLACE(l3_far, l3_csum_replace, 6000, 0, 1, 0)
REPLACE(l3_wrong_size, l3_csum_replace, 24, 0, 1, 3)
REPLACE(l3_from_and_difference, l3_csum_replace, 24, 5, 1, 0)
REPLACE(l4_by_2, l4_csum_replace, 40, 0x9c40, 0x1234, 2)
REPLACE(l4_by_4, l4_csum_replace, 40, 0x0a01a8c0, 0x0b02a8c0, 4 | 0x10)
REPLACE(l4_by_difference, l4_csum_replace, 40, 0, 0x00011234, 0x10)
REPLACE(l4_marked, l4_csum_replace, 40, 0, 0x10000, 0x20)
REPLACE(l4_marked_at_zero, l4_csum_replace, 20, 0, 0x1234, 0x20)
REPLACE(l4_enforced_at_zero, l4_csum_replace, 20, 0, 0x1234, 0x60)
REPLACE(l4_wrong_flag, l4_csum_replace, 40, 0, 0x1234, 0x100)

#define SIZE(name, call)                                                                                               \
    INLINE name(struct __sk_buff *skb)                                                                                 \
    {                                                                                                                  \
        long result = call;                                                                                            \
        return SMALL(result) << 16 | (skb->len & 0xff) << 8 | (skb->protocol & 0xff);                                  \
    }
SIZE(skb_tail_shrinks, change_tail(skb, 20, 0))
SIZE(skb_tail_grows, change_tail(skb, 100, 0))
SIZE(skb_tail_too_short, change_tail(skb, 13, 0))
SIZE(skb_tail_flags, change_tail(skb, 20, 1))
SIZE(skb_head_grows, change_head(skb, 14, 0))
SIZE(skb_head_flags, change_head(skb, 14, 1))
SIZE(skb_to_6, change_proto(skb, 0xdd86, 0))
SIZE(skb_to_4, change_proto(skb, 0x0008, 0))
SIZE(skb_to_arp, change_proto(skb, 0x0608, 0))
SIZE(room_behind_mac, adjust_room(skb, 8, 1, 0))
SIZE(room_behind_net, adjust_room(skb, 8, 0, 0))
SIZE(no_room_behind_mac, adjust_room(skb, -8, 1, 0))
SIZE(no_room_behind_net, adjust_room(skb, -8, 0, 0))
SIZE(too_little_left, adjust_room(skb, -41, 0, 0))
SIZE(room_mode_2, adjust_room(skb, 8, 2, 0))
SIZE(room_far, adjust_room(skb, 0x1000, 1, 0))
SIZE(pulls, pull_data(skb, 40))
SIZE(pulls_too_much, pull_data(skb, 4000))
SIZE(type_changes, change_type(skb, 1) << 4 | skb->pkt_type)
SIZE(type_unknown, change_type(skb, 4))
SIZE(pushes_a_tag, vlan_push(skb, 0xa888, 5) | skb->vlan_tci << 4 | skb->vlan_present << 8)
SIZE(pushes_two_tags, vlan_push(skb, 0x81, 5) | vlan_push(skb, 0x81, 6) | skb->vlan_tci)
SIZE(pushes_and_pops, vlan_push(skb, 0x81, 5) | vlan_push(skb, 0x81, 6) | vlan_pop(skb) | skb->vlan_tci)
SIZE(pops, vlan_pop(skb) | skb->vlan_tci)
SIZE(redirects, redirect(1, 0) << 4 | redirect(1, 2))

SEC("xdp") int xdp_cases(struct xdp_md *ctx)
{
    unsigned char *data = DATA(ctx);
    if (data + 12 > END(ctx))
        return -1;
    switch (data[11]) {
    case 0: return head_shrinks(ctx);
    case 1: return head_grows(ctx);
    case 2: return head_grows_by_all(ctx);
    case 3: return head_grows_too_far(ctx);
    case 4: return head_leaves_a_link_header(ctx);
    case 5: return head_shrinks_too_far(ctx);
    case 6: return head_extreme(ctx);
    case 7: return tail_shrinks(ctx);
    case 8: return tail_grows(ctx);
    case 9: return tail_grows_too_far(ctx);
    case 10: return tail_shrinks_too_far(ctx);
    case 11: return meta_grows(ctx);
    case 12: return meta_odd(ctx);
    case 13: return meta_too_large(ctx);
    case 14: return meta_shrinks(ctx);
    case 15: return meta_shrinks_too_far(ctx);
    case 16: return head_moves_meta(ctx);
    case 17: return bytes_copied(ctx);
    case 18: return sums(ctx);
    case 19: return xdp_redirects(ctx);
    }
    return -2;
}

INLINE levels(struct __sk_buff *ctx)
{
    unsigned sum = 0;
    for (int level = 0; level < 5; level++)
        sum = sum * 64 + (csum_level(ctx, level) & 63);
    return (int)sum;
}

SEC("tc") int tc_cases(struct __sk_buff *ctx)
{
    unsigned char *data = DATA(ctx);
    if (data + 12 > END(ctx))
        return -1;
    switch (data[11]) {
    case 0: return tc_loads_and_stores(ctx);
    case 1: return l3_by_2(ctx);
    case 2: return l3_by_4(ctx);
    case 3: return l3_by_difference(ctx);
    case 4: return l3_odd(ctx);
    case 5: return l3_far(ctx);
    case 6: return l3_wrong_size(ctx);
    case 7: return l3_from_and_difference(ctx);
    case 8: return l4_by_2(ctx);
    case 9: return l4_by_4(ctx);
    case 10: return l4_by_difference(ctx);
    case 11: return l4_marked(ctx);
    case 12: return l4_marked_at_zero(ctx);
    case 13: return l4_enforced_at_zero(ctx);
    case 14: return l4_wrong_flag(ctx);
    case 15: return skb_tail_shrinks(ctx);
    case 16: return skb_tail_grows(ctx);
    case 17: return skb_tail_too_short(ctx);
    case 18: return skb_tail_flags(ctx);
    case 19: return skb_head_grows(ctx);
    case 20: return skb_head_flags(ctx);
    case 21: return skb_to_6(ctx);
    case 22: return skb_to_4(ctx);
    case 23: return skb_to_arp(ctx);
    case 24: return room_behind_mac(ctx);
    case 25: return room_behind_net(ctx);
    case 26: return no_room_behind_mac(ctx);
    case 27: return no_room_behind_net(ctx);
    case 28: return too_little_left(ctx);
    case 29: return room_mode_2(ctx);
    case 30: return room_far(ctx);
    case 31: return pulls(ctx);
    case 32: return pulls_too_much(ctx);
    case 33: return type_changes(ctx);
    case 34: return type_unknown(ctx);
    case 35: return pushes_a_tag(ctx);
    case 36: return pushes_two_tags(ctx);
    case 37: return pushes_and_pops(ctx);
    case 38: return pops(ctx);
    case 39: return redirects(ctx);
    case 40: return levels(ctx);
    }
    return -2;
}
char _license[] SEC("license") = "GPL";
