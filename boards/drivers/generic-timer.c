// SPDX-License-Identifier: Apache-2.0
/* The tick by the virtual timer of the Armv7 and Armv8 generic timer, which counts at the board's clock. board.json
 * defines BOARD_TICK_IRQ, its interrupt. Sources: Armv8-A ARM (DDI 0487) D13.8 (CNTV_CTL, CNTV_CVAL); Armv7-A ARM (DDI
 * 0406) B8.1. */
#ifdef BAREBPF_TICK_NS
#include "board.h"
#include "events.h"
#include "interrupt.h"

#define TIMER_ON 1u

/* The counter's ticks in one of ours, times 2^16, so that what is rounded away does not add up. */
#define TICK_Q16 ((UINT64_C(1) * BAREBPF_TICK_NS * BOARD_CLOCK_HZ / 1000 << 16) / 1000000)

static uint64_t start, since_start_q16;

#ifdef __aarch64__
static uint64_t counter(void)
{
    uint64_t count;
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(count)::"memory");
    return count;
}

static void set_due(uint64_t due)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n msr cntv_ctl_el0, %1\n isb" ::"r"(due), "r"((uint64_t)TIMER_ON)
                     : "memory");
}
#else
static uint64_t counter(void)
{
    uint64_t count;
    __asm__ volatile("isb\n mrrc p15, 1, %Q0, %R0, c14" : "=r"(count)::"memory");
    return count;
}

static void set_due(uint64_t due)
{
    __asm__ volatile("mcrr p15, 3, %Q0, %R0, c14\n mcr p15, 0, %1, c14, c3, 1\n isb" ::"r"(due), "r"(TIMER_ON)
                     : "memory");
}
#endif

static void set_next(void)
{
    since_start_q16 += TICK_Q16;
    set_due(start + (since_start_q16 >> 16));
}

void board_tick_interrupt(void)
{
    set_next();
    rt_tick();
}

void board_tick_start(void)
{
    start = counter();
    set_next();
    interrupt_enable(BOARD_TICK_IRQ);
}
#endif
