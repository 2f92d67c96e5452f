// SPDX-License-Identifier: Apache-2.0
/* Console on an NS16550 UART: board.json defines NS16550_BASE (an I/O port on x86, an address elsewhere) and
 * NS16550_DIVISOR (input clock / 16 / baud rate). Source: National Semiconductor PC16550D data sheet §8. */
#include "board.h"

#if defined __i386__ || defined __x86_64__
#include "x86.h"
#define UART_WRITE(index, value) x86_out8(NS16550_BASE + (index), (value))
#define UART_READ(index)         x86_in8(NS16550_BASE + (index))
#else
#define UART(index)              (*(volatile uint8_t *)(NS16550_BASE + (index)))
#define UART_WRITE(index, value) (UART(index) = (uint8_t)(value))
#define UART_READ(index)         UART(index)
#endif

enum { THR = 0, DLL = 0, DLM = 1, FCR = 2, LCR = 3, LSR = 5 };

#define LCR_8N1     0x03u
#define LCR_DIVISOR 0x80u
#define FCR_ENABLE  0x07u /* FIFOs on and empty */
#define LSR_THRE    0x20u

void board_init(void)
{
    UART_WRITE(LCR, LCR_DIVISOR | LCR_8N1);
    UART_WRITE(DLL, NS16550_DIVISOR & 255);
    UART_WRITE(DLM, NS16550_DIVISOR >> 8);
    UART_WRITE(LCR, LCR_8N1);
    UART_WRITE(FCR, FCR_ENABLE);
}

void board_putchar(char c)
{
    while (!(UART_READ(LSR) & LSR_THRE))
        ;
    UART_WRITE(THR, (unsigned char)c);
}
