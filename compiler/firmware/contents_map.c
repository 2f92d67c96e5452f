// SPDX-License-Identifier: Apache-2.0
/* Dumped memory of maps to JSON: what map_layout.h says of each type, read by the host. The memory may be anything, so
 * nothing in it is believed to lead inside it, or to an end. */
#include "contents.h"

#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../base/memory.h"
#include "map_bytes.h"

/* What is to be decoded: the manifest's map and its memory. */
struct map_view {
    const json_t *key, *value, *slots;
    uint32_t key_bytes, value_bytes, entries;
    uint32_t extra; /* hash functions of a bloom filter, tail of a ring */
    enum map_store store;
    bool is_section, is_stack;
    const uint8_t *bytes;
};

static json_int_t number_of(const json_t *map, const char *name)
{
    return json_integer_value(json_object_get(map, name));
}

static struct map_view view_map(const json_t *map, const uint8_t *bytes)
{
    const char *role = json_string_value(json_object_get(map, "role"));
    uint32_t type = (uint32_t)number_of(map, "type");
    struct map_view m = {
        .key = json_object_get(map, "key"),
        .value = json_object_get(map, "value"),
        .slots = json_object_get(map, "slots"),
        .key_bytes = (uint32_t)number_of(map, "key_bytes"),
        .value_bytes = (uint32_t)number_of(map, "value_bytes"),
        .entries = (uint32_t)number_of(map, "entries"),
        .extra = (uint32_t)number_of(map, "extra"),
        .store = map_store(type),
        .is_section = role && strcmp(role, "map") != 0,
        .is_stack = type == MAP_STACK,
        .bytes = bytes,
    };
    if (m.store == STORE_STREAM)
        m.entries = (uint32_t)number_of(map, "ring_bytes");
    if (!role || !m.entries)
        m.store = STORE_NONE;
    return m;
}

uint64_t contents_map_bytes(const json_t *map)
{
    struct map_view m = view_map(map, NULL);
    if (m.store == STORE_NONE)
        return 0;
    return m.is_section ? m.value_bytes : map_store_bytes(m.store, m.key_bytes, m.value_bytes, m.entries, m.extra);
}

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

/* -- hashes -------------------------------------------------------------------------------------------------------- */

