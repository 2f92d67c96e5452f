// SPDX-License-Identifier: Apache-2.0
/* Before the pipeline: what kind of file the input is, C through clang, and --map applied. */
#ifndef BAREBPF_INPUT_H
#define BAREBPF_INPUT_H

#include "commands/commands.h"
#include "firmware/board.h"
#include "program/program.h"

/* What clang is told to find a source's headers: -I and -D of the user, our own header, and the system's. Owned by the
 * arena; NULL with the reason reported. */
string_list input_flags(const struct options *o, struct arena *arena, struct diag *d);

/* True for a file that is C source: its name ends in ".c". */
bool input_is_source(const char *path);

/* The BPF object to load for `input`: itself, or, when it is C source, what clang makes of it in a work directory. The
 * path is owned by the arena. Reports file-missing, tool-missing, or tool-failed with clang's output (status 3). */
bool input_object(const char **object, const char *input, string_list flags, struct arena *arena, struct diag *d);

/* True when the file at `path` is an executable ELF that is not a BPF object: an image made by build. */
bool input_is_image(const char *path);

/* Applies --map NAME=ENTRIES and --map-init MAP[SLOT]=PROGRAM to the loaded program, before it is verified. Reports
 * `option` (status 3) for what is no number, has no such name, or does not fit. */
bool input_apply_maps(struct program *program, string_list map_sizes, struct diag *d);
bool input_apply_inits(struct program *program, string_list inits, struct diag *d);

#endif
