// SPDX-License-Identifier: Apache-2.0
/* What a verified image says of itself: complete, as JSON, in an ELF note that takes no flash; and compact, in flash.
 */
#ifndef BAREBPF_FIRMWARE_MANIFEST_H
#define BAREBPF_FIRMWARE_MANIFEST_H

#include <jansson.h>

#include "../base/text.h"
#include "../verify/verify.h"
#include "board.h"

#define MANIFEST_NOTE_SECTION ".note.barebpf"
#define MANIFEST_NOTE_TYPE    1

/* The ELF note: owner "barebpf", type 1, the JSON text. JSON: "format", "board", "object", "sha256", "verified",
 * "code" (what runs: "bpf", or "native" code of the same source) and "proof" (of "code", of its "bpf twin", or "none"),
 * "entry", "programs", "bounds", "context", "maps" with the layouts of keys and values, see docs/ARCHITECTURE.md;
 * "formats" of deferred printk, if any. */
struct build_options;
struct image;
void manifest_note(struct text *out, const struct image *image, const struct board *board,
                   const struct build_options *options);

/* The loops of the program with the proven bound of their rounds: [{"function", "insn", "line", "rounds"}]. */
json_t *manifest_loops(const struct verified *v);

/* The compact form, in flash: its bytes; and as C for the generated stubs. */
#define MANIFEST_SECTION ".barebpf.manifest"
void manifest_bytes(struct text *out, const struct verified *v, bool native);
void manifest_c(struct text *out, const struct verified *v, bool native);

/* The context that main hands to the program: enum barebpf_context_kind of run.h, and the bytes of plain memory. */
struct manifest_context {
    uint32_t kind, bytes;
};
struct manifest_context manifest_context(const struct verified *v);

#endif
