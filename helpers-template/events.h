// SPDX-License-Identifier: Apache-2.0
/* Programs that events start. A board's interrupt handlers tell of events (rt_tick() and the like); each program that
 * waits for one then runs at its level, an interrupt by itself: programs of higher levels interrupt those of lower ones
 * and the main loop (level 0), programs of one level run one after the other, and no program is entered twice. Images
 * have this when a program waits for events or packets (BAREBPF_EVENTS). The host generates the table (hooks.c of the
 * compiler's firmware room). */
#ifndef BAREBPF_RT_EVENTS_H
#define BAREBPF_RT_EVENTS_H

#include <barebpf/events.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_EVENT_LEVELS 3u

/* In the order of the compiler's enum event_kind. */
enum rt_event_kind { RT_EVENT_BOOT, RT_EVENT_IDLE, RT_EVENT_TIMER, RT_EVENT_UART, RT_EVENT_GPIO, RT_EVENT_IRQ };

/* A program and what it waits for. */
struct rt_hook {
    uint64_t (*run)(void *ctx, size_t ctx_size);
    uint64_t period_ns; /* timer */
    uint32_t ticks;     /* timer: its period in ticks of BAREBPF_TICK_NS */
    uint32_t number;    /* gpio: pin; irq: number */
    uint8_t kind;       /* enum rt_event_kind */
    uint8_t level;      /* 1 to RT_EVENT_LEVELS; 0: the main loop */
    bool rising, falling;
    uint16_t part; /* which program of the manifest's */
};

/* Events that wait for their program; the first of them is the one it runs for. Bytes come in bursts. */
#ifdef BAREBPF_EVENT_UART
#define RT_EVENT_QUEUE 16u
#else
#define RT_EVENT_QUEUE 1u
#endif

struct rt_hook_state {
    uint64_t r0; /* of the last run */
    uint32_t count, missed;
    uint32_t ticks_left;
    volatile uint32_t waiting;
    uint32_t first;
    uint32_t values[RT_EVENT_QUEUE];
};

/* Generated. */
extern const struct rt_hook rt_hooks[];
extern const uint32_t rt_hook_count;
extern struct rt_hook_state rt_hook_states[];

/* -- called by the board in interrupt handlers, with interrupts masked or at the highest priority ------------------ */
void rt_tick(void);
void rt_uart_received(uint32_t byte, uint32_t errors);
void rt_gpio_edge(uint32_t pin, uint32_t level);
void rt_irq_raised(uint32_t number);

/* Runs what waits at `level`: the handler of that level's interrupt. */
void rt_events_run(unsigned level);

/* For processors whose interrupts have no levels: at the end of each interrupt, with interrupts masked; runs what waits
 * above the level that was interrupted, with interrupts open. */
void rt_events_dispatch(void);

/* -- called by main ------------------------------------------------------------------------------------------------ */

/* Runs boot programs, starts the board's events, then idle programs and sleep in turn. Returns, with interrupts masked,
 * after `for_ns` nanoseconds or `for_events` started programs (without idle ones), packets included; 0: no such limit.
 */
void rt_events_loop(uint64_t for_ns, uint32_t for_events);

#endif
