// SPDX-License-Identifier: Apache-2.0
/* Marks of loops at the same place of two branches: LLVM would hoist one of them and drop what it says. */
#include <barebpf/bpf.h>

struct input {
    __u32 which, count, words[8];
};

SEC("hook/marks")
__u64 marks(struct input *ctx)
{
    __u32 n = ctx->count & 7, sum = 0;
    if (ctx->which)
        for (__u32 i = 0; i < n; i++)
            sum = sum * 31 + ctx->words[i];
    else
        for (__u32 i = 0; i < n; i++)
            sum = sum * 33 ^ ctx->words[i];
    return sum;
}

// CHECK-LABEL: define {{.*}} @bpf_prog_marks(
// CHECK: call void @llvm.sideeffect() #[[MARK:[0-9]+]],{{.*}} !barebpf.mark ![[ENTRY:[0-9]+]]
// CHECK: call void @llvm.sideeffect() #[[MARK]],{{.*}} !barebpf.mark ![[ONE:[0-9]+]]
// CHECK: call void @llvm.sideeffect() #[[MARK]],{{.*}} !barebpf.mark ![[OTHER:[0-9]+]]
// CHECK: attributes #[[MARK]] = { nomerge
// CHECK: ![[ENTRY]] = !{!"e.b{{[0-9]+x[0-9]+}}.7 e.b{{[0-9]+x[0-9]+}}.7 "}
// CHECK: ![[ONE]] = !{!"r.
// CHECK: ![[OTHER]] = !{!"r.
