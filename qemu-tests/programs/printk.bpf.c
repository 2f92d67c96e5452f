// SPDX-License-Identifier: Apache-2.0
/* bpf_printk of all kinds: as text, or deferred, the console shows the same. */
#include <barebpf/bpf.h>

struct input {
    __u32 small;
    __s32 negative;
    __u64 wide;
};

#define PRINT_MANY(format, ...)                                                                                        \
    ({                                                                                                                 \
        static const char text[] = format;                                                                             \
        __u64 values[] = {__VA_ARGS__};                                                                                \
        bpf_trace_vprintk(text, sizeof text, values, sizeof values);                                                   \
    })

static __attribute__((noinline)) long print_one(const char *format, __u32 bytes, __u64 value)
{
    return bpf_trace_printk(format, bytes, value);
}

static const volatile __u32 table[24] = {1, 2}; /* of which clang makes two pieces */

SEC("raw")
int printk(struct input *in)
{
    static const char name[] = "motor", first[] = "first %d\n", other[] = "other %u\n";
    char on_stack[] = "on the stack: %u\n";
    bpf_printk("started");
    bpf_printk("speed %d of %u, %x", in->negative, in->small, 0xbeef);
    bpf_printk("%lld %llx %lu\n", in->wide, in->wide, 0xffffffffffffffffULL);
    bpf_printk("%hd|%hhu|%hx", in->negative, in->negative, in->wide);
    bpf_printk("%5d|%-5d|%05d", in->negative, in->small, in->negative);
    bpf_printk("%s: 100%% %c|%10s|", name, 'x', name);
    bpf_printk("%p %+d % d", 0x2000, in->small, in->small);
    bpf_printk("\xc3\xa9\x80 %X", in->small);
    bpf_trace_printk(on_stack, sizeof on_stack, in->small);
    print_one(first, sizeof first, in->small); /* one call, two formats: not deferred */
    print_one(other, sizeof other, in->small);
    PRINT_MANY("%d %d %u %llx %s %c %d %x %d %d %d %d", 1, in->negative, 3, in->wide, (__u64)name, 'y', 7, 8, 9, 10, 11,
               in->small);
    bpf_printk("%u", table[in->small % 24]);
    bpf_printk("started");
    return 0;
}
