// SPDX-License-Identifier: Apache-2.0
/* How does the module become a board's image, and how does the image run in the emulator? Public header of this room,
 * with board.h. */
#ifndef BAREBPF_FIRMWARE_FIRMWARE_H
#define BAREBPF_FIRMWARE_FIRMWARE_H

#include <llvm-c/Core.h>

#include "../verify/verify.h"
#include "board.h"

/* What the user asked of a build. Paths are as given; strings outlive the build. */
struct build_options {
    char optimize;         /* 's' (default when 0), 'z', '2', '3', '0' */
    const char *output;    /* OUT.elf; other outputs take its name with another ending; NULL = STEM.elf */
    string_list inputs;    /* the objects and other files that were read: no output may take their place; NULL = none */
    string_list emit;      /* "elf", "bin", "hex", "map", "dis", "ll", "bc", "s", "obj", "stubs", "skel"; NULL = elf */
    string_list stubs;     /* --stubs: replace the generated stubs; NULL = generated */
    const char *main_file; /* --main: replaces the default main; NULL = default */
    string_list with;      /* --with: more C of the firmware; NULL = none */
    uint64_t max_flash, max_ram, max_stack, max_insns, max_machine_insns; /* budgets; 0 = the board's / none */
    string_list priorities;                                               /* --priority PROGRAM=LEVEL */
    bool check_facts;
    const char *native_source; /* --native: the C source whose native code runs; NULL: the lifted BPF code does */
    string_list settings;      /* --set, already written into the program */
    string_list source_flags;  /* what clang was told for the BPF build of it: -I, -D, … */
    bool verbose;              /* show the commands */
    string_list formats;       /* deferred printk: what its messages' numbers mean; NULL: printk prints */
    bool shares_maps;          /* for stubs_generate(): programs may interrupt each other, see hooks_share_maps() */
};

/* True when the relocatable object is asked for and nothing that only an image has: then no image is linked, and what
 * the firmware must define may be missing. */
bool build_makes_object(const struct build_options *options);

/* What --emit can ask for, one name after the other; NULL: there are no more. */
const char *build_output_name(uint32_t index);

/* Levels of programs that interrupts start; 0 is the main loop. As RT_EVENT_LEVELS of helpers-template/events.h. */
#define HOOK_LEVELS 3

/* Machine stack of the programs, bytes. */
struct stack_needs {
    uint32_t bytes;                        /* the sum of the levels and the drivers, see docs */
    uint32_t level_bytes[HOOK_LEVELS + 1]; /* the deepest chain of each level, with its interrupt's frame; 0: unused */
    uint32_t driver_bytes;                 /* of interrupt handlers above all levels */
    uint32_t deepest_part, deepest_bytes;  /* the program that takes most, with its interrupt's frame */
};

struct hook_plan; /* hooks.h */

/* A relocatable object of program, maps and stubs, optimised as one module, in the build's work directory. */
struct object {
    struct arena arena;
    const char *work_dir, *path;
    const char *stubs_path;  /* generated NAME.stubs.c */
    const char *skel_path;   /* generated NAME.skel.h */
    const char *kfuncs_path; /* generated NAME.kfuncs.h, which the firmware's C is compiled with; NULL: calls none */
    struct stack_needs stack;
    const struct hook_plan *hooks;
    const struct verified *verified;
};

/* One line of the build report. */
struct report_item {
    const char *kind; /* "program", "map", "region" */
    const char *name;
    uint64_t used_bytes, size_bytes; /* size: regions only */
    /* Programs and maps: what is there of them. A map's code is that of its operations which was not inlined, or is
     * called from several places; what has initial values is in both. */
    uint64_t flash_bytes, ram_bytes;
};

/* The bound of executed machine instructions of one run of a program of the image. */
struct program_bound {
    const char *name;   /* of the program */
    uint64_t insns;     /* 0: none is known */
    const char *reason; /* why not; NULL: it is known */
};

struct image {
    struct arena arena;
    const char *path; /* the ELF, under its final name */
    struct report_item *items;
    uint32_t item_count;
    uint32_t stack_bytes; /* worst-case machine stack: main and programs that interrupt each other */
    const struct object *object;
    uint64_t max_insns;
    struct program_bound *bounds; /* of each program, in the order of verified_part(); NULL: not measured */
    bool native;                  /* the bound is of the BPF twin */
};

/* Generates stubs and skeleton from helpers-template/, compiles them to bitcode, links them with `module` (consumed),
 * optimises all as one module and emits an object. Reports tool-missing (3), unresolved or mismatched stubs with the
 * call site (3). */
bool emit_object(struct object *object, LLVMModuleRef module, const struct verified *v, const struct board *board,
                 const struct build_options *options, struct diag *d);

/* Compiles start-up, board and main, links with ld.lld and a generated memory map, checks budgets, writes the outputs
 * under temporary names and renames them. Reports does-not-fit (2) naming the largest map and the capacity that would
 * fit; the report in `image` is filled then too. */
bool link_firmware(struct image *image, const struct object *object, const struct board *board,
                   const struct build_options *options, struct diag *d);

/* The build report: flash and RAM per region, bytes per program and map, stack, proven bound. */
void image_report(const struct image *image, const struct board *board, FILE *out);
/* The same as JSON; `fits`: the image was written. */
void image_report_json(const struct image *image, const struct board *board, bool fits, FILE *out);

void object_free(struct object *object);
void image_free(struct image *image);

/* LLVM's words for a board, for lift_options. The data layout is owned by the arena. */
const char *board_data_layout(const struct board *board, struct arena *arena, struct diag *d);

#endif
