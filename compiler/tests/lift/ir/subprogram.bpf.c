// SPDX-License-Identifier: Apache-2.0
/* A subprogram is a function of its own with typed arguments; a 64-bit atomic on a 32-bit core is done with interrupts
 * masked and never by libatomic. */
#include <barebpf/bpf.h>

__u64 total;

static __attribute__((noinline)) __u32 mix(__u32 a, __u32 b)
{
    return (a ^ b) * 2654435761u + (a & b) * (a | 7) + (b >> 3) * (a + 11);
}

struct context {
    __u32 a, b;
};

SEC("raw")
__u64 adds(struct context *ctx)
{
    __sync_fetch_and_add(&total, 5);
    return mix(ctx->a, ctx->b) + mix(ctx->b, ctx->a);
}
// CHECK: define internal fastcc i32 @bpf_func_mix(i32 {{.*}}, i32 {{.*}})
// CHECK-LABEL: define {{.*}} @bpf_prog_adds(
// CHECK-NOT: __atomic
// CHECK: [[STATE:%.*]] = {{.*}}call i32 @rt_irq_save()
// CHECK: load i64, ptr @bpf_map_bss, align 8
// CHECK: store i64 {{.*}}, ptr @bpf_map_bss, align 8
// CHECK: call void @rt_irq_restore(i32 [[STATE]])
// CHECK: call fastcc i32 @bpf_func_mix(i32
// CHECK: ret i64
