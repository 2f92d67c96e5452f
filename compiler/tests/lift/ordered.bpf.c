// SPDX-License-Identifier: Apache-2.0
/* Acquire loads of 8, 16, 32, 64 bits, then release stores; encoded by hand, for clangs that know neither. */
#include <barebpf/bpf.h>

__u8 byte;
__u16 half;
__u32 word;
__u64 twice;

/* r3 = load_acquire((uN *)(r2 + 0)); store_release((uN *)(r2 + 0), r3) */
#define ACQUIRE(variable, size)                                                                                        \
    asm volatile("r2 = %1 ll; .8byte 0x00000100000023" size "; %0 = r3" : "=r"(got) : "i"(&variable) : "r2", "r3");    \
    sum += got
#define RELEASE(variable, size)                                                                                        \
    asm volatile("r2 = %0 ll; r3 = %1; .8byte 0x00000110000032" size ::"i"(&variable), "r"(sum) : "r2", "r3", "memory")

SEC("raw") int ordered(void *ctx)
{
    __u64 sum = 0, got;
    ACQUIRE(byte, "d3");
    ACQUIRE(half, "cb");
    ACQUIRE(word, "c3");
    ACQUIRE(twice, "db");
    RELEASE(byte, "d3");
    RELEASE(half, "cb");
    RELEASE(word, "c3");
    RELEASE(twice, "db");
    return (int)sum;
}
