// SPDX-License-Identifier: Apache-2.0
/* Interrupts of a PC for events: two 8259A controllers, whose 16 lines come at vectors 32 to 47. Handlers run masked;
 * when one ends the programs that it woke run with interrupts open (rt_events_dispatch()). Sources: Intel 8259A data
 * sheet (231468): initialization and operation command words; Intel SDM volume 3 §6.12. */
#ifdef BAREBPF_EVENTS
#include "devices.h"
#include "x86.h"

#define MASTER       0x20
#define SLAVE        0xa0
#define DATA         1    /* the port behind a controller's first */
#define ICW1         0x11 /* initialization with four words, edge-triggered, cascaded */
#define ICW4         0x01 /* 8086 mode */
#define END          0x20 /* of the interrupt with the highest priority */
#define READ_SERVICE 0x0b
#define CASCADE      2u
#define LAST_OF_ONE  7u /* where a spurious interrupt appears */

void x86_interrupt(uint32_t line);

static uint16_t masks = 0xffff;

static void write_masks(void)
{
    x86_out8(MASTER + DATA, masks & 255);
    x86_out8(SLAVE + DATA, masks >> 8);
}

static void start_controller(uint16_t port, uint32_t vector, uint32_t cascade)
{
    x86_out8(port, ICW1);
    x86_out8(port + DATA, (uint8_t)vector);
    x86_out8(port + DATA, (uint8_t)cascade);
    x86_out8(port + DATA, ICW4);
}

void board_events_start(void)
{
    start_controller(MASTER, X86_FIRST_INTERRUPT, 1u << CASCADE);
    start_controller(SLAVE, X86_FIRST_INTERRUPT + 8, CASCADE);
    masks = (uint16_t)~(1u << CASCADE);
    write_masks();
}

void interrupt_enable(uint32_t line)
{
    masks &= (uint16_t)~(1u << line);
    write_masks();
}

void interrupt_disable(uint32_t line)
{
    masks |= (uint16_t)(1u << line);
    write_masks();
}

void board_pend(unsigned level)
{
    (void)level; /* rt_events_dispatch() looks for itself */
}

void board_events_open(void)
{
    __asm__ volatile("sti" ::: "memory");
}

void board_events_close(void)
{
    __asm__ volatile("cli" ::: "memory");
}

/* The request was gone when the processor asked for it: the controller serves nothing. */
static bool is_spurious(uint32_t line)
{
    uint16_t port = line < 8 ? MASTER : SLAVE;
    if (line % 8 != LAST_OF_ONE)
        return false;
    x86_out8(port, READ_SERVICE);
    return !(x86_in8(port) >> LAST_OF_ONE);
}

/* Called by start.c's interrupt entry, which has saved what C functions and programs may change. */
void x86_interrupt(uint32_t line)
{
    bool spurious = is_spurious(line);
    if (!spurious)
        device_interrupt(line);
    if (line >= 8 && !spurious)
        x86_out8(SLAVE, END);
    if (line >= 8 || !spurious)
        x86_out8(MASTER, END);
    rt_events_dispatch();
}
#endif
