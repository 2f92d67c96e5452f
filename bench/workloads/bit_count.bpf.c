// SPDX-License-Identifier: Apache-2.0
/* Bit tricks: population count, leading zeros, reversed bits, next power of two. */
// input: hex 78563412 f0debc9a
// input: random 8
#include "../workload.h"

struct pair {
    __u32 a, b;
};

static __always_inline __u32 count_ones(__u32 x)
{
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

static __always_inline __u32 reverse(__u32 x)
{
    x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
    x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
    x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
    return __builtin_bswap32(x);
}

SEC("raw") __u32 bit_count(struct pair *ctx)
{
    __u32 a = ctx->a, b = ctx->b, up = a;
    up |= up >> 1;
    up |= up >> 2;
    up |= up >> 4;
    up |= up >> 8;
    up |= up >> 16;
    ctx->a = reverse(b);
    ctx->b = up;
    return count_ones(a) + 32 * (32 - count_ones(up)) + count_ones(a ^ b);
}
