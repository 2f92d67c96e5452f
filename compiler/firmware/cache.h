// SPDX-License-Identifier: Apache-2.0
/* Compiled C that is kept between builds: start-up code, runtime, drivers, and the stubs of programs seen before.
 * A result is found again only by a digest of all that clang could have read: its own identity, the words of the
 * command, the source, and every file below helpers-template/ and boards/; for native boards, which take the host's
 * headers, also the state of the host's packages. What may read other files (a user's main or stubs) is not kept.
 * The directory is $BAREBPF_CACHE ("off": none), else barebpf/ in $XDG_CACHE_HOME or ~/.cache. */
#ifndef BAREBPF_FIRMWARE_CACHE_H
#define BAREBPF_FIRMWARE_CACHE_H

#include "target.h"

#define CACHE_DIGEST_BYTES 32

/* The cache of one build. Zeroed: nothing is kept. */
struct cache {
    const char *directory;              /* NULL: nothing is kept */
    uint8_t inputs[CACHE_DIGEST_BYTES]; /* digest of every file that a compilation may include */
};

/* One run of clang. */
struct unit {
    const char *source, *output;
    const char *work_dir; /* a name in the command that differs from build to build, and plays no part */
    const char *what;     /* for the message when it fails */
};

/* Where the cache of builds for this board is; strings are in the arena. Never fails: without a usable directory
 * nothing is kept. */
struct cache cache_open(struct arena *arena, const struct board *board);

/* Makes unit->output, from the cache or by running the command, which is freed. Failures as command_run_tool(). */
bool cache_compile(const struct cache *cache, struct arena *arena, struct command *command, const struct unit *unit,
                   struct diag *d);

#endif
