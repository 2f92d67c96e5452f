// SPDX-License-Identifier: Apache-2.0
/* FNV-1a, 64 bits, of 32 bytes: a 64-bit multiplication for each byte. */
// input: random 32
#include "../workload.h"

struct data {
    __u8 bytes[32];
};

SEC("raw") __u64 fnv1a(struct data *ctx)
{
    __u64 hash = 0xcbf29ce484222325;
    for (int i = 0; i < 32; i++)
        hash = (hash ^ ctx->bytes[i]) * 0x100000001b3;
    return hash;
}
