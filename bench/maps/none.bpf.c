// SPDX-License-Identifier: Apache-2.0
/* Without a map: what the others are compared with. */
#include <barebpf/bpf.h>

struct input {
    __u32 key, fills;
};

SEC("raw")
int one(struct input *in)
{
    return in->key;
}
