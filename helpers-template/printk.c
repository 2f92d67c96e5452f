// SPDX-License-Identifier: Apache-2.0
/* The formatter behind bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf: 64-bit safe and without a C library.
 * Format language: the UAPI's description of helpers 6 and 177. */
#include "board.h"
#include "rt.h"

#define STRING_MAX 512 /* longest text of one %s */

/* One conversion: "%-08llx". */
struct conversion {
    char letter;
    bool left, zero, plus, space;
    unsigned bytes; /* size of the number */
    unsigned width;
};

/* Where the text goes: to memory, or to the console. Without `print` only the format is checked. */
struct sink {
    char *memory; /* NULL: the console */
    uint32_t room;
    long written;
    bool print;
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

static void put(struct sink *sink, char c)
{
    if (sink->memory && sink->written < (long)sink->room)
        sink->memory[sink->written] = c;
    else if (sink->print && !sink->memory)
        board_putchar(c);
    sink->written++;
    sink->last = c;
}

static void pad(struct sink *sink, char c, unsigned width, unsigned used)
{
    for (; used < width; used++)
        put(sink, c);
}

/* Reads one conversion behind its '%'; returns what follows it, NULL when it is not one of ours. */
static const char *parse(struct conversion *c, const char *at)
{
    *c = (struct conversion){.bytes = 4};
    for (;; at++) {
        if (*at == '-')
            c->left = true;
        else if (*at == '0')
            c->zero = true;
        else if (*at == '+')
            c->plus = true;
        else if (*at == ' ')
            c->space = true;
        else
            break;
    }
    for (; *at >= '0' && *at <= '9' && c->width < 1000; at++)
        c->width = 10 * c->width + (unsigned)(*at - '0');
    if (*at == 'l') {
        c->bytes = 8;
        at += at[1] == 'l' ? 2 : 1;
    } else if (*at == 'h') {
        c->bytes = at[1] == 'h' ? 1 : 2;
        at += at[1] == 'h' ? 2 : 1;
    }
    c->letter = *at++;
    switch (c->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'c':
    case 's': return at;
    case 'p': c->bytes = sizeof(void *); return *at == 'x' || *at == 'K' ? at + 1 : at;
    default: return NULL;
    }
}

static void put_string(struct sink *sink, const struct conversion *c, uint64_t address)
{
    const char *text = (const char *)(uintptr_t)address;
    unsigned length = 0;
    while (length < STRING_MAX && rt_readable((uintptr_t)text + length, 1) && text[length])
        length++;
    if (!length && !rt_readable((uintptr_t)text, 1)) {
        text = "(fault)";
        length = 7;
    }
    if (!c->left)
        pad(sink, ' ', c->width, length);
    for (unsigned i = 0; i < length; i++)
        put(sink, text[i]);
    if (c->left)
        pad(sink, ' ', c->width, length);
}

/* The digits of `number` at the end of `end`, which has room for 20; returns where they begin. */
static char *digits(char *end, uint64_t number, const struct conversion *c)
{
    bool decimal = c->letter == 'd' || c->letter == 'i' || c->letter == 'u';
    const char *letters = c->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    do {
        unsigned digit = (unsigned)number & 15;
        if (decimal)
            number = rt_divide_by_10(number, &digit);
        else
            number >>= 4;
        *--end = letters[digit];
    } while (number);
    return end;
}

static void put_number(struct sink *sink, const struct conversion *c, uint64_t number)
{
    bool is_signed = c->letter == 'd' || c->letter == 'i';
    unsigned unused = 64 - 8 * c->bytes;
    number = number << unused >> unused;
    char sign = 0;
    if (is_signed) {
        if (number >> (63 - unused) & 1) {
            number = (0 - number) << unused >> unused;
            sign = '-';
        } else {
            sign = c->plus ? '+' : c->space ? ' ' : 0;
        }
    }
    char text[20], *end = text + sizeof text, *begin = digits(end, number, c);
    unsigned length = (unsigned)(end - begin) + (sign != 0);
    bool zero = c->zero && !c->left;
    if (!c->left && !zero)
        pad(sink, ' ', c->width, length);
    if (sign)
        put(sink, sign);
    if (zero)
        pad(sink, '0', c->width, length);
    while (begin < end)
        put(sink, *begin++);
    if (c->left)
        pad(sink, ' ', c->width, length);
}

static void put_conversion(struct sink *sink, const struct conversion *c, uint64_t arg)
{
    struct conversion full = *c;
    switch (c->letter) {
    case 's': put_string(sink, c, arg); break;
    case 'c':
        if (!c->left)
            pad(sink, ' ', c->width, 1);
        put(sink, (char)arg);
        if (c->left)
            pad(sink, ' ', c->width, 1);
        break;
    case 'p': /* all digits, as Linux prints pointers */
        full.zero = true;
        full.width = full.width > 2 * c->bytes ? full.width : 2 * c->bytes;
        put_number(sink, &full, arg);
        break;
    default: put_number(sink, c, arg);
    }
}

/* False when the format is not one of ours. */
static bool format_text(struct sink *sink, const char *format, const uint64_t *args, unsigned arg_count)
{
    unsigned used = 0;
    while (*format) {
        char c = *format++;
        if (c != '%') {
            put(sink, c);
            continue;
        }
        if (*format == '%') {
            put(sink, *format++);
            continue;
        }
        struct conversion conversion;
        format = parse(&conversion, format);
        if (!format || used == arg_count)
            return false;
        if (sink->print)
            put_conversion(sink, &conversion, args[used]);
        used++;
    }
    return true;
}

long rt_printk(const char *format, uint32_t format_bytes, const uint64_t *args, unsigned arg_count)
{
    if (!format_bytes || format[format_bytes - 1])
        return -RT_EINVAL;
    struct sink check = {.print = false}, out = {.print = true};
    if (!format_text(&check, format, args, arg_count))
        return -RT_EINVAL;
    format_text(&out, format, args, arg_count);
    if (out.last != '\n')
        board_putchar('\n');
    return out.written;
}

long rt_snprintf(char *to, uint32_t to_bytes, const char *format, const uint64_t *args, unsigned arg_count)
{
    char none;
    struct sink check = {.print = false};
    struct sink out = {.memory = to_bytes ? to : &none, .room = to_bytes ? to_bytes - 1 : 0, .print = true};
    if (!format_text(&check, format, args, arg_count))
        return -RT_EINVAL;
    format_text(&out, format, args, arg_count);
    if (to_bytes)
        to[out.written < (long)out.room ? out.written : (long)out.room] = 0;
    return out.written + 1;
}
