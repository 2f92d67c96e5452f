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

void board_init(void)
{
    BRR = (STM32_USART_HZ + 115200 / 2) / 115200;
    CR1 = CR1_ENABLED | CR1_TX;
}

void board_putchar(char c)
{
    while (!(SR & SR_TXE))
        ;
    DR = (unsigned char)c;
}
