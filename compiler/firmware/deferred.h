// SPDX-License-Identifier: Apache-2.0
/* Deferred printk on the host: messages in what a target wrote become text (helpers-template/include/barebpf/log.h). */
#ifndef BAREBPF_FIRMWARE_DEFERRED_H
#define BAREBPF_FIRMWARE_DEFERRED_H

#include <jansson.h>

#include "../base/text.h"
#include "binary.h"

#define DEFERRED_VALUES 12 /* of one message: as many as bpf_trace_vprintk takes */
#define DEFERRED_DEPTH  16 /* messages that stand inside each other: one for each priority of interrupts */

/* A message that has begun. */
struct deferred_message {
    uint64_t numbers[1 + DEFERRED_VALUES]; /* that of the format first */
    unsigned count, bits;                  /* complete ones; bits of the next one so far */
};

/* Zeroed and not opened it hands everything on as it is. */
struct deferred_log {
    const struct binary *image;
    const char **formats;
    uint32_t format_count, depth;
    struct deferred_message open[DEFERRED_DEPTH];
};

/* For what this image writes; `manifest` is its. Both must outlive the decoder; the formats are put into the arena. */
void deferred_open(struct deferred_log *log, const struct binary *image, const json_t *manifest, struct arena *arena);

/* Appends to `out` what these bytes, which follow the ones before, mean. */
void deferred_decode(struct deferred_log *log, const char *bytes, size_t count, struct text *out);

/* After the last byte: says how many messages are incomplete. */
void deferred_end(const struct deferred_log *log, struct text *out);

#endif
