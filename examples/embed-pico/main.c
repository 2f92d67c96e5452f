// SPDX-License-Identifier: Apache-2.0
/* A repeating timer of the pico-sdk that calls a BPF program every 100 ms, in its interrupt. */
#include <barebpf/events.h>

#include "beat.skel.h"
#include "pico/stdlib.h"

#define PERIOD_MS 100

static bool on_timer(repeating_timer_t *timer)
{
    static struct barebpf_timer event = {.period_ns = PERIOD_MS * 1000000u};
    (void)timer;
    event.count++;
    event.now_ns = time_us_64() * 1000;
    bpf_prog_beat(&event, sizeof event);
    return true;
}

int main(void)
{
    static repeating_timer_t timer;
    stdio_init_all();
    add_repeating_timer_ms(-PERIOD_MS, on_timer, NULL, &timer);
    for (;;)
        sleep_ms(1000);
}
