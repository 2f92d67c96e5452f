// SPDX-License-Identifier: Apache-2.0
/* Returns its second argument: the size of the context. */
#include <barebpf/bpf.h>

SEC("raw")
long context_size(void *ctx, unsigned long size)
{
    return size;
}

char LICENSE[] SEC("license") = "GPL";
