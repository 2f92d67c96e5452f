// SPDX-License-Identifier: Apache-2.0
/* One thread, which is all there is; a tick is a microsecond. */
#include <stdarg.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "board.h"

static uint64_t ticks;

int64_t k_uptime_ticks(void)
{
    return (int64_t)ticks;
}

uint64_t k_ticks_to_ns_floor64(uint64_t count)
{
    return count * 1000;
}

int32_t k_msleep(int32_t ms)
{
    static uint32_t waits;
    if (waits++ == WAITS)
        leave(0);
    ticks += (uint64_t)ms * (waits % LATE_WAITS == 0 ? 1500 : 1000);
    return 0;
}

/* "%c" is all that is asked for. */
void printk(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (format[0] == '%' && format[1] == 'c')
        console_put((char)va_arg(arguments, int));
    va_end(arguments);
}
