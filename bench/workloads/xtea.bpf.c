// SPDX-License-Identifier: Apache-2.0
/* XTEA: 16 cycles of a block cipher with 64-bit blocks. */
// input: random 24
#include "../workload.h"

struct block {
    __u32 v[2], key[4];
};

SEC("raw") __u32 xtea(struct block *ctx)
{
    __u32 a = ctx->v[0], b = ctx->v[1], sum = 0;
    for (int i = 0; i < 16; i++) {
        a += ((b << 4 ^ b >> 5) + b) ^ (sum + ctx->key[sum & 3]);
        sum += 0x9e3779b9;
        b += ((a << 4 ^ a >> 5) + a) ^ (sum + ctx->key[sum >> 11 & 3]);
    }
    ctx->v[0] = a;
    ctx->v[1] = b;
    return a ^ b;
}
