// SPDX-License-Identifier: Apache-2.0
/* Helpers that only Linux has: which programs may call them, with which arguments, and what they leave behind. */
#include <linux/bpf.h>

#define SEC(name)          __attribute__((section(name), used))
#define __uint(name, n)    int(*name)[n]
#define __type(name, type) type *name

static char terms[] SEC("license") = "GPL";

static long (*const get_tunnel_key)(void *ctx, void *key, unsigned size, long flags) = (void *)20;
static long (*const set_tunnel_key)(void *ctx, const void *key, unsigned size, long flags) = (void *)21;
static long (*const get_stackid)(void *ctx, void *map, long flags) = (void *)27;
static long (*const get_current_task)(void) = (void *)35;
static long (*const under_cgroup)(void *map, unsigned index) = (void *)37;
static long (*const get_socket_cookie)(void *ctx) = (void *)46;
static long (*const redirect_map)(void *map, long key, long flags) = (void *)51;
static long (*const sk_redirect_map)(void *ctx, void *map, unsigned key, long flags) = (void *)52;
static long (*const msg_pull_data)(void *ctx, unsigned start, unsigned end, long flags) = (void *)63;
static long (*const fib_lookup)(void *ctx, void *params, unsigned size, unsigned flags) = (void *)69;
static long (*const sysctl_get_name)(void *ctx, char *name, unsigned size, long flags) = (void *)101;
static long (*const csum_level)(void *ctx, long level) = (void *)135;
static long (*const redirect_neigh)(unsigned ifindex, void *params, unsigned size, long flags) = (void *)152;
static long (*const get_func_ip)(void *ctx) = (void *)173;
static long (*const get_attach_cookie)(void *ctx) = (void *)174;
static long (*const skb_load_bytes)(void *ctx, unsigned at, void *to, unsigned size) = (void *)26;

#define MAP(name, kind, key_bytes, value_bytes)                                                                        \
    struct {                                                                                                           \
        __uint(type, kind);                                                                                            \
        __uint(max_entries, 4);                                                                                        \
        __uint(key_size, key_bytes);                                                                                   \
        __uint(value_size, value_bytes);                                                                               \
    } name SEC(".maps")
MAP(devices, BPF_MAP_TYPE_DEVMAP, 4, 4);
MAP(stacks, BPF_MAP_TYPE_STACK_TRACE, 4, 64);
MAP(cgroups, BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4);
MAP(sockets, BPF_MAP_TYPE_SOCKMAP, 4, 4);
MAP(table, BPF_MAP_TYPE_ARRAY, 4, 64);

SEC("xdp") int xdp_redirects_through_a_map(struct xdp_md *ctx)
{
    return redirect_map(&devices, ctx->rx_queue_index, 0);
}

SEC("xdp") int an_array_is_no_device_map(struct xdp_md *ctx)
{
    (void)ctx;
    return redirect_map(&table, 0, 0); /* error[helper-argument] */
}

SEC("tc") int tc_has_no_device_maps(struct __sk_buff *ctx)
{
    (void)ctx;
    return redirect_map(&devices, 0, 0); /* error[helper-program] */
}

SEC("xdp") int xdp_looks_up_a_route(struct xdp_md *ctx)
{
    struct bpf_fib_lookup params = {.family = 2};
    long result = fib_lookup(ctx, &params, sizeof params, 0);
    return result ? 0 : params.ifindex;
}

SEC("xdp") int route_parameters_are_too_few(struct xdp_md *ctx)
{
    struct bpf_fib_lookup params = {.family = 2};
    return fib_lookup(ctx, &params, sizeof params + 8, 0); /* error[out-of-bounds] */
}

SEC("xdp") int routes_are_not_looked_up_in_the_packet(struct xdp_md *ctx)
{
    char *data = (char *)(long)ctx->data;
    if (data + 64 > (char *)(long)ctx->data_end)
        return 0;
    return fib_lookup(ctx, data, 64, 0); /* error[helper-argument] */
}

