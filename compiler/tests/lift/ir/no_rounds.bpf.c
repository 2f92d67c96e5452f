// SPDX-License-Identifier: Apache-2.0
/* bpf_loop that is proved to make no round: nothing enters the function it names, which has no body then. */
#include <barebpf/bpf.h>

static long add(__u32 index, __u64 *sum)
{
    *sum += index;
    return 0;
}

SEC("raw")
__u64 no_rounds(void *ctx)
{
    __u64 sum = 7;
    return bpf_loop(0, add, &sum, 0) + sum;
}
// CHECK-LABEL: define {{.*}} @bpf_prog_no_rounds(
// CHECK-NOT: call {{.*}}@bpf_
// CHECK: ret i64 7
