// SPDX-License-Identifier: Apache-2.0
/* Random operations on maps of every type, one step at a time: what host, boards and Linux are compared with. No C
 * library, so that firmware can include it. */
#ifndef BAREBPF_TESTS_MAP_STEPS_H
#define BAREBPF_TESTS_MAP_STEPS_H

#include "map_array.h"
#include "map_bloom.h"
#include "map_hash.h"
#include "map_lru.h"
#include "map_queue.h"
#include "map_trie.h"

#define STEP_BYTES 40 /* longest key and value */

enum subject_kind { SUBJECT_ARRAY, SUBJECT_HASH, SUBJECT_LRU, SUBJECT_TRIE, SUBJECT_QUEUE, SUBJECT_STACK };
enum step_op { STEP_LOOKUP, STEP_UPDATE, STEP_DELETE, STEP_PUSH, STEP_POP, STEP_PEEK };

/* A map, and its operations where it is one of ours. Queues and stacks use push, pop and peek. */
struct subject {
    const char *name;
    enum subject_kind kind;
    uint32_t key_bytes, value_bytes, entries;
    void *(*lookup)(const void *key);
    long (*update)(const void *key, const void *value, uint64_t flags);
    long (*delete)(const void *key);
    long (*push)(const void *value, uint64_t flags);
    long (*pop)(void *value);
    long (*peek)(void *value);
};

struct step {
    enum step_op op;
    uint64_t flags;
    _Alignas(8) unsigned char key[STEP_BYTES], value[STEP_BYTES];
};

/* What a step gave: 0 or a negative error; the value when it gave one. A key that is absent is -ENOENT. */
struct answer {
    long result;
    unsigned char value[STEP_BYTES];
};

static inline uint32_t step_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Keys differ in their first and last bytes; twice as many as there are entries, so that maps fill up. Prefixes share
 * their first bits, and are sometimes too long. */
static inline void step_key(const struct subject *s, unsigned char *key, uint32_t *state)
{
    uint32_t number = step_random(state) % (2 * s->entries + 2);
    __builtin_memset(key, 0x5a, STEP_BYTES);
    if (s->kind == SUBJECT_TRIE) {
        uint32_t bits = step_random(state) % (8 * (s->key_bytes - 4) + 2);
        __builtin_memcpy(key, &bits, 4);
        for (uint32_t i = 4; i < s->key_bytes; i++)
            key[i] = step_random(state) % 4 ? 0x80 : (unsigned char)(step_random(state) & 0x81);
    } else if (s->kind == SUBJECT_ARRAY) {
        __builtin_memcpy(key, &number, 4);
    } else {
        for (uint32_t i = 0; i < 2 && i < s->key_bytes; i++)
            key[number & 0x200 ? i : s->key_bytes - 1 - i] = (unsigned char)(number >> (8 * i));
    }
}

static inline struct step step_next(const struct subject *s, uint32_t *state)
{
    struct step step = {.flags = 0};
    bool keyed = s->kind != SUBJECT_QUEUE && s->kind != SUBJECT_STACK;
    uint32_t what = step_random(state) % 8;
    if (keyed)
        step.op = what < 4 ? STEP_UPDATE : what < 6 ? STEP_LOOKUP : STEP_DELETE;
    else
        step.op = what < 4 ? STEP_PUSH : what < 7 ? STEP_POP : STEP_PEEK;
    if (step_random(state) % 3 == 0)
        step.flags = step_random(state) % 4;
    step_key(s, step.key, state);
    for (uint32_t i = 0; i < s->value_bytes; i++)
        step.value[i] = (unsigned char)step_random(state);
    return step;
}

/* Does the step on one of our maps. */
static inline struct answer step_run(const struct subject *s, const struct step *step)
{
    struct answer a = {.result = 0};
    const void *found = NULL;
    switch (step->op) {
    case STEP_LOOKUP:
        found = s->lookup(step->key);
        a.result = found ? 0 : -RT_ENOENT;
        break;
    case STEP_UPDATE: a.result = s->update(step->key, step->value, step->flags); break;
    case STEP_DELETE: a.result = s->delete(step->key); break;
    case STEP_PUSH: a.result = s->push(step->value, step->flags); break;
    case STEP_POP: a.result = s->pop(a.value); break;
    case STEP_PEEK: a.result = s->peek(a.value); break;
    }
    if (found)
        __builtin_memcpy(a.value, found, s->value_bytes);
    return a;
}