/* Follows the bucket's chain; a broken one ends after `entries` steps. */
static void bucket_json(const struct map_view *m, uint32_t bucket, json_t *entries)
{
    unsigned index_bits = BAREBPF_HASH_INDEX_BYTES(m->entries) * 8;
    size_t nodes = BAREBPF_HASH_NODES_OFFSET(m->key_bytes, m->value_bytes, m->entries);
    size_t node_bytes = BAREBPF_HASH_NODE_BYTES(m->key_bytes, m->value_bytes, m->entries);
    size_t link = BAREBPF_HASH_BUCKETS_OFFSET(m->entries) + (size_t)bucket * index_bits / 8;
    for (uint32_t steps = 0; steps < m->entries; steps++) {
        uint64_t index = contents_bits(m->bytes + link, 0, index_bits);
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

/* -- tries --------------------------------------------------------------------------------------------------------- */

/* The key of a node: its prefix length and data. */
static json_t *trie_key_json(const struct map_view *m, const uint8_t *node)
{
    uint32_t prefix = BAREBPF_TRIE_PREFIX_OFFSET(m->entries), data = BAREBPF_TRIE_DATA_OFFSET(m->entries);
    uint8_t key[MAP_TRIE_KEY_BYTES] = {node[prefix], node[prefix + 1]};
    if (m->key_bytes > sizeof key)
        return json_null();
    memcpy(key + 4, node + data, m->key_bytes - 4);
    return contents_value(m->key, key, m->key_bytes);
}

/* Visits a node before its children, the right before the left; what is found so, backwards, has children before their
 * parents. */
static json_t *trie_map_json(const struct map_view *m)
{
    unsigned index_bits = BAREBPF_TRIE_INDEX_BYTES(m->entries) * 8;
    uint32_t nodes = 2 * m->entries - 1, waiting_count = 0;
    uint32_t *waiting = memory_alloc((2 * (size_t)nodes + 2) * sizeof *waiting);
    json_t *entries = json_array();
    waiting[waiting_count++] = (uint32_t)contents_bits(m->bytes, 0, index_bits);
    for (uint32_t steps = 0; waiting_count && steps < nodes;) {
        uint32_t index = waiting[--waiting_count];
        if (!index || index > nodes)
            continue;
        const uint8_t *node = m->bytes + BAREBPF_TRIE_NODES_OFFSET(m->entries) +
                              (size_t)(index - 1) * BAREBPF_TRIE_NODE_BYTES(m->key_bytes, m->entries);
        if (index <= m->entries)
            json_array_insert_new(
                entries, 0,
                entry_json(m, trie_key_json(m, node),
                           BAREBPF_TRIE_VALUES_OFFSET(m->key_bytes, m->value_bytes, (size_t)m->entries) +
                               (size_t)(index - 1) * BAREBPF_VALUE_STRIDE(m->value_bytes)));
        for (unsigned side = 0; side < 2; side++)
            waiting[waiting_count++] = (uint32_t)contents_bits(node, side * index_bits, index_bits);
        steps++;
    }
    free(waiting);
    return entries;
}

/* -- queues and rings ---------------------------------------------------------------------------------------------- */

static json_t *queue_map_json(const struct map_view *m)
{
    uint64_t first = contents_bits(m->bytes, 0, 32), count = contents_bits(m->bytes, 32, 32);
    json_t *entries = json_array();
    for (uint64_t i = 0; first < m->entries && count <= m->entries && i < count; i++) {
        uint64_t at = (first + (m->is_stack ? count - 1 - i : i)) % m->entries;
        json_array_append_new(
            entries, entry_json(m, json_integer((json_int_t)i),
                                BAREBPF_QUEUE_VALUES_OFFSET + (size_t)at * BAREBPF_VALUE_STRIDE(m->value_bytes)));
    }
    return entries;
}

static json_t *ring_map_json(const struct map_view *m)
{
    uint32_t at = (uint32_t)contents_bits(m->bytes, 0, 32), end = (uint32_t)contents_bits(m->bytes, 32, 32);
    json_t *entries = json_array();
    while (at != end && end - at <= m->entries) {
        size_t offset = at & (m->entries - 1), room = m->entries + m->extra - offset;
        const uint8_t *record = m->bytes + BAREBPF_RING_DATA_OFFSET + offset;
        uint32_t header = (uint32_t)contents_bits(record, 0, 32);
        uint32_t length = header & ~(BAREBPF_RING_BUSY | BAREBPF_RING_DISCARDED);
        if ((header & BAREBPF_RING_BUSY) || at % 8 || length > room - BAREBPF_RING_HEADER_BYTES)
            break;
        if (!(header & BAREBPF_RING_DISCARDED))
            json_array_append_new(entries, json_pack("{sI so}", "key", (json_int_t)json_array_size(entries), "value",
                                                     contents_hex(record + BAREBPF_RING_HEADER_BYTES, length)));
        uint32_t whole = BAREBPF_ALIGN_UP(length + BAREBPF_RING_HEADER_BYTES, 8u);
        at = whole > end - at ? end : at + whole;
    }
    return entries;
}

static json_t *slots_json(const struct map_view *m)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < json_array_size(m->slots); i++) {
        json_t *name = json_array_get(m->slots, i);
        if (json_is_string(name))
            json_array_append_new(entries, json_pack("{sI sO}", "key", (json_int_t)i, "value", name));
    }
    return entries;
}

json_t *contents_map(const json_t *map, const uint8_t *bytes, size_t size)
{
    struct map_view m = view_map(map, bytes);
    uint64_t must = contents_map_bytes(map);
    if (m.store == STORE_NONE || (m.is_section && (!must || size < must)))
        return json_null();
    if (m.is_section)
        return json_pack("[o]", entry_json(&m, json_integer(0), 0));
    if (m.store != STORE_MAPS && size != must)
        return json_null();
    switch (m.store) {
    case STORE_ARRAY: return array_map_json(&m);
    case STORE_HASH:
    case STORE_LRU: return hash_map_json(&m);
    case STORE_TRIE: return trie_map_json(&m);
    case STORE_QUEUE: return queue_map_json(&m);
    case STORE_RING:
    case STORE_STREAM: return ring_map_json(&m);
    case STORE_MAPS: return slots_json(&m);
    case STORE_BLOOM: return json_array();
    case STORE_NONE: break;
    }
    return json_null();
}
