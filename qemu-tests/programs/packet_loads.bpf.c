// SPDX-License-Identifier: Apache-2.0
/* LD_ABS and LD_IND of every width, inside and beyond the packet, from the data and from headers. Byte 11 of the packet
 * says which case is run; compared with Linux's BPF_PROG_TEST_RUN (packets.py). */
#include <linux/bpf.h>
#include <linux/filter.h>

#define SEC(name) __attribute__((section(name), used))
#define INLINE    static inline __attribute__((always_inline))
#define APART     static __attribute__((noinline))

unsigned long long load_byte(void *skb, unsigned long long at) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long at) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long at) asm("llvm.bpf.load.word");
static long (*const vlan_pop)(void *ctx) = (void *)19;

/* A subprogram whose load may end it: then it returns 0, and its caller goes on. */
APART int word_at_end(struct __sk_buff *ctx, unsigned before)
{
    return (int)load_word(ctx, ctx->len - before) | 1;
}

APART int nested(struct __sk_buff *ctx, unsigned before)
{
    return word_at_end(ctx, before) + 100;
}

INLINE int common_case(struct __sk_buff *ctx, unsigned number)
{
    switch (number) {
    case 0: return (int)load_byte(ctx, 0);
    case 1: return (int)load_half(ctx, 12);
    case 2: return (int)load_word(ctx, 26);
    case 3: return (int)load_word(ctx, 27); /* unaligned */
    case 4: return (int)load_half(ctx, 15) + 1;
    case 5: return (int)load_word(ctx, 0x7fffffff) + 1;
    case 6: return (int)load_byte(ctx, ctx->len - 1) + 1;
    case 7: return (int)load_byte(ctx, ctx->len) + 1;
    case 8: return (int)load_half(ctx, ctx->len - 2) + 1;
    case 9: return (int)load_half(ctx, ctx->len - 1) + 1;
    case 10: return (int)load_word(ctx, ctx->len - 4) + 1;
    case 11: return (int)load_word(ctx, ctx->len - 3) + 1;
    case 12: return (int)load_word(ctx, ctx->len - 1) + 1;
    case 13: return (int)load_half(ctx, 14 + (load_byte(ctx, 14) & 15) * 4) + 1;
    case 14: return word_at_end(ctx, 4) + 5;
    case 15: return word_at_end(ctx, 3) + 5;
    case 16: return nested(ctx, 4) + 1000;
    case 17: return nested(ctx, 2) + 1000;
    case 18: return (int)load_byte(ctx, ctx->len * 2 - 1) + 1;
    case 19: return (int)load_word(ctx, 0x80000000u + ctx->len) + 1;
    case 20: return (int)load_word(ctx, 0xffffffff00000000 + 4 * (unsigned long long)ctx->ifindex) + 1;
    case 21: return (int)load_word(ctx, 74 - 4) + (int)load_half(ctx, 74 - 2) + (int)load_byte(ctx, 74 - 1);
    case 22: return (int)load_word(ctx, 91 - 4) + 1;
    case 23: return (int)load_word(ctx, 92 - 4) + 1;
    }
    return -2;
}

/* Offsets below 0: Linux counts from headers. */
INLINE int header_case(struct __sk_buff *ctx, unsigned number)
{
    switch (number) {
    case 24: return (int)load_byte(ctx, SKF_NET_OFF) + 1;
    case 25: return (int)load_word(ctx, SKF_NET_OFF + 12) + 1;
    case 26: return (int)load_word(ctx, SKF_LL_OFF) + 1;
    case 27: return (int)load_half(ctx, SKF_LL_OFF + 12) + 1;
    case 28: return (int)load_half(ctx, -1) + 1;
    case 29: return (int)load_half(ctx, SKF_LL_OFF - 1) + 1;
    case 30: return (int)load_byte(ctx, SKF_NET_OFF + (int)ctx->len - 14) + 1;
    case 31: return (int)load_byte(ctx, SKF_NET_OFF + (int)ctx->len - 15) + 1;
    case 32: return (int)load_byte(ctx, SKF_LL_OFF + (int)ctx->len) + 1;
    case 33: return (int)load_byte(ctx, SKF_LL_OFF + (int)ctx->len - 1) + 1;
    case 34: return (int)load_byte(ctx, SKF_LL_OFF - (int)ctx->len) + 1;
    case 35: return (int)load_half(ctx, SKF_NET_OFF - 1) + 1;
    case 36: return (int)load_half(ctx, 0 - ctx->ifindex) + 1;
    case 37: vlan_pop(ctx); return (int)load_half(ctx, 12) + (int)load_byte(ctx, SKF_NET_OFF);
    }
    return -2;
}

SEC("tc") int tc_loads(struct __sk_buff *ctx)
{
    unsigned number = load_byte(ctx, 11);
    return number < 24 ? common_case(ctx, number) : header_case(ctx, number);
}

SEC("socket") int socket_loads(struct __sk_buff *ctx)
{
    return common_case(ctx, load_byte(ctx, 11));
}
char _license[] SEC("license") = "GPL";
