// SPDX-License-Identifier: Apache-2.0
/* A moving average of 8 values per sensor, ring buffers in an array map. */
// input: hex 01000000 e8030000
// input: hex 01000000 d0070000
// input: hex 05000000 d0070000
#include "../workload.h"

struct sample {
    __u32 sensor, value;
};
struct ring {
    __u32 values[8];
    __u32 at, sum;
};
ARRAY(rings, struct ring, 4);

SEC("raw") __u32 moving_average(struct sample *ctx)
{
    __u32 key = ctx->sensor;
    struct ring *ring = bpf_map_lookup_elem(&rings, &key);
    if (!ring)
        return 0;
    __u32 at = ring->at & 7;
    ring->sum += ctx->value - ring->values[at];
    ring->values[at] = ctx->value;
    ring->at = at + 1;
    return ring->sum / 8;
}
