// SPDX-License-Identifier: Apache-2.0
/* Alarms with hysteresis for channels whose limits and states are in two array maps; counts alarms globally. */
// input: hex 02000000 5e010000
// input: hex 02000000 20030000
// input: hex 02000000 10000000
#include "../workload.h"

struct reading {
    __u32 channel;
    __s32 value;
};
struct limits {
    __s32 low, high;
    __u32 enabled;
};
struct channel_state {
    __u32 alarm, changes;
    __s32 last;
};
ARRAY(channel_limits, struct limits, 4);
ARRAY(channel_states, struct channel_state, 4);

static __u32 alarms;

SEC("raw") int threshold_alarm(struct reading *ctx)
{
    __u32 key = ctx->channel;
    struct limits *limits = bpf_map_lookup_elem(&channel_limits, &key);
    struct channel_state *state = bpf_map_lookup_elem(&channel_states, &key);
    if (!limits || !state)
        return -1;
    __s32 high = limits->enabled ? limits->high : 700, low = limits->enabled ? limits->low : 300;
    __u32 alarm = state->alarm;
    if (!alarm && ctx->value > high)
        alarm = 1;
    else if (alarm && ctx->value < low)
        alarm = 0;
    if (alarm != state->alarm) {
        state->changes++;
        alarms += alarm;
    }
    state->alarm = alarm;
    state->last = ctx->value;
    return (int)(alarm | state->changes << 1);
}
