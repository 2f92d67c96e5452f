// SPDX-License-Identifier: Apache-2.0
/* What programs ask of the firmware, in FreeRTOS's terms: see docs/EMBEDDING.md. */
#include "FreeRTOS.h"
#include "task.h"

#include <stdint.h>

/* bpf_ktime_get_ns, timers. As fine as the tick; a hardware counter is better where there is one. */
uint64_t board_time_ns(void)
{
    static uint32_t wraps, last; /* of the tick count, which has 32 bits at most */
    taskENTER_CRITICAL();
    uint32_t now = (uint32_t)xTaskGetTickCount();
    wraps += now < last;
    last = now;
    uint64_t ticks = (uint64_t)wraps << 32 | now;
    taskEXIT_CRITICAL();
    return ticks * (1000000000u / configTICK_RATE_HZ);
}

/* bpf_printk: the firmware's console. */
extern void console_put(char c);

void board_putchar(char c)
{
    console_put(c);
}
