// SPDX-License-Identifier: Apache-2.0
/* Time by the CLINT's mtime counter. board.json defines CLINT_BASE or CLINT_MTIME, and CLINT_HZ when mtime does not run
 * at the board's clock. Source: SiFive FU540 manual §9. */
#include "board.h"

#ifndef CLINT_MTIME
#define CLINT_MTIME (CLINT_BASE + 0xbff8)
#endif
#ifndef CLINT_HZ
#define CLINT_HZ BOARD_CLOCK_HZ
#endif

#define MTIME_LOW  (*(volatile uint32_t *)CLINT_MTIME)
#define MTIME_HIGH (*(volatile uint32_t *)(CLINT_MTIME + 4))

/* Nanoseconds of a tick, times 2^16. */
#define NS_PER_TICK_Q16 ((uint32_t)(((UINT64_C(1000000000) << 16) + CLINT_HZ / 2) / CLINT_HZ))

uint64_t board_time_ns(void)
{
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return (((uint64_t)high * NS_PER_TICK_Q16) << 16) + (((uint64_t)low * NS_PER_TICK_Q16) >> 16);
}

#ifdef BAREBPF_TICK_NS
#include "events.h"
#include "interrupt.h"

#define MTIMECMP_LOW  (*(volatile uint32_t *)(CLINT_BASE + 0x4000))
#define MTIMECMP_HIGH (*(volatile uint32_t *)(CLINT_BASE + 0x4004))

/* mtime's ticks in one of ours, times 2^16, so that what is rounded away does not add up. */
#define TICK_Q16 ((UINT64_C(1) * BAREBPF_TICK_NS * CLINT_HZ / 1000 << 16) / 1000000)

static uint64_t due_q16;

/* RISC-V Privileged §3.2.1: no value in between may be due. */
static void set_next(void)
{
    due_q16 += TICK_Q16;
    uint64_t due = due_q16 >> 16;
    MTIMECMP_HIGH = UINT32_MAX;
    MTIMECMP_LOW = (uint32_t)due;
    MTIMECMP_HIGH = (uint32_t)(due >> 32);
}

/* The machine's timer interrupt. */
void board_tick_interrupt(void)
{
    set_next();
    rt_tick();
}

void board_tick_start(void)
{
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    due_q16 = ((uint64_t)high << 32 | low) << 16;
    set_next();
    __asm__ volatile("csrs mie, %0" ::"r"(0x80)); /* MTIE */
}
#endif
