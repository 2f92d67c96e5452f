// SPDX-License-Identifier: Apache-2.0
/* Packets from the board's network interface to the packet program, and back: polled by the main loop of events.c.
 * Images without a driver have nothing of it. */
#ifndef BAREBPF_NET_H
#define BAREBPF_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef BAREBPF_EVENT_NIC

void rt_net_start(void);

/* Gives what was received to the program, and does what it says; false when there was nothing. */
bool rt_net_poll(void);

/* With interrupts masked: nothing has come; the interface will interrupt when something does. */
bool rt_net_may_sleep(void);

/* Packets that the program was called for. */
uint32_t rt_net_received(void);

#else

static inline void rt_net_start(void)
{
}
static inline bool rt_net_poll(void)
{
    return false;
}
static inline bool rt_net_may_sleep(void)
{
    return true;
}
static inline uint32_t rt_net_received(void)
{
    return 0;
}

#endif

/* What became of packets. */
struct rt_net_counts {
    uint32_t verdicts[6]; /* xdp: by action, the last: others. tc: by what it means */
    uint32_t sent, lost;  /* of reflected and redirected ones: to the wire; not taken by the interface */
};
extern struct rt_net_counts rt_net_counts;

#endif
