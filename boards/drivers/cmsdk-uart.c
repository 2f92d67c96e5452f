// SPDX-License-Identifier: Apache-2.0
/* Console on the UART of Arm's Cortex-M System Design Kit. board.json defines CMSDK_UART_BASE; the UART runs at the
 * board's clock. Source: Arm CMSDK TRM (DDI 0479) §4.3. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(CMSDK_UART_BASE + (offset)))
#define DATA         UART(0x00)
#define STATE        UART(0x04)
#define CTRL         UART(0x08)
#define INTCLEAR     UART(0x0c)
#define BAUDDIV      UART(0x10)

#define STATE_TX_FULL    1u
#define STATE_RX_FULL    2u
#define STATE_RX_OVERRUN 8u
#define CTRL_TX          1u
#define CTRL_RX          (2u | 8u) /* on, with interrupts */
#define INT_RX           2u

void board_init(void)
{
    BAUDDIV = BOARD_CLOCK_HZ / 115200;
    CTRL = CTRL_TX;
}

void board_putchar(char c)
{
    while (STATE & STATE_TX_FULL)
        ;
    DATA = (unsigned char)c;
}

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

void board_uart_interrupt(void)
{
    INTCLEAR = INT_RX;
    while (STATE & STATE_RX_FULL) {
        uint32_t errors = STATE & STATE_RX_OVERRUN ? BAREBPF_UART_OVERRUN : 0;
        if (errors)
            STATE = STATE_RX_OVERRUN;
        rt_uart_received(DATA & 255, errors);
    }
}

void board_uart_listen(void)
{
    CTRL = CTRL_TX | CTRL_RX;
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
