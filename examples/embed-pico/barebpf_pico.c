// SPDX-License-Identifier: Apache-2.0
/* What programs ask of the firmware, in the pico-sdk's terms: see docs/EMBEDDING.md. */
#include <stdio.h>

#include "pico/stdlib.h"

uint64_t board_time_ns(void)
{
    return time_us_64() * 1000;
}

void board_putchar(char c)
{
    putchar_raw(c);
}
