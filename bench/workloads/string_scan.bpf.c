// SPDX-License-Identifier: Apache-2.0
/* Finds a needle of four letters in 48 bytes of text. */
// input: text 48 the quick brown fox jumps over the lazy dog
// input: text 48 nothing of the kind is in here, really
#include "../workload.h"

struct text {
    char chars[48];
};

static const char needle[4] = "lazy";

SEC("raw") int string_scan(struct text *ctx)
{
    for (int i = 0; i < 45; i++) {
        int n = 0;
        while (n < 4 && ctx->chars[i + n] == needle[n])
            n++;
        if (n == 4)
            return i;
    }
    return -1;
}
