// SPDX-License-Identifier: Apache-2.0
/* Adds up the numbers in its context. */
#include <barebpf/bpf.h>

#define VALUES 15

/* What the firmware hands over. */
struct sum_context {
    __u32 count; /* how many of the values count; more than 15 means all */
    __u32 values[VALUES];
};

SEC("raw")
__u64 sum(struct sum_context *ctx)
{
    __u64 total = 0;
    for (__u32 i = 0; i < VALUES && i < ctx->count; i++)
        total += ctx->values[i];
    return total;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
