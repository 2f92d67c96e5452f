// SPDX-License-Identifier: Apache-2.0
/* A firmware of its own, built by gcc, that calls a proved BPF program: counts keys, and reads the map afterwards. */
#include "hashcount.skel.h"

#include <stdint.h>

extern uint32_t __stack_top[], __bss_start[], __bss_end[];

#define UART(offset) (*(volatile uint32_t *)(0x40004000 + (offset))) /* CMSDK UART 0 of the MPS2 board */

static void print(const char *text)
{
    UART(8) = 1; /* transmitter on */
    for (; *text; text++) {
        while (UART(4) & 1)
            ;
        UART(0) = (uint32_t)*text;
    }
}

/* Semihosting: SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. */
static _Noreturn void leave(uint32_t status)
{
    const uint32_t reason[2] = {0x20026, status};
    register uint32_t operation __asm__("r0") = 0x20;
    register const uint32_t *argument __asm__("r1") = reason;
    __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
    for (;;)
        ;
}

_Noreturn void reset(void);

_Noreturn void reset(void)
{
    for (uint32_t *word = __bss_start; word < __bss_end; word++)
        *word = 0;
    uint64_t seen = 0;
    for (int i = 0; i < 3; i++) {
        struct {
            uint32_t key;
        } __attribute__((aligned(8))) event = {7};
        seen = bpf_prog_hashcount(&event, sizeof event);
    }
    print(seen == 3 ? "key 7 was seen 3 times\n" : "wrong\n");
    leave(seen != 3);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {__stack_top, (const void *)reset};
