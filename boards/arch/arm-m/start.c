// SPDX-License-Identifier: Apache-2.0
/* Cortex-M: vector table, reset, faults, and the end. Sources: Armv7-M ARM B1.5 (exceptions), B3.2 (system control);
 * Arm Semihosting 2.0 (SYS_EXIT_EXTENDED). */
#include "start.h"
#include "arm-m.h"
#include "board.h"
#include "lock.h"
#include "rt.h"

#define CPACR ARM_REGISTER(0xe000ed88)
#define CFSR  ARM_REGISTER(0xe000ed28)
#define HFSR  ARM_REGISTER(0xe000ed2c)
#define MMFAR ARM_REGISTER(0xe000ed34)
#define BFAR  ARM_REGISTER(0xe000ed38)
#define VTOR  ARM_REGISTER(0xe000ed08)

#define CPACR_FPU         (15u << 20) /* full access to CP10, CP11 */
#define SYS_EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT  0x20026u /* ADP_Stopped_ApplicationExit */

/* From the linker script. */
extern uint32_t __stack_top[];

_Noreturn void reset_handler(void);
void fault_handler(void);
void systick_handler(void);
_Noreturn void fault_report(const uint32_t *frame, uint32_t exception);

/* Images with events have the chip's interrupts too (irq.c). */
#ifdef BAREBPF_EVENTS
void pendsv_handler(void);
void irq_handler(void);
#else
#define pendsv_handler fault_handler
#endif

/* The first words of flash: stack pointer, then the handlers of the 15 system exceptions, then of ARM_IRQS interrupts.
 */
__attribute__((section(".vectors"), used)) static const struct {
    const void *stack;
    void (*handlers[15])(void);
#ifdef BAREBPF_EVENTS
    void (*irqs[ARM_IRQS])(void);
#endif
} vectors = {__stack_top,
             {reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler,
              fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, pendsv_handler,
              systick_handler},
#ifdef BAREBPF_EVENTS
             {[0 ... ARM_IRQS - 1] = irq_handler}
#endif
};

_Noreturn void reset_handler(void)
{
    start_memory();
#ifdef __ARM_FP
    CPACR |= CPACR_FPU;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    board_clocks();
    board_init();
    board_exit(main());
}

/* Passes the frame that the exception pushed, and its number, to fault_report(). */
__attribute__((naked)) void fault_handler(void)
{
    __asm__("mrs r0, msp\n"
            "mrs r1, ipsr\n"
            "ldr r2, =fault_report\n"
            "bx r2\n");
}

_Noreturn void fault_report(const uint32_t *frame, uint32_t exception)
{
    struct rt_register registers[] = {
        {"exception", exception},
#if __ARM_ARCH >= 7
        {"cfsr", CFSR},
        {"hfsr", HFSR},
        {"mmfar", MMFAR},
        {"bfar", BFAR},
#endif
        {"pc", 0},
        {"lr", 0},
    };
    const unsigned count = sizeof registers / sizeof registers[0];
    bool have_frame = rt_readable((uintptr_t)frame, 32);
    registers[count - 2].value = have_frame ? frame[6] : 0;
    registers[count - 1].value = have_frame ? frame[5] : 0;
    static const char *const names[] = {"nmi", "hard fault", "memory fault", "bus fault", "usage fault"};
    rt_fault(exception >= 2 && exception <= 6 ? names[exception - 2] : "exception", registers, count);
}

bool board_in_emulator(void)
{
    return start_run_block();
}

/* Semihosting would hang a core without a debugger, so it is used only where the run block proves an emulator. */
_Noreturn void board_exit(int status)
{
    if (board_in_emulator()) {
        const uint32_t reason[2] = {APPLICATION_EXIT, (uint32_t)status};
        register uint32_t operation __asm__("r0") = SYS_EXIT_EXTENDED;
        register const uint32_t *argument __asm__("r1") = reason;
        __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
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
