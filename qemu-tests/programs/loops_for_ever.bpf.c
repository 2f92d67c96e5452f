// SPDX-License-Identifier: Apache-2.0
/* Never ends: rejected. */
#include <barebpf/bpf.h>

struct context {
    __u32 value;
};

SEC("raw")
int loops_for_ever(struct context *ctx)
{
    for (;;)
        asm volatile("");
    return (int)ctx->value;
}
