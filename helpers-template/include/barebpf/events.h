// SPDX-License-Identifier: Apache-2.0
/* Contexts of programs that events of the board start, for BPF programs and for firmware. The fields are those of
 * contexts.def; programs may read them. Sections: timer/PERIOD, uart/rx, gpio/EDGE/PIN, irq/NAME, boot, idle. */
#ifndef BAREBPF_EVENTS_H
#define BAREBPF_EVENTS_H

/* Of every context: */
#define BAREBPF_EVENT_FIELDS                                                                                           \
    unsigned long long now_ns; /* when the program was started, as bpf_ktime_get_ns() counts */                        \
    unsigned int count;        /* how often it was, this time included; wraps */                                       \
    unsigned int missed;       /* events that came when it could not take them: it was still running */

struct barebpf_timer {
    BAREBPF_EVENT_FIELDS
    unsigned long long period_ns;
};

struct barebpf_uart {
    BAREBPF_EVENT_FIELDS
    unsigned int byte;   /* 0 to 255 */
    unsigned int errors; /* 0: received well; BAREBPF_UART_... */
};
#define BAREBPF_UART_OVERRUN 1u /* bytes before this one were lost */
#define BAREBPF_UART_DAMAGED 2u /* parity, framing, or a break */

struct barebpf_gpio {
    BAREBPF_EVENT_FIELDS
    unsigned int pin;   /* 16 * port + number, or the number */
    unsigned int level; /* after the edge: 0 or 1 */
};

struct barebpf_irq {
    BAREBPF_EVENT_FIELDS
    unsigned int number; /* the processor's, or the interrupt controller's */
    unsigned int reserved;
};

struct barebpf_boot {
    BAREBPF_EVENT_FIELDS
};

/* Idle programs return 0 to let the processor sleep until the next event, else they are called at once again. */
struct barebpf_idle {
    BAREBPF_EVENT_FIELDS
};

#endif
