// SPDX-License-Identifier: Apache-2.0
/* Objects on the stack are variables of their own where every use is at a known place: the value that an update reads
 * needs no memory, and the key none beside its own. Where a loop walks over the stack, the frame stays one piece. */
#include <barebpf/bpf.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, __u32[3]);
    __type(value, __u64);
    __uint(max_entries, 8);
} flows SEC(".maps");

struct context {
    __u32 a, b;
};

static __attribute__((noinline)) int apart(struct context *ctx)
{
    __u32 key[3] = {ctx->a, ctx->b, 7};
    __u64 one = 1, *count = bpf_map_lookup_elem(&flows, key);
    if (count)
        ++*count;
    else
        bpf_map_update_elem(&flows, key, &one, BPF_ANY);
    return 0;
}

static __attribute__((noinline)) int together(struct context *ctx)
{
    volatile __u32 ring[4] = {1, 2, 3, 4}, next = 5;
    for (__u32 i = 0; i < 64; i++)
        ring[i & 3] += next;
    return (int)ring[ctx->a & 3];
}

SEC("raw")
__u64 frames(struct context *ctx)
{
    return (__u64)(apart(ctx) + together(ctx));
}
// CHECK-LABEL: define {{.*}} @bpf_prog_frames(
// CHECK: %frame-24{{.*}} = alloca [24 x i8], align 8
// CHECK-NEXT: %frame-16{{.*}} = alloca [16 x i8], align 8
// CHECK-NOT: = alloca
// CHECK: ret i64
