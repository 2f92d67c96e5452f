// SPDX-License-Identifier: Apache-2.0
/* Helpers on packets. A packet lies in one piece of memory, in a buffer that says how far it may grow (context.h).
 * Meaning: the UAPI's bpf.h; results, errors and limits are Linux's, compared with BPF_PROG_TEST_RUN (qemu-tests). */
#ifndef BAREBPF_HELPERS_PACKET_H
#define BAREBPF_HELPERS_PACKET_H

#include <barebpf/context.h>
#include <barebpf/program.h>
#include <barebpf/run.h>

#include "loops.h"
#include "rt.h"

#define RT_LINK_BYTES  14 /* shortest packet that Linux leaves: an Ethernet header */
#define RT_SKB_LIMIT   16384u
#define RT_META_LIMIT  255
#define RT_EFAULT      14
#define RT_ENOMEM      12
#define RT_EACCES      13
#define RT_ENOTSUPP    524     /* Linux's own, not POSIX's */
#define RT_TYPE_IPV4   0x0008u /* EtherTypes in network byte order */
#define RT_TYPE_IPV6   0xdd86u
#define RT_TYPE_8021Q  0x0081u
#define RT_TYPE_8021AD 0xa888u

/* -- xdp ----------------------------------------------------------------------------------------------------------- */

/* 44: moves the packet's start; metadata goes with it. */
static inline long rt_helper_xdp_adjust_head(void *ctx, uint32_t by)
{
    struct barebpf_xdp_md *xdp = ctx;
    char *data = xdp->data, *meta = xdp->data_meta;
    int32_t offset = (int32_t)by;
    size_t meta_bytes = (size_t)(data - meta);
    if (!xdp->room_start || offset < (char *)xdp->room_start + meta_bytes - data ||
        offset > (char *)xdp->data_end - RT_LINK_BYTES - data)
        return -RT_EINVAL;
    if (meta_bytes)
        __builtin_memmove(meta + offset, meta, meta_bytes);
    xdp->data_meta = meta + offset;
    xdp->data = data + offset;
    return 0;
}

/* 54: moves the metadata's start. */
static inline long rt_helper_xdp_adjust_meta(void *ctx, uint32_t by)
{
    struct barebpf_xdp_md *xdp = ctx;
    char *data = xdp->data, *meta = xdp->data_meta;
    int32_t offset = (int32_t)by;
    if (!xdp->room_start || offset < (char *)xdp->room_start - meta || offset > data - meta)
        return -RT_EINVAL;
    long bytes = data - meta - offset;
    if (bytes % 4 || bytes > RT_META_LIMIT)
        return -RT_EACCES;
    xdp->data_meta = meta + offset;
    return 0;
}

/* 65: moves the packet's end; new bytes are 0. */
static inline long rt_helper_xdp_adjust_tail(void *ctx, uint32_t by)
{
    struct barebpf_xdp_md *xdp = ctx;
    char *end = xdp->data_end;
    int32_t offset = (int32_t)by;
    if (!xdp->room_end || offset > (char *)xdp->room_end - end || offset < (char *)xdp->data + RT_LINK_BYTES - end)
        return -RT_EINVAL;
    if (offset > 0)
        __builtin_memset(end, 0, (size_t)offset);
    xdp->data_end = end + offset;
    return 0;
}

/* 188 */
static inline uint64_t rt_helper_xdp_get_buff_len(void *ctx)
{
    const struct barebpf_xdp_md *xdp = ctx;
    return (uint64_t)((char *)xdp->data_end - (char *)xdp->data);
}

/* The error for `bytes` bytes at `offset` of the packet, 0 when they are there. */
static inline long rt_xdp_range(const struct barebpf_xdp_md *xdp, uint32_t offset, uint32_t bytes)
{
    if (offset > 0xffff || bytes > 0xffff)
        return -RT_EFAULT;
    return offset + bytes > (uint32_t)((char *)xdp->data_end - (char *)xdp->data) ? -RT_EINVAL : 0;
}

