// SPDX-License-Identifier: Apache-2.0
/* A jump table takes no memory: gotox is a switch over the index, with the entries that the proof found possible and
 * nothing for others. A label that is spilled is still one. */
#include <barebpf/bpf.h>

struct context {
    __u32 op, a, b;
};

#define TABLE(name, entries)                                                                                           \
    ".pushsection .jumptables,\"\",@progbits; .globl " name "; " name ": " entries ".size " name ", . - " name         \
    "; .popsection"
#define TO(label) ".quad " label "f - raw; "

SEC("raw") __attribute__((naked)) int dispatch(struct context *ctx)
{
    asm volatile(TABLE("operations", TO("10") TO("11") TO("12") TO("13") TO("10") TO("14") TO("15") TO("16")));
    asm volatile("w2 = *(u32 *)(r1 + 0); if w2 > 5 goto 1f; w0 = *(u32 *)(r1 + 4); w5 = *(u32 *)(r1 + 8)");
    asm volatile("r3 = operations ll; r2 <<= 3; r3 += r2; r3 = *(u64 *)(r3 + 0); *(u64 *)(r10 - 8) = r3");
    asm volatile("r3 = *(u64 *)(r10 - 8); .8byte 0x030d");
    asm volatile("10: r0 += r5; exit; 11: r0 -= r5; exit; 12: r0 *= r5; exit; 13: r0 ^= r5; exit; 14: r0 &= r5; exit");
    asm volatile("15: r0 = 12345; exit; 16: r0 = 54321; exit; 1: r0 = 99; exit");
}
// CHECK-LABEL: define {{.*}} @bpf_prog_dispatch(
// CHECK: [[INDEX:%.*]] = load i32, ptr {{%.*}}, align 4
// CHECK-NOT: inttoptr
// CHECK-NOT: alloca
// CHECK: switch i32 [[INDEX]], label %{{.*}} [
// CHECK-NEXT: i32 0, label %[[SUM:.*]]
// CHECK-NEXT: i32 1, label
// CHECK-NEXT: i32 2, label
// CHECK-NEXT: i32 3, label
// CHECK-NEXT: i32 4, label %[[SUM]]
// CHECK-NEXT: i32 5, label
// CHECK-NEXT: ]
// CHECK-NOT: 12345
// CHECK-NOT: 54321
// CHECK: ret i64
