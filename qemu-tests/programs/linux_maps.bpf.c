// SPDX-License-Identifier: Apache-2.0
/* Flags and errors of maps, locks in values, dynptrs and other helpers, so that boards can be compared with Linux's
 * BPF_PROG_TEST_RUN (packets.py). The last byte of the source address says which case is run. Each begins with maps as
 * they are when a program is loaded, or makes them so. */
#include <linux/bpf.h>

#define SEC(name)       __attribute__((section(name), used))
#define INLINE          static inline __attribute__((always_inline))
#define __uint(name, v) int(*name)[v]
#define __type(name, v) typeof(v) *name
#define MAP(name, t, n, k, v)                                                                                          \
    struct {                                                                                                           \
        __uint(type, t);                                                                                               \
        __uint(max_entries, n);                                                                                        \
        __type(key, k);                                                                                                \
        __type(value, v);                                                                                              \
    } name SEC(".maps")

struct locked {
    struct bpf_spin_lock lock;
    unsigned a, b;
};
struct prefix {
    unsigned bits;
    unsigned char bytes[4];
};
struct block {
    unsigned char bytes[24];
};

MAP(plain_array, BPF_MAP_TYPE_ARRAY, 3, unsigned, unsigned);
MAP(locked_array, BPF_MAP_TYPE_ARRAY, 3, unsigned, struct locked);
MAP(plain_hash, BPF_MAP_TYPE_HASH, 3, unsigned, unsigned);
MAP(locked_hash, BPF_MAP_TYPE_HASH, 3, unsigned, struct locked);
MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, 3, unsigned, unsigned);
MAP(blocks, BPF_MAP_TYPE_ARRAY, 1, unsigned, struct block);
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 2);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, unsigned);
} trie SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 2);
    __type(value, unsigned);
} queue SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 2);
    __type(value, unsigned);
} stack SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

static void *(*const lookup)(void *map, const void *key) = (void *)1;
static long (*const update)(void *map, const void *key, const void *value, unsigned long long flags) = (void *)2;
static long (*const delete)(void *map, const void *key) = (void *)3;
static long (*const push)(void *map, const void *value, unsigned long long flags) = (void *)87;
static long (*const pop)(void *map, void *value) = (void *)88;
static long (*const peek)(void *map, void *value) = (void *)89;
static long (*const lock)(struct bpf_spin_lock *lock) = (void *)93;
static long (*const unlock)(struct bpf_spin_lock *lock) = (void *)94;
static long (*const strtol)(const char *text, unsigned long size, unsigned long long flags, long *to) = (void *)105;
static long (*const ring_output)(void *ring, const void *data, unsigned size, unsigned long long flags) = (void *)130;
static void *(*const ring_reserve)(void *ring, unsigned size, unsigned long long flags) = (void *)131;
static void (*const ring_discard)(void *record, unsigned long long flags) = (void *)133;
static unsigned long long (*const ring_query)(void *ring, unsigned long long what) = (void *)134;
static long (*const each)(void *map, void *callback, void *context, unsigned long long flags) = (void *)164;
static long (*const snprintf)(char *to, unsigned size, const char *format, const void *data,
                              unsigned bytes) = (void *)165;
static long (*const loop)(unsigned count, void *callback, void *context, unsigned long long flags) = (void *)181;
static void *(*const lookup_percpu)(void *map, const void *key, unsigned cpu) = (void *)195;
static long (*const from_mem)(void *data, unsigned size, unsigned long long flags, struct bpf_dynptr *p) = (void *)197;
static long (*const dyn_read)(void *to, unsigned size, const struct bpf_dynptr *p, unsigned at,
                              unsigned long long flags) = (void *)201;
static long (*const dyn_write)(const struct bpf_dynptr *p, unsigned at, void *from, unsigned size,
                               unsigned long long flags) = (void *)202;
static void *(*const dyn_data)(const struct bpf_dynptr *p, unsigned at, unsigned size) = (void *)203;

