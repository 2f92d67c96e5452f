// SPDX-License-Identifier: Apache-2.0
/* Decodes maps. All targets are little-endian. The layout of maps is the target's map_layout.h. */
#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../base/memory.h"
#include "../program/program.h"

static json_t *hex_string(const uint8_t *bytes, size_t size)
{
    char *text = memory_alloc(2 * size + 1);
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    json_t *string = json_string(text);
    free(text);
    return string;
}

/* Little-endian number of `bits` bits that starts `offset` bits into `bytes`. */
static uint64_t get_bits(const uint8_t *bytes, size_t offset, unsigned bits)
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
    uint64_t value = get_bits(bytes, offset, bits);
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
        return hex_string(bytes, size);
    if (json_is_string(of) && strcmp(json_string_value(of), "char") == 0) {
        size_t length = strnlen((const char *)bytes, count);
        json_t *text = json_stringn((const char *)bytes, length);
        return text ? text : hex_string(bytes, count);
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
        return bits && bits / 8 <= size ? number_json(name, bytes, 0, 0) : hex_string(bytes, size);
    }
    if (json_is_array(members)) {
        json_t *object = json_object();
        struct_into(object, members, bytes, size);
        return object;
    }
    return json_is_integer(json_object_get(layout, "array")) ? array_json(layout, bytes, size)
                                                             : hex_string(bytes, size);
}

/* What contents_map() needs of the manifest's map. */
struct map_view {
    const json_t *key, *value;
    uint32_t key_bytes, value_bytes, entries;
    const uint8_t *bytes;
};

static json_t *entry_json(const struct map_view *m, json_t *key, size_t value_offset)
{
    return json_pack("{so so}", "key", key, "value", contents_value(m->value, m->bytes + value_offset, m->value_bytes));
}

static json_t *array_map_json(const struct map_view *m)
{
    json_t *entries = json_array();
    for (uint32_t i = 0; i < m->entries; i++)
        json_array_append_new(entries,
                              entry_json(m, json_integer(i), (size_t)i * BAREBPF_VALUE_STRIDE(m->value_bytes)));
    return entries;
}

/* Follows the bucket's chain; a broken one (the firmware's memory may be anything) ends after `entries` steps. */
static void bucket_json(const struct map_view *m, uint32_t bucket, json_t *entries)
{
    unsigned index_bits = BAREBPF_HASH_INDEX_BYTES(m->entries) * 8;
    size_t nodes = BAREBPF_HASH_NODES_OFFSET(m->key_bytes, m->value_bytes, m->entries);
    size_t node_bytes = BAREBPF_HASH_NODE_BYTES(m->key_bytes, m->value_bytes, m->entries);
    size_t link = BAREBPF_HASH_BUCKETS_OFFSET(m->entries) + (size_t)bucket * index_bits / 8;
    for (uint32_t steps = 0; steps < m->entries; steps++) {
        uint64_t index = get_bits(m->bytes + link, 0, index_bits);
        if (!index || index > m->entries)
            return;
        link = nodes + (index - 1) * node_bytes;
        json_t *key =
            contents_value(m->key, m->bytes + link + BAREBPF_HASH_KEY_OFFSET(m->key_bytes, m->entries), m->key_bytes);
        json_array_append_new(
            entries, entry_json(m, key, link + BAREBPF_HASH_VALUE_OFFSET(m->key_bytes, m->value_bytes, m->entries)));
    }
}

/* Orders entries by key: numbers by value, anything else by its text, so that output does not depend on hashing. */
static int compare_entries(const void *a, const void *b)
{
    const json_t *left = json_object_get(*(json_t *const *)a, "key"),
                 *right = json_object_get(*(json_t *const *)b, "key");
    if (json_is_integer(left) && json_is_integer(right)) {
        json_int_t x = json_integer_value(left), y = json_integer_value(right);
        return (x > y) - (x < y);
    }
    char *x = json_dumps(left, JSON_ENCODE_ANY), *y = json_dumps(right, JSON_ENCODE_ANY);
    int order = strcmp(x ? x : "", y ? y : "");
    free(x);
    free(y);
    return order;
}

static json_t *sorted(json_t *entries)
{
    size_t count = json_array_size(entries);
    json_t **items = memory_alloc((count + 1) * sizeof *items);
    json_t *result = json_array();
    for (size_t i = 0; i < count; i++)
        items[i] = json_array_get(entries, i);
    qsort(items, count, sizeof *items, compare_entries);
    for (size_t i = 0; i < count; i++)
        json_array_append(result, items[i]);
    free(items);
    json_decref(entries);
    return result;
}

static json_t *hash_map_json(const struct map_view *m)
{
    json_t *entries = json_array();
    for (uint32_t bucket = 0; bucket < BAREBPF_HASH_BUCKETS(m->entries); bucket++)
        bucket_json(m, bucket, entries);
    return sorted(entries);
}

uint64_t contents_map_bytes(const json_t *map)
{
    uint64_t key = (uint64_t)json_integer_value(json_object_get(map, "key_bytes"));
    uint64_t value = (uint64_t)json_integer_value(json_object_get(map, "value_bytes"));
    uint64_t entries = (uint64_t)json_integer_value(json_object_get(map, "entries"));
    const char *role = json_string_value(json_object_get(map, "role"));
    json_int_t type = json_integer_value(json_object_get(map, "type"));
    if (!entries || !value || !role)
        return 0;
    if (strcmp(role, "map") != 0)
        return value;
    if (type == MAP_ARRAY)
        return BAREBPF_ARRAY_BYTES(value, entries);
    return type == MAP_HASH ? BAREBPF_HASH_BYTES(key, value, entries) : 0;
}

json_t *contents_map(const json_t *map, const uint8_t *bytes, size_t size)
{
    struct map_view m = {
        .key = json_object_get(map, "key"),
        .value = json_object_get(map, "value"),
        .key_bytes = (uint32_t)json_integer_value(json_object_get(map, "key_bytes")),
        .value_bytes = (uint32_t)json_integer_value(json_object_get(map, "value_bytes")),
        .entries = (uint32_t)json_integer_value(json_object_get(map, "entries")),
        .bytes = bytes,
    };
    json_int_t type = json_integer_value(json_object_get(map, "type"));
    const char *role = json_string_value(json_object_get(map, "role"));
    if (!m.entries || !m.value_bytes || !role)
        return json_null();
    if (strcmp(role, "map") != 0)
        return size >= m.value_bytes ? json_pack("[o]", entry_json(&m, json_integer(0), 0)) : json_null();
    if (type == MAP_ARRAY && size == (size_t)BAREBPF_VALUE_STRIDE(m.value_bytes) * m.entries)
        return array_map_json(&m);
    if (type == MAP_HASH && size == (size_t)BAREBPF_HASH_BYTES(m.key_bytes, m.value_bytes, (size_t)m.entries))
        return hash_map_json(&m);
    return json_null();
}
