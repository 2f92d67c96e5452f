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
