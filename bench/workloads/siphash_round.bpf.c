// SPDX-License-Identifier: Apache-2.0
/* Two SipHash rounds on 64-bit words. */
// input: random 32
#include "../workload.h"

struct state {
    __u64 v[4];
};

static __always_inline __u64 rotate(__u64 x, int n)
{
    return x << n | x >> (64 - n);
}

SEC("raw") __u64 siphash_round(struct state *ctx)
{
    __u64 a = ctx->v[0], b = ctx->v[1], c = ctx->v[2], d = ctx->v[3];
    for (int i = 0; i < 2; i++) {
        a += b, b = rotate(b, 13) ^ a, a = rotate(a, 32);
        c += d, d = rotate(d, 16) ^ c;
        a += d, d = rotate(d, 21) ^ a;
        c += b, b = rotate(b, 17) ^ c, c = rotate(c, 32);
    }
    ctx->v[0] = a, ctx->v[1] = b, ctx->v[2] = c, ctx->v[3] = d;
    return a ^ b ^ c ^ d;
}
