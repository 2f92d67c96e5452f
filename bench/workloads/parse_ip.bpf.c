// SPDX-License-Identifier: Apache-2.0
/* Parses a dotted IPv4 address; 0 when it is malformed. */
// input: text 16 192.168.2.254
// input: text 16 10.0.0.999
#include "../workload.h"

struct text {
    char chars[16];
};

SEC("raw") __u32 parse_ip(struct text *ctx)
{
    __u32 address = 0, part = 0, dots = 0, digits = 0;
    for (int i = 0; i < 16; i++) {
        char c = ctx->chars[i];
        if (c >= '0' && c <= '9') {
            part = part * 10 + (__u32)(c - '0');
            digits++;
            if (part > 255 || digits > 3)
                return 0;
        } else if (c == '.' || c == 0) {
            if (!digits)
                return 0;
            address = address << 8 | part;
            part = digits = 0;
            if (c == 0)
                return dots == 3 ? address : 0;
            dots++;
        } else {
            return 0;
        }
    }
    return 0;
}
