// SPDX-License-Identifier: Apache-2.0
/* A few messages: what they cost as text, and deferred. */
#include <barebpf/bpf.h>

struct input {
    __u32 speed, limit;
    __s32 temperature;
    __u64 when;
};

SEC("raw")
int messages(struct input *in)
{
    if (in->speed > in->limit)
        bpf_printk("motor: speed %u is above its limit %u", in->speed, in->limit);
    if (in->temperature < -10)
        bpf_printk("motor: temperature %d is too low", in->temperature);
    if (in->temperature > 80)
        bpf_printk("motor: temperature %d is too high", in->temperature);
    if (!in->when)
        bpf_printk("motor: no time");
    bpf_printk("motor: checked at %llu ns: %u, %d", in->when, in->speed, in->temperature);
    return 0;
}
