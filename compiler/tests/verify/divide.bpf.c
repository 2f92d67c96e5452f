// SPDX-License-Identifier: Apache-2.0
/* Division by a number that may be 0 is defined (the result is 0); by the constant 0 it is a mistake. */
#include <barebpf/bpf.h>

struct context {
    __u32 a, b;
};

SEC("raw")
__u64 divides_by_an_unknown_number(struct context *ctx)
{
    return ctx->a / ctx->b + ctx->a % ctx->b;
}

SEC("raw")
__u64 divides_by_a_constant(struct context *ctx)
{
    return ctx->a / 10;
}

SEC("raw") __attribute__((naked)) int divides_by_the_constant_zero(struct context *ctx)
{
    asm volatile("r0 = 1");
    asm volatile("r0 /= 0"); /* error[division-by-zero] */
    asm volatile("exit");
}

SEC("raw") __attribute__((naked)) int takes_the_remainder_of_zero(struct context *ctx)
{
    asm volatile("r0 = 1");
    asm volatile("w0 %= 0"); /* error[division-by-zero] */
    asm volatile("exit");
}
