// SPDX-License-Identifier: Apache-2.0
/* What the clock control of the STM32F1, F2, F4 (and of the GD32VF103) has alike: the PLL's bits in RCC_CR. Source: ST
 * RM0008 §7.3.1, RM0090 §7.3.1. */
#ifndef STM32_PLL_H
#define STM32_PLL_H

#include <stdbool.h>
#include <stdint.h>

#define STM32_CR_PLLON    (1u << 24)
#define STM32_CR_PLLRDY   (1u << 25)
#define STM32_READY_TRIES 100000u

/* Turns the PLL on and waits until it is ready, but at most STM32_READY_TRIES reads: in the emulator, which has no
 * clock tree, the bit never comes. */
static inline bool stm32_pll_start(volatile uint32_t *rcc_cr)
{
    *rcc_cr |= STM32_CR_PLLON;
    for (unsigned i = 0; i < STM32_READY_TRIES; i++) {
        if (*rcc_cr & STM32_CR_PLLRDY)
            return true;
        if (!(*rcc_cr & STM32_CR_PLLON))
            return false;
    }
    return false;
}

#endif
