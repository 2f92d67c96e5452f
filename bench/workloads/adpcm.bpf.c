// SPDX-License-Identifier: Apache-2.0
/* IMA ADPCM: decodes 16 nibbles. */
// input: random 48
#include "../workload.h"

struct audio {
    __u8 nibbles[8];
    __s16 out[16];
    __s16 predicted, pad[3];
};

static const __s8 steps_of[8] = {-1, -1, -1, -1, 2, 4, 6, 8};
static const __u16 steps[16] = {7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31};

SEC("raw") int adpcm(struct audio *ctx)
{
    int value = ctx->predicted, index = 0;
    for (int i = 0; i < 16; i++) {
        int nibble = ctx->nibbles[i / 2] >> (i % 2 * 4) & 15, step = steps[index & 15], delta = step >> 3;
        if (nibble & 4)
            delta += step;
        if (nibble & 2)
            delta += step >> 1;
        if (nibble & 1)
            delta += step >> 2;
        value += nibble & 8 ? -delta : delta;
        value = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
        index += steps_of[nibble & 7];
        index = index < 0 ? 0 : index > 15 ? 15 : index;
        ctx->out[i] = (__s16)value;
    }
    return value;
}
