// SPDX-License-Identifier: Apache-2.0
/* The Internet checksum (RFC 1071) of a 20-byte header, verified and updated for a decremented TTL (RFC 1624). */
// input: hex 4500003c1c4640004006b1e6ac100a63ac100a0c 00000000
// input: random 24
#include "../workload.h"

struct header {
    __u16 words[12];
};

SEC("raw") __u32 ip_checksum(struct header *ctx)
{
    __u32 sum = 0;
    for (int i = 0; i < 10; i++)
        sum += ctx->words[i];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    __u32 old = ctx->words[4], new = (old - 1) & 0xffff;
    __u32 check = (~ctx->words[5] & 0xffff) + (~old & 0xffff) + new;
    check = (check & 0xffff) + (check >> 16);
    ctx->words[4] = (__u16) new;
    ctx->words[5] = (__u16)~check;
    return sum;
}
