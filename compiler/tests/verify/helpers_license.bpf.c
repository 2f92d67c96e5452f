// SPDX-License-Identifier: Apache-2.0
/* Programs that are not under the GPL: what Linux keeps from them, for programs and helpers that only Linux has. */
#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

static char terms[] SEC("license") = "Apache-2.0";

static long (*const ktime_get_ns)(void) = (void *)5;
static long (*const trace_printk)(const char *format, unsigned size, ...) = (void *)6;
static long (*const get_current_task)(void) = (void *)35;
static long (*const fib_lookup)(void *ctx, void *params, unsigned size, unsigned flags) = (void *)69;
static long (*const probe_read_kernel)(void *to, unsigned size, const void *from) = (void *)113;

SEC("kprobe/f") int asks_for_the_time(void *ctx)
{
    (void)ctx;
    return ktime_get_ns() != 0;
}

SEC("kprobe/f") int asks_for_the_task(void *ctx)
{
    (void)ctx;
    return get_current_task() != 0; /* error[license] */
}

SEC("kprobe/f") int reads_the_kernel(void *ctx)
{
    long word = 0;
    probe_read_kernel(&word, sizeof word, ctx); /* error[license] */
    return word;
}

SEC("xdp") int looks_up_a_route(struct xdp_md *ctx)
{
    struct bpf_fib_lookup params = {.family = 2};
    return fib_lookup(ctx, &params, sizeof params, 0); /* error[license] */
}

/* On boards it may. */
SEC("xdp") int prints(struct xdp_md *ctx)
{
    char format[] = "x";
    (void)ctx;
    trace_printk(format, sizeof format);
    return 0;
}
