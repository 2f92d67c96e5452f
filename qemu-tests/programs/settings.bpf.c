// SPDX-License-Identifier: Apache-2.0
/* Reads settings of the board, and a context whose layout the firmware decides (settings_types.bpf.c). */
#include <barebpf/bpf.h>

extern int CONFIG_SCALE __kconfig;
extern _Bool CONFIG_FAST __kconfig __weak;

struct settings {
    __u32 a, gone;
} __attribute__((preserve_access_index));

SEC("hook/settings")
int settings(struct settings *s)
{
    if (CONFIG_FAST)
        return s->a;
    return s->a * CONFIG_SCALE;
}

SEC("hook/settings")
int careless(struct settings *s)
{
    return s->gone;
}
