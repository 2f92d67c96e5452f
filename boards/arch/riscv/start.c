// SPDX-License-Identifier: Apache-2.0
/* RISC-V in machine mode: entry, traps, the counter of instructions, and the end. Sources: RISC-V Privileged §3.1.7
 * (mtvec), §3.1.10 (minstret), §3.1.15 (mcause); the psABI for gp and tp. */
#include "start.h"
#include "board.h"
#include "lock.h"
#include "riscv.h"
#include "rt.h"

#ifndef RISCV_TRAP_ALIGN
#define RISCV_TRAP_ALIGN 4 /* of what mtvec points to */
#endif

_Noreturn void start_c(void);
void reset_handler(void);
void trap_handler(void);
_Noreturn void trap_report(uintptr_t return_address);

/* The machine jumps to the first byte of flash, whatever the ELF header says. */
__attribute__((naked, section(".init"), used)) void reset_handler(void)
{
    __asm__(
#ifdef RISCV_STARTS_IN_ALIAS /* the chip starts in an alias of flash: on to the address that the image is linked for   \
                              */
        "lui t0, %hi(1f)\n"
        "addi t0, t0, %lo(1f)\n"
        "jr t0\n"
        "1:\n"
#endif
        ".option push\n"
        ".option norelax\n"
        "la gp, __global_pointer$\n"
        ".option pop\n"
        "la sp, __stack_top\n"
        "la tp, __tls_start\n"
        "la t0, trap_handler\n"
        "csrw mtvec, t0\n"
        "tail start_c\n");
}

_Noreturn void start_c(void)
{
    start_memory();
    board_clocks();
    board_init();
    board_exit(main());
}

/* No interrupt is ever enabled here, so every trap is a fault and need not return. */
__attribute__((naked, aligned(RISCV_TRAP_ALIGN))) void trap_handler(void)
{
    __asm__("mv a0, ra\n"
            "tail trap_report\n");
}

#define READ_CSR(name)                                                                                                 \
    ({                                                                                                                 \
        uintptr_t value;                                                                                               \
        __asm__ volatile("csrr %0, " #name : "=r"(value));                                                             \
        value;                                                                                                         \
    })

_Noreturn void trap_report(uintptr_t return_address)
{
    static const char *const names[] = {
        "instruction address misaligned", "instruction access", "illegal instruction",      "breakpoint",
        "load address misaligned",        "load access",        "store address misaligned", "store access"};
    uintptr_t cause = READ_CSR(mcause);
    const struct rt_register registers[] = {
        {"mcause", cause}, {"pc", READ_CSR(mepc)}, {"mtval", READ_CSR(mtval)}, {"ra", return_address}};
    rt_fault(cause < sizeof names / sizeof names[0] ? names[cause] : "trap", registers, 4);
}

bool board_in_emulator(void)
{
    return start_run_block();
}

/* Weak: for boards without an emulator. */
__attribute__((weak)) void riscv_emulator_exit(int status)
{
    (void)status;
}

_Noreturn void board_exit(int status)
{
    if (board_in_emulator())
        riscv_emulator_exit(status);
    for (;;)
        board_idle();
}

void board_idle(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

unsigned long board_lock(void)
{
    return RT_LOCK();
}

void board_unlock(unsigned long state)
{
    RT_UNLOCK(state);
}

#if __riscv_xlen == 32
static uint64_t instructions(void)
{
    uintptr_t high, low, again;
    do {
        high = READ_CSR(minstreth);
        low = READ_CSR(minstret);
        again = READ_CSR(minstreth);
    } while (high != again);
    return (uint64_t)high << 32 | low;
}
#else
static uint64_t instructions(void)
{
    return READ_CSR(minstret);
}
#endif

static uint64_t started_at;

void board_insns_start(void)
{
    started_at = instructions();
}

uint64_t board_insns_stop(void)
{
    return instructions() - started_at;
}

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("ret");
}
