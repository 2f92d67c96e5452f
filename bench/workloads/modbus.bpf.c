// SPDX-License-Identifier: Apache-2.0
/* Serves a Modbus read of holding registers, which are in an array map: checks, looks up, answers big-endian. */
// input: hex 11 03 0001 0003 00000000 0000 0000 0000 0000 0000 0000 00
// input: hex 11 03 000f 0003 00000000 0000 0000 0000 0000 0000 0000 00
#include "../workload.h"

struct request {
    __u8 address, function;
    __be16 first, count;
    __u8 answer[17];
};
ARRAY(registers, __u16, 16);

SEC("raw") int modbus(struct request *ctx)
{
    __u32 first = bpf_ntohs(ctx->first), count = bpf_ntohs(ctx->count);
    if (ctx->function != 3)
        return -1;
    if (count < 1 || count > 8)
        return -3;
    for (__u32 i = 0; i < 8; i++) {
        if (i >= count)
            break;
        __u32 key = first + i;
        __u16 *value = bpf_map_lookup_elem(&registers, &key);
        if (!value)
            return -2;
        ctx->answer[2 * i] = (__u8)(*value >> 8);
        ctx->answer[2 * i + 1] = (__u8)*value;
    }
    return (int)(2 * count);
}
