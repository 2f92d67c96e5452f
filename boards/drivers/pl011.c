// SPDX-License-Identifier: Apache-2.0
/* Console on a PL011. board.json defines PL011_BASE, and on hardware PL011_HZ, the UART's clock: without it the baud
 * rate is left as it is, since QEMU has none. Source: Arm PrimeCell UART (PL011) TRM, DDI 0183 §3. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(PL011_BASE + (offset)))
#define DR           UART(0x00)
#define FR           UART(0x18)
#define IBRD         UART(0x24)
#define FBRD         UART(0x28)
#define LCR_H        UART(0x2c)
#define CR           UART(0x30)
#define IMSC         UART(0x38)
#define ICR          UART(0x44)

#define FR_RXFE    (1u << 4)
#define FR_TXFF    (1u << 5)
#define LCR_H_8BIT (3u << 5)
#define CR_UARTEN  (1u << 0)
#define CR_TXE     (1u << 8)
#define CR_RXE     (1u << 9)
#define INT_RX     (1u << 4)
#define DR_DAMAGED (7u << 8) /* framing, parity, break */
#define DR_OVERRUN (1u << 11)

#ifdef PL011_HZ
#define DIVISOR_64THS ((PL011_HZ * 4u + 115200 / 2) / 115200) /* clock / (16 * baud rate), times 64 */
#endif

void board_init(void)
{
#ifdef PL011_HZ
    IBRD = DIVISOR_64THS / 64;
    FBRD = DIVISOR_64THS % 64;
#endif
    LCR_H = LCR_H_8BIT;
    CR = CR_UARTEN | CR_TXE;
}

void board_putchar(char c)
{
    while (FR & FR_TXFF)
        ;
    DR = (unsigned char)c;
}

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

void board_uart_interrupt(void)
{
    ICR = INT_RX;
    while (!(FR & FR_RXFE)) {
        uint32_t data = DR;
        uint32_t errors =
            (data & DR_OVERRUN ? BAREBPF_UART_OVERRUN : 0) | (data & DR_DAMAGED ? BAREBPF_UART_DAMAGED : 0);
        rt_uart_received(data & 255, errors);
    }
}

/* Without FIFOs (LCR_H), so that every byte asks for an interrupt. */
void board_uart_listen(void)
{
    CR = CR_UARTEN | CR_TXE | CR_RXE;
    IMSC = INT_RX;
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
