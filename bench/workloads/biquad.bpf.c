// SPDX-License-Identifier: Apache-2.0
/* A biquad low-pass filter in Q14, direct form I, over 16 samples. */
// input: random 40
#include "../workload.h"

struct filter {
    __s16 samples[16];
    __s16 x1, x2, y1, y2;
};

SEC("raw") int biquad(struct filter *ctx)
{
    __s32 x1 = ctx->x1, x2 = ctx->x2, y1 = ctx->y1, y2 = ctx->y2;
    for (int i = 0; i < 16; i++) {
        __s32 x = ctx->samples[i];
        __s32 y = (1106 * x + 2210 * x1 + 1106 * x2 + 18727 * y1 - 6763 * y2) >> 14;
        if (y > 32767)
            y = 32767;
        if (y < -32768)
            y = -32768;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        ctx->samples[i] = (__s16)y;
    }
    ctx->x1 = (__s16)x1, ctx->x2 = (__s16)x2, ctx->y1 = (__s16)y1, ctx->y2 = (__s16)y2;
    return y1;
}
