// SPDX-License-Identifier: Apache-2.0
/* What every family's interrupts do alike: the driver of a device's interrupt, by its number. Part of a family's
 * irq.c: included once, in images with events. */
#ifndef DEVICES_H
#define DEVICES_H

#include "board.h"
#include "events.h"
#include "interrupt.h"

__attribute__((weak)) void board_irq_acknowledge(uint32_t number)
{
    (void)number;
}

/* Its program has run, or begins to listen. */
void board_irq_listen(uint32_t number)
{
    interrupt_enable(number);
}

/* Weak: of drivers that the image does not have. */
__attribute__((weak)) void board_tick_interrupt(void)
{
}
__attribute__((weak)) void board_uart_interrupt(void)
{
}
__attribute__((weak)) bool board_nic_interrupt(uint32_t number)
{
    (void)number;
    return false;
}
__attribute__((weak)) bool board_gpio_interrupt(uint32_t number)
{
    (void)number;
    return false;
}

static inline void device_interrupt(uint32_t number)
{
#ifdef BOARD_TICK_IRQ
    if (number == BOARD_TICK_IRQ) {
        board_tick_interrupt();
        return;
    }
#endif
#ifdef BOARD_UART_IRQ
    if (number == BOARD_UART_IRQ) {
        board_uart_interrupt();
        return;
    }
#endif
    if (board_nic_interrupt(number) || board_gpio_interrupt(number))
        return;
    interrupt_disable(number); /* until its program has run */
    board_irq_acknowledge(number);
    rt_irq_raised(number);
}

#endif
