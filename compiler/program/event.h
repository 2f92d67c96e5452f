// SPDX-License-Identifier: Apache-2.0
/* What a section of an event hook says: "timer/10ms", "gpio/rising/PA0", "irq/NAME". */
#ifndef BAREBPF_PROGRAM_EVENT_H
#define BAREBPF_PROGRAM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of enum rt_event_kind (helpers-template/events.h). */
enum event_kind { EVENT_BOOT, EVENT_IDLE, EVENT_TIMER, EVENT_UART, EVENT_GPIO, EVENT_IRQ };

struct event {
    enum event_kind kind;
    uint64_t period_ns;   /* timer */
    bool rising, falling; /* gpio */
    uint32_t pin;         /* gpio: 16 * port + number for "PA0" (port A is 0), the number for "3" */
    const char *name;     /* irq: within the section */
};

/* Reads a section; false when it is no event's, or malformed. */
bool event_read(struct event *event, const char *section);

/* A time such as "10ms", "2s", "250us", "1000ns" in nanoseconds; 0 when it is none. */
uint64_t event_time_ns(const char *text);

#endif
