// SPDX-License-Identifier: Apache-2.0
/* Generated programs in the running Linux kernel: encoded, loaded as BPF_PROG_TYPE_SYSCALL (whose context is plain
 * memory, like SEC("raw")), run by BPF_PROG_TEST_RUN, and their maps read and cleared. */
#ifndef BAREBPF_TESTS_KERNEL_LOAD_H
#define BAREBPF_TESTS_KERNEL_LOAD_H

#include "../ref/ref.h"

#define KERNEL_MAP_LIMIT 8
#define KERNEL_LOG_BYTES (1 << 22)

/* A program as the kernel has it. */
struct loaded {
    const struct program *program;
    int map_fds[KERNEL_MAP_LIMIT];
    int fd; /* < 0: rejected, for the reason in `log` */
    char log[KERNEL_LOG_BYTES];
};

/* Loads the program with maps of its own. What cannot be encoded is a BUG. */
void kernel_load(struct loaded *k, const struct program *p);
void kernel_unload(struct loaded *k);

/* Clears the maps and runs the program once on `context`, which it may change; its r0 (Linux gives 32 bits). False,
 * said on stdout, when it could not be run. */
bool kernel_run(const struct loaded *k, uint8_t *context, uint32_t context_bytes, uint32_t *r0);

/* Names the first map whose contents differ from those of the interpreter; NULL: none. */
const char *kernel_differing_map(const struct loaded *k, const struct ref_machine *m);

#endif
