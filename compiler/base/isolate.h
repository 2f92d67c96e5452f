// SPDX-License-Identifier: Apache-2.0
/* Work in a process of its own: for libraries that may crash (LLVM) and would take us along. */
#ifndef BAREBPF_BASE_ISOLATE_H
#define BAREBPF_BASE_ISOLATE_H

#include <stddef.h>

#include "arena.h"
#include "diag.h"

struct isolated {
    bool (*work)(void *input, void *answer);
    void *input;
    void *answer; /* `size` bytes, which begin as they are for the work, and come back as it leaves them */
    size_t size;
    /* What became of it: */
    bool crashed;     /* it ended before its work did */
    bool ok;          /* what the work returned */
    const char *said; /* what it wrote to stderr, in the arena */
};

/* Runs the work in a copy of this process. Besides the answer nothing comes back but files. False, with tool-missing
 * reported, when there is no process to be had. */
bool isolate(struct isolated *task, struct arena *arena, struct diag *d);

#endif
