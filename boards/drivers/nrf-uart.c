// SPDX-License-Identifier: Apache-2.0
/* Console on the UART of the nRF51 and nRF52. board.json defines NRF_TX_PIN. Source: nRF51 Series Reference Manual
 * §29 (UART); nRF52840 Product Specification §6.33. Not run on hardware. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(0x40002000 + (offset)))
#define STARTTX      UART(0x008)
#define STARTRX      UART(0x000)
#define RXDRDY       UART(0x108)
#define INTENSET     UART(0x304)
#define ERRORSRC     UART(0x480)
#define PSELRXD      UART(0x514)
#define RXD          UART(0x518)
#define TXDRDY       UART(0x11c)
#define ENABLE       UART(0x500)
#define PSELTXD      UART(0x50c)
#define TXD          UART(0x51c)
#define BAUDRATE     UART(0x524)

#define INT_RXDRDY    4u
#define ERROR_OVERRUN 1u
#define ENABLED       4u
#define BAUD_115200   0x01d7e000u

void board_init(void)
{
    PSELTXD = NRF_TX_PIN;
    BAUDRATE = BAUD_115200;
    ENABLE = ENABLED;
    STARTTX = 1;
}

void board_putchar(char c)
{
    TXDRDY = 0;
    TXD = (unsigned char)c;
    while (!TXDRDY)
        ;
}

#ifdef BAREBPF_EVENT_UART
#include "events.h"
#include "interrupt.h"

/* The receiver holds six bytes; each of them makes a RXDRDY of its own. */
void board_uart_interrupt(void)
{
    while (RXDRDY) {
        uint32_t source = ERRORSRC;
        ERRORSRC = source; /* what is written as 1 is cleared */
        RXDRDY = 0;
        uint32_t errors =
            (source & ERROR_OVERRUN ? BAREBPF_UART_OVERRUN : 0) | (source & ~ERROR_OVERRUN ? BAREBPF_UART_DAMAGED : 0);
        rt_uart_received(RXD & 255, errors);
    }
}

void board_uart_listen(void)
{
    PSELRXD = NRF_RX_PIN;
    INTENSET = INT_RXDRDY;
    STARTRX = 1;
    interrupt_enable(BOARD_UART_IRQ);
}
#endif
