// SPDX-License-Identifier: Apache-2.0
/* Edges at pins, and an interrupt by its name. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

#ifndef NAMED
#define NAMED "TIM2"
#endif

SEC("gpio/rising/PA0")
int up(struct barebpf_gpio *ctx)
{
    return (int)bpf_printk("up: pin %d, level %d, count %d\n", ctx->pin, ctx->level, ctx->count);
}

SEC("gpio/falling/PA3")
int down(struct barebpf_gpio *ctx)
{
    return (int)bpf_printk("down: pin %d, level %d, count %d\n", ctx->pin, ctx->level, ctx->count);
}

SEC("gpio/both/PA12")
int both(struct barebpf_gpio *ctx)
{
    return (int)bpf_printk("both: pin %d, count %d\n", ctx->pin, ctx->count);
}

SEC("irq/" NAMED)
int named(struct barebpf_irq *ctx)
{
    return (int)bpf_printk("interrupt %d, count %d\n", ctx->number, ctx->count);
}
