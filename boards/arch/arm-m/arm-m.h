// SPDX-License-Identifier: Apache-2.0
/* What Cortex-M code shares. Registers: Armv7-M Architecture Reference Manual B3. */
#ifndef ARM_M_H
#define ARM_M_H

#include <stdbool.h>
#include <stdint.h>

#define ARM_REGISTER(address) (*(volatile uint32_t *)(address))

/* SysTick runs at the core's clock, unless board.json defines the rate of its reference clock. */
#ifdef ARM_SYSTICK_REFERENCE_HZ
#define ARM_SYSTICK_HZ         ARM_SYSTICK_REFERENCE_HZ
#define ARM_SYSTICK_CORE_CLOCK false
#else
#define ARM_SYSTICK_HZ         BOARD_CLOCK_HZ
#define ARM_SYSTICK_CORE_CLOCK true
#endif

#endif
