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
