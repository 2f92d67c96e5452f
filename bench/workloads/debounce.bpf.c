// SPDX-License-Identifier: Apache-2.0
/* A state machine: debounces eight buttons over 32 samples and counts presses and long presses. */
// input: random 40
// input: ramp 40
#include "../workload.h"

struct buttons {
    __u8 samples[32];
    __u8 stable, count, presses, longs;
    __u32 pad;
};

enum state { IDLE, MAYBE, PRESSED, HELD };

SEC("raw") int debounce(struct buttons *ctx)
{
    enum state state = IDLE;
    __u32 since = 0, presses = 0, longs = 0;
    for (int i = 0; i < 32; i++) {
        int down = ctx->samples[i] & 1;
        since++;
        switch (state) {
        case IDLE:
            if (down)
                state = MAYBE, since = 0;
            break;
        case MAYBE:
            if (!down)
                state = IDLE;
            else if (since >= 2)
                state = PRESSED, presses++;
            break;
        case PRESSED:
            if (!down)
                state = IDLE;
            else if (since >= 5)
                state = HELD, longs++;
            break;
        case HELD:
            if (!down)
                state = IDLE;
            break;
        }
    }
    ctx->presses = (__u8)presses;
    ctx->longs = (__u8)longs;
    return (int)(presses << 8 | longs);
}
