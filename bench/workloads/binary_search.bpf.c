// SPDX-License-Identifier: Apache-2.0
/* Binary search of a sorted table in flash, as calibration curves need, with interpolation. */
// input: hex 2c010000 00000000
// input: hex 10270000 00000000
#include "../workload.h"

struct reading {
    __u32 raw, pad;
};

static const __u32 curve[16] = {0, 50, 120, 210, 330, 480, 660, 870, 1110, 1380, 1690, 2040, 2440, 2890, 3400, 4000};

SEC("raw") __u32 binary_search(struct reading *ctx)
{
    __u32 raw = ctx->raw, low = 0, high = 15;
    if (raw >= 4000)
        return 15000;
    for (int step = 0; step < 4; step++) {
        __u32 middle = (low + high) / 2;
        if (curve[middle & 15] <= raw)
            low = middle;
        else
            high = middle;
    }
    __u32 from = curve[low & 15], to = curve[(low + 1) & 15];
    if (to <= from)
        return low * 1000;
    return low * 1000 + (raw - from) * 1000 / (to - from);
}
