// SPDX-License-Identifier: Apache-2.0
/* What of Zephyr's kernel the example uses. */
#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

int64_t k_uptime_ticks(void);
uint64_t k_ticks_to_ns_floor64(uint64_t ticks);
int32_t k_msleep(int32_t ms);

#endif
