// SPDX-License-Identifier: Apache-2.0
/* The end, by semihosting, on machines that have no test device. Source: RISC-V Semihosting 0.4 §1.1 (the call), Arm
 * Semihosting 2.0 (SYS_EXIT_EXTENDED). */
#include "riscv.h"

#define SYS_EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT  0x20026u /* ADP_Stopped_ApplicationExit */

void riscv_emulator_exit(int status)
{
    const uintptr_t reason[2] = {APPLICATION_EXIT, (uintptr_t)status};
    register uintptr_t operation __asm__("a0") = SYS_EXIT_EXTENDED;
    register const uintptr_t *argument __asm__("a1") = reason;
    __asm__ volatile(".balign 16\n" /* the three must lie on one page */
                     ".option push\n"
                     ".option norvc\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop\n"
                     : "+r"(operation)
                     : "r"(argument)
                     : "memory");
}
