// SPDX-License-Identifier: Apache-2.0
/* AArch64 at EL1: vectors, reset, memory map, faults, the generic timer, and the end. Sources: Arm ARM (DDI 0487) D1.10
 * (exceptions), D5.2 (translation), D11 (generic timer); Arm Semihosting 2.0. */
#include "start.h"
#include "board.h"
#include "lock.h"
#include "rt.h"

#define SYS_EXIT         0x18u
#define APPLICATION_EXIT 0x20026u /* ADP_Stopped_ApplicationExit */

void reset_handler(void);
_Noreturn void start_c(void);
_Noreturn void fault_report(uintptr_t vector);

#define TEXT(x)  #x
#define VALUE(x) TEXT(x)

/* An interrupt saves what C functions may change, where it came from, and all SIMD registers, whose upper halves nobody
 * else saves; programs run with interrupts open, so it may come again. Calling convention: AAPCS64 §6.1. */
#ifdef BAREBPF_EVENTS
#define IRQ_VECTOR 5 /* of the stack pointer of EL1, which is used */
__asm__(".pushsection .text.irq_entry, \"ax\", %progbits\n"
        ".macro registers what\n" /* all but x0 and x1 */
        "\\what x2, x3, [sp, #16]\n"
        "\\what x4, x5, [sp, #32]\n"
        "\\what x6, x7, [sp, #48]\n"
        "\\what x8, x9, [sp, #64]\n"
        "\\what x10, x11, [sp, #80]\n"
        "\\what x12, x13, [sp, #96]\n"
        "\\what x14, x15, [sp, #112]\n"
        "\\what x16, x17, [sp, #128]\n"
        "\\what x18, x30, [sp, #144]\n"
        "\\what q0, q1, [sp, #176]\n"
        "\\what q2, q3, [sp, #208]\n"
        "\\what q4, q5, [sp, #240]\n"
        "\\what q6, q7, [sp, #272]\n"
        "\\what q8, q9, [sp, #304]\n"
        "\\what q10, q11, [sp, #336]\n"
        "\\what q12, q13, [sp, #368]\n"
        "\\what q14, q15, [sp, #400]\n"
        "\\what q16, q17, [sp, #432]\n"
        "\\what q18, q19, [sp, #464]\n"
        "\\what q20, q21, [sp, #496]\n"
        "\\what q22, q23, [sp, #528]\n"
        "\\what q24, q25, [sp, #560]\n"
        "\\what q26, q27, [sp, #592]\n"
        "\\what q28, q29, [sp, #624]\n"
        "\\what q30, q31, [sp, #656]\n"
        ".endm\n"
        "irq_entry:\n"
        "sub sp, sp, #688\n"
        "stp x0, x1, [sp, #0]\n"
        "registers stp\n"
        "mrs x0, elr_el1\n"
        "mrs x1, spsr_el1\n"
        "stp x0, x1, [sp, #160]\n"
        "bl gic_interrupt\n"
        "ldp x0, x1, [sp, #160]\n"
        "msr elr_el1, x0\n"
        "msr spsr_el1, x1\n"
        "registers ldp\n"
        "ldp x0, x1, [sp, #0]\n"
        "add sp, sp, #688\n"
        "eret\n"
        ".popsection\n");
#else
#define IRQ_VECTOR (-1)
#endif

/* Eight vectors of 128 bytes, all that EL1 itself can take (the other eight are for lower levels, which there are
 * none). All but the interrupt of images with events are faults and need not return. */
__asm__(".pushsection .vectors, \"ax\", %progbits\n"
        ".balign 2048\n"
        "vectors:\n"
        ".set number, 0\n"
        ".rept 8\n"
        ".balign 128\n"
        ".if number == " VALUE(IRQ_VECTOR) "\n"
                                           "b irq_entry\n"
                                           ".else\n"
                                           "mov x0, #number\n"
                                           "b fault_entry\n"
                                           ".endif\n"
                                           ".set number, number + 1\n"
                                           ".endr\n"
                                           "fault_entry:\n"
                                           "adrp x1, __stack_top\n"
                                           "add x1, x1, :lo12:__stack_top\n"
                                           "mov sp, x1\n"
                                           "b fault_report\n"
                                           ".globl reset_handler\n"
                                           ".type reset_handler, %function\n"
                                           "reset_handler:\n"
                                           "msr daifset, #15\n"
                                           "adrp x1, __stack_top\n"
                                           "add x1, x1, :lo12:__stack_top\n"
                                           "mov sp, x1\n"
                                           "adr x1, vectors\n"
                                           "msr vbar_el1, x1\n"
                                           "mov x1, #(3 << 20)\n" /* CPACR_EL1.FPEN: the compiler uses SIMD registers */
                                           "msr cpacr_el1, x1\n"
                                           "isb\n"
                                           "b start_c\n"
                                           ".popsection\n");

