// SPDX-License-Identifier: Apache-2.0
/* What the files that generate NAME.stubs.c share. */
#ifndef BAREBPF_FIRMWARE_GENERATOR_H
#define BAREBPF_FIRMWARE_GENERATOR_H

#include "../program/helper.h"
#include "stubs.h"

struct generator {
    struct text *out;
    const struct verified *verified;
    const struct program *program;
    const struct board *board;
    bool native; /* for native code, not for lifted */
    struct diag *d;
};

/* stubs.c: the first reachable instruction that uses map or extern `index` by a reference in [low, high]; NONE. */
uint32_t stubs_reference(const struct generator *g, uint32_t index, enum ref_kind low, enum ref_kind high);
/* stubs.c: reports at the instruction (NONE: at the object); `what` has one %s, for `name`. Returns false. */
bool stubs_refuse(const struct generator *g, uint32_t insn, enum diag_id id, const char *what, const char *name);

/* stubs.c: "long PREFIXname(void *a0, uint32_t a1)"; and the body that calls rt_KIND_name with the same arguments. */
void stub_prototype(struct text *out, const struct helper *helper, const char *prefix);
void stub_forward(struct text *out, const struct helper *helper, const char *kind);

/* stub_maps.c: the types and objects of maps and data sections; reports map-type. */
bool stubs_maps(struct generator *g);
/* stub_maps.c: the body of a helper with a map argument. */
void stubs_map_helper(struct generator *g, const struct helper *helper);

/* stub_timers.c: barebpf_run_timers(). */
void stubs_timers(struct generator *g);

#endif
