// SPDX-License-Identifier: Apache-2.0
/* Clocks and console pin (USART1 on PA9) of the STM32F1, and of the GD32VF103, whose RCU, GPIO and flash wait states
 * have the same registers. From the internal 8 MHz oscillator. QEMU's stm32vldiscovery has no clock tree: the PLL never
 * becomes ready there. board.json defines
 *     STM32F1_PLL_FACTOR   core clock = 4 MHz * factor, 2..16
 *     STM32F1_BUSES        CFGR's PPRE1 and PPRE2, in place
 *     STM32F1_ACR          the flash's access control register
 * Source: ST RM0008 §3.3.3 (flash), §7.3 (RCC), §9.2 (GPIO); GigaDevice GD32VF103 User Manual §5.3. Not run on
 * hardware. */
#include "board.h"
#include "stm32-pll.h"

#define RCC(offset) (*(volatile uint32_t *)(0x40021000 + (offset)))
#define RCC_CR      RCC(0x00)
#define RCC_CFGR    RCC(0x04)
#define RCC_APB2ENR RCC(0x18)
#define FLASH_ACR   (*(volatile uint32_t *)0x40022000)
#define GPIOA_CRH   (*(volatile uint32_t *)0x40010804)

#define CFGR_FACTOR   ((STM32F1_PLL_FACTOR - 2u) << 18) /* of half the oscillator */
#define CFGR_PLL      2u
#define ENABLE_GPIOA  (1u << 2)
#define ENABLE_USART1 (1u << 14)
#define PA9_FIELD     (15u << 4)
#define PA9_USART     (0xbu << 4) /* alternate function, push-pull, 50 MHz */

void board_clocks(void)
{
    RCC_CFGR = CFGR_FACTOR | STM32F1_BUSES;
    if (stm32_pll_start(&RCC_CR)) {
        FLASH_ACR = STM32F1_ACR;
        RCC_CFGR = CFGR_FACTOR | STM32F1_BUSES | CFGR_PLL;
    }
    RCC_APB2ENR |= ENABLE_GPIOA | ENABLE_USART1;
    GPIOA_CRH = (GPIOA_CRH & ~PA9_FIELD) | PA9_USART;
}
