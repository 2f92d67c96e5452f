// SPDX-License-Identifier: Apache-2.0
/* Memory of a target: what a file holds of it, or what a gdb server (QEMU, OpenOCD, J-Link, pyOCD) answers. */
#ifndef BAREBPF_FIRMWARE_TARGET_MEMORY_H
#define BAREBPF_FIRMWARE_TARGET_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/diag.h"

/* A zeroed struct is closed. */
struct target_memory {
    const char *name;     /* for messages */
    const uint8_t *bytes; /* of a file, in the arena; NULL: the server is asked */
    uint64_t address, size_bytes;
    int socket;
};

/* The file's first byte lies at `address`. Reports file-missing (3). */
bool target_memory_file(struct target_memory *m, const char *path, uint64_t address, struct arena *arena,
                        struct diag *d);

/* Connects to "HOST:PORT" (or ":PORT", of this machine); the target stops. Reports target (3). */
bool target_memory_gdb(struct target_memory *m, const char *server, struct arena *arena, struct diag *d);

/* Copies `bytes` bytes at `address`. Reports target (3) when they are not there or nothing answers. */
bool target_memory_read(struct target_memory *m, uint64_t address, uint8_t *to, size_t bytes, struct diag *d);

/* Closes; a server's target runs on. */
void target_memory_close(struct target_memory *m);

#endif
