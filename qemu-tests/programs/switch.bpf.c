// SPDX-License-Identifier: Apache-2.0
/* A switch and a computed goto, of which clang 22 makes jump tables (-mcpu=v4). See control.py. */
#include <barebpf/bpf.h>

struct context {
    __u32 op, a, b;
};

SEC("raw/dispatch") __u64 dispatch(struct context *ctx)
{
    __u64 a = ctx->a, b = ctx->b;
    switch (ctx->op) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a ^ b;
    case 4: return a & b;
    case 5: return b ? a / b : 77;
    case 7: return a << 3 | b;
    default: return 99;
    }
}

SEC("raw/computed") __u64 computed(struct context *ctx)
{
    static const void *const table[] = {&&adds, &&multiplies, &&ends, &&five};
    __u64 r = 1;
    goto *table[ctx->op & 3];
adds:
    r += ctx->a;
multiplies:
    r *= 3;
ends:
    return r ^ ctx->b;
five:
    return 5;
}