SEC("socket") int sockets_look_up_no_route(struct __sk_buff *ctx)
{
    struct bpf_fib_lookup params = {.family = 2};
    return fib_lookup(ctx, &params, sizeof params, 0); /* error[helper-program] */
}

SEC("tc") int tc_reads_and_writes_a_tunnel_key(struct __sk_buff *ctx)
{
    struct bpf_tunnel_key key;
    if (get_tunnel_key(ctx, &key, sizeof key, 0))
        return 0;
    key.tunnel_id++;
    return set_tunnel_key(ctx, &key, sizeof key, 0);
}

SEC("tc") int tc_knows_levels(struct __sk_buff *ctx)
{
    return csum_level(ctx, 0);
}

SEC("lwt_in") int tunnels_know_no_levels(struct __sk_buff *ctx)
{
    return csum_level(ctx, 0); /* error[helper-program] */
}

SEC("tc") int neighbours_without_parameters(struct __sk_buff *ctx)
{
    (void)ctx;
    return redirect_neigh(1, 0, 0, 0);
}

SEC("tc") int cookies_keep_packet_pointers(struct __sk_buff *ctx)
{
    char *data = (char *)(long)ctx->data;
    if (data + 1 > (char *)(long)ctx->data_end)
        return 0;
    return get_socket_cookie(ctx) + *data;
}

SEC("kprobe/f") int kprobe_takes_a_stack(void *ctx)
{
    return get_stackid(ctx, &stacks, 0) + get_func_ip(ctx) + get_attach_cookie(ctx);
}

SEC("xdp") int xdp_takes_no_stack(struct xdp_md *ctx)
{
    return get_stackid(ctx, &stacks, 0); /* error[helper-program] */
}

SEC("kprobe/f") int kprobe_asks_for_the_task(void *ctx)
{
    (void)ctx;
    return under_cgroup(&cgroups, 0) ? 0 : get_current_task() != 0;
}

SEC("sk_skb") int streams_are_redirected(struct __sk_buff *ctx)
{
    return sk_redirect_map(ctx, &sockets, 0, 0);
}

SEC("sk_msg") int messages_are_pulled(struct sk_msg_md *ctx)
{
    msg_pull_data(ctx, 0, 8, 0);
    char *data = (char *)(long)ctx->data;
    return data + 1 > (char *)(long)ctx->data_end ? 0 : *data & 1;
}

SEC("sk_msg") int pulling_voids_pointers(struct sk_msg_md *ctx)
{
    char *data = (char *)(long)ctx->data;
    if (data + 1 > (char *)(long)ctx->data_end)
        return 0;
    msg_pull_data(ctx, 0, 8, 0);
    return *data & 1; /* error[*] */
}

SEC("cgroup/sysctl") int settings_have_names(struct bpf_sysctl *ctx)
{
    char name[16];
    return sysctl_get_name(ctx, name, sizeof name, 0) > 0;
}

SEC("flow_dissector") int dissectors_load_bytes(struct __sk_buff *ctx)
{
    char byte;
    skb_load_bytes(ctx, 0, &byte, 1);
    return 0;
}

static long (*const trace_printk)(const char *format, unsigned size, ...) = (void *)6;
static long (*const get_comm)(void *to, unsigned size) = (void *)16;

SEC("kprobe/x") int linux_prints_texts_of_memory(void *ctx)
{
    char name[16] = {}, format[] = "%s %pK %pI4";
    unsigned address = 0x7f000001;
    (void)ctx;
    get_comm(name, sizeof name);
    return (int)trace_printk(format, sizeof format, name, 0, &address);
}

SEC("kprobe/x") int linux_prints_any_format(void *ctx)
{
    char format[16] = {};
    (void)ctx;
    get_comm(format, sizeof format - 1);
    return (int)trace_printk(format, sizeof format);
}

SEC("tc") int boards_print_constant_texts(struct __sk_buff *ctx)
{
    char name[4] = {(char)ctx->mark}, format[] = "%s";
    return (int)trace_printk(format, sizeof format, name); /* error[feature] */
}
