// SPDX-License-Identifier: Apache-2.0
/* Time by the CLINT's mtime counter, which runs at the board's clock. board.json defines CLINT_BASE. Source: SiFive
 * FU540 manual §9. */
#include "board.h"

#define MTIME_LOW   (*(volatile uint32_t *)(CLINT_BASE + 0xbff8))
#define MTIME_HIGH  (*(volatile uint32_t *)(CLINT_BASE + 0xbffc))
#define NS_PER_TICK (1000000000u / BOARD_CLOCK_HZ)

uint64_t board_time_ns(void)
{
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return ((uint64_t)high << 32 | low) * NS_PER_TICK;
}
