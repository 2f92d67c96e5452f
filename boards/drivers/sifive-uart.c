// SPDX-License-Identifier: Apache-2.0
/* Console on a SiFive UART. board.json defines SIFIVE_UART_BASE; the UART runs at the board's clock. Source: SiFive
 * FE310-G002 Manual §18. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(SIFIVE_UART_BASE + (offset)))
#define TXDATA       UART(0x00)
#define RXDATA       UART(0x04)
#define TXCTRL       UART(0x08)
#define RXCTRL       UART(0x0c)
#define IE           UART(0x10)
#define DIV          UART(0x18)

#define TXDATA_FULL (1u << 31)
#define TXCTRL_TXEN 1u
#define RXDATA_NONE (1u << 31)
#define RXCTRL_RXEN 1u /* its watermark, 0, is passed by any byte */
#define IE_RXWM     2u

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

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

/* The device tells of no errors. */
void board_uart_interrupt(void)
{
    for (uint32_t data; !((data = RXDATA) & RXDATA_NONE);)
        rt_uart_received(data & 255, 0);
}

void board_uart_listen(void)
{
    RXCTRL = RXCTRL_RXEN;
    IE = IE_RXWM;
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
