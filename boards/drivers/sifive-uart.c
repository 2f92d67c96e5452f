// SPDX-License-Identifier: Apache-2.0
/* Console on a SiFive UART. board.json defines SIFIVE_UART_BASE; the UART runs at the board's clock. Source: SiFive
 * FE310-G002 Manual §18. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(SIFIVE_UART_BASE + (offset)))
#define TXDATA       UART(0x00)
#define TXCTRL       UART(0x08)
#define DIV          UART(0x18)

#define TXDATA_FULL (1u << 31)
#define TXCTRL_TXEN 1u

void board_init(void)
{
    DIV = BOARD_CLOCK_HZ / 115200 - 1;
    TXCTRL = TXCTRL_TXEN;
}

void board_putchar(char c)
{
    while (TXDATA & TXDATA_FULL)
        ;
    TXDATA = (unsigned char)c;
}