/* Blocks of 1 GiB, each normal memory (write-back) or device. */
#define BLOCK_NORMAL UINT64_C(0x705)              /* AF, inner shareable, MAIR 1 */
#define BLOCK_DEVICE UINT64_C(0x0060000000000401) /* never executed, AF, MAIR 0 */
#define BLOCK(gib)   ((uint64_t)(gib) << 30 | (NORMAL_MEMORY_GIB >> (gib) & 1 ? BLOCK_NORMAL : BLOCK_DEVICE))

static const uint64_t memory_map[4] __attribute__((aligned(64))) = {BLOCK(0), BLOCK(1), BLOCK(2), BLOCK(3)};

#define MAIR        UINT64_C(0xff00)                                          /* 0: device, 1: write-back */
#define TCR         (UINT64_C(32) | 1u << 8 | 1u << 10 | 3u << 12 | 1u << 23) /* 4 GiB, 4 KiB pages, TTBR0 only */
#define SCTLR_FLAGS (UINT64_C(1) << 0 | 1u << 2 | 1u << 12)                   /* MMU, data and instruction caches */

#define WRITE_SYSTEM(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define READ_SYSTEM(name)                                                                                              \
    ({                                                                                                                 \
        uint64_t value;                                                                                                \
        __asm__ volatile("mrs %0, " #name : "=r"(value)::"memory");                                                    \
        value;                                                                                                         \
    })

/* Without the MMU all memory would be device memory: unaligned accesses and exclusives are not allowed there. */
static void enable_memory_map(void)
{
    WRITE_SYSTEM(mair_el1, MAIR);
    WRITE_SYSTEM(tcr_el1, TCR);
    WRITE_SYSTEM(ttbr0_el1, (uintptr_t)memory_map);
    __asm__ volatile("tlbi vmalle1\n dsb sy\n isb" ::: "memory");
    WRITE_SYSTEM(sctlr_el1, READ_SYSTEM(sctlr_el1) | SCTLR_FLAGS);
    __asm__ volatile("isb" ::: "memory");
}

_Noreturn void start_c(void)
{
    enable_memory_map();
    start_memory();
    board_clocks();
    board_init();
    board_exit(main());
}

_Noreturn void fault_report(uintptr_t vector)
{
    static const char *const names[] = {"synchronous exception", "interrupt", "fast interrupt", "system error"};
    const struct rt_register registers[] = {
        {"vector", vector},
        {"pc", READ_SYSTEM(elr_el1)},
        {"esr", READ_SYSTEM(esr_el1)},
        {"far", READ_SYSTEM(far_el1)},
        {"spsr", READ_SYSTEM(spsr_el1)},
    };
    rt_fault(names[vector % 4], registers, sizeof registers / sizeof registers[0]);
}

bool board_in_emulator(void)
{
    return start_run_block();
}

_Noreturn void board_exit(int status)
{
    if (board_in_emulator()) {
        const uint64_t reason[2] = {APPLICATION_EXIT, (uint64_t)status};
        register uint64_t operation __asm__("x0") = SYS_EXIT;
        register const uint64_t *argument __asm__("x1") = reason;
        __asm__ volatile("hlt 0xf000" : "+r"(operation) : "r"(argument) : "memory");
    }
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

/* CNTVCT, which runs at the board's clock. Under QEMU's -icount it counts instructions. */
static uint64_t ticks(void)
{
    __asm__ volatile("isb" ::: "memory");
    return READ_SYSTEM(cntvct_el0);
}

#include "ticks.h"

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("ret");
}
