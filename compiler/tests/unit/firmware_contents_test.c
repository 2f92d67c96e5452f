// SPDX-License-Identifier: Apache-2.0
/* Dumped memory to JSON: every kind of layout, both kinds of map, and broken memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/contents.h"

static void assert_decodes(const char *layout_text, const char *bytes, size_t size, const char *expected)
{
    json_t *layout = json_loads(layout_text, JSON_DECODE_ANY, NULL);
    json_t *value = contents_value(layout, (const uint8_t *)bytes, size);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, expected);
    free(text);
    json_decref(value);
    json_decref(layout);
}

static void assert_map(const char *map_text, const uint8_t *bytes, size_t size, const char *expected)
{
    json_t *map = json_loads(map_text, 0, NULL);
    json_t *value = contents_map(map, bytes, size);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, expected);
    free(text);
    json_decref(value);
    json_decref(map);
}

static void numbers_have_their_sign_and_width(void **state)
{
    (void)state;
    assert_decodes("\"u8\"", "\xff", 1, "255");
    assert_decodes("\"i8\"", "\xff", 1, "-1");
    assert_decodes("\"u32\"", "\x01\x02\x00\x80", 4, "2147484161");
    assert_decodes("\"i32\"", "\xfe\xff\xff\xff", 4, "-2");
    assert_decodes("\"i64\"", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "-1");
    assert_decodes("\"u64\"", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "\"0xffffffffffffffff\"");
    assert_decodes("\"bool\"", "\x01", 1, "true");
    assert_decodes("\"f32\"", "\x00\x00\xc0\x3f", 4, "1.5");
}

static void unknown_layouts_become_hex(void **state)
{
    (void)state;
    assert_decodes("null", "\x01\xab", 2, "\"01ab\"");
    assert_decodes("\"u32\"", "\x01\xab", 2, "\"01ab\"");
    assert_decodes("\"x32\"", "\x01\xab\x00\x00", 4, "\"01ab0000\"");
    assert_decodes("{\"array\":3,\"stride\":1,\"of\":\"u8\"}", "\x01\xab", 2, "\"01ab\"");
}

static void structs_arrays_and_text(void **state)
{
    (void)state;
    assert_decodes("{\"array\":2,\"stride\":2,\"of\":\"u16\"}", "\x01\x00\x02\x00", 4, "[1,2]");
    assert_decodes("{\"array\":4,\"stride\":1,\"of\":\"char\"}", "ab\0c", 4, "\"ab\"");
    assert_decodes("{\"array\":2,\"stride\":1,\"of\":\"char\"}", "\xff\xfe", 2, "\"fffe\"");
    assert_decodes("{\"struct\":[[\"a\",0,0,\"u8\"],[\"b\",8,3,\"u8\"],[\"c\",11,5,\"i8\"]]}", "\x07\xfd", 2,
                   "{\"a\":7,\"b\":5,\"c\":-1}");
    assert_decodes("{\"struct\":[[\"\",0,0,{\"struct\":[[\"x\",0,0,\"u8\"]]}],[\"y\",8,0,\"u8\"]]}", "\x01\x02", 2,
                   "{\"x\":1,\"y\":2}");
}

static void arrays_have_the_strides_of_the_target(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3, 0, 4, 5, 6, 0};
    (void)state;
    assert_map("{\"type\":2,\"role\":\"map\",\"key_bytes\":4,\"value_bytes\":3,\"entries\":2,\"key\":null,"
               "\"value\":null}",
               bytes, sizeof bytes, "[{\"key\":0,\"value\":\"010203\"},{\"key\":1,\"value\":\"040506\"}]");
}

static void another_size_than_the_layouts_is_null(void **state)
{
    static const uint8_t bytes[16] = {0};
    (void)state;
    assert_map("{\"type\":2,\"role\":\"map\",\"key_bytes\":4,\"value_bytes\":3,\"entries\":3,\"value\":null}", bytes,
               sizeof bytes, "null");
    assert_map("{\"type\":1,\"role\":\"map\",\"key_bytes\":4,\"value_bytes\":8,\"entries\":3,\"value\":null}", bytes,
               sizeof bytes, "null");
    assert_map("{\"type\":9,\"role\":\"map\",\"key_bytes\":4,\"value_bytes\":8,\"entries\":2,\"value\":null}", bytes,
               sizeof bytes, "null");
}

/* u32 → u32 with 2 entries: free, used; 2 buckets; 2 nodes of next, padding, key, value (12 bytes). */
static const char hash[] = "{\"type\":1,\"role\":\"map\",\"key_bytes\":4,\"value_bytes\":4,\"entries\":2,"
                           "\"key\":\"u32\",\"value\":\"u32\"}";

static void hash_entries_are_sorted_by_key(void **state)
{
    static const uint8_t bytes[32] = {0, 0, 2, 0, 1, 0, 0, 0,             /* used 2; bucket 0 → node 1 */
                                      2, 0, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0, /* next 2, key 9, value 7 */
                                      0, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0};
    (void)state;
    assert_map(hash, bytes, sizeof bytes, "[{\"key\":3,\"value\":5},{\"key\":9,\"value\":7}]");
}

static void broken_chains_end(void **state)
{
    static const uint8_t circle[32] = {0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 7};
    static const uint8_t wild[32] = {0, 0, 2, 0, 0xff, 0xff, 3, 0};
    (void)state;
    assert_map(hash, circle, sizeof circle, "[{\"key\":9,\"value\":7},{\"key\":9,\"value\":7}]");
    assert_map(hash, wild, sizeof wild, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_their_sign_and_width),
        cmocka_unit_test(unknown_layouts_become_hex),
        cmocka_unit_test(structs_arrays_and_text),
        cmocka_unit_test(arrays_have_the_strides_of_the_target),
        cmocka_unit_test(another_size_than_the_layouts_is_null),
        cmocka_unit_test(hash_entries_are_sorted_by_key),
        cmocka_unit_test(broken_chains_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
