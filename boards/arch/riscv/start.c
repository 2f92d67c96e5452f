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

#ifdef BAREBPF_EVENTS
#if __riscv_xlen == 32
#define STORE "sw"
#define LOAD  "lw"
#define WORD  "4"
#else
#define STORE "sd"
#define LOAD  "ld"
#define WORD  "8"
#endif
/* A register at its place in the frame. */
#define SAVE(name, place)    STORE " " name ", " WORD "*" place "(sp)\n"
#define RESTORE(name, place) LOAD " " name ", " WORD "*" place "(sp)\n"
#define EACH(what)                                                                                                     \
    what("ra", "0") what("t0", "1") what("t1", "2") what("t2", "3") what("a0", "4") what("a1", "5") what("a2", "6")    \
        what("a3", "7") what("a4", "8") what("a5", "9") what("a6", "10") what("a7", "11") what("t3", "12")             \
            what("t4", "13") what("t5", "14") what("t6", "15")

/* Interrupts save what C functions may change; mepc and mstatus too, as programs run with interrupts open. Other traps
 * are faults. Calling convention: RISC-V psABI §1.1; no core here has floating-point registers. */
__attribute__((naked, aligned(RISCV_TRAP_ALIGN))) void trap_handler(void)
{
    __asm__("addi sp, sp, -20*" WORD
            "\n" EACH(SAVE) "csrr a0, mcause\n"
                            "csrr t0, mepc\n"
                            "csrr t1, mstatus\n"
                            "bgez a0, 1f\n" SAVE("t0", "16")
                                SAVE("t1", "17") "call riscv_interrupt\n" RESTORE("t0", "16")
                                    RESTORE("t1", "17") "csrw mepc, t0\n"
                                                        "csrw mstatus, t1\n" EACH(RESTORE) "addi sp, sp, 20*" WORD "\n"
                                                                                           "mret\n"
                                                                                           "1: mv a0, ra\n"
                                                                                           "tail trap_report\n");
}
#else
/* No interrupt is ever enabled here, so every trap is a fault and need not return. */
__attribute__((naked, aligned(RISCV_TRAP_ALIGN))) void trap_handler(void)
{
    __asm__("mv a0, ra\n"
            "tail trap_report\n");
}
#endif

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

#ifdef RISCV_NO_COUNTERS /* a core without minstret */
static uint64_t instructions(void)
{
    return 0;
}
#elif __riscv_xlen == 32
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
#ifdef RISCV_NO_COUNTERS
    return BOARD_INSNS_UNKNOWN;
#else
    return instructions() - started_at;
#endif
}

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("ret");
}
