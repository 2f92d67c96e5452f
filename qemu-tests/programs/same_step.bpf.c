// SPDX-License-Identifier: Apache-2.0
/* Ends only when the step is not 0: rejected, with what the loop tests. */
#include <barebpf/bpf.h>

SEC("raw")
int same_step(__u32 *ctx)
{
    __u32 at = 0, step = *ctx & 3;
    asm volatile("1: %0 += %1; if %0 < 1000 goto 1b" : "+r"(at) : "r"(step));
    return (int)at;
}
