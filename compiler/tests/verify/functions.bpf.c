// SPDX-License-Identifier: Apache-2.0
/* Functions of the firmware by name: what they are handed is aligned as their types are. */
// kernel: it has no such function
// flags: -mcpu=v4
#include "suite.h"

struct halves {
    __u32 low, high;
};
extern int sum_of_halves(const struct halves *pair) __attribute__((section(".ksyms")));

SEC("raw")
int hands_over_the_stack_as_its_type_is_aligned(struct context *ctx)
{
    __u32 words[4] = {1, 2, 3, 4};
    asm volatile("" ::"r"(words) : "memory");
    return sum_of_halves((void *)&words[1]);
}

SEC("raw")
int hands_over_the_stack_unaligned(struct context *ctx)
{
    char bytes[16] = {1, 2, 3, 4}, *p = bytes;
    asm volatile("%0 += %1" : "+r"(p) : "r"(ctx->words[0] & 3));
    return sum_of_halves((void *)p); /* error[unaligned] */
}
