// SPDX-License-Identifier: Apache-2.0
/* Jump tables and gotox in assembly, in the form that clang 22 gives them, for clangs that know neither. See
 * control.py. */
#include <barebpf/bpf.h>

struct context {
    __u32 op, a, b;
};

#define TABLE(name, entries)                                                                                           \
    ".pushsection .jumptables,\"\",@progbits; .globl " name "; " name ": " entries ".size " name ", . - " name         \
    "; .popsection"
#define GOTOX_R3 ".8byte 0x030d"

SEC("raw") __attribute__((naked)) int dispatch(struct context *ctx)
{
#define TO(label) ".quad " label "f - raw; "
    asm volatile(TABLE("operations", TO("10") TO("11") TO("12") TO("13") TO("14") TO("15") TO("19") TO("17")));
    asm volatile("r0 = 99; w2 = *(u32 *)(r1 + 0); if r2 > 7 goto 9f; w4 = *(u32 *)(r1 + 4); w5 = *(u32 *)(r1 + 8)");
    asm volatile("r3 = operations ll; r2 <<= 3; r3 += r2; r3 = *(u64 *)(r3 + 0); " GOTOX_R3);
    asm volatile("10: r4 += r5; goto 8f; 11: r4 -= r5; goto 8f; 12: r4 *= r5; goto 8f; 13: r4 ^= r5; goto 8f");
    asm volatile("14: r4 &= r5; goto 8f; 15: r0 = 77; if r5 == 0 goto 9f; r4 /= r5; goto 8f");
    asm volatile("17: r4 <<= 3; r4 |= r5; 8: r0 = r4; 9: 19: exit");
}

/* As many rounds as the first number says, at most 16: a table says what comes next, the other number which way. */
SEC("raw") __attribute__((naked)) int states(struct context *ctx)
{
    asm volatile(TABLE("places", TO("10") TO("11") TO("12")));
    asm volatile("w6 = *(u32 *)(r1 + 0); w9 = *(u32 *)(r1 + 4); r8 = 0; r0 = 0; r7 = places ll");
    asm volatile("r4 = *(u64 *)(r7 + 0); *(u64 *)(r10 - 8) = r4");
    asm volatile("1: if r8 >= r6 goto 9f; if r8 >= 16 goto 9f; r8 += 1; r3 = *(u64 *)(r10 - 8); r0 *= 3; " GOTOX_R3);
    asm volatile("10: r0 += 1; r2 = 8; goto 2f; 11: r0 += 2; r2 = r9; r2 &= 1; r2 <<= 4; goto 2f; 12: r0 += 3; r2 = 0");
    asm volatile("2: w9 >>= 1; r3 = r7; r3 += r2; r3 = *(u64 *)(r3 + 0); *(u64 *)(r10 - 8) = r3; goto 1b; 9: exit");
}
