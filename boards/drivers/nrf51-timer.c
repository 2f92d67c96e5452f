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
