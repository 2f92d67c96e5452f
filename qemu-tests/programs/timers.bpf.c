// SPDX-License-Identifier: Apache-2.0
/* Timers in the values of an array and of a hash, and dynptrs. See control.py. */
#include <barebpf/bpf.h>

struct bpf_timer {
    __u64 opaque[2];
} __attribute__((aligned(8)));

struct bpf_dynptr {
    __u64 opaque[2];
} __attribute__((aligned(8)));

struct timed {
    __u32 fired, key;
    struct bpf_timer timer;
};

#define MAP(name, kind, entries)                                                                                       \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, entries);                                                                                  \
        __type(key, __u32);                                                                                            \
        __type(value, struct timed);                                                                                   \
    } name SEC(".maps")

MAP(array, ARRAY, 3);
MAP(hash, HASH, 4);

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256);
} records SEC(".maps");

struct context {
    __u32 command, delay_ns, absolute, flags;
};

enum { START, CANCEL, DELETE, OVERWRITE, NOTHING };

static int fire(void *map, __u32 *key, struct timed *value)
{
    value->fired++;
    value->key = *key;
    if (value->fired < 3)
        bpf_timer_start(&value->timer, 0, 0);
    return 0;
}

static int fire_in_hash(void *map, __u32 *key, struct timed *value)
{
    value->fired += 10;
    value->key = *key;
    return 0;
}

static __always_inline long start(struct timed *value, void *map, void *callback, const struct context *ctx)
{
    long first = bpf_timer_init(&value->timer, map, 1);
    bpf_timer_set_callback(&value->timer, callback);
    return first * 1000 + bpf_timer_start(&value->timer, ctx->delay_ns, ctx->absolute);
}

SEC("raw/timers") int timers(struct context *ctx)
{
    __u32 one = 1, seven = 7;
    struct timed zero = {};
    long result = 0;
    struct timed *value = bpf_map_lookup_elem(&array, &one);
    if (ctx->command == START)
        bpf_map_update_elem(&hash, &seven, &zero, BPF_NOEXIST);
    struct timed *other = bpf_map_lookup_elem(&hash, &seven);
    if (!value || !other)
        return 99;
    switch (ctx->command) {
    case START:
        result = start(value, &array, fire, ctx);
        start(other, &hash, fire_in_hash, ctx);
        break;
    case CANCEL:
        result = bpf_timer_cancel(&value->timer) * 10;
        result += bpf_timer_cancel(&other->timer);
        break;
    case DELETE: result = bpf_map_delete_elem(&hash, &seven); break;
    case OVERWRITE:
        result = bpf_map_update_elem(&array, &one, &zero, BPF_ANY);
        result = result * 1000 + bpf_timer_start(&value->timer, 0, 0); /* is no timer any more */
        break;
    }
    return (int)result;
}

SEC("raw/dynptrs") int dynptrs(struct context *ctx)
{
    struct bpf_dynptr ptr;
    __u64 word = 0x1122334455667788;
    __u32 got = 0;
    long result = bpf_ringbuf_reserve_dynptr(&records, ctx->delay_ns, 0, &ptr);
    result = result * 100 + bpf_dynptr_write(&ptr, 4, &word, 8, 0);
    result = result * 100 + bpf_dynptr_read(&got, 4, &ptr, 6, 0);
    __u32 *inside = bpf_dynptr_data(&ptr, 0, 4);
    if (inside)
        *inside = got;
    if (ctx->command)
        bpf_ringbuf_discard_dynptr(&ptr, 0);
    else
        bpf_ringbuf_submit_dynptr(&ptr, 0);
    return (int)result;
}
