// SPDX-License-Identifier: Apache-2.0
/* Cortex-A in AArch32: vectors, reset, memory map, faults, the generic timer, and the end. Starts in a privileged mode
 * without hypervisor. Needs a core with LPAE and generic timer (Cortex-A7, A15, A17). Sources: Armv7-A ARM (DDI 0406)
 * B1.8 (exceptions), B3.6 (long descriptors), B8 (generic timer); Arm Semihosting 2.0. */
#include "start.h"
#include "board.h"
#include "lock.h"
#include "rt.h"

#define SYS_EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT  0x20026u /* ADP_Stopped_ApplicationExit */

void reset_handler(void);
_Noreturn void start_c(void);
_Noreturn void fault_report(uintptr_t exception, uintptr_t return_address, uintptr_t status);

/* An interrupt saves what C functions may change and where it came from on the supervisor's stack, aligned; programs
 * run with interrupts open, so it may come again. An exclusive access that it came into is not one any more. Sources:
 * DDI 0406 B9.3.16 (SRS), A3.4.5 (CLREX); AAPCS32 §6.1. No core here has floating-point registers. */
#ifdef BAREBPF_EVENTS
#define IRQ_ENTRY "irq_entry"
__asm__(".pushsection .text.irq_entry, \"ax\", %progbits\n"
        ".arm\n"
        "irq_entry:\n"
        "sub lr, lr, #4\n"
        "srsdb sp!, #0x13\n"
        "cps #0x13\n"
        "push {r0-r3, r12, lr}\n"
        "and r1, sp, #4\n"
        "sub sp, sp, r1\n"
        "push {r1, r2}\n"
        "blx gic_interrupt\n"
        "pop {r1, r2}\n"
        "add sp, sp, r1\n"
        "pop {r0-r3, r12, lr}\n"
        "clrex\n"
        "rfeia sp!\n"
        ".popsection\n");
#else
#define IRQ_ENTRY "."
#endif

/* A32 code at the eight vectors; the number of the exception goes to fault_entry. */
__asm__(".pushsection .vectors, \"ax\", %progbits\n"
        ".arm\n"
        ".balign 32\n"
        "vectors:\n"
        "ldr pc, =reset_handler\n"
        "b fault_undefined\n"
        "b fault_call\n"
        "b fault_prefetch\n"
        "b fault_data\n"
        "b .\n"
        "b " IRQ_ENTRY "\n"
        "b .\n"
        "fault_undefined: mov r0, #0\n"
        "b fault_entry\n"
        "fault_call: mov r0, #1\n"
        "b fault_entry\n"
        "fault_prefetch: mov r0, #2\n"
        "b fault_entry\n"
        "fault_data: mov r0, #3\n"
        "fault_entry: mov r1, lr\n"
        "mrs r2, spsr\n"
        "cps #0x13\n" /* a fault does not return: the supervisor's stack begins anew */
        "ldr sp, =__stack_top\n"
        "ldr r3, =fault_report\n"
        "bx r3\n"
        ".ltorg\n"
        ".globl reset_handler\n"
        ".type reset_handler, %function\n"
        "reset_handler:\n"
        "cpsid aif, #0x13\n"
        "ldr sp, =__stack_top\n"
        "ldr r0, =vectors\n"
        "mcr p15, 0, r0, c12, c0, 0\n" /* VBAR */
        "ldr r0, =start_c\n"
        "bx r0\n"
        ".ltorg\n"
        ".popsection\n");

/* Blocks of 1 GiB, each normal memory (write-back) or device. */
#define BLOCK_NORMAL UINT64_C(0x705)              /* AF, inner shareable, MAIR 1 */
#define BLOCK_DEVICE UINT64_C(0x0040000000000401) /* never executed, AF, MAIR 0 */
#define BLOCK(gib)   ((uint64_t)(gib) << 30 | (NORMAL_MEMORY_GIB >> (gib) & 1 ? BLOCK_NORMAL : BLOCK_DEVICE))

static const uint64_t memory_map[4] __attribute__((aligned(32))) = {BLOCK(0), BLOCK(1), BLOCK(2), BLOCK(3)};

#define MAIR0       0x0000ff00u                                /* 0: device, 1: write-back */
#define TTBCR       (1u << 31 | 1u << 8 | 1u << 10 | 3u << 12) /* long descriptors, tables in cached memory */
#define SCTLR_FLAGS (1u << 0 | 1u << 2 | 1u << 12)             /* MMU, data and instruction caches */

/* Without the MMU all memory would be strongly ordered: unaligned accesses and LDREX are not allowed there. */
static void enable_memory_map(void)
{
    uint32_t sctlr;
    __asm__ volatile("mcr p15, 0, %0, c10, c2, 0" ::"r"(MAIR0));
    __asm__ volatile("mcr p15, 0, %0, c2, c0, 2" ::"r"(TTBCR));
    __asm__ volatile("mcrr p15, 0, %0, %1, c2" ::"r"(memory_map), "r"(0));         /* TTBR0 */
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 0\n dsb\n isb" ::"r"(0) : "memory"); /* TLBIALL */
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
    __asm__ volatile("mcr p15, 0, %0, c1, c0, 0\n isb" ::"r"(sctlr | SCTLR_FLAGS) : "memory");
}

_Noreturn void start_c(void)
{
    enable_memory_map();
    start_memory();
    board_clocks();
    board_init();
    board_exit(main());
}

#define READ_CP15(operands)                                                                                            \
    ({                                                                                                                 \
        uintptr_t value;                                                                                               \
        __asm__ volatile("mrc p15, " operands : "=r"(value));                                                          \
        value;                                                                                                         \
    })

_Noreturn void fault_report(uintptr_t exception, uintptr_t return_address, uintptr_t status)
{
    static const char *const names[] = {"undefined instruction", "supervisor call", "prefetch abort", "data abort"};
    const struct rt_register registers[] = {
        {"lr", return_address},
        {"spsr", status},
        {"dfsr", READ_CP15("0, %0, c5, c0, 0")},
        {"dfar", READ_CP15("0, %0, c6, c0, 0")},
        {"ifsr", READ_CP15("0, %0, c5, c0, 1")},
        {"ifar", READ_CP15("0, %0, c6, c0, 2")},
    };
    rt_fault(names[exception], registers, sizeof registers / sizeof registers[0]);
}

bool board_in_emulator(void)
{
    return start_run_block();
}

_Noreturn void board_exit(int status)
{
    if (board_in_emulator()) {
        const uint32_t reason[2] = {APPLICATION_EXIT, (uint32_t)status};
        register uint32_t operation __asm__("r0") = SYS_EXIT_EXTENDED;
        register const uint32_t *argument __asm__("r1") = reason;
        __asm__ volatile("svc 0xab" : "+r"(operation) : "r"(argument) : "memory", "lr");
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
    uint64_t count;
    __asm__ volatile("isb\n mrrc p15, 1, %Q0, %R0, c14" : "=r"(count)::"memory");
    return count;
}

#include "ticks.h"

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("bx lr");
}
