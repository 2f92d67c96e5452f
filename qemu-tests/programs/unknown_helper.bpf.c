// SPDX-License-Identifier: Apache-2.0
/* Calls a helper that exists nowhere: not supported. */
#include <barebpf/bpf.h>

static long (*const no_such_helper)(void) = (void *)9999;

SEC("raw")
int unknown_helper(void *ctx)
{
    return (int)no_such_helper();
}
