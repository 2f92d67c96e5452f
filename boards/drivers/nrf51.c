// SPDX-License-Identifier: Apache-2.0
/* BBC micro:bit v1 (nRF51822). Console on the UART that the USB interface chip forwards; time from TIMER0, since the
 * chip has no SysTick (QEMU's has: it counts instructions there). Source: nRF51 Series Reference Manual §18 (TIMER),
 * §28 (RNG is not used), §29 (UART). Not run on hardware. */
#include "board.h"

#include "arm-m.h"

#define UART_STARTTX ARM_REGISTER(0x40002008)
#define UART_TXDRDY  ARM_REGISTER(0x4000211c)
#define UART_ENABLE  ARM_REGISTER(0x40002500)
#define UART_PSELTXD ARM_REGISTER(0x4000250c)
#define UART_TXD     ARM_REGISTER(0x4000251c)
#define UART_BAUD    ARM_REGISTER(0x40002524)

#define TIMER_START     ARM_REGISTER(0x40008000)
#define TIMER_CAPTURE0  ARM_REGISTER(0x40008040)
#define TIMER_BITMODE   ARM_REGISTER(0x40008508)
#define TIMER_PRESCALER ARM_REGISTER(0x40008510)
#define TIMER_CC0       ARM_REGISTER(0x40008540)

#define UART_ENABLED  4u
#define UART_115200   0x01d7e000u
#define TX_PIN        24u
#define TIMER_32_BITS 3u
#define TIMER_1_MHZ   4u /* 16 MHz / 2^4 */

void board_init(void)
{
    TIMER_BITMODE = TIMER_32_BITS;
    TIMER_PRESCALER = TIMER_1_MHZ;
    TIMER_START = 1;
    UART_PSELTXD = TX_PIN;
    UART_BAUD = UART_115200;
    UART_ENABLE = UART_ENABLED;
    UART_STARTTX = 1;
}

void board_putchar(char c)
{
    UART_TXDRDY = 0;
    UART_TXD = (unsigned char)c;
    while (!UART_TXDRDY)
        ;
}

/* The timer wraps after 71 minutes: right as long as it is asked once in that time. */
uint64_t board_time_ns(void)
{
    static uint32_t last, wraps;
    unsigned long lock = board_lock();
    TIMER_CAPTURE0 = 1;
    uint32_t now = TIMER_CC0;
    if (now < last)
        wraps++;
    last = now;
    uint64_t microseconds = (uint64_t)wraps << 32 | now;
    board_unlock(lock);
    return microseconds * 1000;
}
