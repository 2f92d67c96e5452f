// SPDX-License-Identifier: Apache-2.0
/* A thread of Zephyr that calls a BPF program every 100 ms. */
#include <barebpf/events.h>

#include <zephyr/kernel.h>

#include "beat.skel.h"

#define PERIOD_MS 100

int main(void)
{
    struct barebpf_timer event = {.period_ns = PERIOD_MS * 1000000u};
    for (;;) {
        k_msleep(PERIOD_MS);
        event.count++;
        event.now_ns += event.period_ns;
        bpf_prog_beat(&event, sizeof event);
    }
    return 0;
}