/* Appends a result: five of six bits fit. */
#define ADD(sum, result) ((sum) = (sum) * 64 + ((unsigned)(result) & 63))
/* What an update with these flags gives for a key. */
#define SET(map, key, value, flags) update(&(map), &(unsigned){key}, &(value), flags)

INLINE unsigned clean(void *map)
{
    for (unsigned key = 0; key < 8; key++)
        delete (map, &key);
    return 0;
}

INLINE unsigned value_at(void *map, unsigned key)
{
    unsigned *value = lookup(map, &key);
    return value ? *value : 63;
}

INLINE unsigned locked_at(void *map, unsigned key)
{
    struct locked *value = lookup(map, &key);
    return value ? value->a * 8 + value->b : 63;
}

INLINE unsigned array_flags(unsigned value)
{
    unsigned sum = 0;
    ADD(sum, SET(plain_array, 1, value, BPF_ANY));
    ADD(sum, SET(plain_array, 1, value, BPF_NOEXIST));
    ADD(sum, SET(plain_array, 1, value, BPF_EXIST));
    ADD(sum, SET(plain_array, 3, value, BPF_EXIST));
    ADD(sum, value_at(&plain_array, 1));
    return sum;
}

INLINE unsigned array_lock_flags(void *map, const void *value)
{
    unsigned sum = 0;
    ADD(sum, update(map, &(unsigned){0}, value, BPF_F_LOCK));
    ADD(sum, update(map, &(unsigned){0}, value, BPF_F_LOCK | BPF_NOEXIST));
    ADD(sum, update(map, &(unsigned){2}, value, BPF_F_LOCK | BPF_EXIST));
    ADD(sum, update(map, &(unsigned){5}, value, BPF_F_LOCK));
    ADD(sum, update(map, &(unsigned){0}, value, 8));
    return sum;
}

INLINE unsigned hash_flags(void *map, const void *value, unsigned long long flags)
{
    unsigned sum = clean(map);
    ADD(sum, update(map, &(unsigned){1}, value, flags | BPF_EXIST));
    ADD(sum, update(map, &(unsigned){1}, value, flags | BPF_NOEXIST));
    ADD(sum, update(map, &(unsigned){1}, value, flags | BPF_NOEXIST));
    ADD(sum, update(map, &(unsigned){1}, value, flags));
    ADD(sum, update(map, &(unsigned){1}, value, flags | BPF_EXIST));
    return sum;
}

INLINE unsigned hash_full(void *map, const void *value, unsigned long long flags)
{
    unsigned sum = clean(map);
    for (unsigned key = 0; key < 4; key++)
        ADD(sum, update(map, &key, value, flags));
    ADD(sum, update(map, &(unsigned){1}, value, flags | 8));
    return sum;
}

INLINE unsigned locked_contents(const struct locked *value)
{
    struct locked *at;
    unsigned sum = clean(&locked_hash);
    ADD(sum, update(&locked_hash, &(unsigned){2}, value, BPF_ANY));
    ADD(sum, locked_at(&locked_hash, 2));
    at = lookup(&locked_hash, &(unsigned){2});
    if (!at)
        return 0;
    lock(&at->lock);
    at->a++;
    unlock(&at->lock);
    ADD(sum, locked_at(&locked_hash, 2));
    ADD(sum, update(&locked_hash, &(unsigned){2}, value, BPF_F_LOCK));
    ADD(sum, locked_at(&locked_hash, 2));
    return sum;
}

INLINE unsigned deletes(void)
{
    unsigned value = 9, sum = clean(&plain_hash);
    ADD(sum, delete (&plain_hash, &(unsigned){1}));
    ADD(sum, SET(plain_hash, 1, value, 0));
    ADD(sum, delete (&plain_hash, &(unsigned){1}));
    ADD(sum, delete (&plain_array, &(unsigned){1}));
    ADD(sum, value_at(&plain_hash, 1));
    return sum;
}

