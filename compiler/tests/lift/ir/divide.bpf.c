// SPDX-License-Identifier: Apache-2.0
/* RFC 9669 §4.1: x / 0 is 0. The guard is there where the divisor may be 0, and only there; LLVM's division never sees
 * a 0. */
#include <barebpf/bpf.h>

struct context {
    __u32 number, divisor;
};

SEC("raw")
__u64 divide(struct context *ctx)
{
    __u32 divisor = ctx->divisor;
    return ctx->number / divisor + ctx->number / (divisor | 1);
}
// CHECK-LABEL: define {{.*}} @bpf_prog_divide(
// CHECK: [[ZERO:%.*]] = icmp eq i32 [[DIVISOR:%.*]], 0
// CHECK: udiv i32
// CHECK: or i32 [[DIVISOR]], 1
// CHECK-NOT: icmp
// CHECK: udiv i32
// CHECK: ret i64
