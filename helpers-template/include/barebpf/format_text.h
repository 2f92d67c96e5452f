// SPDX-License-Identifier: Apache-2.0
/* Formats and their values to text, 64-bit safe and without a C library. Who includes this, in one file, defines struct
 * format_sink, where the text goes, format_put() and format_string(), and has rt_divide_by_10(). */
#ifndef BAREBPF_FORMAT_TEXT_H
#define BAREBPF_FORMAT_TEXT_H

#include "format.h"

struct format_sink;
static void format_put(struct format_sink *sink, char c);
/* The text that a %s finds at `address`; its length. */
static unsigned format_string(const struct format_sink *sink, uint64_t address, const char **text);

static void format_pad(struct format_sink *sink, char c, unsigned width, unsigned used)
{
    for (; used < width; used++)
        format_put(sink, c);
}

static void format_put_string(struct format_sink *sink, const struct format_conversion *c, uint64_t address)
{
    const char *text;
    unsigned length = format_string(sink, address, &text);
    if (!c->left)
        format_pad(sink, ' ', c->width, length);
    for (unsigned i = 0; i < length; i++)
        format_put(sink, text[i]);
    if (c->left)
        format_pad(sink, ' ', c->width, length);
}

/* The digits of `number` at the end of `end`, which has room for 20; returns where they begin. */
static char *format_digits(char *end, uint64_t number, const struct format_conversion *c)
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

static void format_put_number(struct format_sink *sink, const struct format_conversion *c, uint64_t number)
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
    char text[20], *end = text + sizeof text, *begin = format_digits(end, number, c);
    unsigned length = (unsigned)(end - begin) + (sign != 0);
    bool zero = c->zero && !c->left;
    if (!c->left && !zero)
        format_pad(sink, ' ', c->width, length);
    if (sign)
        format_put(sink, sign);
    if (zero)
        format_pad(sink, '0', c->width, length);
    while (begin < end)
        format_put(sink, *begin++);
    if (c->left)
        format_pad(sink, ' ', c->width, length);
}

static void format_put_conversion(struct format_sink *sink, const struct format_conversion *c, uint64_t arg)
{
    struct format_conversion full = *c;
    switch (c->letter) {
    case 's': format_put_string(sink, c, arg); break;
    case 'c':
        if (!c->left)
            format_pad(sink, ' ', c->width, 1);
        format_put(sink, (char)arg);
        if (c->left)
            format_pad(sink, ' ', c->width, 1);
        break;
    case 'p': /* all digits, as Linux prints pointers */
        full.zero = true;
        full.width = full.width > 2 * c->bytes ? full.width : 2 * c->bytes;
        format_put_number(sink, &full, arg);
        break;
    default: format_put_number(sink, c, arg);
    }
}

/* Prints with `args`, or, without `print`, only looks. False when the format is not one of ours, or asks for more than
 * `arg_count`. */
static bool format_text(struct format_sink *sink, bool print, const char *format, const uint64_t *args,
                        unsigned arg_count, unsigned pointer_bytes)
{
    unsigned used = 0;
    while (*format) {
        char c = *format++;
        if (c != '%' || *format == '%') {
            if (print)
                format_put(sink, c);
            format += c == '%';
            continue;
        }
        struct format_conversion conversion;
        format = format_parse(&conversion, format, pointer_bytes);
        if (!format || used == arg_count)
            return false;
        if (print)
            format_put_conversion(sink, &conversion, args[used]);
        used++;
    }
    return true;
}

#endif
