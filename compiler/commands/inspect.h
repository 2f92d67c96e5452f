// SPDX-License-Identifier: Apache-2.0
/* The longer lists of `barebpf inspect`, as JSON arrays that the caller owns. */
#ifndef BAREBPF_COMMANDS_INSPECT_H
#define BAREBPF_COMMANDS_INSPECT_H

#include <jansson.h>

#include "../program/program.h"

/* What each relocated instruction refers to; the CO-RE relocations; the named types; the source lines. */
json_t *inspect_relocations(const struct program *program);
json_t *inspect_tables(const struct program *program);
json_t *inspect_core(const struct program *program);
json_t *inspect_types(const struct program *program);
json_t *inspect_lines(const struct program *program);

#endif
