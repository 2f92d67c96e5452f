// SPDX-License-Identifier: Apache-2.0
/* Packet pointers stay pointers: one comparison, no integer is made an address; packet bytes may lie anywhere. */
#include <barebpf/bpf.h>

SEC("xdp")
int first_byte(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 6 > end)
        return XDP_DROP;
    return *(__u32 *)(data + 2) == 7 ? XDP_PASS : XDP_TX;
}
// CHECK-LABEL: define {{.*}} @bpf_prog_first_byte(
// CHECK: load ptr, ptr %
// CHECK: load ptr, ptr
// CHECK: icmp ugt ptr
// CHECK-NOT: inttoptr
// CHECK: load i32, ptr {{.*}}, align 1
// CHECK-NOT: inttoptr
// CHECK: ret i64
