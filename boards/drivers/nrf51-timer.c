// SPDX-License-Identifier: Apache-2.0
/* Time from TIMER0, since the nRF51 has no SysTick (QEMU's has: it counts instructions there). Source: nRF51 Series
 * Reference Manual §18. Not run on hardware. */
#include "board.h"

#define TIMER(offset) (*(volatile uint32_t *)(0x40008000 + (offset)))
#define START         TIMER(0x000)
#define CAPTURE0      TIMER(0x040)
#define BITMODE       TIMER(0x508)
#define PRESCALER     TIMER(0x510)
#define CC0           TIMER(0x540)

#define BITMODE_32      3u
#define PRESCALER_1_MHZ 4u /* 16 MHz / 2^4 */

void board_clocks(void)
{
    BITMODE = BITMODE_32;
    PRESCALER = PRESCALER_1_MHZ;
    START = 1;
}

#ifdef BAREBPF_TICK_NS
#include "events.h"
#include "interrupt.h"

/* TIMER1 interrupts at every tick, in microseconds: it clears itself when it reaches CC0. How many ticks have passed
 * TIMER0 says, which no late interrupt delays. */
#define TICKER(offset)  (*(volatile uint32_t *)(0x40009000 + (offset)))
#define TICKER_START    TICKER(0x000)
#define TICKER_COMPARE0 TICKER(0x140)
#define TICKER_SHORTS   TICKER(0x200)
#define TICKER_INTENSET TICKER(0x304)
#define TICKER_BITMODE  TICKER(0x508)
#define TICKER_PRESCALE TICKER(0x510)
#define TICKER_CC0      TICKER(0x540)
#define CLEAR_AT_CC0    1u
#define INT_COMPARE0    (1u << 16)
#define BITMODE_16      0u
#define TICK_US         (BAREBPF_TICK_NS / 1000)

static uint64_t due_ns; /* of the next tick */

void board_tick_interrupt(void)
{
    TICKER_COMPARE0 = 0;
    for (uint64_t now = board_time_ns(); now + BAREBPF_TICK_NS / 2 >= due_ns; due_ns += BAREBPF_TICK_NS)
        rt_tick();
}

void board_tick_start(void)
{
    TICKER_BITMODE = BITMODE_16;
    TICKER_PRESCALE = PRESCALER_1_MHZ;
    TICKER_CC0 = TICK_US;
    TICKER_SHORTS = CLEAR_AT_CC0;
    due_ns = board_time_ns() + BAREBPF_TICK_NS;
    TICKER_INTENSET = INT_COMPARE0;
    TICKER_START = 1;
    interrupt_enable(BOARD_TICK_IRQ);
}
#endif

/* The timer wraps after 71 minutes: right as long as it is asked once in that time. */
uint64_t board_time_ns(void)
{
    static uint32_t last, wraps;
    unsigned long lock = board_lock();
    CAPTURE0 = 1;
    uint32_t now = CC0;
    if (now < last)
        wraps++;
    last = now;
    uint64_t microseconds = (uint64_t)wraps << 32 | now;
    board_unlock(lock);
    return microseconds * 1000;
}
