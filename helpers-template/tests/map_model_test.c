// SPDX-License-Identifier: Apache-2.0
/* Maps against a model, a plain list of pairs, and against Linux's maps, step by step: the same results, errors and
 * values. Which key an LRU map drops is its own affair, but it drops one only when it is full.
 *
 *     helpers_map_model_test [STEPS]            against the model; ring buffer and bloom filter too
 *     helpers_map_model_test --kernel [STEPS]   against Linux; ends with 77 where bpf() is not allowed
 *     helpers_map_model_test --percpu [STEPS]   against its per-CPU maps, which here are the plain ones
 *     helpers_map_model_test --digests STEPS    "NAME DIGEST" for each map, to be compared with a board's
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <barebpf/ringbuf.h>

#include "map_ring.h"
#include "map_steps.h"

#define PAIRS_MAX  64
#define SKIPPED    77
#define COPIES_MAX 256 /* processors whose values a per-CPU map of Linux hands over */

/* What a map must hold; queues from the oldest to the newest. */
struct model {
    struct {
        unsigned char key[STEP_BYTES], value[STEP_BYTES];
    } pairs[PAIRS_MAX];
    uint32_t count;
};

static _Noreturn void fail(const struct subject *s, uint32_t step, const char *what, long is, long must)
{
    printf("FAILED: %s, step %u: %s is %ld, must be %ld\n", s->name, step, what, is, must);
    exit(1);
}