/* 189 */
static inline long rt_helper_xdp_load_bytes(void *ctx, uint32_t offset, void *to, uint32_t bytes)
{
    const struct barebpf_xdp_md *xdp = ctx;
    long error = rt_xdp_range(xdp, offset, bytes);
    if (!error)
        __builtin_memmove(to, (char *)xdp->data + offset, bytes);
    return error;
}

/* 190 */
static inline long rt_helper_xdp_store_bytes(void *ctx, uint32_t offset, const void *from, uint32_t bytes)
{
    const struct barebpf_xdp_md *xdp = ctx;
    long error = rt_xdp_range(xdp, offset, bytes);
    if (!error)
        __builtin_memmove((char *)xdp->data + offset, from, bytes);
    return error;
}

/* -- bytes of a struct __sk_buff's packet -------------------------------------------------------------------------- */

/* `bytes` bytes at `offset` from `start`, one of the packet's headers; NULL when they are not all there. */
static inline uint8_t *rt_skb_bytes(const struct barebpf_sk_buff *skb, void *start, uint32_t offset, uint32_t bytes)
{
    uint32_t length = (uint32_t)((uint8_t *)skb->data_end - (uint8_t *)start);
    return offset <= length && bytes <= length - offset ? (uint8_t *)start + offset : NULL;
}

static inline long rt_skb_load(const uint8_t *from, void *to, uint32_t bytes)
{
    if (!from) {
        __builtin_memset(to, 0, bytes);
        return -RT_EFAULT;
    }
    __builtin_memmove(to, from, bytes);
    return 0;
}

/* 26 */
static inline long rt_helper_skb_load_bytes(void *ctx, uint32_t offset, void *to, uint32_t bytes)
{
    const struct barebpf_sk_buff *skb = ctx;
    return rt_skb_load(rt_skb_bytes(skb, skb->data, offset, bytes), to, bytes);
}

/* 68: from the link header (0) or the network header (1). */
static inline long rt_helper_skb_load_bytes_relative(void *ctx, uint32_t offset, void *to, uint32_t bytes,
                                                     uint32_t header)
{
    const struct barebpf_sk_buff *skb = ctx;
    void *start = header == 0 ? skb->link : skb->network;
    bool right = header <= 1 && offset <= 0xffff;
    return rt_skb_load(right ? rt_skb_bytes(skb, start, offset, bytes) : NULL, to, bytes);
}

/* 9: flags 1 (recompute the checksum that a NIC keeps: there is none) and 2 (forget the hash). */
static inline long rt_helper_skb_store_bytes(void *ctx, uint32_t offset, const void *from, uint32_t bytes,
                                             uint64_t flags)
{
    struct barebpf_sk_buff *skb = ctx;
    uint8_t *to = rt_skb_bytes(skb, skb->data, offset, bytes);
    if (flags & ~UINT64_C(3))
        return -RT_EINVAL;
    if (!to)
        return -RT_EFAULT;
    __builtin_memmove(to, from, bytes);
    if (flags & 2)
        skb->hash = 0;
    return 0;
}

/* 39: all of the packet is in one piece already. */
static inline long rt_helper_skb_pull_data(void *ctx, uint32_t bytes)
{
    const struct barebpf_sk_buff *skb = ctx;
    return bytes > skb->len ? -RT_ENOMEM : 0;
}

/* -- checksums: RFC 1071 sums of 16-bit words in network byte order, kept in 32 bits ------------------------------- */

static inline uint32_t rt_sum_add(uint32_t a, uint32_t b)
{
    uint32_t sum = a + b;
    return sum + (sum < b);
}

static inline uint16_t rt_sum_fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static inline uint32_t rt_sum_bytes(const void *from, uint32_t bytes, uint32_t sum)
{
    const uint8_t *at = from;
    rt_loop_enter(RT_LOOP_SUM_WORDS, (bytes + 3) / 4);
    while (bytes) {
        rt_loop_round(RT_LOOP_SUM_WORDS);
        uint32_t word = 0, part = bytes < 4 ? bytes : 4;
        rt_loop_enter(RT_LOOP_SUM_BYTES, 4);
        for (uint32_t i = 0; i < part; i++) {
            rt_loop_round(RT_LOOP_SUM_BYTES);
            word |= (uint32_t)at[i] << (8 * i);
        }
        sum = rt_sum_add(sum, word);
        at += part;
        bytes -= part;
    }
    return sum;
}

