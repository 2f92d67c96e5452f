// SPDX-License-Identifier: Apache-2.0
/* Console on the UART of the nRF51 and nRF52. board.json defines NRF_TX_PIN. Source: nRF51 Series Reference Manual
 * §29 (UART); nRF52840 Product Specification §6.33. Not run on hardware. */
#include "board.h"

#define UART(offset) (*(volatile uint32_t *)(0x40002000 + (offset)))
#define STARTTX      UART(0x008)
#define TXDRDY       UART(0x11c)
#define ENABLE       UART(0x500)
#define PSELTXD      UART(0x50c)
#define TXD          UART(0x51c)
#define BAUDRATE     UART(0x524)

#define ENABLED     4u
#define BAUD_115200 0x01d7e000u

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
