// SPDX-License-Identifier: Apache-2.0
/* The board contract: what the runtime (helpers-template/) asks of a board. A board's board.c and its family's start-up
 * code (arch/FAMILY/) provide all of it; nothing else of a board is used. Reset brings the processor to main() with
 * .data, .bss and stack set up and board_init() called. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The console, once, before main(). Must not wait for anything outside the chip. */
void board_init(void);

/* What must happen before board_init() can reach the console: clocks and pins. Boards that need nothing do not have it.
 */
void board_clocks(void);

/* Writes one byte to the console, raw; waits while the transmitter is full. Callable from a fault handler. */
void board_putchar(char c);

/* Nanoseconds since reset, never decreasing. */
uint64_t board_time_ns(void);

/* Something that differs between starts where the hardware has it, else a constant; under QEMU always the same. */
uint32_t board_seed(void);

/* True when the host laid a run block behind the image (run.h): we are in its emulator and may exit to it. */
bool board_in_emulator(void);

/* Starts counting executed instructions. */
void board_insns_start(void);

/* Instructions executed since board_insns_start(), plus a constant that a call of board_insns_probe() calibrates;
 * BOARD_INSNS_UNKNOWN where the board cannot count. Exact under QEMU with the board's own -icount. */
uint64_t board_insns_stop(void);
#define BOARD_INSNS_UNKNOWN UINT64_MAX

/* A program that executes exactly BOARD_INSNS_PROBE instructions, its return among them. */
uint64_t board_insns_probe(void *ctx, size_t ctx_size);
#define BOARD_INSNS_PROBE 1

/* Masks interrupts and returns the state before; restores that state. For what must not be interrupted. */
unsigned long board_lock(void);
void board_unlock(unsigned long state);

/* Waits for an interrupt, or returns at once. */
void board_idle(void);

/* -- events ---------------------------------------------------------------------------------------------------------
 * In images whose programs wait for events (BAREBPF_EVENTS). What a board cannot do, the "hooks" of its board.json do
 * not list. Handlers run above all programs; they call rt_tick() and the like of helpers-template/events.h. */

/* Interrupts of levels and drivers; called once, masked, before the board is asked to listen. */
void board_events_start(void);

/* Something waits at a level: its interrupt is wanted. For processors whose interrupts have levels. */
void board_pend(unsigned level);

/* The reverse: where interrupt handlers run masked, opens interrupts around a program of a level, and masks them. */
void board_events_open(void);
void board_events_close(void);

/* Calls rt_tick() every BAREBPF_TICK_NS from now on. */
void board_tick_start(void);

/* Calls rt_uart_received() for each byte of the console. */
void board_uart_listen(void);

/* Calls rt_gpio_edge(); more calls for one pin add edges. */
void board_gpio_listen(uint32_t pin, bool rising, bool falling);

/* Calls rt_irq_raised() once: then the interrupt is masked until the next call, when the program has run. The handler
 * has called board_irq_acknowledge() before, which the firmware may define: to make the device take its request back.
 */
void board_irq_listen(uint32_t number);
void board_irq_acknowledge(uint32_t number);

/* The network interface: starts it, with all packets welcome. Takes a frame without its check sum into `frame`, returns
 * its bytes; 0: there is none. False when it cannot take a frame to send. */
bool board_nic_start(void);
size_t board_nic_receive(void *frame, size_t room);
bool board_nic_send(const void *frame, size_t bytes);

/* With interrupts masked: true when nothing was received; the interface interrupts when something is. */
bool board_nic_listen(void);

/* Ends: in the emulator with this status (0..255), on hardware by idling for ever. */
_Noreturn void board_exit(int status);

#endif
