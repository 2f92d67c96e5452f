// SPDX-License-Identifier: Apache-2.0
/* LD_ABS: one comparison with the packet's end, a load at any alignment, a byte swap; 0 where the bytes are missing. */
#include <barebpf/bpf.h>

unsigned long long load_half(void *skb, unsigned long long at) asm("llvm.bpf.load.half");

SEC("tc")
int ethertype(void *ctx)
{
    return load_half(ctx, 12);
}
// CHECK-LABEL: define {{.*}} @bpf_prog_ethertype(
// CHECK-DAG: load ptr, ptr
// CHECK-DAG: load ptr, ptr
// CHECK: icmp {{ugt|ult}} i32 {{.*}}, 13
// CHECK: br i1
// CHECK-NOT: call i{{.*}} @_
// CHECK: load i16, ptr {{.*}}, align 1
// CHECK-NEXT: call i16 @llvm.bswap.i16
// CHECK-NOT: load
// CHECK: {{^}}}