INLINE unsigned percpu(void)
{
    unsigned value = 12, sum = 0;
    ADD(sum, SET(percpu_array, 1, value, 0));
    ADD(sum, value_at(&percpu_array, 1));
    ADD(sum, lookup_percpu(&percpu_array, &(unsigned){1}, 99999) != 0);
    ADD(sum, lookup_percpu(&percpu_array, &(unsigned){7}, 0) != 0);
    ADD(sum, SET(percpu_array, 1, value, BPF_NOEXIST));
    return sum;
}

#define PREFIX(bits, a, b) (&(struct prefix){bits, {a, b}})
INLINE unsigned tries(void)
{
    unsigned one = 1, two = 2, sum = 0;
    delete (&trie, PREFIX(8, 10, 0));
    delete (&trie, PREFIX(16, 10, 1));
    delete (&trie, PREFIX(9, 10, 0));
    ADD(sum, update(&trie, PREFIX(8, 10, 0), &one, BPF_EXIST));
    update(&trie, PREFIX(8, 10, 0), &one, BPF_NOEXIST);
    ADD(sum, update(&trie, PREFIX(16, 10, 1), &two, 0));
    ADD(sum, update(&trie, PREFIX(9, 10, 0), &two, 0));
    ADD(sum, update(&trie, PREFIX(33, 10, 0), &two, 0));
    unsigned *best = lookup(&trie, PREFIX(32, 10, 1)), *other = lookup(&trie, PREFIX(32, 10, 2));
    ADD(sum, (best ? *best : 0) * 4 + (other ? *other : 0));
    return sum;
}

INLINE unsigned queues(void *map)
{
    unsigned sum = 0, got = 0;
    for (int i = 0; i < 3; i++)
        pop(map, &got);
    ADD(sum, pop(map, &got));
    push(map, &(unsigned){1}, 0);
    push(map, &(unsigned){2}, 0);
    ADD(sum, push(map, &(unsigned){3}, 0));
    ADD(sum, push(map, &(unsigned){3}, BPF_EXIST));
    ADD(sum, push(map, &(unsigned){3}, BPF_NOEXIST));
    peek(map, &got);
    sum = sum * 8 + got;
    pop(map, &got);
    pop(map, &got);
    return sum * 8 + got;
}

INLINE int reserves(unsigned size, unsigned long long flags)
{
    void *record = ring_reserve(&ring, size, flags);
    if (!record)
        return 0;
    ring_discard(record, 0);
    return 1;
}

INLINE unsigned rings(void)
{
    unsigned sum = 0, word = 5;
    ADD(sum, reserves(8, 1));
    ADD(sum, reserves(4089, 0));
    ADD(sum, reserves(8, 0));
    ADD(sum, ring_output(&ring, &word, 4, 16));
    ADD(sum, ring_query(&ring, BPF_RB_RING_SIZE) / 128 + ring_query(&ring, 77));
    return sum;
}

INLINE unsigned dynptr_flags(struct block *block)
{
    unsigned sum = 0, word = 0;
    struct bpf_dynptr p;
    ADD(sum, from_mem(block->bytes, sizeof block->bytes, 1, &p));
    ADD(sum, dyn_read(&word, 4, &p, 0, 0));
    ADD(sum, dyn_write(&p, 0, &word, 4, 0));
    ADD(sum, dyn_data(&p, 0, 4) != 0);
    return sum;
}

INLINE unsigned dynptr_reads(struct block *block)
{
    unsigned sum = 0, word = 0;
    struct bpf_dynptr p;
    block->bytes[20] = 7;
    ADD(sum, from_mem(block->bytes, sizeof block->bytes, 0, &p));
    ADD(sum, dyn_read(&word, 4, &p, 20, 0));
    ADD(sum, word);
    ADD(sum, dyn_read(&word, 4, &p, 21, 0));
    ADD(sum, dyn_read(&word, 4, &p, 0, 1));
    return sum;
}

INLINE unsigned dynptr_writes(struct block *block)
{
    unsigned sum = 0, word = 0x01020304;
    struct bpf_dynptr p;
    from_mem(block->bytes + 3, 13, 0, &p);
    ADD(sum, dyn_write(&p, 9, &word, 4, 0));
    ADD(sum, block->bytes[12] * 4 + block->bytes[15]);
    ADD(sum, dyn_write(&p, 10, &word, 4, 0));
    ADD(sum, dyn_write(&p, 0, &word, 4, 1));
    ADD(sum, dyn_write(&p, -1, &word, 4, 0));
    return sum;
}

