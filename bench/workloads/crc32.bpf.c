// SPDX-License-Identifier: Apache-2.0
/* CRC-32 (IEEE 802.3), bit by bit, of 64 bytes. */
// input: random 64
#include "../workload.h"

struct data {
    __u8 bytes[64];
};

SEC("raw") __u32 crc32(struct data *ctx)
{
    __u32 crc = 0xffffffff;
    for (int i = 0; i < 64; i++) {
        crc ^= ctx->bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}
