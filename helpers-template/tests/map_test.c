// SPDX-License-Identifier: Apache-2.0
/* Array and hash maps against a model: a plain array of pairs, searched from its start. Random operations over a small
 * space of keys, so that maps fill up, empty, and reuse nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "map_array.h"
#include "map_hash.h"

#define OPERATIONS 100000
#define MODEL_MAX  512
#define BYTES_MAX  64

/* What is tested: a map's operations and sizes. */
struct subject {
    void *(*lookup)(const void *key);
    long (*update)(const void *key, const void *value, uint64_t flags);
    long (*delete)(const void *key);
    uint32_t key_bytes, value_bytes, entries;
};

struct pair {
    unsigned char key[BYTES_MAX], value[BYTES_MAX];
    void *address; /* of the value in the map; must stay while the key is in it */
};

struct model {
    struct pair pairs[MODEL_MAX];
    uint32_t count;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static struct pair *model_find(struct model *m, const struct subject *s, const unsigned char *key)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (memcmp(m->pairs[i].key, key, s->key_bytes) == 0)
            return &m->pairs[i];
    return NULL;
}

static void random_key(const struct subject *s, unsigned char *key, uint32_t *state)
{
    uint32_t number = next_random(state) % (2 * s->entries + 2);
    memset(key, 0x5a, s->key_bytes);
    /* Keys differ in their first and their last bytes, so every word matters. */
    for (uint32_t i = 0; i < 2 && i < s->key_bytes; i++)
        key[number & 0x200 ? i : s->key_bytes - 1 - i] = (unsigned char)(number >> (8 * i));
}

static void update_both(const struct subject *s, struct model *m, const unsigned char *key, uint32_t *state)
{
    unsigned char value[BYTES_MAX];
    for (uint32_t i = 0; i < s->value_bytes; i++)
        value[i] = (unsigned char)next_random(state);
    uint64_t flags = next_random(state) % 4;
    struct pair *pair = model_find(m, s, key);
    long expected = 0;
    if (flags > RT_EXIST)
        expected = -RT_EINVAL;
    else if (pair && flags == RT_NOEXIST)
        expected = -RT_EEXIST;
    else if (!pair && flags == RT_EXIST)
        expected = -RT_ENOENT;
    else if (!pair && m->count == s->entries)
        expected = -RT_E2BIG;
    assert_int_equal(s->update(key, value, flags), expected);
    if (expected)
        return;
    if (!pair) {
        pair = &m->pairs[m->count++];
        memcpy(pair->key, key, s->key_bytes);
        pair->address = s->lookup(key);
        assert_non_null(pair->address);
        assert_int_equal((uintptr_t)pair->address % BAREBPF_VALUE_ALIGN(s->value_bytes), 0);
    }
    memcpy(pair->value, value, s->value_bytes);
}

static void compare_all(const struct subject *s, struct model *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        void *value = s->lookup(m->pairs[i].key);
        assert_ptr_equal(value, m->pairs[i].address);
        assert_memory_equal(value, m->pairs[i].value, s->value_bytes);
    }
}

static void check_hash(const struct subject *s)
{
    static struct model model;
    struct model *m = &model;
    uint32_t state = s->key_bytes * 31 + s->value_bytes;
    m->count = 0;
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        unsigned char key[BYTES_MAX];
        random_key(s, key, &state);
        struct pair *pair = model_find(m, s, key);
        assert_ptr_equal(s->lookup(key), pair ? pair->address : NULL);
        if (next_random(&state) % 3) {
            update_both(s, m, key, &state);
        } else {
            assert_int_equal(s->delete(key), pair ? 0 : -RT_ENOENT);
            if (pair)
                *pair = m->pairs[--m->count];
        }
        if (i % 1000 == 0)
            compare_all(s, m);
    }
    compare_all(s, m);
}

/* One test per map: HASH_TEST(name, key bytes, value bytes, entries). */
#define HASH_TEST(name, key, value, count)                                                                             \
    BAREBPF_HASH_MAP(name, BAREBPF_BYTES(key), BAREBPF_BYTES(value), count);                                           \
    static void hash_##name##_behaves_as_the_model(void **unused)                                                      \
    {                                                                                                                  \
        (void)unused;                                                                                                  \
        check_hash(&(struct subject){rt_map_lookup__##name, rt_map_update__##name, rt_map_delete__##name, key, value,  \
                                     count});                                                                          \
    }

HASH_TEST(k4_v8, 4, 8, 16)
HASH_TEST(k1_v1, 1, 1, 7)
HASH_TEST(k2_v3, 2, 3, 100)
HASH_TEST(k6_v12, 6, 12, 33)
HASH_TEST(k16_v4, 16, 4, 256)
HASH_TEST(k38_v40, 38, 40, 5)
HASH_TEST(k3_v64, 3, 64, 1)
HASH_TEST(k8_v2, 8, 2, 511)
HASH_TEST(k5_v5, 5, 5, 64)

