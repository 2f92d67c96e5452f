// SPDX-License-Identifier: Apache-2.0
/* Programs that only Linux starts: their contexts and results. */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

SEC("kprobe/x") int registers_are_read(unsigned long *regs)
{
    return regs[14];
}

SEC("kprobe/x") int registers_are_not_written(unsigned long *regs)
{
    regs[14] = 0; /* error[read-only] */
    return 0;
}

SEC("uprobe/x") int registers_end(unsigned long *regs)
{
    return regs[21]; /* error[out-of-bounds] */
}

SEC("tracepoint/a/b") int records_begin_behind_8_bytes(long *record)
{
    return record[1] + ((char *)record)[25];
}

SEC("tp/a/b") int the_common_part_is_hidden(long *record)
{
    return record[0]; /* error[context-field] */
}

SEC("raw_tp/x") int twelve_arguments(struct bpf_raw_tracepoint_args *ctx)
{
    return ctx->args[11];
}

SEC("raw_tracepoint/x") int no_thirteenth_argument(struct bpf_raw_tracepoint_args *ctx)
{
    return ctx->args[12]; /* error[out-of-bounds] */
}

SEC("cgroup/connect4") int connect4_rewrites(struct bpf_sock_addr *ctx)
{
    ctx->user_ip4 = 1;
    ctx->user_port = 2;
    return 1;
}

SEC("cgroup/connect4") int connect4_has_no_ip6(struct bpf_sock_addr *ctx)
{
    return ctx->user_ip6[0] & 1; /* error[context-field] */
}

SEC("cgroup/connect4") int connect4_returns_a_verdict(struct bpf_sock_addr *ctx)
{
    return 2; /* error[return-value] */
}

SEC("cgroup/recvmsg4") int recvmsg_cannot_deny(struct bpf_sock_addr *ctx)
{
    return 0; /* error[return-value] */
}

SEC("cgroup/dev") int devices(struct bpf_cgroup_dev_ctx *ctx)
{
    return ctx->major == 1 && ctx->minor == 3;
}

SEC("cgroup/sysctl") int sysctl_positions_move(struct bpf_sysctl *ctx)
{
    ctx->file_pos = 0;
    return !ctx->write;
}

SEC("cgroup/getsockopt") int getsockopt_reads_its_buffer(struct bpf_sockopt *ctx)
{
    __u8 *value = ctx->optval;
    if ((void *)(value + 1) > ctx->optval_end)
        return 0;
    *value = 1;
    ctx->retval = 0;
    return 1;
}

SEC("cgroup/setsockopt") int setsockopt_has_no_result(struct bpf_sockopt *ctx)
{
    ctx->retval = 0; /* error[context-field] */
    return 1;
}

SEC("sockops") int sockops_reply(struct bpf_sock_ops *ctx)
{
    ctx->reply = ctx->op == 1 ? 10 : -1;
    return 1;
}

SEC("sk_msg") int messages_are_packets(struct sk_msg_md *ctx)
{
    __u8 *data = ctx->data;
    return (void *)(data + 1) <= ctx->data_end ? *data : 0;
}

SEC("sk_lookup") int lookup_returns_0_or_1(struct bpf_sk_lookup *ctx)
{
    return ctx->local_port == 80;
}

SEC("sk_reuseport") int reuseport_reads(struct sk_reuseport_md *ctx)
{
    return ctx->len + ctx->hash;
}

SEC("flow_dissector") int dissectors_have_no_len(struct __sk_buff *skb)
{
    return skb->len; /* error[context-field] */
}

SEC("perf_event") int samples(long *ctx)
{
    return ctx[21] + ctx[22];
}

SEC("syscall") int callers_memory(unsigned *ctx)
{
    ctx[100] = 1;
    return ctx[5];
}
char _license[] SEC("license") = "GPL";