/* 28: the difference of two blocks' sums, added to `seed`, in 16 bits. */
static inline uint64_t rt_helper_csum_diff(const void *from, uint32_t from_bytes, const void *to, uint32_t to_bytes,
                                           uint32_t seed)
{
    if (from_bytes && to_bytes)
        return rt_sum_fold(rt_sum_add(rt_sum_bytes(to, to_bytes, seed), ~rt_sum_bytes(from, from_bytes, 0)));
    if (from_bytes)
        return rt_sum_fold(~rt_sum_bytes(from, from_bytes, ~seed));
    return rt_sum_fold(rt_sum_bytes(to, to_bytes, seed));
}

/* The checksum after the sum of what it covers changed by `difference`. */
static inline uint16_t rt_checksum_moved(uint16_t checksum, uint32_t difference)
{
    return (uint16_t)~rt_sum_fold(rt_sum_add(difference, ~(uint32_t)checksum));
}

/* What l3_csum_replace and l4_csum_replace share: replaces `from` by `to` in the checksum at `at`; size 0: `to` is a
 * difference. */
static inline long rt_checksum_replace(uint16_t *checksum, uint32_t from, uint32_t to, uint64_t size)
{
    if (size != 0 && size != 2 && size != 4)
        return -RT_EINVAL;
    if (size == 0 && from)
        return -RT_EINVAL;
    if (size == 2) {
        from &= 0xffff;
        to &= 0xffff;
    }
    if (size == 0)
        *checksum = rt_checksum_moved(*checksum, to);
    else
        *checksum = (uint16_t)~rt_sum_fold(rt_sum_add(rt_sum_add(~(uint32_t)*checksum, ~from), to));
    return 0;
}

/* 10 */
static inline long rt_helper_l3_csum_replace(void *ctx, uint32_t offset, uint64_t from, uint64_t to, uint64_t flags)
{
    const struct barebpf_sk_buff *skb = ctx;
    uint8_t *at = rt_skb_bytes(skb, skb->data, offset, 2);
    uint16_t checksum;
    if (flags & ~UINT64_C(15))
        return -RT_EINVAL;
    if (offset > 0xffff || offset % 2 || !at)
        return -RT_EFAULT;
    if ((flags & 15) == 0 && from)
        return -RT_EINVAL;
    __builtin_memcpy(&checksum, at, 2);
    long error = rt_checksum_replace(&checksum, (uint32_t)from, (uint32_t)to, flags & 15);
    __builtin_memcpy(at, &checksum, 2);
    return error;
}

/* 11: flags 0x10 (pseudo header: changes nothing where no NIC sums), 0x20 (0 means "no checksum", as in UDP), 0x40
 * (make one all the same), 0x80 (IPv6). */
static inline long rt_helper_l4_csum_replace(void *ctx, uint32_t offset, uint64_t from, uint64_t to, uint64_t flags)
{
    const struct barebpf_sk_buff *skb = ctx;
    uint8_t *at = rt_skb_bytes(skb, skb->data, offset, 2);
    uint16_t checksum;
    if (flags & ~UINT64_C(0xff))
        return -RT_EINVAL;
    if (offset > 0xffff || offset % 2 || !at)
        return -RT_EFAULT;
    __builtin_memcpy(&checksum, at, 2);
    if ((flags & 0x60) == 0x20 && !checksum)
        return 0;
    if ((flags & 15) == 0 && from)
        return -RT_EINVAL;
    long error = rt_checksum_replace(&checksum, (uint32_t)from, (uint32_t)to, flags & 15);
    if (!error && (flags & 0x20) && !checksum)
        checksum = 0xffff;
    __builtin_memcpy(at, &checksum, 2);
    return error;
}

/* 40: no NIC hands over a sum. */
static inline long rt_helper_csum_update(void *ctx, uint32_t sum)
{
    (void)ctx;
    (void)sum;
    return -RT_ENOTSUPP;
}

