// SPDX-License-Identifier: Apache-2.0
/* Fletcher-32 checksum of 64 half-words. */
// input: random 128
#include "../workload.h"

struct data {
    __u16 words[64];
};

SEC("raw") __u32 fletcher32(struct data *ctx)
{
    __u32 low = 0xffff, high = 0xffff;
    for (int i = 0; i < 64; i++) {
        low += ctx->words[i];
        high += low;
        if (i % 16 == 15) {
            low = (low & 0xffff) + (low >> 16);
            high = (high & 0xffff) + (high >> 16);
        }
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
    return high << 16 | low;
}
