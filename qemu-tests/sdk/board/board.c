// SPDX-License-Identifier: Apache-2.0
/* Start-up, console and end of a firmware on QEMU's mps2-an386, for the stand-ins that run and for embedded.c. */
#include "board.h"

extern uint32_t __stack_top[], __bss_start[], __bss_end[], __data_start[], __data_end[], __data_load[];

#define UART(offset) (*(volatile uint32_t *)(0x40004000 + (offset))) /* CMSDK UART 0 */

void console_put(char c)
{
    UART(8) = 1; /* transmitter on */
    while (UART(4) & 1)
        ;
    UART(0) = (uint32_t)c;
}

/* Semihosting: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. */
_Noreturn void leave(uint32_t status)
{
    const uint32_t reason[2] = {0x20026, status};
    register uint32_t operation __asm__("r0") = 0x20;
    register const uint32_t *argument __asm__("r1") = reason;
    __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
    for (;;)
        ;
}

int main(void);
_Noreturn void reset(void);

_Noreturn void reset(void)
{
    for (uint32_t *word = __bss_start; word < __bss_end; word++)
        *word = 0;
    for (uint32_t *word = __data_start, *from = __data_load; word < __data_end; word++)
        *word = *from++;
    leave((uint32_t)main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    __stack_top, (const void *)reset, [15] = (const void *)systick};
