// SPDX-License-Identifier: Apache-2.0
/* A loop whose every step takes the same instructions, and which no compiler can shorten. */
#include <barebpf/bpf.h>

struct context {
    __u32 steps;
};

SEC("hook/steps") int steps(struct context *c)
{
    __u32 count = c->steps & 0xfff, x = 1;
    for (__u32 i = 0; i < 0x1000; i++) {
        if (i >= count)
            break;
        x = x * 3 + 1;
        asm volatile("" : "+r"(x));
    }
    return x;
}

char LICENSE[] SEC("license") = "Apache-2.0";
