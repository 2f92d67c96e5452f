// SPDX-License-Identifier: Apache-2.0
/* may_goto: falls through 2^23 times in a frame, then jumps. See control.py. */
#include <barebpf/bpf.h>

struct context {
    __u32 rounds;
};

/* Counts rounds until as many as asked for, or until may_goto (+1: out of the loop) has had enough. */
SEC("raw/counts") __attribute__((naked)) int counts(struct context *ctx)
{
    asm volatile("r2 = *(u32 *)(r1 + 0)");
    asm volatile("r0 = 0");
    asm volatile("1: .byte 0xe5, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00"); /* may_goto pc+2 */
    asm volatile("r0 += 1");
    asm volatile("if r0 < r2 goto 1b");
    asm volatile("exit");
}
