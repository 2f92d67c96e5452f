// SPDX-License-Identifier: Apache-2.0
/* Messages of deferred printk: mixed with text, inside each other, broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/deferred.h"

static const uint8_t constants[] = "....motor\0rest";
static struct binary_section section = {".rodata", 0x100, 0x100, sizeof constants, true, false, constants, 1};
static const struct binary image = {.sections = &section, .section_count = 1, .pointer_bytes = 4};

/* What bytes, handed over in pieces of `piece`, become. */
static void assert_text(const char *bytes, size_t count, size_t piece, const char *expected)
{
    struct arena arena = {0};
    struct deferred_log log = {0};
    struct text out = {0};
    json_t *manifest =
        json_pack("{s[sssss]}", "formats", "none", "%d and %llx", "text %s", "100%% of %c\n", "\xc3\xa9");
    deferred_open(&log, &image, manifest, &arena);
    for (size_t at = 0; at < count; at += piece)
        deferred_decode(&log, bytes + at, count - at < piece ? count - at : piece, &out);
    deferred_end(&log, &out);
    assert_string_equal(text_chars(&out), expected);
    text_free(&out);
    json_decref(manifest);
    arena_free(&arena);
}

#define ASSERT_TEXT(bytes, expected)                                                                                   \
    do {                                                                                                               \
        assert_text(bytes, sizeof(bytes) - 1, 1, expected);                                                            \
        assert_text(bytes, sizeof(bytes) - 1, 100, expected);                                                          \
    } while (0)

static void numbers_become_text(void **state)
{
    (void)state;
    ASSERT_TEXT("\x1f\x80", "none\n");
    ASSERT_TEXT("\x1f\x81\x85\xc0\x81", "5 and 40\n");
    ASSERT_TEXT("\x1f\x81\xff\xff\xff\xff\xff\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x8f",
                "-1 and ffffffffffffffff\n");
    ASSERT_TEXT("\x1f\x82\xc4\x84", "text motor\n");
    ASSERT_TEXT("\x1f\x82\x84", "text (fault)\n");
    ASSERT_TEXT("\x1f\x83\xf8\x81", "100% of x\n");
    ASSERT_TEXT("\x1f\x84", "\xe9\n");
}

static void text_stands_between_any_two_bytes(void **state)
{
    (void)state;
    ASSERT_TEXT("before\n\x1f\x81\x85"
                "a\x81"
                "after\n\x1f\x80",
                "before\na5 and 1\nafter\nnone\n");
    ASSERT_TEXT("\x1f"
                "x\x81y\xc5z\x80"
                "u\x81v",
                "xyzu5 and 1\nv");
}

static void messages_nest(void **state)
{
    (void)state;
    ASSERT_TEXT("\x1f\x81\xc5\x1f\x80\x80\x81", "none\n5 and 1\n");
    ASSERT_TEXT("\x1f\x1f\x1f\x80\x81\x85\x86\x80", "none\n5 and 6\nnone\n");
}

static void broken_messages_are_told(void **state)
{
    (void)state;
    ASSERT_TEXT("\x1f\x85", "(message 5 of another image)\n");
    ASSERT_TEXT("\x1f\x81\x85", "(1 messages are incomplete)\n");
    ASSERT_TEXT("\x80\xff text \x90", "\x80\xff text \x90");
    ASSERT_TEXT("\x1f\x81\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x80",
                "none\n(15 messages are incomplete)\n");
    ASSERT_TEXT("\x1f\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x81", "-1 and 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_text),
        cmocka_unit_test(text_stands_between_any_two_bytes),
        cmocka_unit_test(messages_nest),
        cmocka_unit_test(broken_messages_are_told),
    };
    return cmocka_run_group_tests_name("firmware/deferred", tests, NULL, NULL);
}