/* 135: what a NIC found right of checksums. None does: nothing to raise (1), lower (2) or reset (3), or to ask for (0).
 */
static inline long rt_helper_csum_level(void *ctx, uint64_t level)
{
    (void)ctx;
    return level == 0 ? -RT_EACCES : level > 3 ? -RT_EINVAL : 0;
}

/* -- the packet's size --------------------------------------------------------------------------------------------- */

/* 38: cuts or extends; new bytes are 0. */
static inline long rt_helper_skb_change_tail(void *ctx, uint32_t bytes, uint64_t flags)
{
    struct barebpf_sk_buff *skb = ctx;
    uint32_t least = (uint32_t)((char *)skb->network - (char *)skb->data);
    if (flags || bytes > RT_SKB_LIMIT || bytes < least)
        return -RT_EINVAL;
    if (bytes > skb->len) {
        if (!skb->room_end || bytes - skb->len > (size_t)((char *)skb->room_end - (char *)skb->data_end))
            return -RT_ENOMEM;
        __builtin_memset(skb->data_end, 0, bytes - skb->len);
    }
    skb->len = bytes;
    skb->data_end = (char *)skb->data + bytes;
    skb->hash = 0;
    return 0;
}

/* `bytes` bytes more in front of everything; false when there is no room. */
static inline bool rt_skb_push(struct barebpf_sk_buff *skb, uint32_t bytes)
{
    if (!skb->room_start || bytes > (size_t)((char *)skb->link - (char *)skb->room_start))
        return false;
    skb->link = (char *)skb->link - bytes;
    skb->data = (char *)skb->data - bytes;
    skb->data_meta = skb->data;
    skb->len += bytes;
    return true;
}

/* Opens a gap of `bytes` zeros at `at` from data; false when there is no room, or nothing at `at`. */
static inline bool rt_skb_open(struct barebpf_sk_buff *skb, uint32_t at, uint32_t bytes)
{
    uint8_t *old = skb->data;
    if (at > skb->len || !rt_skb_push(skb, bytes))
        return false;
    __builtin_memmove(skb->data, old, at);
    __builtin_memset((uint8_t *)skb->data + at, 0, bytes);
    skb->network = (uint8_t *)skb->network - bytes;
    return true;
}

/* Takes `bytes` bytes away at `at` from data. */
static inline bool rt_skb_close(struct barebpf_sk_buff *skb, uint32_t at, uint32_t bytes)
{
    if (skb->len < at || skb->len - at < bytes)
        return false;
    __builtin_memmove((uint8_t *)skb->data + bytes, skb->data, at);
    skb->link = (char *)skb->link + bytes;
    skb->data = (char *)skb->data + bytes;
    skb->network = (uint8_t *)skb->network + bytes;
    skb->data_meta = skb->data;
    skb->len -= bytes;
    return true;
}

static inline uint32_t rt_skb_link_bytes(const struct barebpf_sk_buff *skb)
{
    return (uint32_t)((char *)skb->network - (char *)skb->data);
}

/* 43: `bytes` zeros in front of the packet. */
static inline long rt_helper_skb_change_head(void *ctx, uint32_t bytes, uint64_t flags)
{
    struct barebpf_sk_buff *skb = ctx;
    if (flags || bytes > RT_SKB_LIMIT || skb->len + bytes > RT_SKB_LIMIT)
        return -RT_EINVAL;
    if (!rt_skb_push(skb, bytes))
        return -RT_ENOMEM;
    __builtin_memset(skb->data, 0, bytes);
    return 0;
}

