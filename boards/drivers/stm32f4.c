// SPDX-License-Identifier: Apache-2.0
/* Clocks and console pin of the STM32F4, from the internal 16 MHz oscillator. QEMU's netduinoplus2 has no clock tree:
 * the PLL never becomes ready there. board.json defines
 *     STM32F4_PLL_N, STM32F4_PLL_P   core clock = 1 MHz * N / P
 *     STM32F4_BUSES                  CFGR's PPRE1 and PPRE2, in place
 *     STM32F4_WAIT_STATES            of the flash at that clock and 3.3 V
 *     STM32F4_PORT, STM32F4_PIN      the console's pin: 0 for GPIOA, 1 for GPIOB; alternate function 7
 *     STM32F4_USART_ENR, _BIT        where the USART's clock is turned on: offset in RCC, bit
 * Source: ST RM0090 and RM0368 §3.4 (flash), §6.3 (RCC), §8.4 (GPIO). Not run on hardware. */
#include "board.h"
#include "stm32-pll.h"

#define RCC(offset)   (*(volatile uint32_t *)(0x40023800 + (offset)))
#define GPIO(offset)  (*(volatile uint32_t *)(0x40020000 + 0x400 * STM32F4_PORT + (offset)))
#define FLASH_ACR     (*(volatile uint32_t *)0x40023c00)
#define RCC_CR        RCC(0x00)
#define RCC_PLLCFGR   RCC(0x04)
#define RCC_CFGR      RCC(0x08)
#define RCC_AHB1ENR   RCC(0x30)
#define GPIO_MODER    GPIO(0x00)
#define GPIO_AFR(pin) GPIO(0x20 + (pin) / 8 * 4)

#define PLLCFGR_HSI     (16u | 7u << 24) /* 16 MHz / 16; the USB divider, which is not used */
#define CFGR_PLL        2u
#define ACR_CACHES      (7u << 8) /* prefetch and both caches */
#define MODE_ALTERNATE  2u
#define ALTERNATE_USART 7u

static void console_pin(unsigned pin)
{
    uint32_t shift = 4 * (pin % 8);
    GPIO_AFR(pin) = (GPIO_AFR(pin) & ~(15u << shift)) | ALTERNATE_USART << shift;
    GPIO_MODER = (GPIO_MODER & ~(3u << (2 * pin))) | MODE_ALTERNATE << (2 * pin);
}

void board_clocks(void)
{
    RCC_PLLCFGR = PLLCFGR_HSI | STM32F4_PLL_N << 6 | (STM32F4_PLL_P / 2 - 1) << 16;
    if (stm32_pll_start(&RCC_CR)) {
        FLASH_ACR = STM32F4_WAIT_STATES | ACR_CACHES;
        RCC_CFGR = STM32F4_BUSES;
        RCC_CFGR = STM32F4_BUSES | CFGR_PLL;
    }
    RCC_AHB1ENR |= 1u << STM32F4_PORT;
    RCC(STM32F4_USART_ENR) |= 1u << STM32F4_USART_BIT;
    console_pin(STM32F4_PIN);
#ifdef BAREBPF_EVENT_UART
    console_pin(STM32F4_PIN + 1); /* the receiver's, on all of these boards */
#endif
}
