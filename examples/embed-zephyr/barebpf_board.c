// SPDX-License-Identifier: Apache-2.0
/* What programs ask of the firmware, in Zephyr's terms: see docs/EMBEDDING.md. */
#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

uint64_t board_time_ns(void)
{
    return k_ticks_to_ns_floor64((uint64_t)k_uptime_ticks());
}

void board_putchar(char c)
{
    printk("%c", c);
}
