// SPDX-License-Identifier: Apache-2.0
/* The tick by the PC's interval timer, counter 0, anew for each tick: when one comes late the next are not, and what
 * its clock of 1.193182 MHz cannot divide does not add up. Source: Intel 8254 data sheet (231164): control word, mode 0
 * (interrupt on terminal count). Its interrupt is line 0 of the controllers. */
#ifdef BAREBPF_TICK_NS
#include "board.h"
#include "events.h"
#include "interrupt.h"
#include "x86.h"

#define PIT_COUNTER0 0x40
#define PIT_CONTROL  0x43
#define PIT_MODE0    0x30 /* counter 0, low byte then high byte, mode 0, binary */
#define PIT_HZ       1193182u

/* Counts of a nanosecond, times 2^32. */
#define COUNTS_Q32 ((UINT64_C(1) * PIT_HZ << 32) / 1000000000u)
_Static_assert((BAREBPF_TICK_NS * COUNTS_Q32 >> 32) < UINT16_MAX, "the timer has 16 bits");

static uint64_t due_ns;

static void set_due(uint64_t now)
{
    uint32_t count = (uint32_t)((due_ns - now) * COUNTS_Q32 >> 32) + 1;
    x86_out8(PIT_CONTROL, PIT_MODE0);
    x86_out8(PIT_COUNTER0, count & 255);
    x86_out8(PIT_COUNTER0, (uint8_t)(count >> 8));
}

/* More than one when the interrupt is that late. */
void board_tick_interrupt(void)
{
    uint64_t now = board_time_ns();
    for (; due_ns <= now; due_ns += BAREBPF_TICK_NS)
        rt_tick();
    set_due(now);
}

void board_tick_start(void)
{
    uint64_t now = board_time_ns();
    due_ns = now + BAREBPF_TICK_NS;
    set_due(now);
    interrupt_enable(BOARD_TICK_IRQ);
}
#endif
