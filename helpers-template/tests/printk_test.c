// SPDX-License-Identifier: Apache-2.0
/* The formatter of bpf_trace_printk and bpf_snprintf, and bpf_strtol, against the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "rt.h"

static char console[4096];
static size_t console_count;

void board_putchar(char c)
{
    assert_true(console_count < sizeof console - 1);
    console[console_count++] = c;
    console[console_count] = 0;
}

bool rt_readable(uintptr_t address, size_t bytes)
{
    (void)bytes;
    return address > 4096;
}

static long print(const char *format, const uint64_t *args, unsigned count)
{
    console_count = 0;
    console[0] = 0;
    return rt_printk(format, (uint32_t)strlen(format) + 1, args, count);
}

/* Prints one argument; the text must be `expected` and a newline. */
static void expect(const char *format, uint64_t arg, const char *expected)
{
    char text[256];
    snprintf(text, sizeof text, "%s\n", expected);
    assert_int_equal(print(format, &arg, 1), strlen(expected));
    assert_string_equal(console, text);
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void numbers_are_printed_as_by_snprintf(void **unused)
{
    (void)unused;
    static const char *const flags[] = {"", "0", "-", "+", " ", "-0", "+0"};
    static const char *const widths[] = {"", "1", "7", "24"};
    static const char *const sizes[] = {"", "h", "hh", "l", "ll"};
    static const char letters[] = "diuxX";
    static const uint64_t values[] = {0,
                                      1,
                                      9,
                                      10,
                                      127,
                                      128,
                                      255,
                                      32768,
                                      65535,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0x100000000,
                                      0x7fffffffffffffff,
                                      0x8000000000000000,
                                      UINT64_MAX,
                                      1234567890123};
    for (unsigned i = 0; i < 7 * 4 * 5 * 5; i++) {
        const char *flag = flags[i % 7], *width = widths[i / 7 % 4], *size = sizes[i / 28 % 5];
        char letter = letters[i / 140], format[32], expected[64];
        if ((flag[0] == '+' || flag[0] == ' ') && letter != 'd' && letter != 'i')
            continue;
        snprintf(format, sizeof format, "%%%s%s%s%c", flag, width, size, letter);
        for (unsigned v = 0; v < sizeof values / sizeof *values; v++) {
            if (size[0] == 'l')
                snprintf(expected, sizeof expected, format, values[v]);
            else
                snprintf(expected, sizeof expected, format, (unsigned)values[v]);
            expect(format, values[v], expected);
        }
    }
}

static void strings_characters_and_pointers_are_printed(void **unused)
{
    (void)unused;
    expect("%s", (uintptr_t)"word", "word");
    expect("[%6s]", (uintptr_t)"word", "[  word]");
    expect("[%-6s]", (uintptr_t)"word", "[word  ]");
    expect("%s", (uintptr_t)"", "");
    expect("%s", 0, "(fault)");
    expect("%c%%", 'x', "x%");
    expect("%p", 0x1234, sizeof(void *) == 8 ? "0000000000001234" : "00001234");
    expect("%px.", 0x1234, sizeof(void *) == 8 ? "0000000000001234." : "00001234.");
}

static void three_arguments_keep_their_order(void **unused)
{
    (void)unused;
    const uint64_t args[3] = {7, 0x123456789abcdef0, UINT64_MAX};
    assert_int_equal(print("%d %llx %lld\n", args, 3), 22);
    assert_string_equal(console, "7 123456789abcdef0 -1\n");
}

static void division_by_ten_is_exact(void **unused)
{
    (void)unused;
    uint64_t number = 1;
    for (int i = 0; i < 1000000; i++) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        uint64_t n = number >> (i % 64);
        unsigned digit;
        assert_int_equal(rt_divide_by_10(n, &digit), n / 10);
        assert_int_equal(digit, n % 10);
        n -= n % 10; /* multiples of ten and their neighbours are where an estimate would slip */
        assert_int_equal(rt_divide_by_10(n, &digit), n / 10);
        assert_int_equal(rt_divide_by_10(n - 1, &digit), (n - 1) / 10);
    }
}

static void a_newline_is_added_once(void **unused)
{
    (void)unused;
    assert_int_equal(print("a\n", NULL, 0), 2);
    assert_string_equal(console, "a\n");
    assert_int_equal(print("a", NULL, 0), 1);
    assert_string_equal(console, "a\n");
}

