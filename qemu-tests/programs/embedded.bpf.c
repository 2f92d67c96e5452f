// SPDX-License-Identifier: Apache-2.0
/* For firmware of other tools (embedded.c): two programs in one object, maps that both use, one of them in an
 * interrupt, types that compilers lay out in different ways, and functions of the firmware. */
#include <barebpf/bpf.h>

#define OFFSET(type, member) __builtin_offsetof(type, member)

enum colour { RED, GREEN, BLUE };

struct odd { /* whatever differs between compilers and targets */
    char letter;
    enum colour colour; /* 1 byte with -fshort-enums */
    _Bool flag;
    long number; /* 4 bytes on 32-bit targets */
    __u16 half;
    void *pointer;
    unsigned low : 3, high : 13;
    __u8 last;
    struct {
        __u8 tag;
        __u64 wide;
    } inner[2];
    union {
        __u32 word;
        __u8 bytes[6];
    } both;
} __attribute__((aligned(16)));

struct tight {
    __u8 first;
    __u32 second;
    __u16 third[3];
} __attribute__((packed));

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, struct odd);
} odds SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

struct tight tight = {1, 2, {3, 4, 5}};
const volatile __u32 step = 3;
__u64 calls[2];

/* What the firmware compares its own layout with. */
__u32 layout[] = {sizeof(struct odd),         OFFSET(struct odd, colour), OFFSET(struct odd, flag),
                  OFFSET(struct odd, number), OFFSET(struct odd, half),   OFFSET(struct odd, pointer),
                  OFFSET(struct odd, last),   OFFSET(struct odd, inner),  OFFSET(struct odd, both),
                  sizeof(struct tight)};

/* Numbers that the firmware must find in the first one. */
extern int firmware_reading(__u32 channel, struct tight *out) __ksym;

struct request {
    __u32 key, channel;
};

static long add(__u32 key, __u32 program)
{
    __u64 one = 1, *count = bpf_map_lookup_elem(&counts, &key);
    __sync_fetch_and_add(&calls[program], 1);
    if (!count)
        return bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
    __sync_fetch_and_add(count, 1);
    return *count;
}

SEC("hook/request")
int request(struct request *request)
{
    __u32 index = 1;
    struct odd *odd = bpf_map_lookup_elem(&odds, &index);
    if (odd) {
        odd->letter = 'x';
        odd->colour = BLUE;
        odd->flag = 1;
        odd->number = -5;
        odd->half = 77;
        odd->low = 5;
        odd->high = 4321;
        odd->last = 99;
        odd->inner[1].wide = 0x1122334455667788;
        odd->both.bytes[5] = 6;
    }
    struct tight reading = {};
    if (firmware_reading(request->channel, &reading) < 0)
        return -1;
    tight.third[2] += reading.third[2] * step;
    return add(request->key, 0);
}

/* Takes away what the other one adds, in the middle of what that does. */
SEC("timer/1ms")
int tick(void *ctx)
{
    __u32 gone = 6;
    bpf_map_delete_elem(&counts, &gone);
    add(6, 1);
    return add(5, 1);
}
