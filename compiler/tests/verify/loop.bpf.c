// SPDX-License-Identifier: Apache-2.0
/* A loop needs a bound that can be proved. */
#include <barebpf/bpf.h>

struct context {
    __u32 count;
    __u32 values[15];
};

SEC("raw")
__u64 counts_to_a_constant(struct context *ctx)
{
    __u64 sum = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 15; i++)
        sum += ctx->values[i]; /* rounds[15] */
    return sum;
}

SEC("raw")
__u64 counts_to_a_tested_number(struct context *ctx)
{
    __u64 sum = 0;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < 15 && i < ctx->count; i++)
        sum += ctx->values[i];
    return sum;
}

SEC("raw")
__u64 nests(struct context *ctx)
{
    __u64 sum = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 4; i++)
#pragma clang loop unroll(disable)
        for (int j = 0; j < 3; j++)
            sum += ctx->values[i * 3 + j]; /* rounds[12] */
    return sum;
}

SEC("raw") __attribute__((naked)) int jumps_to_itself(struct context *ctx)
{
    asm volatile("r0 = 0");
    asm volatile("goto -1"); /* error[endless-loop] */
    asm volatile("exit");
}

/* Too long to be followed round by round: a guess for all rounds is proved, and the counter bounds it. */
SEC("raw")
int a_million_rounds(struct context *ctx)
{
    __u32 sum = 0;
    for (__u32 i = 0; i < 1000000; i++) {
        sum = sum * 31 + ctx->values[i & 7];
        asm volatile("" : "+r"(sum));
    }
    return (int)sum;
}

SEC("raw")
int a_thousand_times_a_thousand(struct context *ctx)
{
    __u32 sum = 0;
    for (__u32 i = 0; i < 1000; i++)
        for (__u32 j = 0; j < 1000; j++) {
            sum = sum * 31 + ctx->values[j & 7];
            asm volatile("" : "+r"(sum));
        }
    return (int)sum;
}

SEC("raw")
int counts_down(struct context *ctx)
{
    __u32 sum = 0;
    for (int i = 999999; i >= 0; i--) {
        sum = sum * 31 + ctx->values[i & 7];
        asm volatile("" : "+r"(sum));
    }
    return (int)sum;
}

SEC("raw")
int as_often_as_the_context_says(struct context *ctx)
{
    __u32 sum = 0, rounds = ctx->count;
    if (rounds > 100000)
        rounds = 100000;
    for (__u32 i = 0; i < rounds; i++) {
        sum = sum * 31 + ctx->values[i & 7];
        asm volatile("" : "+r"(sum));
    }
    return (int)sum;
}
