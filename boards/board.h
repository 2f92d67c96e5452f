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

/* Ends: in the emulator with this status (0..255), on hardware by idling for ever. */
_Noreturn void board_exit(int status);

#endif
