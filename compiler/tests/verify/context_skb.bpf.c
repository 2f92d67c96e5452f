// SPDX-License-Identifier: Apache-2.0
/* Fields of struct __sk_buff and struct xdp_md: who may use which, how wide, and what data_meta proves. */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

#define READ(type, skb, offset) (*(volatile type *)((char *)(skb) + (offset)))

SEC("tc") int tc_reads_parts_of_fields(struct __sk_buff *skb)
{
    return READ(__u8, skb, 1) + READ(__u16, skb, 18) + READ(__u32, skb, 0) + READ(__u8, skb, 180);
}

SEC("tc") int tc_writes_what_it_owns(struct __sk_buff *skb)
{
    READ(__u32, skb, 8) = 1;
    skb->priority = 2;
    skb->tc_index = 3;
    skb->tc_classid = 4;
    READ(__u32, skb, 12) = 5;
    skb->tstamp = 6;
    skb->cb[4] = 7;
    READ(__u64, skb, 48) = 8;
    READ(__u8, skb, 67) = 9;
    return 0;
}

SEC("tc") int tc_cannot_write_len(struct __sk_buff *skb)
{
    skb->len = 0; /* error[read-only] */
    return 0;
}

SEC("tc") int half_a_mark_cannot_be_written(struct __sk_buff *skb)
{
    READ(__u16, skb, 8) = 0; /* error[read-only] */
    return 0;
}

SEC("tc") int addresses_are_for_sockets(struct __sk_buff *skb)
{
    return skb->remote_ip4; /* error[context-field] */
}

SEC("tc") int padding_is_no_field(struct __sk_buff *skb)
{
    return READ(__u8, skb, 181); /* error[context-field] */
}

SEC("socket1") int sockets_have_no_data(struct __sk_buff *skb)
{
    return skb->data; /* error[context-field] */
}

SEC("socket/2") int sockets_cannot_mark(struct __sk_buff *skb)
{
    skb->mark = 1; /* error[read-only] */
    return 0;
}

SEC("socket") int sockets_own_cb(struct __sk_buff *skb)
{
    skb->cb[2] = skb->len;
    return skb->cb[2];
}

SEC("cgroup_skb/ingress") int cgroups_read_packets(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    return data + 20 <= end && data[9] == 17;
}

SEC("cgroup_skb/ingress") int cgroups_cannot_write_packets(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    if (data + 20 > end)
        return 1;
    data[8] = 1; /* error[read-only] */
    return 1;
}

SEC("cgroup_skb/ingress") int ingress_returns_0_or_1(struct __sk_buff *skb)
{
    return 2; /* error[return-value] */
}

SEC("cgroup_skb/egress") int egress_returns_up_to_3(struct __sk_buff *skb)
{
    return skb->len & 3;
}

SEC("lwt_in") int lwt_in_cannot_write(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    if (data < end)
        *data = 0; /* error[read-only] */
    return 0;
}

SEC("lwt_xmit") int lwt_xmit_writes(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    if (data + 1 <= end)
        *data = 0;
    return 0;
}

SEC("sk_skb/stream_verdict") int sk_skb_has_no_mark(struct __sk_buff *skb)
{
    return skb->mark; /* error[context-field] */
}

SEC("xdp") int meta_is_proved_by_data(struct xdp_md *ctx)
{
    __u32 *meta = (void *)(long)ctx->data_meta;
    void *data = (void *)(long)ctx->data;
    if ((void *)(meta + 1) > data)
        return 1;
    *meta += 1;
    return *meta;
}

SEC("xdp") int meta_is_not_proved_by_data_end(struct xdp_md *ctx)
{
    __u32 *meta = (void *)(long)ctx->data_meta;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(meta + 1) > end)
        return 1;
    return *meta; /* error[out-of-bounds] */
}

SEC("xdp") int meta_is_not_proved_by_data_moved(struct xdp_md *ctx)
{
    __u32 *meta = (void *)(long)ctx->data_meta;
    char *data = (void *)(long)ctx->data;
    if ((void *)(meta + 1) > (void *)(data + 4))
        return 1;
    return *meta; /* error[out-of-bounds] */
}

SEC("xdp") int data_is_not_proved_by_meta(struct xdp_md *ctx)
{
    __u32 *meta = (void *)(long)ctx->data_meta;
    __u32 *data = (void *)(long)ctx->data;
    if ((void *)(meta + 1) > (void *)data)
        return 1;
    return *data; /* error[out-of-bounds] */
}

SEC("xdp") int egress_is_for_devmaps(struct xdp_md *ctx)
{
    return ctx->egress_ifindex; /* error[context-field] */
}

SEC("xdp/devmap") int devmaps_have_egress(struct xdp_md *ctx)
{
    return ctx->egress_ifindex;
}

SEC("xdp.frags") int frags_are_xdp(struct xdp_md *ctx)
{
    return (long)ctx->data_end - (long)ctx->data;
}

SEC("tc") int no_socket_is_certain(struct __sk_buff *skb)
{
    struct bpf_sock *sk = skb->sk;
    return sk->family; /* error[null-deref] */
}

SEC("tc") int sockets_tell_their_state(struct __sk_buff *skb)
{
    struct bpf_sock *sk = skb->sk;
    return sk ? sk->state + sk->src_port : 0;
}

SEC("tc") int sockets_may_have_no_type(struct __sk_buff *skb)
{
    struct bpf_sock *sk = skb->sk;
    if (!sk)
        return 0;
    return sk->type; /* error[context-field] */
}

SEC("tc") int sockets_are_not_written(struct __sk_buff *skb)
{
    struct bpf_sock *sk = skb->sk;
    if (!sk)
        return 0;
    sk->state = 1; /* error[read-only] */
    return 0;
}
static long (*const load_bytes)(void *ctx, unsigned at, void *to, unsigned size) = (void *)26;
static long (*const pull_data)(void *ctx, unsigned size) = (void *)39;
static long (*const adjust_head)(void *ctx, int by) = (void *)44;
static long (*const csum_diff)(void *from, unsigned from_size, void *to, unsigned to_size, unsigned seed) = (void *)28;

SEC("tc") int pulling_voids_packet_pointers(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    if (data + 1 > end)
        return 0;
    pull_data(skb, 0);
    return *data; /* error[*] */
}

SEC("tc") int loading_keeps_packet_pointers(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    __u32 word;
    if (data + 1 > end)
        return 0;
    load_bytes(skb, 0, &word, 4);
    return *data + word;
}

SEC("tc") int loading_does_not_write_the_packet(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    if (data + 4 > end)
        return 0;
    return load_bytes(skb, 20, data, 4); /* error[helper-argument] */
}

SEC("tc") int sums_take_packets(struct __sk_buff *skb)
{
    __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    return data + 20 <= end ? csum_diff(0, 0, data, 20, 0) : 0;
}

SEC("socket") int sockets_cannot_pull(struct __sk_buff *skb)
{
    return pull_data(skb, 0); /* error[helper-program] */
}

SEC("tc") int heads_are_moved_by_xdp(struct __sk_buff *skb)
{
    return adjust_head(skb, 4); /* error[helper-program] */
}
char _license[] SEC("license") = "GPL";