INLINE unsigned dynptr_slices(struct block *block)
{
    unsigned sum = 0;
    struct bpf_dynptr p;
    from_mem(block->bytes, 16, 0, &p);
    unsigned char *at = dyn_data(&p, 12, 4);
    if (at)
        at[3] = 33;
    ADD(sum, block->bytes[15]);
    ADD(sum, dyn_data(&p, 13, 4) != 0);
    ADD(sum, dyn_data(&p, 16, 1) != 0);
    ADD(sum, dyn_data(&p, -1, 4) != 0);
    return sum;
}

static long add_up(void *map, unsigned *key, unsigned *value, unsigned *sum)
{
    *sum += *key * 8 + *value;
    return *value == 2;
}

INLINE unsigned walks(void)
{
    unsigned sum = 0, total = 0, value = 1;
    clean(&plain_hash);
    SET(plain_hash, 1, value, 0);
    SET(plain_hash, 3, value, 0);
    ADD(sum, each(&plain_hash, add_up, &total, 0));
    ADD(sum, total);
    value = 2;
    SET(plain_array, 0, value, 0);
    ADD(sum, each(&plain_array, add_up, &total, 0));
    ADD(sum, total);
    return sum;
}

static long count(unsigned index, unsigned *sum)
{
    *sum += index;
    return *sum > 10;
}

INLINE unsigned loops(void)
{
    unsigned sum = 0, total = 0;
    ADD(sum, loop(4, count, &total, 0));
    ADD(sum, total);
    ADD(sum, loop(40, count, &total, 0));
    ADD(sum, loop(1 << 24, count, &total, 0));
    ADD(sum, total);
    return sum;
}

INLINE unsigned texts(void)
{
    static const char format[] = "%d-%x", wrong[] = "%d %d %d";
    unsigned sum = 0;
    long number = 0;
    unsigned long long values[] = {(unsigned long long)-12, 0xab};
    char to[8];
    ADD(sum, strtol("-12x", 4, 10, &number));
    ADD(sum, number);
    ADD(sum, strtol("x", 1, 10, &number));
    ADD(sum, snprintf(to, sizeof to, format, values, sizeof values));
    ADD(sum, to[5]);
    return sum;
}

SEC("xdp") int map_cases(struct xdp_md *ctx)
{
    unsigned char *data = (unsigned char *)(long)ctx->data;
    struct locked locked = {.a = 1, .b = 2};
    unsigned word = 7;
    struct block *block = lookup(&blocks, &(unsigned){0});
    if (data + 12 > (unsigned char *)(long)ctx->data_end || !block)
        return -1;
    switch (data[11]) {
    case 0: return array_flags(word);
    case 1: return array_lock_flags(&plain_array, &word);
    case 2: return array_lock_flags(&locked_array, &locked);
    case 3: return hash_flags(&plain_hash, &word, 0);
    case 4: return hash_flags(&plain_hash, &word, BPF_F_LOCK);
    case 5: return hash_flags(&locked_hash, &locked, 0);
    case 6: return hash_flags(&locked_hash, &locked, BPF_F_LOCK);
    case 7: return hash_full(&plain_hash, &word, 0);
    case 8: return hash_full(&locked_hash, &locked, BPF_F_LOCK);
    case 9: return locked_contents(&locked);
    case 10: return deletes();
    case 11: return percpu();
    case 12: return tries();
    case 13: return queues(&queue);
    case 14: return queues(&stack);
    case 15: return rings();
    case 16: return dynptr_flags(block);
    case 17: return dynptr_reads(block);
    case 18: return dynptr_writes(block);
    case 19: return dynptr_slices(block);
    case 20: return walks();
    case 21: return loops();
    case 22: return texts();
    }
    return -2;
}
char _license[] SEC("license") = "GPL";
