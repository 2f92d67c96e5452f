// SPDX-License-Identifier: Apache-2.0
/* A FIR filter in Q15 with 8 taps over 24 samples, results in place. */
// input: random 48
#include "../workload.h"

struct samples {
    __s16 values[24];
};

static const __s16 taps[8] = {-120, 310, 2045, 6120, 6120, 2045, 310, -120};

SEC("raw") int fir(struct samples *ctx)
{
    __s32 last = 0;
    for (int i = 0; i < 17; i++) {
        __s32 sum = 1 << 14;
        for (int t = 0; t < 8; t++)
            sum += ctx->values[i + t] * taps[t];
        last = sum >> 15;
        ctx->values[i] = (__s16)last;
    }
    return last;
}
