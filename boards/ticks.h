// SPDX-License-Identifier: Apache-2.0
/* Time and executed instructions from one counter that runs at the board's clock, BOARD_CLOCK_HZ; under QEMU's -icount
 * it counts instructions. Part of a family's start.c: included once, behind its ticks(). */
#ifndef TICKS_H
#define TICKS_H

#include "board.h"

#define NS_PER_TICK (1000000000u / BOARD_CLOCK_HZ)

uint64_t board_time_ns(void)
{
    return ticks() * NS_PER_TICK;
}

static uint64_t started_at;

void board_insns_start(void)
{
    started_at = ticks();
}

uint64_t board_insns_stop(void)
{
#ifdef BOARD_ICOUNT_SHIFT
    return (ticks() - started_at) * NS_PER_TICK >> BOARD_ICOUNT_SHIFT;
#else
    return BOARD_INSNS_UNKNOWN;
#endif
}

#endif
