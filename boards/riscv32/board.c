// SPDX-License-Identifier: Apache-2.0
/* QEMU's RISC-V virt machine: NS16550 console, CLINT's mtime as clock, the SiFive test device as end. Source: QEMU's
 * description of `virt`; NS16550 data sheet. */
#include "board.h"

#include "riscv.h"

#define UART_THR     RISCV_REGISTER8(0x10000000)
#define UART_LSR     RISCV_REGISTER8(0x10000005)
#define LSR_THRE     0x20u
#define MTIME_LOW    RISCV_REGISTER32(0x0200bff8)
#define MTIME_HIGH   RISCV_REGISTER32(0x0200bffc)
#define NS_PER_TICK  100u /* mtime runs at 10 MHz */
#define TEST_DEVICE  RISCV_REGISTER32(0x00100000)
#define TEST_PASS    0x5555u
#define TEST_FAIL(n) ((uint32_t)(n) << 16 | 0x3333u)

void board_init(void)
{
}

void board_putchar(char c)
{
    while (!(UART_LSR & LSR_THRE))
        ;
    UART_THR = (uint8_t)c;
}

uint64_t board_time_ns(void)
{
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return ((uint64_t)high << 32 | low) * NS_PER_TICK;
}

uint32_t board_seed(void)
{
    return 0x2545f491;
}

void riscv_emulator_exit(int status)
{
    TEST_DEVICE = status ? TEST_FAIL(status) : TEST_PASS;
}
