// SPDX-License-Identifier: Apache-2.0
/* Console on a USART of the STM32F1, F2, F4 (and of the GD32VF103, which has the same registers). board.json defines
 * STM32_USART_BASE and STM32_USART_HZ, the clock of its bus. Source: ST RM0008 §27.6, RM0090 §30.6. */
#include "board.h"

#define USART(offset) (*(volatile uint32_t *)(STM32_USART_BASE + (offset)))
#define SR            USART(0x00)
#define DR            USART(0x04)
#define BRR           USART(0x08)
#define CR1           USART(0x0c)

#define SR_TXE      (1u << 7)
#define CR1_ENABLED (1u << 13)
#define CR1_TX      (1u << 3)
#define CR1_RXNEIE  (1u << 5)
#ifdef BAREBPF_EVENT_UART
#define CR1_RX (1u << 2)
#else
#define CR1_RX 0u
#endif
#define SR_RXNE    (1u << 5)
#define SR_OVERRUN (1u << 3)
#define SR_DAMAGED 7u /* noise, framing, parity */

void board_init(void)
{
    BRR = (STM32_USART_HZ + 115200 / 2) / 115200;
    CR1 = CR1_ENABLED | CR1_TX | CR1_RX;
}

void board_putchar(char c)
{
    while (!(SR & SR_TXE))
        ;
    DR = (unsigned char)c;
}

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

/* Reading SR, then DR, clears the errors. */
void board_uart_interrupt(void)
{
    for (uint32_t status; (status = SR) & (SR_RXNE | SR_OVERRUN);) {
        uint32_t errors =
            (status & SR_OVERRUN ? BAREBPF_UART_OVERRUN : 0) | (status & SR_DAMAGED ? BAREBPF_UART_DAMAGED : 0);
        uint32_t byte = DR & 255;
        if (status & SR_RXNE)
            rt_uart_received(byte, errors);
    }
}

void board_uart_listen(void)
{
    CR1 |= CR1_RXNEIE;
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
