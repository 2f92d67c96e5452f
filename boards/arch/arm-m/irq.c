// SPDX-License-Identifier: Apache-2.0
/* Interrupts of Cortex-M for events: drivers at the highest priority; programs of level 1 in PendSV, of levels 2 and 3
 * in two interrupts of the chip that no device uses (ARM_SOFT_IRQ and the next one in board.json), which are requested
 * by software. Sources: Armv7-M ARM B1.5.4 (priorities), B3.4 (NVIC); Armv6-M ARM B3.4 (word access only, priorities in
 * the upper two bits). */
#ifdef BAREBPF_EVENTS
#include "arm-m.h"
#include "devices.h"

#define ICSR            ARM_REGISTER(0xe000ed04)
#define ICSR_PENDSVSET  (1u << 28)
#define SHPR3           ARM_REGISTER(0xe000ed20)
#define NVIC_ISER(n)    ARM_REGISTER(0xe000e100 + 4 * ((n) / 32))
#define NVIC_ICER(n)    ARM_REGISTER(0xe000e180 + 4 * ((n) / 32))
#define NVIC_ISPR(n)    ARM_REGISTER(0xe000e200 + 4 * ((n) / 32))
#define NVIC_IPR(n)     ARM_REGISTER(0xe000e400 + 4 * ((n) / 4))
#define PRIORITY_STEP   0x40u /* with two bits of priority, which every core has */
#define PRIORITY_PENDSV (3 * PRIORITY_STEP)

static void set_priority(uint32_t irq, uint32_t priority)
{
    uint32_t shift = irq % 4 * 8;
    NVIC_IPR(irq) = (NVIC_IPR(irq) & ~(255u << shift)) | priority << shift;
}

void interrupt_enable(uint32_t irq)
{
    NVIC_ISER(irq) = 1u << irq % 32;
}

void interrupt_disable(uint32_t irq)
{
    NVIC_ICER(irq) = 1u << irq % 32;
}

void board_events_start(void)
{
    SHPR3 = PRIORITY_PENDSV << 16; /* SysTick, in the upper byte: 0, the highest, as all devices after reset */
    for (uint32_t level = 2; level <= RT_EVENT_LEVELS; level++) {
        set_priority(ARM_SOFT_IRQ + level - 2, (RT_EVENT_LEVELS + 1 - level) * PRIORITY_STEP);
        interrupt_enable(ARM_SOFT_IRQ + level - 2);
    }
}

void board_pend(unsigned level)
{
    if (level == 1)
        ICSR = ICSR_PENDSVSET;
    else
        NVIC_ISPR(ARM_SOFT_IRQ + level - 2) = 1u << (ARM_SOFT_IRQ + level - 2) % 32;
}

/* Handlers do not run masked here. */
void board_events_open(void)
{
}

void board_events_close(void)
{
}

/* Returning from an exception, and being in one, costs nothing more than a call: handlers are C functions. */
void pendsv_handler(void)
{
    rt_events_run(1);
}

/* Any interrupt of the chip. */
void irq_handler(void)
{
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    uint32_t irq = exception - 16;
    if (irq == ARM_SOFT_IRQ || irq == ARM_SOFT_IRQ + 1)
        rt_events_run(irq - ARM_SOFT_IRQ + 2);
    else
        device_interrupt(irq);
}
#endif
