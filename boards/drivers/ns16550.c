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

enum { RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };

#define LCR_8N1     0x03u
#define LCR_DIVISOR 0x80u
#define FCR_ENABLE  0x07u /* FIFOs on and empty */
#define LSR_THRE    0x20u
#define LSR_READY   0x01u
#define LSR_OVERRUN 0x02u
#define LSR_DAMAGED 0x1cu
#define IER_RECEIVE 0x05u /* data, and line errors */
#define MCR_OUT2    0x08u /* lets a PC's interrupt line through */

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

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

void board_uart_interrupt(void)
{
    for (uint32_t status; (status = UART_READ(LSR)) & LSR_READY;) {
        uint32_t errors =
            (status & LSR_OVERRUN ? BAREBPF_UART_OVERRUN : 0) | (status & LSR_DAMAGED ? BAREBPF_UART_DAMAGED : 0);
        rt_uart_received(UART_READ(RBR), errors);
    }
}

void board_uart_listen(void)
{
    UART_WRITE(MCR, MCR_OUT2);
    UART_WRITE(IER, IER_RECEIVE);
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