/* Above 65,534 entries an index has four bytes. */
BAREBPF_HASH_MAP(big, uint32_t, uint32_t, 70000);
static void hash_of_many_entries_holds_exactly_those(void **unused)
{
    (void)unused;
    for (uint32_t key = 0; key < 70000; key++)
        assert_int_equal(rt_map_update__big(&key, &key, RT_NOEXIST), 0);
    uint32_t more = 70000;
    assert_int_equal(rt_map_update__big(&more, &more, RT_ANY), -RT_E2BIG);
    for (uint32_t key = 0; key < 70000; key++)
        assert_int_equal(*(uint32_t *)rt_map_lookup__big(&key), key);
    assert_int_equal(rt_map_delete__big(&(uint32_t){12345}), 0);
    assert_int_equal(rt_map_update__big(&more, &more, RT_ANY), 0);
    assert_null(rt_map_lookup__big(&(uint32_t){12345}));
}

static void hash_update_from_its_own_value_keeps_it(void **unused)
{
    (void)unused;
    uint32_t key = 1;
    uint32_t *value = rt_map_lookup__big(&key);
    assert_non_null(value);
    assert_int_equal(rt_map_update__big(&key, value, RT_EXIST), 0);
    assert_int_equal(*value, 1);
}

BAREBPF_ARRAY_MAP(odd, BAREBPF_BYTES(12), 9);
BAREBPF_ARRAY_MAP(words, uint32_t, 5);

static void array_behaves_as_a_plain_array(void **unused)
{
    (void)unused;
    unsigned char model[9][12] = {{0}};
    uint32_t state = 1;
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        uint32_t index = next_random(&state) % 12;
        uint64_t flags = next_random(&state) % 4;
        unsigned char value[12];
        memset(value, (int)next_random(&state), sizeof value);
        void *slot = BAREBPF_ARRAY_LOOKUP(bpf_map_odd, &index);
        assert_ptr_equal(slot, index < 9 ? &bpf_map_odd.values[index] : NULL);
        long expected = flags > RT_EXIST ? -RT_EINVAL : index >= 9 ? -RT_E2BIG : flags == RT_NOEXIST ? -RT_EEXIST : 0;
        assert_int_equal(BAREBPF_ARRAY_UPDATE(bpf_map_odd, &index, value, flags), expected);
        if (!expected)
            memcpy(model[index], value, sizeof value);
        if (slot)
            assert_memory_equal(slot, model[index], sizeof value);
        assert_int_equal(BAREBPF_ARRAY_DELETE(bpf_map_odd, &index), -RT_EINVAL);
    }
}

static void array_index_is_compared_unsigned(void **unused)
{
    (void)unused;
    assert_null(BAREBPF_ARRAY_LOOKUP(bpf_map_words, &(uint32_t){UINT32_MAX}));
    assert_null(BAREBPF_ARRAY_LOOKUP(bpf_map_words, &(uint32_t){5}));
    assert_non_null(BAREBPF_ARRAY_LOOKUP(bpf_map_words, &(uint32_t){4}));
}

static void layout_is_the_one_of_the_contract(void **unused)
{
    (void)unused;
    assert_int_equal(sizeof bpf_map_odd, 9 * 16);
    assert_int_equal(sizeof bpf_map_words, 5 * 4);
    assert_int_equal((char *)bpf_map_k4_v8.nodes - (char *)&bpf_map_k4_v8, BAREBPF_HASH_NODES_OFFSET(4u, 8u, 16u));
    assert_int_equal((char *)&bpf_map_k6_v12.nodes[0].key - (char *)&bpf_map_k6_v12.nodes[0],
                     BAREBPF_HASH_KEY_OFFSET(6u, 33u));
    assert_int_equal((char *)&bpf_map_k6_v12.nodes[1].value - (char *)&bpf_map_k6_v12.nodes[1],
                     BAREBPF_HASH_VALUE_OFFSET(6u, 12u, 33u));
    assert_int_equal(BAREBPF_HASH_BUCKETS(1), 1);
    assert_int_equal(BAREBPF_HASH_BUCKETS(33), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_k4_v8_behaves_as_the_model),
        cmocka_unit_test(hash_k1_v1_behaves_as_the_model),
        cmocka_unit_test(hash_k2_v3_behaves_as_the_model),
        cmocka_unit_test(hash_k6_v12_behaves_as_the_model),
        cmocka_unit_test(hash_k16_v4_behaves_as_the_model),
        cmocka_unit_test(hash_k38_v40_behaves_as_the_model),
        cmocka_unit_test(hash_k3_v64_behaves_as_the_model),
        cmocka_unit_test(hash_k8_v2_behaves_as_the_model),
        cmocka_unit_test(hash_k5_v5_behaves_as_the_model),
        cmocka_unit_test(hash_of_many_entries_holds_exactly_those),
        cmocka_unit_test(hash_update_from_its_own_value_keeps_it),
        cmocka_unit_test(array_behaves_as_a_plain_array),
        cmocka_unit_test(array_index_is_compared_unsigned),
        cmocka_unit_test(layout_is_the_one_of_the_contract),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
