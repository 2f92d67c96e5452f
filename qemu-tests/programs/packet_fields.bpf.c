// SPDX-License-Identifier: Apache-2.0
/* Words of packets at every alignment, read and written in place by programs that move nothing: with --net-ip-align the
 * aligned ones are one access each, which cores without unaligned access fault on when it is not so. Byte 11 of the
 * packet says which case is run; compared with Linux's BPF_PROG_TEST_RUN (packets.py). */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))
#define INLINE    static inline __attribute__((always_inline))
#define BYTES     74 /* of the shortest packet */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

/* Linux wants variable offsets compared with the end by themselves. */
#define READ(type, at) ((at) + 8 > end ? -1 : (int)*(type *)(at))

INLINE int common_case(u8 *data, u8 *end)
{
    u32 step = data[11] & 7;
    u32 header = (data[14] & 15) * 4;
    u8 *behind = data + 14 + header;
    switch (data[11]) {
    case 0: return (int)*(u32 *)(data + 26); /* saddr: at a multiple of 4 */
    case 1: return (int)(*(u32 *)(data + 26) ^ *(u32 *)(data + 30));
    case 2: return (int)*(u32 *)(data + 24);
    case 3: return (int)*(u32 *)(data + 25);
    case 4: return *(u16 *)(data + 12);
    case 5: return *(u16 *)(data + 13);
    case 6: return (int)(*(u64 *)(data + 26) >> 24);
    case 7: return (int)(*(u64 *)(data + 28) >> 24);
    case 8: *(u32 *)(data + 26) += 5; return 8;
    case 9: *(u32 *)(data + 28) += 5; return 9;
    case 10: *(u16 *)(data + 13) = 0x1234; return 10;
    case 11: *(u64 *)(data + 34) = 0x123456789abcdef0; return 11;
    case 12: return READ(u32, behind); /* behind a header of a variable length */
    case 13: return READ(u32, behind + 2);
    case 14: return behind + 8 > end ? -1 : (int)(*(u64 *)behind >> 8);
    case 15:
    case 16:
    case 17: return READ(u32, data + 14 + step); /* by a variable offset */
    case 18:
    case 19: return READ(u16, data + 14 + 2 * step);
    case 20: return READ(u32, data + 14 + 2 * step);
    case 21: return READ(u32, data + 2 + 4 * step);
    }
    return -2;
}

SEC("xdp") int fields_xdp(struct xdp_md *ctx)
{
    u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
    return data + BYTES > end ? -3 : common_case(data, end);
}

SEC("tc") int fields_tc(struct __sk_buff *ctx)
{
    u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
    return data + BYTES > end ? -3 : common_case(data, end);
}
