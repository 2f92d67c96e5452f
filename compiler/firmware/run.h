// SPDX-License-Identifier: Apache-2.0
/* Runs an image in its board's emulator with given contexts, and says what came out. */
#ifndef BAREBPF_FIRMWARE_RUN_H
#define BAREBPF_FIRMWARE_RUN_H

#include "board.h"

/* One context: bytes given by --ctx. */
struct run_context {
    const uint8_t *bytes;
    uint32_t size;
};

struct run_options {
    const struct run_context *contexts; /* none: one of zeros */
    uint32_t context_count;
    uint32_t repeat;    /* at least 1 */
    unsigned timeout_s; /* 0 = none */
    bool dump_maps;
    bool verbose; /* show QEMU's command */
    /* Let events start programs instead of calling one for contexts, until either limit; both 0: as contexts say. */
    uint64_t for_ns;
    uint32_t for_events;
    const struct run_context *input; /* what the console receives; NULL: nothing */
    const char *nic;                 /* QEMU's -nic without its model; NULL: none */
};

/* A program that events started. */
struct run_hook {
    const char *program, *section;
    uint32_t count, missed;
    uint64_t r0; /* of its last run */
};

/* One call of the program. */
struct run_call {
    uint64_t r0;
    uint64_t insns;    /* executed instructions of the target */
    bool has_insns;    /* false: the board cannot count */
    const char *after; /* hexadecimal bytes of the context or packet after the call; NULL when not reported */
    const char *meta;  /* the same of the metadata before the packet; NULL when there is none */
    bool is_packet;
    long offset; /* of the packet's first byte from where it was before the call */
};

struct json_t;

/* Everything is owned by the arena; `maps` too is released by run_result_free(). */
struct run_result {
    struct arena arena;
    const char *board, *program; /* from the image's manifest */
    struct run_call *calls;
    uint32_t call_count;
    struct run_hook *hooks; /* after events */
    uint32_t hook_count;
    uint64_t packets[8]; /* run.h's machine line */
    bool has_packets;
    struct json_t *maps; /* object: map name → array of {"key", "value"} */
    const char *console; /* what the program printed */
    size_t console_bytes;
    int exit_status; /* the firmware's; 124 after a time-out */
};

/* Runs the image at `path` on the board that its manifest names (the caller may know it already: board_name of
 * run_image_board()). Reports context (3), tool-missing (3), or firmware that did not answer. A fault or a time-out of
 * the firmware is no error here: exit_status says it. */
bool run_image(struct run_result *result, const char *path, const struct board *board,
               const struct run_options *options, struct diag *d);

/* True when events start a program of the image. Reports what read errors there are. */
bool run_image_waits(bool *waits, const char *path, struct diag *d);

/* The board an image was built for, from its manifest, in the arena; NULL with the reason reported. */
const char *run_image_board(const char *path, struct arena *arena, struct diag *d);

void run_result_free(struct run_result *result);

#endif
