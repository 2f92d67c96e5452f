// SPDX-License-Identifier: Apache-2.0
/* With --net-ip-align what lies at a multiple of 4 behind the Ethernet header is one aligned word; the rest is not. */
// OPTIONS: --net-ip-align
#include <barebpf/bpf.h>

SEC("xdp")
int addresses(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 40 > end)
        return XDP_DROP;
    return *(__u32 *)(data + 26) == 7 && *(__u32 *)(data + 31) == 9 && *(__u32 *)(data + 36) == 5 ? XDP_PASS : XDP_TX;
}
// CHECK-LABEL: define {{.*}} @bpf_prog_addresses(
// CHECK: load i32, ptr {{.*}}, align 4
// CHECK: load i32, ptr {{.*}}, align 1
// CHECK: load i32, ptr {{.*}}, align 2
// CHECK: ret i64
