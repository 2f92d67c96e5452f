// SPDX-License-Identifier: Apache-2.0
/* The formatter of bpf_trace_printk against the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
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
        cmocka_unit_test(what_is_not_a_format_is_refused_and_not_printed),
    };
    return cmocka_run_group_tests_name("printk", tests, NULL, NULL);
}
