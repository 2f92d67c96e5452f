// SPDX-License-Identifier: Apache-2.0
/* Clocks and console pins (UART 0 on GPIO 0, which sends, and 1) of the RP2040 and the RP2350, from the 12 MHz crystal;
 * the chips differ in addresses, which board.json defines: RP2_CLOCKS, RP2_RESETS, RP2_XOSC, RP2_PLL, RP2_IO, RP2_PADS,
 * RP2_RESET_BITS (IO bank 0, pads bank 0, system PLL, UART 0) and RP2_PLL_DIVIDER (core clock = 1500 MHz / divider /
 * 2). Source: RP2040 datasheet §2.14 (resets), §2.15.7 (clocks), §2.16.7 (XOSC), §2.18.4 (PLL), §2.19.6 (GPIO); RP2350
 * datasheet §7.5, §8.1.7, §8.2.8, §8.6.5, §9.11. Not run on hardware. */
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SET               0x2000 /* alias in which they set bits */
#define CLEAR             0x3000 /* alias of a register in which written ones clear bits */

#define RESET        REGISTER(RP2_RESETS + 0x00 + CLEAR)
#define RESET_DONE   REGISTER(RP2_RESETS + 0x08)
#define XOSC_CTRL    REGISTER(RP2_XOSC + 0x00)
#define XOSC_STATUS  REGISTER(RP2_XOSC + 0x04)
#define XOSC_STARTUP REGISTER(RP2_XOSC + 0x0c)
#define CLK_REF      REGISTER(RP2_CLOCKS + 0x30)
#define CLK_REF_IS   REGISTER(RP2_CLOCKS + 0x38)
#define CLK_SYS      REGISTER(RP2_CLOCKS + 0x3c)
#define CLK_SYS_IS   REGISTER(RP2_CLOCKS + 0x44)
#define CLK_PERI     REGISTER(RP2_CLOCKS + 0x48)
#define PLL_CS       REGISTER(RP2_PLL + 0x00)
#define PLL_PWR      REGISTER(RP2_PLL + 0x04 + CLEAR)
#define PLL_FBDIV    REGISTER(RP2_PLL + 0x08)
#define PLL_PRIM     REGISTER(RP2_PLL + 0x0c)
#define GPIO0_CTRL   REGISTER(RP2_IO + 0x04)
#define GPIO1_CTRL   REGISTER(RP2_IO + 0x0c)
#define PAD0         REGISTER(RP2_PADS + 0x04 + CLEAR)
#define PAD1         REGISTER(RP2_PADS + 0x08 + CLEAR)
#define PAD1_SET     REGISTER(RP2_PADS + 0x08 + SET)

#define XOSC_1_15_MHZ   0xaa0u
#define XOSC_ENABLE     (0xfabu << 12)
#define XOSC_STABLE     (1u << 31)
#define XOSC_DELAY      47u /* 1 ms at 12 MHz, in 256 cycles */
#define REF_XOSC        2u
#define REF_IS_XOSC     (1u << 2)
#define SYS_PLL         1u /* the auxiliary source, which is the system PLL */
#define SYS_IS_PLL      (1u << 1)
#define PERI_ENABLE     (1u << 11)
#define PLL_FEEDBACK    125u /* 12 MHz * 125 = 1500 MHz */
#define PLL_LOCKED      (1u << 31)
#define PLL_OFF         (1u << 0 | 1u << 5) /* PD, VCOPD */
#define PLL_DIVIDER_OFF (1u << 3)
#define FUNCTION_UART   2u
#define PAD_INPUT       (1u << 6)
#define PAD_ISOLATED    (1u << 8) /* RP2350 only; reserved on the RP2040 */

void board_clocks(void)
{
    XOSC_CTRL = XOSC_1_15_MHZ;
    XOSC_STARTUP = XOSC_DELAY;
    XOSC_CTRL = XOSC_1_15_MHZ | XOSC_ENABLE;
    while (!(XOSC_STATUS & XOSC_STABLE))
        ;
    CLK_REF = REF_XOSC;
    while (!(CLK_REF_IS & REF_IS_XOSC))
        ;
    RESET = RP2_RESET_BITS;
    while ((RESET_DONE & RP2_RESET_BITS) != RP2_RESET_BITS)
        ;
    PLL_FBDIV = PLL_FEEDBACK;
    PLL_PWR = PLL_OFF;
    while (!(PLL_CS & PLL_LOCKED))
        ;
    PLL_PRIM = RP2_PLL_DIVIDER << 16 | 2u << 12;
    PLL_PWR = PLL_DIVIDER_OFF;
    CLK_SYS = SYS_PLL;
    while (!(CLK_SYS_IS & SYS_IS_PLL))
        ;
    CLK_PERI = PERI_ENABLE;
    GPIO0_CTRL = FUNCTION_UART;
    GPIO1_CTRL = FUNCTION_UART;
    PAD0 = PAD_ISOLATED;
    PAD1_SET = PAD_INPUT;
    PAD1 = PAD_ISOLATED;
}