/* 31: between IPv4 and IPv6: room for the other header. */
static inline long rt_helper_skb_change_proto(void *ctx, uint32_t type, uint64_t flags)
{
    struct barebpf_sk_buff *skb = ctx;
    bool to_6 = skb->protocol == RT_TYPE_IPV4 && (uint16_t)type == RT_TYPE_IPV6;
    bool to_4 = skb->protocol == RT_TYPE_IPV6 && (uint16_t)type == RT_TYPE_IPV4;
    uint32_t link = rt_skb_link_bytes(skb);
    if (flags)
        return -RT_EINVAL;
    if (!to_6 && !to_4)
        return -RT_ENOTSUPP;
    if (to_6 ? !rt_skb_open(skb, link, 20) : !rt_skb_close(skb, link, 20))
        return -RT_ENOMEM;
    skb->protocol = (uint16_t)type;
    skb->hash = 0;
    return 0;
}

/* 32 */
static inline long rt_helper_skb_change_type(void *ctx, uint32_t type)
{
    struct barebpf_sk_buff *skb = ctx;
    if (skb->pkt_type > 3 || type > 3)
        return -RT_EINVAL;
    skb->pkt_type = type;
    return 0;
}

/* Where adjust_room opens or closes: behind the link header (mode 1) or behind the network header (mode 0). */
static inline long rt_skb_adjust(struct barebpf_sk_buff *skb, int32_t by, uint32_t mode, uint64_t flags)
{
    bool is_4 = skb->protocol == RT_TYPE_IPV4;
    uint32_t header = is_4 ? 20 : 40, least = header, bytes = (uint32_t)(by < 0 ? -by : by);
    uint32_t link = rt_skb_link_bytes(skb), at = link + (mode == 0 ? header : 0), network = skb->len - link;
    uint64_t shrink_to = flags >> 7 & 3; /* BPF_F_ADJ_ROOM_DECAP_L3_IPV4, _IPV6 */
    if (shrink_to && (by >= 0 || shrink_to == 3))
        return -RT_EINVAL;
    if (shrink_to)
        least = shrink_to == 1 ? 20 : 40;
    if (by < 0 && (bytes >= network || network - bytes < least))
        return -RT_ENOTSUPP;
    if (by >= 0 && skb->len + bytes > RT_SKB_LIMIT)
        return -RT_ENOTSUPP;
    if (by < 0 ? !rt_skb_close(skb, at, bytes) : !rt_skb_open(skb, at, bytes))
        return -RT_ENOMEM;
    if (shrink_to)
        skb->protocol = shrink_to == 1 ? RT_TYPE_IPV4 : RT_TYPE_IPV6;
    return 0;
}

/* 50: flags of encapsulation (0x1e and above) are for NICs that cut packets, and are not taken. */
static inline long rt_helper_skb_adjust_room(void *ctx, uint32_t by, uint32_t mode, uint64_t flags)
{
    struct barebpf_sk_buff *skb = ctx;
    int32_t difference = (int32_t)by;
    if (flags & ~UINT64_C(0x1a1)) /* FIXED_GSO, NO_CSUM_RESET, DECAP_L3_* */
        return -RT_EINVAL;
    if (difference > 0xfff || difference < -0xfff)
        return -RT_EFAULT;
    if ((skb->protocol != RT_TYPE_IPV4 && skb->protocol != RT_TYPE_IPV6) || mode > 1)
        return -RT_ENOTSUPP;
    return rt_skb_adjust(skb, difference, mode, flags);
}

/* -- VLAN tags: the outermost is kept beside the packet, as in Linux ----------------------------------------------- */

static inline bool rt_is_vlan(uint32_t type)
{
    return type == RT_TYPE_8021Q || type == RT_TYPE_8021AD;
}

/* Takes the tag out of the frame. */
static inline long rt_vlan_untag(struct barebpf_sk_buff *skb, uint16_t *tci)
{
    uint8_t *frame = skb->data;
    if (skb->len < RT_LINK_BYTES + 4)
        return -RT_ENOMEM;
    *tci = (uint16_t)(frame[14] << 8 | frame[15]);
    rt_skb_close(skb, 12, 4);
    frame = skb->data;
    skb->protocol = (uint32_t)frame[12] | (uint32_t)frame[13] << 8;
    return 0;
}

