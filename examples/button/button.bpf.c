// SPDX-License-Identifier: Apache-2.0
/* Counts how often a key was pressed: docs/FIRST.md. */
#include <barebpf/bpf.h>
#include <barebpf/events.h>

__u32 presses;

SEC("uart/rx") int button(struct barebpf_uart *key)
{
    if (key->byte != 'b')
        return 0;
    presses++;
    bpf_printk("pressed %u times", presses);
    return presses;
}
