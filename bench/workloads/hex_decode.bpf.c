// SPDX-License-Identifier: Apache-2.0
/* Decodes 32 hexadecimal digits to 16 bytes, in place. */
// input: text 32 00112233445566778899aAbBcCdDeEfF
// input: text 32 deadbeefZ
#include "../workload.h"

struct text {
    char chars[32];
};

static __always_inline __u32 digit(char c)
{
    if (c >= '0' && c <= '9')
        return (__u32)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (__u32)(c - 'a' + 10) : 16;
}

SEC("raw") int hex_decode(struct text *ctx)
{
    for (int i = 0; i < 16; i++) {
        __u32 high = digit(ctx->chars[2 * i]), low = digit(ctx->chars[2 * i + 1]);
        if ((high | low) > 15)
            return i;
        ctx->chars[i] = (char)(high << 4 | low);
    }
    return 16;
}
