// SPDX-License-Identifier: Apache-2.0
/* A token bucket for each of eight classes, in an array map: rate limiting. */
// input: hex 01000000 e8030000 64000000 00000000
// input: hex 01000000 d0070000 2c010000 00000000
// input: hex 09000000 d0070000 2c010000 00000000
#include "../workload.h"

struct request {
    __u32 class, now_ms, bytes, pad;
};
struct bucket {
    __u32 tokens, last_ms;
};
ARRAY(buckets, struct bucket, 8);

SEC("raw") int token_bucket(struct request *ctx)
{
    __u32 key = ctx->class;
    struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
    if (!bucket)
        return -1;
    __u32 elapsed = ctx->now_ms - bucket->last_ms, tokens = bucket->tokens;
    if (elapsed > 1000)
        elapsed = 1000;
    tokens += elapsed * 50 / 1000;
    if (tokens > 500)
        tokens = 500;
    bucket->last_ms = ctx->now_ms;
    if (ctx->bytes > tokens) {
        bucket->tokens = tokens;
        return 0;
    }
    bucket->tokens = tokens - ctx->bytes;
    return 1;
}
