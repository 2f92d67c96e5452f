// SPDX-License-Identifier: Apache-2.0
/* Arm's Generic Interrupt Controller, version 2 without Security Extensions, for events. board.json defines
 * GICD_BASE, GICC_BASE and GIC_IRQS. Handlers run masked; when one ends the programs that it woke run with interrupts
 * open (rt_events_dispatch()). Interrupts are named by their INTID: a shared peripheral's is its number plus 32.
 * Source: Arm GIC architecture specification 2.0 (IHI 0048) §4.3 (distributor), §4.4 (CPU interface). */
#ifdef BAREBPF_EVENTS
#include "devices.h"

#define REGISTER(address)  (*(volatile uint32_t *)(address))
#define GICD_CTLR          REGISTER(GICD_BASE)
#define GICD_ISENABLER(n)  REGISTER(GICD_BASE + 0x100 + 4 * ((n) / 32))
#define GICD_ICENABLER(n)  REGISTER(GICD_BASE + 0x180 + 4 * ((n) / 32))
#define GICD_IPRIORITYR(n) REGISTER(GICD_BASE + 0x400 + 4 * ((n) / 4))
#define GICD_ITARGETSR(n)  REGISTER(GICD_BASE + 0x800 + 4 * ((n) / 4))
#define GICC_CTLR          REGISTER(GICC_BASE)
#define GICC_PMR           REGISTER(GICC_BASE + 0x04)
#define GICC_IAR           REGISTER(GICC_BASE + 0x0c)
#define GICC_EOIR          REGISTER(GICC_BASE + 0x10)
#define ENABLE             1u
#define LOWEST_PRIORITY    255u
#define PRIORITIES         0x80808080u
#define FIRST_CPU          0x01010101u
#define FIRST_SHARED       32u
#define NO_INTERRUPT       1020u /* and above: spurious */

void gic_interrupt(void);

void board_events_start(void)
{
    GICD_CTLR = 0;
    for (uint32_t n = 0; n < GIC_IRQS; n += 4) {
        GICD_IPRIORITYR(n) = PRIORITIES;
        if (n >= FIRST_SHARED)
            GICD_ITARGETSR(n) = FIRST_CPU;
    }
    GICD_CTLR = ENABLE;
    GICC_PMR = LOWEST_PRIORITY;
    GICC_CTLR = ENABLE;
}

void interrupt_enable(uint32_t number)
{
    GICD_ISENABLER(number) = 1u << number % 32;
}

void interrupt_disable(uint32_t number)
{
    GICD_ICENABLER(number) = 1u << number % 32;
}

void board_pend(unsigned level)
{
    (void)level; /* rt_events_dispatch() looks for itself */
}

void board_events_open(void)
{
#ifdef __aarch64__
    __asm__ volatile("msr daifclr, #2" ::: "memory");
#else
    __asm__ volatile("cpsie i" ::: "memory");
#endif
}

void board_events_close(void)
{
#ifdef __aarch64__
    __asm__ volatile("msr daifset, #2" ::: "memory");
#else
    __asm__ volatile("cpsid i" ::: "memory");
#endif
}

/* Called by start.c's interrupt entry, which has saved what C functions and programs may change. */
void gic_interrupt(void)
{
    for (uint32_t answer; ((answer = GICC_IAR) & 0x3ff) < NO_INTERRUPT; GICC_EOIR = answer)
        device_interrupt(answer & 0x3ff);
    rt_events_dispatch();
}
#endif
