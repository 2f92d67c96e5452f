// SPDX-License-Identifier: Apache-2.0
/* BTF types as C for the target, with exactly the layout that the BPF program sees: pointers are uint64_t, and what the
 * target's own rules would lay out otherwise is packed, with its padding spelt out. */
#ifndef BAREBPF_FIRMWARE_CTYPE_H
#define BAREBPF_FIRMWARE_CTYPE_H

#include "../base/text.h"
#include "../program/program.h"

/* Which structs are defined already: one flag per type of the program. A zeroed struct is empty. */
struct ctype_set {
    struct arena arena;
    bool *defined;
};
void ctype_set_free(struct ctype_set *set);

/* Appends the definitions of the named structs and unions that `type` holds (not those behind pointers) and that `set`
 * does not have yet, each with a static assertion of its size. */
void ctype_define(struct text *out, const struct program *program, uint32_t type, struct ctype_set *set);

/* Appends a declaration of `declarator` ("values[4]") with type `type`, without semicolon. Members of anonymous structs
 * are indented by `indent` spaces. Type 0 or one without size becomes an array of `bytes` bytes. */
void ctype_declare(struct text *out, const struct program *program, uint32_t type, const char *declarator,
                   uint32_t bytes, int indent);

/* Appends `name` as a C identifier: what cannot stand in one becomes '_', and C's own words get a '_' behind them. */
void ctype_identifier(struct text *out, const char *name);

#endif
