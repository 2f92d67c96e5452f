// SPDX-License-Identifier: Apache-2.0
/* A lookup with a constant key in an array map is an address: no call, no test of the key, no stack. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

SEC("raw")
__u64 tick(void *ctx)
{
    __u32 key = 2;
    __u64 *count = bpf_map_lookup_elem(&counts, &key);
    if (count)
        *count += 1;
    return 0;
}
// CHECK: @bpf_map_counts = {{.*}}global
// CHECK-LABEL: define {{.*}} @bpf_prog_tick(
// CHECK-NOT: alloca
// CHECK-NOT: call
// CHECK-NOT: br i1
// CHECK: [[OLD:%.*]] = load i64, ptr getelementptr {{.*}}@bpf_map_counts{{.*}} 16)
// CHECK: [[NEW:%.*]] = add i64 [[OLD]], 1
// CHECK: store i64 [[NEW]]
// CHECK: ret i64 0
