// SPDX-License-Identifier: Apache-2.0
/* Does the running Linux take programs from us? Tests that need it are skipped aloud where it does not. */
#ifndef BAREBPF_TESTS_KERNEL_ANSWERS_H
#define BAREBPF_TESTS_KERNEL_ANSWERS_H

#include <bpf/bpf.h>
#include <stdbool.h>
#include <unistd.h>

/* True when the kernel lets us load programs at all. */
static inline bool kernel_answers(void)
{
    struct bpf_insn insns[] = {{.code = 0xb7}, {.code = 0x95}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
    int fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "probe", "GPL", insns, 2, &options);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

#endif
