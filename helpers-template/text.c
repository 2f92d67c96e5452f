// SPDX-License-Identifier: Apache-2.0
/* Numbers in text, and texts compared: bpf_strtol, bpf_strtoul, bpf_strncmp. Meaning: the UAPI's bpf.h. */
#include "rt.h"

#define BASE_MASK  31u /* BPF_STRTOX_BASE_MASK */
#define DIGITS_MAX 63u /* as many characters as Linux looks at */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == (char)0xa0;
}

/* The digit's worth; more than any base when it is none. */
static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 32;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 99;
}

/* Takes the prefix of the base ("0x") off, and sets the base where it is 0. Returns the characters taken. */
static uint32_t take_base(const char *text, uint32_t count, unsigned *base)
{
    bool hex = count >= 2 && text[0] == '0' && (text[1] | 32) == 'x';
    if (*base == 0)
        *base = hex && count >= 3 && digit_of(text[2]) < 16 ? 16 : count && text[0] == '0' ? 8 : 10;
    return *base == 16 && hex ? 2 : 0;
}

/* Reads digits; the characters read, or -ERANGE when the number has more than 64 bits. */
static long take_digits(const char *text, uint32_t count, unsigned base, uint64_t *number)
{
    uint32_t i = 0;
    bool overflows = false;
    *number = 0;
    for (; i < count && digit_of(text[i]) < base; i++) {
        uint64_t high = (*number >> 32) * base, low = (*number & 0xffffffffu) * base + digit_of(text[i]);
        high += low >> 32;
        overflows = overflows || high >> 32;
        *number = high << 32 | (uint32_t)low;
    }
    return overflows ? -RT_ERANGE : (long)i;
}

long rt_strtol(const char *text, uint32_t bytes, uint64_t flags, bool is_signed, void *result)
{
    uint64_t number = 0;
    unsigned base = (unsigned)flags & BASE_MASK;
    uint32_t at = 0;
    rt_copy(result, &number, sizeof number);
    if (flags & ~(uint64_t)BASE_MASK || (base != 0 && base != 8 && base != 10 && base != 16))
        return -RT_EINVAL;
    while (at < bytes && is_space(text[at]))
        at++;
    bool negative = at < bytes && text[at] == '-';
    at += negative;
    uint32_t end = bytes - at > DIGITS_MAX ? at + DIGITS_MAX : bytes;
    at += take_base(text + at, end - at, &base);
    long digits = take_digits(text + at, end - at, base, &number);
    if (digits < 0)
        return digits;
    if (!digits || (negative && !is_signed))
        return -RT_EINVAL;
    number = negative ? 0 - number : number;
    bool wrong_sign = negative ? (int64_t)number > 0 : (int64_t)number < 0;
    if (is_signed && wrong_sign)
        return -RT_ERANGE;
    rt_copy(result, &number, sizeof number);
    return (long)at + digits;
}

long rt_strncmp(const char *left, const char *right, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (left[i] != right[i])
            return (unsigned char)left[i] < (unsigned char)right[i] ? -1 : 1;
        if (!left[i])
            return 0;
    }
    return 0;
}
