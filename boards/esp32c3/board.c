// SPDX-License-Identifier: Apache-2.0
/* ESP32-C3: what its ROM looks for in flash, watchdogs, clock, console. The core runs as after reset, at 20 MHz (the
 * crystal's 40 MHz by two). Sources: Espressif's direct boot example (README: the eight bytes at the begin of flash,
 * the entry behind them, two mappings of flash); ESP32-C3 TRM §10 (system timer), §12 (watchdogs), §30 (USB
 * Serial/JTAG), §1.4 (mtvec: 256 bytes). Not run on hardware. */
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define DIRECT_BOOT 0xaedb041du

__attribute__((section(".boot"), used)) static const uint32_t magic[2] = {DIRECT_BOOT, DIRECT_BOOT};

/* -- watchdogs, which the ROM has left running --------------------------------------------------------------------- */

#define WDT_KEY             0x50d83aa1u
#define SWD_KEY             0x8f1d312au
#define RTC_WDT_CONFIG      REGISTER(0x60008090)
#define RTC_WDT_PROTECT     REGISTER(0x600080a8)
#define RTC_SWD_CONFIG      REGISTER(0x600080ac)
#define RTC_SWD_PROTECT     REGISTER(0x600080b0)
#define TIMG_WDT_CONFIG(n)  REGISTER(0x6001f048 + 0x1000 * (n))
#define TIMG_WDT_PROTECT(n) REGISTER(0x6001f064 + 0x1000 * (n))
#define SWD_AUTO_FEED       (1u << 31)

void board_clocks(void)
{
    RTC_SWD_PROTECT = SWD_KEY;
    RTC_SWD_CONFIG |= SWD_AUTO_FEED;
    RTC_SWD_PROTECT = 0;
    RTC_WDT_PROTECT = WDT_KEY;
    RTC_WDT_CONFIG = 0;
    RTC_WDT_PROTECT = 0;
    for (uint32_t group = 0; group < 2; group++) {
        TIMG_WDT_PROTECT(group) = WDT_KEY;
        TIMG_WDT_CONFIG(group) = 0;
        TIMG_WDT_PROTECT(group) = 0;
    }
}

/* -- time: the system timer's unit 0 counts 16 MHz ------------------------------------------------------------------
 */

#define UNIT0_OP       REGISTER(0x60023004)
#define UNIT0_HIGH     REGISTER(0x60023040)
#define UNIT0_LOW      REGISTER(0x60023044)
#define UNIT0_UPDATE   (1u << 30)
#define UNIT0_IS_VALID (1u << 29)

uint64_t board_time_ns(void)
{
    unsigned long lock = board_lock();
    UNIT0_OP = UNIT0_UPDATE;
    while (!(UNIT0_OP & UNIT0_IS_VALID))
        ;
    uint64_t ticks = (uint64_t)(UNIT0_HIGH & 0xfffff) << 32 | UNIT0_LOW;
    board_unlock(lock);
    return ticks * 125 / 2;
}

/* -- console: USB Serial/JTAG ---------------------------------------------------------------------------------------
 */

#define USB_DATA     REGISTER(0x60043000)
#define USB_CONTROL  REGISTER(0x60043004)
#define USB_SEND     (1u << 0)
#define USB_HAS_ROOM (1u << 1)
#define USB_TRIES    100000u

void board_init(void)
{
}

/* Without a host that reads, nobody makes room: what it would not get is dropped. */
void board_putchar(char c)
{
    static bool is_deaf;
    uint32_t tries = is_deaf ? 1 : USB_TRIES;
    while (tries && !(USB_CONTROL & USB_HAS_ROOM))
        tries--;
    is_deaf = tries == 0;
    if (is_deaf)
        return;
    USB_DATA = (unsigned char)c;
    if (c == '\n' || !(USB_CONTROL & USB_HAS_ROOM))
        USB_CONTROL = USB_SEND;
}
