// SPDX-License-Identifier: Apache-2.0
/* What may be done with pointers. */
#include <barebpf/bpf.h>

#define PROGRAM SEC("raw") __attribute__((naked))

struct context {
    __u64 number;
};

PROGRAM int multiplies_a_pointer(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("r1 *= 2"); /* error[pointer-arithmetic] */
    asm volatile("exit");
}

PROGRAM int adds_two_pointers(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("r1 += r10"); /* error[pointer-arithmetic] */
    asm volatile("exit");
}

PROGRAM int spills_and_fills_the_context(struct context *ctx)
{
    asm volatile("*(u64 *)(r10 - 8) = r1");
    asm volatile("r2 = *(u64 *)(r10 - 8)");
    asm volatile("r0 = *(u64 *)(r2 + 0)");
    asm volatile("exit");
}

PROGRAM int fills_a_damaged_pointer(struct context *ctx)
{
    asm volatile("*(u64 *)(r10 - 8) = r1");
    asm volatile("r2 = 0");
    asm volatile("*(u8 *)(r10 - 5) = r2");
    asm volatile("r2 = *(u64 *)(r10 - 8)");
    asm volatile("r0 = *(u64 *)(r2 + 0)"); /* error[not-pointer] */
    asm volatile("exit");
}

/* The sum overflowed in the verifier itself once. */
SEC("xdp") __attribute__((naked)) int adds_a_huge_constant_to_a_packet_pointer(struct xdp_md *ctx)
{
    asm volatile("r1 = *(u32 *)(r1 + 0); r1 += 1");
    asm volatile("r2 = 0x7fffffffffffffff ll");
    asm volatile("r1 += r2"); /* error[pointer-arithmetic] */
    asm volatile("r0 = 0; exit");
}

/* load_acquire gives the number that was stored, not the pointer. */
PROGRAM int fills_a_pointer_with_load_acquire(struct context *ctx)
{
    asm volatile("*(u64 *)(r10 - 8) = r1");
    asm volatile(".byte 0xdb, 0xa2, 0xf8, 0xff, 0x00, 0x01, 0x00, 0x00"); /* r2 = load_acquire((u64 *)(r10 - 8)) */
    asm volatile("r0 = *(u64 *)(r2 + 0)");                                /* error[not-pointer] */
    asm volatile("exit");
}
