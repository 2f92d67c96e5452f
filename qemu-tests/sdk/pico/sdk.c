// SPDX-License-Identifier: Apache-2.0
/* Enough to be linked; it is not run. */
#include "pico/stdlib.h"

static uint64_t now_us;

bool stdio_init_all(void)
{
    return true;
}

bool add_repeating_timer_ms(int32_t delay_ms, repeating_timer_callback_t callback, void *user_data,
                            repeating_timer_t *out)
{
    *out = (repeating_timer_t){delay_ms * 1000ll, callback, user_data};
    return callback(out);
}

void sleep_ms(uint32_t ms)
{
    now_us += ms * 1000ull;
}

uint64_t time_us_64(void)
{
    return now_us;
}

int putchar_raw(int c)
{
    return c;
}

int main(void);
_Noreturn void reset(void);

_Noreturn void reset(void)
{
    main();
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {0, (const void *)reset};
