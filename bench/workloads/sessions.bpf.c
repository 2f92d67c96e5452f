// SPDX-License-Identifier: Apache-2.0
/* A table of sessions with time-outs in a hash map: open, touch, close. */
// input: hex 01000000 07000000 64000000 00000000
// input: hex 02000000 07000000 c8000000 00000000
// input: hex 03000000 07000000 c9000000 00000000
// input: hex 02000000 07000000 ca000000 00000000
#include "../workload.h"

struct event {
    __u32 kind, id, now, pad;
};
struct session {
    __u32 opened, touched, count;
};
HASH(open_sessions, __u32, struct session, 8);

SEC("raw") int sessions(struct event *ctx)
{
    __u32 id = ctx->id;
    if (ctx->kind == 1) {
        struct session fresh = {ctx->now, ctx->now, 1};
        return (int)bpf_map_update_elem(&open_sessions, &id, &fresh, BPF_ANY);
    }
    struct session *session = bpf_map_lookup_elem(&open_sessions, &id);
    if (!session)
        return -2;
    if (ctx->kind == 3 || ctx->now - session->touched > 1000)
        return (int)bpf_map_delete_elem(&open_sessions, &id);
    session->touched = ctx->now;
    return (int)++session->count;
}