static uint32_t prefix_bits(const unsigned char *key)
{
    uint32_t bits;
    memcpy(&bits, key, sizeof bits);
    return bits;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, uint32_t bits)
{
    for (uint32_t i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

static bool same_key(const struct subject *s, const unsigned char *a, const unsigned char *b)
{
    if (s->kind != SUBJECT_TRIE)
        return memcmp(a, b, s->key_bytes) == 0;
    return prefix_bits(a) == prefix_bits(b) && same_bits(a + 4, b + 4, prefix_bits(a));
}

/* The pair of exactly this key; the count when there is none. */
static uint32_t model_find(const struct model *m, const struct subject *s, const unsigned char *key)
{
    uint32_t i = 0;
    while (i < m->count && !same_key(s, m->pairs[i].key, key))
        i++;
    return i;
}

static void model_remove(struct model *m, uint32_t index)
{
    memmove(&m->pairs[index], &m->pairs[index + 1], (m->count - index - 1) * sizeof m->pairs[0]);
    m->count--;
}

static void model_init(struct model *m, const struct subject *s)
{
    memset(m, 0, sizeof *m);
    for (uint32_t i = 0; s->kind == SUBJECT_ARRAY && i < s->entries; i++, m->count++)
        memcpy(m->pairs[i].key, &i, sizeof i);
}

/* The pair that a lookup finds. */
static uint32_t model_lookup(const struct model *m, const struct subject *s, const unsigned char *key)
{
    if (s->kind != SUBJECT_TRIE)
        return model_find(m, s, key);
    uint32_t best = m->count, limit = prefix_bits(key);
    for (uint32_t i = 0; limit <= 8 * (s->key_bytes - 4) && i < m->count; i++) {
        uint32_t bits = prefix_bits(m->pairs[i].key);
        if (bits <= limit && same_bits(m->pairs[i].key + 4, key + 4, bits) &&
            (best == m->count || bits > prefix_bits(m->pairs[best].key)))
            best = i;
    }
    return best;
}

static long model_update(struct model *m, const struct subject *s, const struct step *step)
{
    uint32_t at = model_find(m, s, step->key);
    if (step->flags > 2)
        return -EINVAL;
    if (s->kind == SUBJECT_TRIE && prefix_bits(step->key) > 8 * (s->key_bytes - 4))
        return -EINVAL;
    if (s->kind == SUBJECT_ARRAY && at == m->count)
        return -E2BIG;
    if (at < m->count && step->flags == 1)
        return -EEXIST;
    if (at == m->count && step->flags == 2)
        return -ENOENT;
    if (at == m->count && m->count == s->entries)
        return s->kind == SUBJECT_TRIE ? -ENOSPC : -E2BIG;
    m->count += at == m->count;
    memcpy(m->pairs[at].key, step->key, s->key_bytes);
    memcpy(m->pairs[at].value, step->value, s->value_bytes);
    return 0;
}

static long model_delete(struct model *m, const struct subject *s, const unsigned char *key)
{
    uint32_t at = model_find(m, s, key);
    if (s->kind == SUBJECT_ARRAY || (s->kind == SUBJECT_TRIE && prefix_bits(key) > 8 * (s->key_bytes - 4)))
        return -EINVAL;
    if (at == m->count)
        return -ENOENT;
    model_remove(m, at);
    return 0;
}

static long model_push(struct model *m, const struct subject *s, const struct step *step)
{
    if (step->flags & 1)
        return -EINVAL;
    if (m->count == s->entries && step->flags != 2)
        return -E2BIG;
    if (m->count == s->entries)
        model_remove(m, 0);
    memcpy(m->pairs[m->count++].value, step->value, s->value_bytes);
    return 0;
}

static struct answer model_run(struct model *m, const struct subject *s, const struct step *step)
{
    struct answer a = {.result = 0};
    uint32_t at = m->count;
    switch (step->op) {
    case STEP_UPDATE: a.result = model_update(m, s, step); return a;
    case STEP_DELETE: a.result = model_delete(m, s, step->key); return a;
    case STEP_PUSH: a.result = model_push(m, s, step); return a;
    case STEP_LOOKUP: at = model_lookup(m, s, step->key); break;
    case STEP_POP:
    case STEP_PEEK: at = !m->count ? 0 : s->kind == SUBJECT_STACK ? m->count - 1 : 0; break;
    }
    a.result = at < m->count ? 0 : -ENOENT;
    if (at < m->count)
        memcpy(a.value, m->pairs[at].value, s->value_bytes);
    if (at < m->count && step->op == STEP_POP)
        model_remove(m, at);
    return a;
}

/* -- against the model --------------------------------------------------------------------------------------------- */

static void compare(const struct subject *s, uint32_t step, const struct answer *is, const struct answer *must)
{
    if (is->result != must->result)
        fail(s, step, "the result", is->result, must->result);
    for (uint32_t i = 0; i < s->value_bytes; i++)
        if (is->value[i] != must->value[i])
            fail(s, step, "a byte of the value", is->value[i], must->value[i]);
}

static void check_exact(const struct subject *s, uint32_t count)
{
    static struct model model;
    uint32_t state = s->key_bytes * 31 + s->value_bytes;
    model_init(&model, s);
    for (uint32_t i = 0; i < count; i++) {
        struct step step = step_next(s, &state);
        struct answer is = step_run(s, &step), must = model_run(&model, s, &step);
        compare(s, i, &is, &must);
    }
}

/* An LRU map may have dropped keys. What it answers must otherwise be right, and it is full once it was. */
static void check_lru(const struct subject *s, uint32_t count)
{
    static struct model model; /* every value that was ever put in and not deleted */
    struct subject roomy = *s;
    uint32_t state = s->key_bytes * 31 + s->value_bytes, held = 0;
    roomy.entries = PAIRS_MAX;
    model_init(&model, s);
    for (uint32_t i = 0; i < count; i++) {
        struct step step = step_next(s, &state);
        bool there = s->lookup(step.key) != NULL;
        if (!there && model_find(&model, s, step.key) < model.count)
            model_remove(&model, model_find(&model, s, step.key)); /* it was dropped */
        struct answer is = step_run(s, &step), must = model_run(&model, &roomy, &step);
        compare(s, i, &is, &must);
        held += step.op == STEP_UPDATE && !is.result && !there && held < s->entries;
        held -= step.op == STEP_DELETE && !is.result;
        if (step.op == STEP_UPDATE && !is.result && !s->lookup(step.key))
            fail(s, i, "the new key's presence", 0, 1);
        uint32_t found = 0;
        for (uint32_t k = 0; i % 16 == 0 && k < model.count; k++)
            found += s->lookup(model.pairs[k].key) != NULL;
        if (i % 16 == 0 && found != held)
            fail(s, i, "the number of keys", found, held);
    }
}

BAREBPF_RINGBUF_MAP(ring, 256, 72);

/* Records of 0..64 bytes, some held back, some discarded, read at random times: what comes out is what went in. */
static void check_ring(uint32_t count)
{
    static const struct subject name = {.name = "ringbuf"};
    struct {
        unsigned char *record;
        uint32_t bytes, seed;
        bool discarded;
    } sent[64];
    uint32_t first = 0, last = 0, used = 0, state = 7, bytes;
    struct barebpf_ringbuf r = BAREBPF_RINGBUF(bpf_map_ring);
    for (uint32_t i = 0; i < count; i++) {
        if (step_random(&state) % 2) {
            uint32_t length = step_random(&state) % 65, whole = (length + 15) / 8 * 8;
            unsigned char *record = rt_map_reserve__ring(length, 0);
            if ((record != NULL) != (used + whole <= 255))
                fail(&name, i, "room", record != NULL, used + whole <= 255);
            if (!record)
                continue;
            memset(record, (int)(i & 0xff), length);
            used += whole;
            sent[last++ % 64] = (__typeof__(sent[0])){record, length, i & 0xff, step_random(&state) % 5 == 0};
            if (sent[(last - 1) % 64].discarded)
                rt_helper_ringbuf_discard(record, 0);
            else
                rt_helper_ringbuf_submit(record, 0);
            continue;
        }
        const unsigned char *got = barebpf_ringbuf_peek(r, &bytes);
        while (first != last && sent[first % 64].discarded)
            used -= (sent[first++ % 64].bytes + 15) / 8 * 8;
        if ((got != NULL) != (first != last))
            fail(&name, i, "a record's presence", got != NULL, first != last);
        if (!got)
            continue;
        if (got != sent[first % 64].record || bytes != sent[first % 64].bytes)
            fail(&name, i, "the record's length", bytes, sent[first % 64].bytes);
        for (uint32_t k = 0; k < bytes; k++)
            if (got[k] != sent[first % 64].seed)
                fail(&name, i, "a byte of the record", got[k], (long)sent[first % 64].seed);
        used -= (sent[first++ % 64].bytes + 15) / 8 * 8;
        barebpf_ringbuf_release(r);
        if (rt_map_query__ring(0) != used)
            fail(&name, i, "the bytes in the ring", (long)rt_map_query__ring(0), used);
    }
    void *held = rt_map_reserve__ring(8, 0);
    while (barebpf_ringbuf_peek(r, &bytes))
        barebpf_ringbuf_release(r);
    if (!held || rt_map_output__ring("x", 1, 4) != -RT_EINVAL || rt_map_reserve__ring(8, 1) ||
        rt_map_reserve__ring(249, 0))
        fail(&name, count, "what must be refused", 0, 1);
    if (rt_map_output__ring("later", 5, 0) || barebpf_ringbuf_peek(r, &bytes))
        fail(&name, count, "a record behind one that is held", 1, 0);
    rt_helper_ringbuf_submit(held, 0);
    if (barebpf_ringbuf_peek(r, &bytes) != held)
        fail(&name, count, "the record that was held", 0, 1);
}

BAREBPF_BLOOM_MAP(bloom, uint64_t, 1000, 5);

/* What was pushed is found; of the rest at most a few in a hundred. */
static void check_bloom(void)
{
    static const struct subject name = {.name = "bloom"};
    uint32_t wrong = 0;
    for (uint64_t i = 0; i < 1000; i++)
        rt_map_push__bloom(&(uint64_t){i * i}, 0);
    for (uint64_t i = 0; i < 1000; i++)
        if (rt_map_peek__bloom(&(uint64_t){i * i}))
            fail(&name, (uint32_t)i, "a value that was pushed", -ENOENT, 0);
    for (uint64_t i = 0; i < 10000; i++)
        wrong += rt_map_peek__bloom(&(uint64_t){2000000 + i}) == 0;
    if (wrong > 500 || rt_map_push__bloom(&(uint64_t){1}, 1) != -RT_EINVAL)
        fail(&name, 0, "the number of false answers in 10000", wrong, 500);
}

/* -- against Linux ------------------------------------------------------------------------------------------------- */

static long kernel_call(int command, union bpf_attr *attr)
{
    long result = syscall(SYS_bpf, command, attr, sizeof *attr);
    return result < 0 ? -errno : result;
}

/* A map of Linux's that is like the subject. */
struct kernel {
    int map;
    uint32_t copies; /* of a value: per-CPU maps hold one for each processor; 0: it is no per-CPU map */
    uint32_t stride; /* from copy to copy */
};

/* As many values as lookups and updates of per-CPU maps hand over. */
static uint32_t possible_cpus(void)
{
    uint32_t first = 0, last = 0;
    FILE *file = fopen("/sys/devices/system/cpu/possible", "r");
    if (file && fscanf(file, "%u-%u", &first, &last) < 2)
        last = first;
    if (file)
        fclose(file);
    return last + 1 < COPIES_MAX ? last + 1 : COPIES_MAX;
}

static struct kernel kernel_map(const struct subject *s, bool percpu)
{
    static const uint32_t types[] = {BPF_MAP_TYPE_ARRAY,    BPF_MAP_TYPE_HASH,  BPF_MAP_TYPE_LRU_HASH,
                                     BPF_MAP_TYPE_LPM_TRIE, BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK};
    static const uint32_t percpu_types[] = {BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH,
                                            BPF_MAP_TYPE_LRU_PERCPU_HASH};
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.map_type = percpu ? percpu_types[s->kind] : types[s->kind];
    attr.key_size = s->key_bytes;
    attr.value_size = s->value_bytes;
    attr.max_entries = s->entries;
    attr.map_flags = s->kind == SUBJECT_TRIE ? BPF_F_NO_PREALLOC : 0;
    struct kernel k = {(int)kernel_call(BPF_MAP_CREATE, &attr), percpu ? possible_cpus() : 0,
                       (s->value_bytes + 7) / 8 * 8};
    if (k.map < 0) {
        printf("SKIPPED: bpf() is not allowed here: %s\n", strerror(-k.map));
        exit(SKIPPED);
    }
    return k;
}

static struct answer kernel_run(const struct kernel *k, const struct step *step)
{
    static const int commands[] = {BPF_MAP_LOOKUP_ELEM,
                                   BPF_MAP_UPDATE_ELEM,
                                   BPF_MAP_DELETE_ELEM,
                                   BPF_MAP_UPDATE_ELEM,
                                   BPF_MAP_LOOKUP_AND_DELETE_ELEM,
                                   BPF_MAP_LOOKUP_ELEM};
    static _Alignas(8) unsigned char values[COPIES_MAX * STEP_BYTES];
    struct answer a = {.result = 0};
    union bpf_attr attr;
    bool updates = step->op == STEP_UPDATE || step->op == STEP_PUSH, queued = step->op >= STEP_PUSH;
    memset(&attr, 0, sizeof attr);
    memcpy(values, updates ? step->value : a.value, STEP_BYTES);
    for (uint32_t copy = 1; updates && copy < k->copies; copy++)
        memcpy(values + copy * k->stride, step->value, k->stride);
    attr.map_fd = (uint32_t)k->map;
    attr.key = queued ? 0 : (uintptr_t)step->key;
    if (step->op != STEP_DELETE)
        attr.value = (uintptr_t)values;
    if (updates)
        attr.flags = step->flags;
    a.result = kernel_call(commands[step->op], &attr);
    if (!updates && step->op != STEP_DELETE && !a.result)
        memcpy(a.value, values, STEP_BYTES);
    return a;
}

static void check_kernel(const struct subject *s, bool percpu, uint32_t count)
{
    struct kernel k = kernel_map(s, percpu);
    uint32_t state = s->key_bytes * 31 + s->value_bytes;
    for (uint32_t i = 0; i < count; i++) {
        struct step step = step_next(s, &state);
        struct answer is = step_run(s, &step), must = kernel_run(&k, &step);
        compare(s, i, &is, &must);
    }
    close(k.map);
}

/* Puts what an LRU map answers into the model of what it may hold: it drops what it likes, but knows nothing else. */
static void follow_lru(const struct subject *s, struct model *model, uint32_t i, const struct step *step,
                       const struct answer *is, bool there)
{
    struct subject roomy = *s;
    roomy.entries = PAIRS_MAX;
    uint32_t at = model_find(model, s, step->key);
    if (!there && at < model->count)
        model_remove(model, at);
    struct answer must = model_run(model, &roomy, step);
    compare(s, i, is, &must);
}

/* Linux's LRU maps and ours drop different keys; both answer as a map that holds what it has kept, hold a key that was
 * just put in, and never more keys than they have entries. */
static void check_kernel_lru(const struct subject *s, bool percpu, uint32_t count)
{
    static struct model ours, theirs;
    struct kernel k = kernel_map(s, percpu);
    uint32_t state = s->key_bytes * 31 + s->value_bytes;
    model_init(&ours, s);
    model_init(&theirs, s);
    for (uint32_t i = 0; i < count; i++) {
        struct step step = step_next(s, &state), look = step;
        look.op = STEP_LOOKUP;
        bool there = s->lookup(step.key) != NULL, there_in_linux = kernel_run(&k, &look).result == 0;
        struct answer is = step_run(s, &step), is_in_linux = kernel_run(&k, &step);
        if (step.op == STEP_UPDATE && step.flags == (is_in_linux.result ? 2 : 1))
            there_in_linux = false; /* Linux makes room first, and may drop this very key for it */
        follow_lru(s, &ours, i, &step, &is, there);
        follow_lru(s, &theirs, i, &step, &is_in_linux, there_in_linux);
        bool put = step.op == STEP_UPDATE && !is_in_linux.result;
        if (put && kernel_run(&k, &look).result)
            fail(s, i, "the new key's presence in Linux", 0, 1);
        uint32_t held = 0;
        for (uint32_t pair = 0; i % 16 == 0 && pair < theirs.count; pair++) {
            memcpy(look.key, theirs.pairs[pair].key, sizeof look.key);
            held += kernel_run(&k, &look).result == 0;
        }
        if (held > s->entries)
            fail(s, i, "the number of keys in Linux", held, s->entries);
    }
    close(k.map);
}

static void check_against_kernel(const struct subject *s, bool percpu, uint32_t count)
{
    if (s->kind == SUBJECT_LRU)
        check_kernel_lru(s, percpu, count);
    else
        check_kernel(s, percpu, count);
    printf("%s%s: %u steps as Linux\n", s->name, percpu ? ", per CPU" : "", count);
}

static void check(const struct subject *s, uint32_t count)
{
    if (s->kind == SUBJECT_LRU)
        check_lru(s, count);
    else
        check_exact(s, count);
    printf("%s: %u steps as the model\n", s->name, count);
}

int main(int argc, char **argv)
{
    const char *last = argc > 1 ? argv[argc - 1] : "", *what = argc > 1 ? argv[1] : "";
    uint32_t count = *last >= '1' && *last <= '9' ? (uint32_t)strtoul(last, NULL, 10) : 100000;
    bool percpu = strcmp(what, "--percpu") == 0, kernel = strcmp(what, "--kernel") == 0;
    for (uint32_t i = 0; i < STEP_SUBJECTS; i++) {
        const struct subject *s = &step_subjects[i];
        if (strcmp(what, "--digests") == 0)
            printf("%s %08x\n", s->name, steps_digest(s, count));
        else if (!kernel && !percpu)
            check(s, count);
        else if (kernel || s->kind <= SUBJECT_LRU)
            check_against_kernel(s, percpu, count);
    }
    if (*what != '-') {
        check_ring(count);
        check_bloom();
        printf("ring buffer: %u steps as the model; bloom filter\n", count);
    }
    return 0;
}
