// SPDX-License-Identifier: Apache-2.0
/* Decodes values by the layouts of their types. All targets are little-endian. */
#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"

json_t *contents_bytes(const char *bytes, size_t size)
{
    struct text text = {0};
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        const char wide[] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
        text_append(&text, c < 0x80 ? bytes + i : wide, c < 0x80 ? 1 : 2);
    }
    json_t *json = json_stringn(text_chars(&text), text.length);
    text_free(&text);
    return json;
}

json_t *contents_hex(const uint8_t *bytes, size_t size)
{
    char *text = memory_alloc(2 * size + 1);
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    json_t *string = json_string(text);
    free(text);
    return string;
}

uint64_t contents_bits(const uint8_t *bytes, size_t offset, unsigned bits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bits; i++) {
        size_t bit = offset + i;
        value |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    return value;
}

/* Numbers above 2^63 - 1, which JSON libraries lose, become "0x…". */
static json_t *unsigned_json(uint64_t value)
{
    char text[24];
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)value);
    return json_string(text);
}

static json_t *float_json(const uint8_t *bytes, unsigned bits)
{
    float single;
    double number;
    if (bits == 32) {
        memcpy(&single, bytes, sizeof single);
        return json_real((double)single);
    }
    memcpy(&number, bytes, sizeof number);
    return json_real(number);
}

/* Width of a number's layout: "u32" → 32. 0 when it is none. */
static unsigned number_bits(const char *name)
{
    if (strcmp(name, "ptr") == 0)
        return 64;
    if (strcmp(name, "char") == 0 || strcmp(name, "bool") == 0)
        return 8;
    return strchr("uif", name[0]) ? (unsigned)strtoul(name + 1, NULL, 10) : 0;
}

static json_t *number_json(const char *name, const uint8_t *bytes, size_t offset, unsigned width)
{
    unsigned bits = width ? width : number_bits(name);
    if (name[0] == 'f')
        return float_json(bytes + offset / 8, bits);
    uint64_t value = contents_bits(bytes, offset, bits);
    if (strcmp(name, "bool") == 0)
        return json_boolean(value != 0);
    if (name[0] == 'i' && bits > 0 && bits < 64 && value >> (bits - 1) & 1)
        value |= ~UINT64_C(0) << bits;
    return name[0] == 'i' ? json_integer((json_int_t)value) : unsigned_json(value);
}

static json_t *array_json(const json_t *layout, const uint8_t *bytes, size_t size)
{
    size_t count = (size_t)json_integer_value(json_object_get(layout, "array"));
    size_t stride = (size_t)json_integer_value(json_object_get(layout, "stride"));
    const json_t *of = json_object_get(layout, "of");
    if (!stride || count > size / stride)
        return contents_hex(bytes, size);
    if (json_is_string(of) && strcmp(json_string_value(of), "char") == 0) {
        size_t length = strnlen((const char *)bytes, count);
        json_t *text = json_stringn((const char *)bytes, length);
        return text ? text : contents_hex(bytes, count);
    }
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, contents_value(of, bytes + i * stride, stride));
    return items;
}

static json_t *member_json(const json_t *member, const uint8_t *bytes, size_t size)
{
    size_t offset = (size_t)json_integer_value(json_array_get(member, 1));
    unsigned width = (unsigned)json_integer_value(json_array_get(member, 2));
    const json_t *layout = json_array_get(member, 3);
    if (offset + width > size * 8)
        return json_null();
    if (width && json_is_string(layout))
        return number_json(json_string_value(layout), bytes, offset, width);
    return contents_value(layout, bytes + offset / 8, size - offset / 8);
}

/* Members of an anonymous struct become members of the one around it. */
static void struct_into(json_t *object, const json_t *members, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *member = json_array_get(members, i);
        const char *name = json_string_value(json_array_get(member, 0));
        json_t *value = member_json(member, bytes, size);
        if (name && *name)
            json_object_set_new(object, name, value);
        else if (json_is_object(value)) {
            json_object_update(object, value);
            json_decref(value);
        } else
            json_decref(value);
    }
}

json_t *contents_value(const json_t *layout, const uint8_t *bytes, size_t size)
{
    const char *name = json_string_value(layout);
    const json_t *members = json_object_get(layout, "struct");
    if (name) {
        unsigned bits = number_bits(name);
        return bits && bits / 8 <= size ? number_json(name, bytes, 0, 0) : contents_hex(bytes, size);
    }
    if (json_is_array(members)) {
        json_t *object = json_object();
        struct_into(object, members, bytes, size);
        return object;
    }
    return json_is_integer(json_object_get(layout, "array")) ? array_json(layout, bytes, size)
                                                             : contents_hex(bytes, size);
}
