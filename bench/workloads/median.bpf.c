// SPDX-License-Identifier: Apache-2.0
/* Median of five and mean of the rest: a glitch filter for sensors. */
// input: random 16
// input: hex 1000 2000 ff7f 1500 1100 0000 0000 0000
#include "../workload.h"

struct readings {
    __s16 values[5];
    __s16 median, mean, pad;
};

static __always_inline void order(__s16 *v, int a, int b)
{
    if (v[a] > v[b]) {
        __s16 t = v[a];
        v[a] = v[b];
        v[b] = t;
    }
}

SEC("raw") int median(struct readings *ctx)
{
    __s16 v[5];
    __s32 sum = 0;
    for (int i = 0; i < 5; i++)
        v[i] = ctx->values[i];
    order(v, 0, 1), order(v, 3, 4), order(v, 0, 3), order(v, 1, 4), order(v, 1, 2), order(v, 2, 3), order(v, 1, 2);
    for (int i = 1; i < 4; i++)
        sum += v[i];
    ctx->median = v[2];
    ctx->mean = (__s16)((__u32)(sum + 98304) / 3 - 32768);
    return v[2];
}
