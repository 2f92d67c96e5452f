// SPDX-License-Identifier: Apache-2.0
/* What of the pico-sdk the example uses. */
#ifndef PICO_STDLIB_H
#define PICO_STDLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct repeating_timer repeating_timer_t;
typedef bool (*repeating_timer_callback_t)(repeating_timer_t *timer);
struct repeating_timer {
    int64_t delay_us;
    repeating_timer_callback_t callback;
    void *user_data;
};

bool stdio_init_all(void);
bool add_repeating_timer_ms(int32_t delay_ms, repeating_timer_callback_t callback, void *user_data,
                            repeating_timer_t *out);
void sleep_ms(uint32_t ms);
uint64_t time_us_64(void);
int putchar_raw(int c);

#endif
