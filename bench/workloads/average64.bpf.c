// SPDX-License-Identifier: Apache-2.0
/* Energy metering: accumulates products of voltage and current in 64 bits, and averages them. */
// input: random 64
#include "../workload.h"

struct samples {
    __s16 volts[12], amps[12];
    __s64 energy;
    __u32 count, pad;
};

SEC("raw") __s64 average64(struct samples *ctx)
{
    __s64 energy = ctx->energy;
    for (int i = 0; i < 12; i++)
        energy += (__s64)ctx->volts[i] * ctx->amps[i] << 8;
    ctx->energy = energy;
    ctx->count += 12;
    return energy >> 12;
}