/* FNV-1a over the answers of `count` steps, the same on every machine. */
static inline uint32_t steps_digest(const struct subject *s, uint32_t count)
{
    uint32_t state = s->key_bytes * 31 + s->value_bytes, digest = 0x811c9dc5u;
    for (uint32_t i = 0; i < count; i++) {
        struct step step = step_next(s, &state);
        struct answer a = step_run(s, &step);
        digest = (digest ^ (uint32_t)a.result) * 0x01000193u;
        for (uint32_t k = 0; k < s->value_bytes; k++)
            digest = (digest ^ a.value[k]) * 0x01000193u;
    }
    return digest;
}

#define STEP_KEYED(kind, name, key, value, count)                                                                      \
    {#name, kind, key, value, count, rt_map_lookup__##name, rt_map_update__##name, rt_map_delete__##name,              \
     NULL,  NULL, NULL}
#define STEP_QUEUED(kind, name, value, count)                                                                          \
    {#name, kind, 0, value, count, NULL, NULL, NULL, rt_map_push__##name, rt_map_pop__##name, rt_map_peek__##name}

/* The maps: MAPS_ARE(KEYED, QUEUED) lists each with its sizes. */
BAREBPF_ARRAY_MAP(a12, BAREBPF_BYTES(12), 9);
BAREBPF_HASH_MAP(h4_8, uint32_t, uint64_t, 16);
BAREBPF_HASH_MAP(h1_1, BAREBPF_BYTES(1), BAREBPF_BYTES(1), 7);
BAREBPF_HASH_MAP(h6_12, BAREBPF_BYTES(6), BAREBPF_BYTES(12), 33);
BAREBPF_HASH_MAP(h38_5, BAREBPF_BYTES(38), BAREBPF_BYTES(5), 20);
BAREBPF_LRU_MAP(l4_4, uint32_t, uint32_t, 8);
BAREBPF_LRU_MAP(l5_9, BAREBPF_BYTES(5), BAREBPF_BYTES(9), 21);
BAREBPF_TRIE_MAP(t8_4, BAREBPF_BYTES(8), uint32_t, 24);
BAREBPF_TRIE_MAP(t5_1, BAREBPF_BYTES(5), BAREBPF_BYTES(1), 60);
BAREBPF_TRIE_MAP(t20_8, BAREBPF_BYTES(20), uint64_t, 1);
BAREBPF_QUEUE_MAP(q4, uint32_t, 5, 0);
BAREBPF_QUEUE_MAP(q9, BAREBPF_BYTES(9), 1, 0);
BAREBPF_QUEUE_MAP(s8, uint64_t, 6, 1);
BAREBPF_QUEUE_MAP(s3, BAREBPF_BYTES(3), 17, 1);

static void *rt_map_lookup__a12(const void *key)
{
    return BAREBPF_ARRAY_LOOKUP(bpf_map_a12, key);
}

static long rt_map_update__a12(const void *key, const void *value, uint64_t flags)
{
    return BAREBPF_ARRAY_UPDATE(bpf_map_a12, key, value, flags);
}

static long rt_map_delete__a12(const void *key)
{
    return BAREBPF_ARRAY_DELETE(bpf_map_a12, key);
}

static const struct subject step_subjects[] = {
    STEP_KEYED(SUBJECT_ARRAY, a12, 4, 12, 9),   STEP_KEYED(SUBJECT_HASH, h4_8, 4, 8, 16),
    STEP_KEYED(SUBJECT_HASH, h1_1, 1, 1, 7),    STEP_KEYED(SUBJECT_HASH, h6_12, 6, 12, 33),
    STEP_KEYED(SUBJECT_HASH, h38_5, 38, 5, 20), STEP_KEYED(SUBJECT_LRU, l4_4, 4, 4, 8),
    STEP_KEYED(SUBJECT_LRU, l5_9, 5, 9, 21),    STEP_KEYED(SUBJECT_TRIE, t8_4, 8, 4, 24),
    STEP_KEYED(SUBJECT_TRIE, t5_1, 5, 1, 60),   STEP_KEYED(SUBJECT_TRIE, t20_8, 20, 8, 1),
    STEP_QUEUED(SUBJECT_QUEUE, q4, 4, 5),       STEP_QUEUED(SUBJECT_QUEUE, q9, 9, 1),
    STEP_QUEUED(SUBJECT_STACK, s8, 8, 6),       STEP_QUEUED(SUBJECT_STACK, s3, 3, 17),
};
#define STEP_SUBJECTS (sizeof step_subjects / sizeof step_subjects[0])

#endif
