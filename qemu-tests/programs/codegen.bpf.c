// SPDX-License-Identifier: Apache-2.0
/* Not safe, and at -O2 LLVM 19 and 22 crash on it for x86-64: see command_line.py. */
#include <barebpf/bpf.h>

SEC("raw") __attribute__((naked)) int codegen(__u32 *ctx)
{
    asm volatile("r1 = *(u32 *)(r1 + 0); w1 /= 2147483647; w1 <<= 1; *(u64 *)(r1 + 0) = r1; r0 = 0; exit");
}