static void snprintf_fills_memory_and_tells_the_whole_length(void **unused)
{
    (void)unused;
    const uint64_t args[2] = {1234567, (uintptr_t)"word"};
    char text[32], expected[32];
    for (uint32_t room = 0; room < sizeof text; room++) {
        memset(text, 'x', sizeof text);
        memset(expected, 'x', sizeof expected);
        int length = snprintf(expected, room, "%9d|%-6s|", 1234567, "word");
        assert_int_equal(rt_snprintf(text, room, "%9d|%-6s|", args, 2), length + 1);
        assert_memory_equal(text, expected, sizeof text);
    }
    assert_int_equal(rt_snprintf(text, sizeof text, "%d %d %d", args, 2), -RT_EINVAL);
}

/* The C library's strtoll and strtoull, with the rules of bpf_strtol. */
static void strtol_reads_as_the_c_library(void **unused)
{
    (void)unused;
    static const char alphabet[] = "0123456789abcdefxX- \t+g";
    uint32_t state = 1;
    for (int i = 0; i < 300000; i++) {
        char text[32];
        uint64_t bases[] = {0, 8, 10, 16}, result = 7;
        unsigned length = 0, longest = 1 + (state >> 9) % 24;
        for (; length < longest; length++, state = state * 1664525u + 1013904223u)
            text[length] = alphabet[(state >> 8) % (state >> 30 ? 10 : sizeof alphabet - 1)];
        text[length] = 0;
        uint64_t base = bases[(state >> 12) % 4];
        const char *digits = text + strspn(text, " \t");
        bool negative = *digits == '-', is_signed = (state >> 14) % 2 || negative;
        if (digits[negative] == '-' || digits[negative] == '+' || digits[negative] == ' ' || digits[negative] == '\t')
            continue; /* C takes signs and spaces that Linux does not */
        if (base == 0 && digits[negative] == '0' && (digits[negative + 1] | 32) == 'b')
            continue; /* binary in C23 (glibc 2.38 and later), not in Linux */
        char *end;
        errno = 0;
        uint64_t expected =
            is_signed ? (uint64_t)strtoll(text, &end, (int)base) : (uint64_t)strtoull(text, &end, (int)base);
        long must = errno == ERANGE ? -RT_ERANGE : end == text ? -RT_EINVAL : end - text;
        long is = rt_strtol(text, length, base, is_signed, &result);
        bool bare_prefix = base == 16 && digits[negative] == '0' && (digits[negative + 1] | 32) == 'x';
        if (bare_prefix && is == -RT_EINVAL)
            continue; /* "0xg": C reads the 0 */
        assert_int_equal(is, must);
        assert_int_equal(result, must < 0 ? 0 : expected);
    }
    uint64_t result;
    assert_int_equal(rt_strtol("-1", 2, 10, false, &result), -RT_EINVAL);
    assert_int_equal(rt_strtol("11", 2, 2, true, &result), -RT_EINVAL);
    assert_int_equal(rt_strtol("11", 2, 32, true, &result), -RT_EINVAL);
}

static void what_is_not_a_format_is_refused_and_not_printed(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {"x %f", "x %", "x %5", "x %.3d", "x %n", "x %lls%q", "%d %d %d %d"};
    const uint64_t args[3] = {0, 0, 0};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(print(wrong[i], args, 3), -RT_EINVAL);
        assert_string_equal(console, "");
    }
    assert_int_equal(rt_printk("abc", 3, args, 3), -RT_EINVAL);
    assert_int_equal(rt_printk("", 0, args, 3), -RT_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_printed_as_by_snprintf),
        cmocka_unit_test(strings_characters_and_pointers_are_printed),
        cmocka_unit_test(three_arguments_keep_their_order),
        cmocka_unit_test(division_by_ten_is_exact),
        cmocka_unit_test(a_newline_is_added_once),
        cmocka_unit_test(snprintf_fills_memory_and_tells_the_whole_length),
        cmocka_unit_test(strtol_reads_as_the_c_library),
        cmocka_unit_test(what_is_not_a_format_is_refused_and_not_printed),
    };
    return cmocka_run_group_tests_name("printk", tests, NULL, NULL);
}
