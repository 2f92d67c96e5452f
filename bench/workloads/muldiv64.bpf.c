// SPDX-License-Identifier: Apache-2.0
/* 64-bit arithmetic: scales a time stamp, divides, takes the rest. */
// input: hex 15cd5b0700000000 e803000000000000
// input: hex ffffffffff0f0000 3930000000000000
#include "../workload.h"

struct numbers {
    __u64 value, divisor;
};

SEC("raw") __u64 muldiv64(struct numbers *ctx)
{
    __u64 scaled = ctx->value * 1000003 >> 7;
    __u64 quotient = scaled / (ctx->divisor | 1), rest = scaled % (ctx->divisor | 1);
    ctx->value = quotient;
    ctx->divisor = rest;
    return quotient * 31 + rest;
}
