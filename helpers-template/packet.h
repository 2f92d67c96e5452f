// SPDX-License-Identifier: Apache-2.0
/* Contexts around a packet in memory: what the default main hands to packet programs, with the values that Linux's
 * BPF_PROG_TEST_RUN gives (an Ethernet frame received on interface 1). Included by main.c; what a program's kind does
 * not need is folded away. */
#ifndef BAREBPF_PACKET_H
#define BAREBPF_PACKET_H

#include <barebpf/context.h>
#include <barebpf/run.h>
#include <stdbool.h>

#include "loops.h"

#define PACKET_LINK_BYTES 14u /* an Ethernet header */
#define PACKET_IFINDEX    1u

/* Both kinds of context; a program has one. */
union packet_context {
    struct barebpf_xdp_md xdp;
    struct barebpf_sk_buff skb;
};

/* The type field of an Ethernet header as Linux's eth_type_trans() reads it, in network byte order: frames with a
 * length there are 802.3 (type 1) or 802.2 (type 4). */
static inline uint32_t packet_protocol(const uint8_t *frame, uint32_t bytes)
{
    if (bytes < PACKET_LINK_BYTES)
        return 0;
    if (frame[12] >= 6)
        return (uint32_t)frame[12] | (uint32_t)frame[13] << 8;
    bool raw = bytes >= PACKET_LINK_BYTES + 2 && frame[14] == 0xff && frame[15] == 0xff;
    return raw ? 0x0100 : 0x0400;
}

/* PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, for an interface with the address 0 (Linux's loopback). */
static inline uint32_t packet_type(const uint8_t *frame, uint32_t bytes)
{
    uint8_t ones = 0xff, any = 0;
    if (bytes < PACKET_LINK_BYTES)
        return 0;
    rt_loop_enter(RT_LOOP_ADDRESS, 6);
    for (int i = 0; i < 6; i++) {
        rt_loop_round(RT_LOOP_ADDRESS);
        ones &= frame[i];
        any |= frame[i];
    }
    if (frame[0] & 1)
        return ones == 0xff ? 1 : 2;
    return any ? 3 : 0;
}

/* The addresses of the socket that the packet belongs to: as if it had sent it. */
static inline void packet_addresses(struct barebpf_sk_buff *skb, const uint8_t *network, uint32_t bytes)
{
    if (skb->protocol == 0x0008 && bytes >= 20) { /* IPv4 */
        skb->family = 2;
        __builtin_memcpy(&skb->local_ip4, network + 12, 4);
        __builtin_memcpy(&skb->remote_ip4, network + 16, 4);
    } else if (skb->protocol == 0xdd86 && bytes >= 40) { /* IPv6 */
        skb->family = 10;
        __builtin_memcpy(skb->local_ip6, network + 8, 16);
        __builtin_memcpy(skb->remote_ip6, network + 24, 16);
    }
}

static inline void packet_skb(struct barebpf_sk_buff *skb, uint8_t *frame, uint32_t bytes, bool network_only)
{
    uint32_t link = bytes < PACKET_LINK_BYTES ? bytes : PACKET_LINK_BYTES;
    uint8_t *data = network_only ? frame + link : frame;
    *skb = (struct barebpf_sk_buff){
        .len = bytes - (uint32_t)(data - frame),
        .pkt_type = packet_type(frame, bytes),
        .protocol = packet_protocol(frame, bytes),
        .ifindex = PACKET_IFINDEX,
        .data = data,
        .data_end = frame + bytes,
        .data_meta = data,
        .link = frame,
        .network = frame + link,
    };
    packet_addresses(skb, frame + link, bytes - link);
}

/* The context of a packet of `bytes` bytes at `frame`, in a buffer from `room_start` to `room_end`. `kind` is one of
 * enum barebpf_context_kind. Returns the context's size. */
static inline size_t packet_prepare(union packet_context *context, uint32_t kind, void *frame, uint32_t bytes,
                                    void *room_start, void *room_end)
{
    if (kind == BAREBPF_CONTEXT_XDP) {
        context->xdp = (struct barebpf_xdp_md){.data = frame,
                                               .data_end = (uint8_t *)frame + bytes,
                                               .data_meta = frame,
                                               .ingress_ifindex = PACKET_IFINDEX,
                                               .room_start = room_start,
                                               .room_end = room_end};
        return sizeof context->xdp;
    }
    packet_skb(&context->skb, frame, bytes, kind == BAREBPF_CONTEXT_NETWORK);
    context->skb.room_start = room_start;
    context->skb.room_end = room_end;
    return sizeof context->skb;
}

/* Where the packet, its metadata and its end are now. */
static inline uint8_t *packet_begin(const union packet_context *context, uint32_t kind)
{
    return kind == BAREBPF_CONTEXT_XDP ? context->xdp.data : context->skb.link;
}

static inline uint8_t *packet_meta(const union packet_context *context, uint32_t kind)
{
    return kind == BAREBPF_CONTEXT_XDP ? context->xdp.data_meta : context->skb.data_meta;
}

static inline uint8_t *packet_end(const union packet_context *context, uint32_t kind)
{
    return kind == BAREBPF_CONTEXT_XDP ? context->xdp.data_end : context->skb.data_end;
}

#endif
