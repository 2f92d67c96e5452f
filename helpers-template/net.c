// SPDX-License-Identifier: Apache-2.0
/* Packets in and out: see net.h. One buffer, with the room before and behind a packet that Linux gives, so that
 * programs may let it grow; the packet goes back from there when the program says so. */
#ifdef BAREBPF_EVENT_NIC
#include "net.h"

#include <barebpf/context.h>
#include <barebpf/program.h>
#include <barebpf/run.h>

#include "board.h"
#include "packet.h"

#define FRAME_MOST 1536u /* an Ethernet frame with a VLAN tag, and something to spare */

/* Other verdicts of enum barebpf_xdp_action, and what comes of tc programs: the UAPI's pkt_cls.h. */
#define VERDICT_OTHER   5u
#define TC_ACT_OK       0
#define TC_ACT_UNSPEC   (-1)
#define TC_ACT_SHOT     2
#define TC_ACT_REDIRECT 7

struct rt_net_counts rt_net_counts;
static bool is_up;
static uint32_t received;
static union packet_context context;
static uint8_t buffer[BAREBPF_PACKET_ALIGN + BAREBPF_PACKET_HEADROOM + FRAME_MOST + BAREBPF_PACKET_TAILROOM]
    __attribute__((aligned(8)));

/* Weak: the firmware takes what the program passes; without it, it is dropped. */
__attribute__((weak)) void barebpf_receive(const void *frame, size_t bytes)
{
    (void)frame;
    (void)bytes;
}

/* For bpf_clone_redirect(), and packets that are sent whole. 0, or a negative error number. */
long barebpf_transmit(uint32_t ifindex, const void *frame, size_t bytes)
{
    bool sent = ifindex == PACKET_IFINDEX && bytes <= FRAME_MOST && board_nic_send(frame, bytes);
    rt_net_counts.sent += sent;
    rt_net_counts.lost += !sent;
    return sent ? 0 : -22; /* EINVAL */
}

void rt_net_start(void)
{
    is_up = board_nic_start();
}

uint32_t rt_net_received(void)
{
    return received;
}

bool rt_net_may_sleep(void)
{
    return !is_up || board_nic_listen();
}

/* What a tc program's answer means, as an XDP action. */
static uint32_t tc_verdict(int32_t answer)
{
    switch (answer) {
    case TC_ACT_OK:
    case TC_ACT_UNSPEC: return BAREBPF_XDP_PASS;
    case TC_ACT_SHOT: return BAREBPF_XDP_DROP;
    case TC_ACT_REDIRECT: return BAREBPF_XDP_REDIRECT;
    default: return VERDICT_OTHER;
    }
}

static void act(uint32_t verdict, const uint8_t *frame, size_t bytes)
{
    rt_net_counts.verdicts[verdict]++;
    if (verdict == BAREBPF_XDP_TX)
        barebpf_transmit(PACKET_IFINDEX, frame, bytes);
    else if (verdict == BAREBPF_XDP_REDIRECT)
        barebpf_transmit(barebpf_redirect_ifindex, frame, bytes);
    else if (verdict == BAREBPF_XDP_PASS)
        barebpf_receive(frame, bytes);
}

bool rt_net_poll(void)
{
    const uint32_t kind = barebpf_program.context_kind;
    uint8_t *start = buffer + BAREBPF_PACKET_ALIGN, *frame = start + BAREBPF_PACKET_HEADROOM;
    size_t bytes = is_up ? board_nic_receive(frame, FRAME_MOST) : 0;
    if (!bytes)
        return false;
    size_t size =
        packet_prepare(&context, kind, frame, (uint32_t)bytes, start + BAREBPF_PACKET_RESERVED, buffer + sizeof buffer);
    uint32_t answer = (uint32_t)bpf_main(&context, size);
    uint32_t verdict = kind == BAREBPF_CONTEXT_XDP ? answer : tc_verdict((int32_t)answer);
    const uint8_t *begin = packet_begin(&context, kind);
    act(verdict < VERDICT_OTHER ? verdict : VERDICT_OTHER, begin, (size_t)(packet_end(&context, kind) - begin));
    received++;
    return true;
}
#endif
