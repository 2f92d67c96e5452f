// SPDX-License-Identifier: Apache-2.0
/* The smallest program: what remains of its image is start-up code, drivers and main. */
#include <barebpf/bpf.h>

SEC("raw") int empty(void *context)
{
    return 0;
}

char LICENSE[] SEC("license") = "Apache-2.0";
