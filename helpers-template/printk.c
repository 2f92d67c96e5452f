// SPDX-License-Identifier: Apache-2.0
/* The formatter behind bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf: to the console, or to memory. */
#include "board.h"
#include "rt.h"

#include <barebpf/format_text.h>

#define STRING_MAX 512 /* longest text of one %s */

/* Where the text goes. */
struct format_sink {
    char *memory; /* NULL: the console */
    uint32_t room;
    long written;
    char last;
};

/* Sound because: the sum of shifts approaches n * 0.8 from below by less than 8, so the quotient is at most one too
 * small, which the remainder shows. */
uint64_t rt_divide_by_10(uint64_t number, unsigned *digit)
{
    uint64_t quotient = (number >> 1) + (number >> 2);
    for (unsigned shift = 4; shift < 64; shift *= 2)
        quotient += quotient >> shift;
    quotient >>= 3;
    unsigned rest = (unsigned)(number - ((quotient << 3) + (quotient << 1)));
    if (rest > 9) {
        quotient++;
        rest -= 10;
    }
    *digit = rest;
    return quotient;
}

static void format_put(struct format_sink *sink, char c)
{
    if (!sink->memory)
        board_putchar(c);
    else if (sink->written < (long)sink->room)
        sink->memory[sink->written] = c;
    sink->written++;
    sink->last = c;
}

static unsigned format_string(const struct format_sink *sink, uint64_t address, const char **text)
{
    (void)sink;
    const char *at = (const char *)(uintptr_t)address;
    unsigned length = 0;
    while (length < STRING_MAX && rt_readable((uintptr_t)at + length, 1) && at[length])
        length++;
    bool fault = !length && !rt_readable((uintptr_t)at, 1);
    *text = fault ? "(fault)" : at;
    return fault ? 7 : length;
}

long rt_printk(const char *format, uint32_t format_bytes, const uint64_t *args, unsigned arg_count)
{
    struct format_sink out = {0};
    if (!format_bytes || format[format_bytes - 1] || !format_text(&out, false, format, args, arg_count, sizeof(void *)))
        return -RT_EINVAL;
    format_text(&out, true, format, args, arg_count, sizeof(void *));
    if (out.last != '\n')
        board_putchar('\n');
    return out.written;
}

long rt_snprintf(char *to, uint32_t to_bytes, const char *format, const uint64_t *args, unsigned arg_count)
{
    char none;
    struct format_sink out = {.memory = to_bytes ? to : &none, .room = to_bytes ? to_bytes - 1 : 0};
    if (!format_text(&out, false, format, args, arg_count, sizeof(void *)))
        return -RT_EINVAL;
    format_text(&out, true, format, args, arg_count, sizeof(void *));
    if (to_bytes)
        to[out.written < (long)out.room ? out.written : (long)out.room] = 0;
    return out.written + 1;
}
