// SPDX-License-Identifier: Apache-2.0
/* Work in a process of its own: for libraries that may crash (LLVM) and would take us along. */
#ifndef BAREBPF_BASE_ISOLATE_H
#define BAREBPF_BASE_ISOLATE_H

#include <stddef.h>

#include "arena.h"
#include "diag.h"

/* What became of it. */
struct isolated {
    bool crashed;     /* it ended before its work did */
    bool ok;          /* what the work returned */
    const char *said; /* what it wrote to stderr, in the arena */
};

/* Runs work(input, answer) in a copy of this process. What it leaves in the `size` bytes at `answer`, which begin as
 * they are, comes back; nothing else does but files. False, with tool-missing reported, when there is no process to be
 * had.
 */
bool isolate(bool (*work)(void *input, void *answer), void *input, void *answer, size_t size, struct isolated *result,
             struct arena *arena, struct diag *d);

#endif
