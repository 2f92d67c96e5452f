// SPDX-License-Identifier: Apache-2.0
/* A firmware's console, and its end. */
#ifndef STAND_IN_BOARD_H
#define STAND_IN_BOARD_H

#include <stdint.h>

void console_put(char c);
void systick(void) __attribute__((weak)); /* the firmware's interrupt, where it has one */
_Noreturn void leave(uint32_t status);

/* Time stands still but for those who wait: after so many waits the firmware ends, and each tenth takes longer. */
#define WAITS      30u
#define LATE_WAITS 10u

#endif
