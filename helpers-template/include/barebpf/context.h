// SPDX-License-Identifier: Apache-2.0
/* Contexts as the firmware sees them. Fields keep the order of the BPF view; packet fields are real pointers. Source of
 * the BPF view: the UAPI's struct xdp_md and struct __sk_buff. The offsets are those of hook_field_target_offset().
 * What follows the BPF view is seen by helpers only: where the packet's buffer begins and ends, so that the packet can
 * grow. NULL there means that it cannot. */
#ifndef BAREBPF_CONTEXT_H
#define BAREBPF_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

/* A received packet, for xdp programs. */
struct barebpf_xdp_md {
    void *data;      /* first byte of the packet */
    void *data_end;  /* one past its last byte */
    void *data_meta; /* metadata before the packet; equal to data when there is none */
    uint32_t ingress_ifindex;
    uint32_t rx_queue_index;
    uint32_t egress_ifindex;

    void *room_start, *room_end; /* the buffer: data_meta may move down to, data_end up to here */
};

/* A packet for tc, socket, cgroup_skb, lwt and sk_skb programs. protocol, vlan_proto, the addresses and remote_port are
 * in network byte order, as in Linux. */
struct barebpf_sk_buff {
    uint32_t len, pkt_type, mark, queue_mapping, protocol;
    uint32_t vlan_present, vlan_tci, vlan_proto;
    uint32_t priority, ingress_ifindex, ifindex, tc_index;
    uint32_t cb[5];
    uint32_t hash, tc_classid;
    void *data;     /* first byte that the program sees: the link header, or the network header */
    void *data_end; /* one past the last byte */
    uint32_t napi_id, family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port;
    void *data_meta;                                /* equal to data when there is no metadata */
    uint64_t flow_keys __attribute__((aligned(8))); /* 0 */
    uint64_t tstamp __attribute__((aligned(8)));    /* nanoseconds */
    uint32_t wire_len, gso_segs;
    uint64_t sk __attribute__((aligned(8))); /* 0: there are no sockets */
    uint32_t gso_size;
    uint8_t tstamp_type;
    uint64_t hwtstamp __attribute__((aligned(8)));

    void *room_start, *room_end; /* the buffer */
    void *link;                  /* the link header; equal to data, or before it */
    void *network;               /* the network header */
};

#if UINTPTR_MAX == UINT32_MAX
_Static_assert(offsetof(struct barebpf_sk_buff, data_meta) == 140, "as in the BPF view");
_Static_assert(offsetof(struct barebpf_sk_buff, hwtstamp) == 184, "as in the BPF view");
_Static_assert(offsetof(struct barebpf_sk_buff, link) == 200, "as lift/packet.c says");
#else
_Static_assert(offsetof(struct barebpf_sk_buff, data) == 80, "as hook_field_target_offset() says");
_Static_assert(offsetof(struct barebpf_sk_buff, data_meta) == 152, "as hook_field_target_offset() says");
_Static_assert(offsetof(struct barebpf_sk_buff, hwtstamp) == 200, "as hook_field_target_offset() says");
_Static_assert(offsetof(struct barebpf_sk_buff, link) == 224, "as lift/packet.c says");
#endif

/* What an xdp program decides. Values of the UAPI's enum xdp_action. */
enum barebpf_xdp_action {
    BAREBPF_XDP_ABORTED = 0,
    BAREBPF_XDP_DROP = 1,
    BAREBPF_XDP_PASS = 2,
    BAREBPF_XDP_TX = 3,
    BAREBPF_XDP_REDIRECT = 4
};

#endif
