// SPDX-License-Identifier: Apache-2.0
/* STM32F407 Discovery: 168 MHz from the internal oscillator, console on USART1 at PB6. QEMU's netduinoplus2 has no
 * clock tree: it is always at 168 MHz. Source: STM32F4 reference manual RM0090 §3.9 (flash), §7.3 (RCC), §8.4 (GPIO),
 * §30.6 (USART). Not run on hardware. */
#include "board.h"

#include "arm-m.h"

#define APB2_HZ 84000000

#define RCC_CR      ARM_REGISTER(0x40023800)
#define RCC_PLLCFGR ARM_REGISTER(0x40023804)
#define RCC_CFGR    ARM_REGISTER(0x40023808)
#define RCC_AHB1ENR ARM_REGISTER(0x40023830)
#define RCC_APB2ENR ARM_REGISTER(0x40023844)
#define FLASH_ACR   ARM_REGISTER(0x40023c00)
#define GPIOB_MODER ARM_REGISTER(0x40020400)
#define GPIOB_AFRL  ARM_REGISTER(0x40020420)
#define USART_SR    ARM_REGISTER(0x40011000)
#define USART_DR    ARM_REGISTER(0x40011004)
#define USART_BRR   ARM_REGISTER(0x40011008)
#define USART_CR1   ARM_REGISTER(0x4001100c)

#define CR_PLLON        (1u << 24)
#define CR_PLLRDY       (1u << 25)
#define PLL_168_MHZ     (16u | 336u << 6 | 0u << 16 | 7u << 24) /* 16 MHz / 16 * 336 / 2; USB / 7 */
#define CFGR_BUSES      (5u << 10 | 4u << 13)                   /* APB1 / 4, APB2 / 2 */
#define CFGR_PLL        2u
#define ACR_168_MHZ     (5u | 7u << 8) /* 5 wait states, prefetch, both caches */
#define READY_TRIES     100000u
#define ENABLE_GPIOB    (1u << 1)
#define ENABLE_USART1   (1u << 4)
#define PIN             6u
#define MODE_ALTERNATE  2u
#define ALTERNATE_USART 7u
#define SR_TXE          (1u << 7)
#define CR1_TX          (1u << 13 | 1u << 3)

/* Waits at most READY_TRIES reads, so that it ends in the emulator, where the bit never comes. */
static bool pll_ready(void)
{
    for (unsigned i = 0; i < READY_TRIES; i++) {
        if (RCC_CR & CR_PLLRDY)
            return true;
        if (!(RCC_CR & CR_PLLON))
            return false;
    }
    return false;
}

void board_init(void)
{
    RCC_PLLCFGR = PLL_168_MHZ;
    RCC_CR |= CR_PLLON;
    if (pll_ready()) {
        FLASH_ACR = ACR_168_MHZ;
        RCC_CFGR = CFGR_BUSES;
        RCC_CFGR = CFGR_BUSES | CFGR_PLL;
    }
    RCC_AHB1ENR |= ENABLE_GPIOB;
    RCC_APB2ENR |= ENABLE_USART1;
    GPIOB_AFRL = (GPIOB_AFRL & ~(15u << (4 * PIN))) | ALTERNATE_USART << (4 * PIN);
    GPIOB_MODER = (GPIOB_MODER & ~(3u << (2 * PIN))) | MODE_ALTERNATE << (2 * PIN);
    USART_BRR = (APB2_HZ + 115200 / 2) / 115200;
    USART_CR1 = CR1_TX;
}

void board_putchar(char c)
{
    while (!(USART_SR & SR_TXE))
        ;
    USART_DR = (unsigned char)c;
}
