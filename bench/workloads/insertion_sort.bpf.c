// SPDX-License-Identifier: Apache-2.0
/* Insertion sort of 12 numbers in place. */
// input: random 48
#include "../workload.h"

struct numbers {
    __u32 values[12];
};

SEC("raw") __u32 insertion_sort(struct numbers *ctx)
{
    for (int i = 1; i < 12; i++) {
        __u32 value = ctx->values[i];
        int at = i;
        for (; at > 0; at--) {
            if (ctx->values[at - 1] <= value)
                break;
            ctx->values[at] = ctx->values[at - 1];
        }
        ctx->values[at] = value;
    }
    return ctx->values[6];
}
