// SPDX-License-Identifier: Apache-2.0
/* The upper half of a 64-bit number that only ends in 32 bits is not computed, not even round a loop; that of a number
 * which is shifted down or returned is. */
#include <barebpf/bpf.h>

struct context {
    __u64 numbers[8];
    __u32 low;
    __u16 from_upper;
    __u16 pad;
};

SEC("raw")
__u64 upper_half(struct context *ctx)
{
    __u64 sum = 1, all = 1;
    for (int i = 0; i < 8; i++) {
        sum = sum * 3 + ctx->numbers[i];
        all = all + ctx->numbers[i];
        asm volatile("" : "+r"(sum), "+r"(all)); /* clang's own narrowing is not what is tested */
    }
    ctx->low = (__u32)sum;
    ctx->from_upper = (__u16)(all >> 40);
    return 0;
}
// CHECK-LABEL: define {{.*}} @bpf_prog_upper_half(
// CHECK-DAG: mul i32 {{.*}}, 3
// CHECK-DAG: add i64
// CHECK-NOT: mul i64
// CHECK: ret i64 0
