// SPDX-License-Identifier: Apache-2.0
/* What a Cortex-M board's board.c tells the family's code. Registers: Armv7-M Architecture Reference Manual B3. */
#ifndef ARM_M_H
#define ARM_M_H

#include <stdbool.h>
#include <stdint.h>

#define ARM_REGISTER(address) (*(volatile uint32_t *)(address))

/* SysTick is time and, under QEMU, the counter of instructions: with -icount shift=S one takes 2^S ns. */
struct arm_m_board {
    bool systick_core_clock;  /* SYST_CSR.CLKSOURCE: the core's clock, else the reference clock */
    uint32_t ns_per_tick_q24; /* nanoseconds of a tick, times 2^24 */
    uint32_t
        insn_per_tick_q32; /* instructions of a tick under the board's QEMU command, times 2^32; 0 = cannot count */
};
extern const struct arm_m_board arm_m_board;

/* Ticks to the constants above: a SysTick of `hz` hertz, -icount shift=`shift`. */
#define ARM_NS_PER_TICK_Q24(hz)          ((uint32_t)(((UINT64_C(1000000000) << 24) + (hz) / 2) / (hz)))
#define ARM_INSN_PER_TICK_Q32(hz, shift) ((uint32_t)(((UINT64_C(1000000000) << (32 - (shift))) + (hz) / 2) / (hz)))

#endif
