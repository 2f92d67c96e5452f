// SPDX-License-Identifier: Apache-2.0
/* Reads past its context: rejected. */
#include <barebpf/bpf.h>

struct context {
    __u32 values[4];
};

SEC("raw")
int past_context(struct context *ctx)
{
    return (int)ctx->values[4];
}
