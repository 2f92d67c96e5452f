// SPDX-License-Identifier: Apache-2.0
/* Contexts as the firmware sees them. Fields keep the order of the BPF view; packet fields are real pointers. Source of
 * the BPF view: the UAPI's struct xdp_md. The offsets are those of hook_field_target_offset(). */
#ifndef BAREBPF_CONTEXT_H
#define BAREBPF_CONTEXT_H

#include <stdint.h>

/* A received packet, for xdp programs. */
struct barebpf_xdp_md {
    void *data;      /* first byte of the packet */
    void *data_end;  /* one past its last byte */
    void *data_meta; /* metadata before the packet; equal to data when there is none */
    uint32_t ingress_ifindex;
    uint32_t rx_queue_index;
    uint32_t egress_ifindex;
};

/* What an xdp program decides. Values of the UAPI's enum xdp_action. */
enum barebpf_xdp_action {
    BAREBPF_XDP_ABORTED = 0,
    BAREBPF_XDP_DROP = 1,
    BAREBPF_XDP_PASS = 2,
    BAREBPF_XDP_TX = 3,
    BAREBPF_XDP_REDIRECT = 4
};

#endif
