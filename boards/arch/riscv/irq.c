// SPDX-License-Identifier: Apache-2.0
/* Interrupts of RISC-V for events: the machine's timer, and devices through the PLIC. Handlers run masked; when one
 * ends the programs that it woke run with interrupts open (rt_events_dispatch()), so that further events are taken and
 * programs of higher levels come first. Sources: RISC-V Privileged §3.1.6 (mstatus), §3.1.9 (mie), §3.1.15 (mcause);
 * RISC-V PLIC specification 1.0. board.json defines PLIC_BASE where there is one. */
#ifdef BAREBPF_EVENTS
#include "board.h"
#include "devices.h"
#include "riscv.h"

#define MSTATUS_MIE  "8"
#define MIE_EXTERNAL 0x800u
#define CAUSE_TIMER  7u
#define PRIORITY(n)  RISCV_REGISTER32(PLIC_BASE + 4 * (n))
#define ENABLE(n)    RISCV_REGISTER32(PLIC_BASE + 0x2000 + 4 * ((n) / 32))
#define THRESHOLD    RISCV_REGISTER32(PLIC_BASE + 0x200000)
#define CLAIM        RISCV_REGISTER32(PLIC_BASE + 0x200004)

void riscv_interrupt(uintptr_t cause);

void board_events_start(void)
{
#ifdef PLIC_BASE
    THRESHOLD = 0;
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_EXTERNAL));
#endif
}

void board_pend(unsigned level)
{
    (void)level; /* rt_events_dispatch() looks for itself */
}

void board_events_open(void)
{
    __asm__ volatile("csrsi mstatus, " MSTATUS_MIE ::: "memory");
}

void board_events_close(void)
{
    __asm__ volatile("csrci mstatus, " MSTATUS_MIE ::: "memory");
}

#ifdef PLIC_BASE
void interrupt_enable(uint32_t number)
{
    PRIORITY(number) = 1;
    ENABLE(number) |= 1u << number % 32;
}

void interrupt_disable(uint32_t number)
{
    PRIORITY(number) = 0; /* not ENABLE: the controller ignores the completion of what is not enabled */
}

static void device_interrupts(void)
{
    for (uint32_t number; (number = CLAIM) != 0; CLAIM = number)
        device_interrupt(number);
}
#else
static void device_interrupts(void)
{
}
#endif

/* Called by start.c's trap handler, which has saved what C functions may change, mepc and mstatus. */
void riscv_interrupt(uintptr_t cause)
{
    if ((cause & 255) == CAUSE_TIMER)
        board_tick_interrupt();
    else
        device_interrupts();
    rt_events_dispatch();
}
#endif
