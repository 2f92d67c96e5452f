// SPDX-License-Identifier: Apache-2.0
/* CRC-16/CCITT by nibbles, with a table in flash. */
// input: random 64
#include "../workload.h"

struct data {
    __u8 bytes[64];
};

static const __u16 table[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
                                0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};

SEC("raw") __u32 crc16_table(struct data *ctx)
{
    __u16 crc = 0xffff;
    for (int i = 0; i < 64; i++) {
        __u8 byte = ctx->bytes[i];
        crc = (__u16)(crc << 4 ^ table[(crc >> 12 ^ byte >> 4) & 15]);
        crc = (__u16)(crc << 4 ^ table[(crc >> 12 ^ byte) & 15]);
    }
    return crc;
}
