// SPDX-License-Identifier: Apache-2.0
/* Deferred printk on the target: barebpf/log.h. Nothing is formatted here, and no format is in the image. */
#include <barebpf/log.h>

#include "board.h"

#define LOG_MASK ((1u << BAREBPF_LOG_BITS) - 1)

void barebpf_log_word(uint32_t number)
{
    for (; number > LOG_MASK; number >>= BAREBPF_LOG_BITS)
        board_putchar((char)(BAREBPF_LOG_MORE | (number & LOG_MASK)));
    board_putchar((char)(BAREBPF_LOG_LAST | number));
}

void barebpf_log_wide(uint64_t number)
{
    for (; number > UINT32_MAX; number >>= BAREBPF_LOG_BITS)
        board_putchar((char)(BAREBPF_LOG_MORE | ((uint32_t)number & LOG_MASK)));
    barebpf_log_word((uint32_t)number);
}

void barebpf_log(uint32_t format)
{
    board_putchar(BAREBPF_LOG_BEGIN);
    barebpf_log_word(format);
}
