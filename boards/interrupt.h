// SPDX-License-Identifier: Apache-2.0
/* Between drivers and their family's interrupt controller (arch/FAMILY/irq.c), in images with events. board.json
 * defines the numbers: BOARD_TICK_IRQ, BOARD_UART_IRQ; drivers of GPIO and network interfaces know theirs. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* Given by the family: lets an interrupt of the controller through, or not. */
void interrupt_enable(uint32_t number);
void interrupt_disable(uint32_t number);

/* Given by drivers, called when their interrupt comes. The last two: false when `number` is none of theirs. */
void board_tick_interrupt(void);
void board_uart_interrupt(void);
bool board_nic_interrupt(uint32_t number);
bool board_gpio_interrupt(uint32_t number);

#endif
