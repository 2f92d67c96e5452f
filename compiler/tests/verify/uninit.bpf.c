// SPDX-License-Identifier: Apache-2.0
/* Registers must be written before they are read. */
#include <barebpf/bpf.h>

#define PROGRAM SEC("raw") __attribute__((naked))

struct context {
    __u64 number;
};

PROGRAM int reads_register_never_written(struct context *ctx)
{
    asm volatile("r0 = r5"); /* error[uninit-register] */
    asm volatile("exit");
}

PROGRAM int exits_without_result(struct context *ctx)
{
    asm volatile("exit"); /* error[return-value] */
}

PROGRAM int reads_register_written_on_one_path_only(struct context *ctx)
{
    asm volatile("r1 = *(u64 *)(r1 + 0)");
    asm volatile("if r1 == 0 goto +1");
    asm volatile("r3 = 1");
    asm volatile("r0 = r3"); /* error[uninit-register] */
    asm volatile("exit");
}

PROGRAM int reads_argument_register_after_helper(struct context *ctx)
{
    asm volatile("call 7");
    asm volatile("r0 = r1"); /* error[uninit-register] */
    asm volatile("exit");
}

PROGRAM int keeps_saved_register_over_helper(struct context *ctx)
{
    asm volatile("r6 = 1");
    asm volatile("call 7");
    asm volatile("r0 = r6");
    asm volatile("exit");
}

PROGRAM int reads_register_written_on_both_paths(struct context *ctx)
{
    asm volatile("r1 = *(u64 *)(r1 + 0)");
    asm volatile("if r1 == 0 goto +2");
    asm volatile("r0 = 1");
    asm volatile("goto +1");
    asm volatile("r0 = 2");
    asm volatile("exit");
}
