// SPDX-License-Identifier: Apache-2.0
/* SiFive HiFive1 Rev B: 16 MHz from the crystal, console on UART 0 at GPIO 17 (and 16, to receive). Source: SiFive
 * FE310-G002 Manual §6.3 (PRCI), §17 (GPIO, table 22: IOF). Not run on hardware. */
#include "board.h"

#include "riscv.h"

#define HFXOSCCFG   RISCV_REGISTER32(0x10008004)
#define PLLCFG      RISCV_REGISTER32(0x10008008)
#define GPIO_IOF_EN RISCV_REGISTER32(0x10012038)
#define GPIO_IOFSEL RISCV_REGISTER32(0x1001203c)

#define HFXOSC_EN    (1u << 30)
#define HFXOSC_READY (1u << 31)
#define PLL_SEL      (1u << 16) /* the core's clock comes from the PLL, */
#define PLL_REFSEL   (1u << 17) /* which takes the crystal, */
#define PLL_BYPASS   (1u << 18) /* and passes it on */
#define UART0_PINS   (1u << 16 | 1u << 17)

void board_clocks(void)
{
    HFXOSCCFG = HFXOSC_EN;
    while (!(HFXOSCCFG & HFXOSC_READY))
        ;
    PLLCFG = PLL_BYPASS | PLL_REFSEL;
    PLLCFG = PLL_BYPASS | PLL_REFSEL | PLL_SEL;
    GPIO_IOFSEL &= ~UART0_PINS;
    GPIO_IOF_EN |= UART0_PINS;
}
