// SPDX-License-Identifier: Apache-2.0
/* NAME.skel.h: maps, variables and programs as typed C for the user's firmware, in the shape of bpftool's skeletons. */
#ifndef BAREBPF_FIRMWARE_SKEL_H
#define BAREBPF_FIRMWARE_SKEL_H

#include "../verify/verify.h"
#include "ctype.h"

/* Appends the header for the program and all that its object holds. Names that C would take for its own, such as a map
 * called `int`, get a '_' behind them. `for_object`: for --emit obj, with what the firmware must define. */
void skel_generate(struct text *out, const struct verified *v, bool for_object);

/* Appends the type of a data section's contents, `struct TAG { variables }`, with static assertions; the structs that
 * it needs must be defined already (map_types()). */
void section_struct(struct text *out, const struct program *program, const struct map *map, const char *tag);

/* Appends the definitions that the keys, values and variables of all maps need. */
void map_types(struct text *out, const struct program *program);

#endif
