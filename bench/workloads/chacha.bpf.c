// SPDX-License-Identifier: Apache-2.0
/* One double round of ChaCha20 on a state of 16 words. */
// input: random 64
#include "../workload.h"

struct state {
    __u32 words[16];
};

static __always_inline __u32 rotate(__u32 x, int n)
{
    return x << n | x >> (32 - n);
}

static __always_inline void quarter(__u32 *x, int a, int b, int c, int d)
{
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

SEC("raw") __u32 chacha(struct state *ctx)
{
    __u32 *x = ctx->words;
    for (int i = 0; i < 4; i++)
        quarter(x, i, i + 4, i + 8, i + 12);
    for (int i = 0; i < 4; i++)
        quarter(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    return x[0] ^ x[15];
}
