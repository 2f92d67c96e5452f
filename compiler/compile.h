// SPDX-License-Identifier: Apache-2.0
/* The pipeline and what it makes: from the input file to the image. compile.c has one line per stage. */
#ifndef BAREBPF_COMPILE_H
#define BAREBPF_COMPILE_H

#include "commands/commands.h"
#include "input.h"
#include "lift/lift.h"
#include "load/load.h"

/* Everything made on the way. A zeroed struct is empty; stages that were not reached stay so. */
struct compilation {
    struct arena arena;
    const char *object_path;  /* the BPF object: the input, or what clang made of a .bpf.c */
    string_list source_flags; /* what clang is told of the headers of a .bpf.c */
    struct board board;
    struct program program;
    struct entries entries; /* functions that the image runs; the first is bpf_main */
    struct verify_stats stats;
    struct verified *verified; /* of all of them */
    string_list formats;       /* deferred printk: of all of them; NULL: printk prints */
    LLVMContextRef llvm;
    struct object object;
    struct image image; /* its report is filled also when the image does not fit */
};

/* Verifies the inputs, linked when there are several, and builds them for the board `o->board` into `o->output`. On
 * failure the reason is reported. Free with compilation_free() in any case. */
bool compile_firmware(struct compilation *c, const struct options *o, struct diag *d);

/* The stages behind loading: c->board and c->program are filled already. */
bool compile_loaded(struct compilation *c, const struct options *o, struct diag *d);

/* How programs are lifted for a board at an optimisation level (0 = the default); everything that lifts for an image
 * asks here. `data_layout` is that of board_data_layout(). */
struct lift_options compile_lift_options(const struct board *board, const char *data_layout, char optimize,
                                         bool check_facts);

/* The first stages alone: the object of `inputs` (a .bpf.c goes through clang, several are linked) loaded into
 * c->program, with --map and --set applied. */
bool compile_program(struct compilation *c, string_list inputs, const struct options *o, struct diag *d);

/* The files that are read under a name that the user gave, but for --stubs; ends in NULL. */
string_list compile_files_read(const struct options *o, struct arena *arena);

/* The verifier's limits as the options give them; `program` and `entry` decide how large an untyped raw context is. */
struct limits compile_limits(const struct options *o, const struct program *program, uint32_t entry);

void compilation_free(struct compilation *c);

#endif
