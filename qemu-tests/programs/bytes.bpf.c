// SPDX-License-Identifier: Apache-2.0
/* Plain memory as context, of whatever size: returns its first byte. */
#include <barebpf/bpf.h>

SEC("raw")
long bytes(void *ctx)
{
    return *(unsigned char *)ctx;
}

char LICENSE[] SEC("license") = "GPL";
