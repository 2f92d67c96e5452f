// SPDX-License-Identifier: Apache-2.0
/* MPS2 AN386 as QEMU emulates it: console on CMSDK UART 0. Source: Arm CMSDK TRM (DDI 0479) §4.3, DAI 0386. */
#include "board.h"

#include "arm-m.h"

#define SYSTICK_HZ   25000000
#define ICOUNT_SHIFT 7 /* as in board.json */

#define UART_DATA    ARM_REGISTER(0x40004000)
#define UART_STATE   ARM_REGISTER(0x40004004)
#define UART_CTRL    ARM_REGISTER(0x40004008)
#define UART_BAUDDIV ARM_REGISTER(0x40004010)

#define STATE_TX_FULL 1u
#define CTRL_TX       1u

const struct arm_m_board arm_m_board = {
    .systick_core_clock = true,
    .ns_per_tick_q24 = ARM_NS_PER_TICK_Q24(SYSTICK_HZ),
    .insn_per_tick_q32 = ARM_INSN_PER_TICK_Q32(SYSTICK_HZ, ICOUNT_SHIFT),
};

void board_init(void)
{
    UART_BAUDDIV = SYSTICK_HZ / 115200;
    UART_CTRL = CTRL_TX;
}

void board_putchar(char c)
{
    while (UART_STATE & STATE_TX_FULL)
        ;
    UART_DATA = (unsigned char)c;
}

uint32_t board_seed(void)
{
    return 0x2545f491;
}