/* 18: a tag that is there already goes into the frame. */
static inline long rt_helper_skb_vlan_push(void *ctx, uint32_t type, uint32_t tci)
{
    struct barebpf_sk_buff *skb = ctx;
    if (skb->vlan_present) {
        if (!rt_skb_open(skb, 12, 4))
            return -RT_ENOMEM;
        uint8_t *frame = skb->data;
        frame[12] = (uint8_t)skb->vlan_proto;
        frame[13] = (uint8_t)(skb->vlan_proto >> 8);
        frame[14] = (uint8_t)(skb->vlan_tci >> 8);
        frame[15] = (uint8_t)skb->vlan_tci;
        skb->protocol = skb->vlan_proto;
    }
    skb->vlan_present = 1;
    skb->vlan_proto = rt_is_vlan((uint16_t)type) ? (uint16_t)type : RT_TYPE_8021Q;
    skb->vlan_tci = (uint16_t)tci;
    return 0;
}

/* 19: the next tag, if any, comes out of the frame. */
static inline long rt_helper_skb_vlan_pop(void *ctx)
{
    struct barebpf_sk_buff *skb = ctx;
    uint16_t tci;
    if (skb->vlan_present)
        skb->vlan_present = skb->vlan_tci = skb->vlan_proto = 0;
    else if (!rt_is_vlan(skb->protocol))
        return 0;
    else if (rt_vlan_untag(skb, &tci) != 0)
        return -RT_ENOMEM;
    if (!rt_is_vlan(skb->protocol))
        return 0;
    uint32_t type = skb->protocol;
    if (rt_vlan_untag(skb, &tci) != 0)
        return -RT_ENOMEM;
    skb->vlan_present = 1;
    skb->vlan_proto = type;
    skb->vlan_tci = tci;
    return 0;
}

/* -- hash, and where the packet goes ------------------------------------------------------------------------------- */

/* 34: FNV-1a over addresses, protocol and ports; Linux's has a random key. Kept until it is forgotten; never 0. */
static inline uint32_t rt_helper_get_hash_recalc(void *ctx)
{
    struct barebpf_sk_buff *skb = ctx;
    bool is_4 = skb->protocol == RT_TYPE_IPV4;
    uint32_t header = is_4 ? 20 : 40, from = is_4 ? 12 : 8, hash = 0x811c9dc5u;
    const uint8_t *at = rt_skb_bytes(skb, skb->network, 0, header + 4);
    if (skb->hash || (!is_4 && skb->protocol != RT_TYPE_IPV6) || !at)
        return skb->hash;
    rt_loop_enter(RT_LOOP_FLOW_HASH, 36);
    for (uint32_t i = from; i < header + 4; i++) {
        rt_loop_round(RT_LOOP_FLOW_HASH);
        hash = (hash ^ at[i]) * 0x01000193u;
    }
    skb->hash = hash ? hash : 1;
    return skb->hash;
}

/* 41 */
static inline void rt_helper_set_hash_invalid(void *ctx)
{
    struct barebpf_sk_buff *skb = ctx;
    skb->hash = 0;
}

/* 48 */
static inline long rt_helper_set_hash(void *ctx, uint32_t hash)
{
    struct barebpf_sk_buff *skb = ctx;
    skb->hash = hash;
    return 0;
}

/* 23: XDP_REDIRECT 4 or TC_ACT_REDIRECT 7; the firmware finds the interface in barebpf_redirect_ifindex. */
static inline long rt_helper_redirect(uint32_t ifindex, uint64_t flags)
{
    bool is_xdp = barebpf_program.context_kind == BAREBPF_CONTEXT_XDP;
    if (flags & (is_xdp ? UINT64_MAX : ~UINT64_C(1)))
        return is_xdp ? 0 : 2;
    barebpf_redirect_ifindex = ifindex;
    return is_xdp ? 4 : 7;
}

/* 13: the firmware sends a copy (barebpf_transmit). */
static inline long rt_helper_clone_redirect(void *ctx, uint32_t ifindex, uint64_t flags)
{
    const struct barebpf_sk_buff *skb = ctx;
    if (flags & ~UINT64_C(1))
        return -RT_EINVAL;
    return barebpf_transmit(ifindex, skb->link, (size_t)((char *)skb->data_end - (char *)skb->link));
}

#endif
