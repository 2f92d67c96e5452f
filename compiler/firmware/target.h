// SPDX-License-Identifier: Apache-2.0
/* LLVM's side of a board: its target machine, and the processes that know the same words (clang). */
#ifndef BAREBPF_FIRMWARE_TARGET_H
#define BAREBPF_FIRMWARE_TARGET_H

#include <llvm-c/TargetMachine.h>

#include "../base/memory.h"
#include "../base/process.h"
#include "firmware.h"

/* A command line that grows; the strings live elsewhere. */
struct command {
    const char **items; /* VEC fields */
    uint32_t count, capacity;
};

/* Appends one word, or a NULL-terminated list of them. */
void command_add(struct command *command, const char *word);
void command_add_list(struct command *command, string_list words);

/* Runs the command and frees it. False, with its first lines of output reported as tool-failed (status 3) under `what`,
 * when it ends with a status other than 0. `result` may be NULL. */
bool command_run_tool(struct command *command, struct arena *arena, const char *what, struct process_result *result,
                      struct diag *d);

/* Full path of clang, ld.lld, llvm-objcopy, … of the LLVM version we are built with; the bare name when it is not
 * installed. */
const char *tool_path(struct arena *arena, const char *name);

/* A library that images are linked with. */
struct runtime_library {
    const char *path;    /* in the arena; where it was looked for when it is not installed; NULL: none is needed */
    const char *package; /* the Debian package that brings it */
    const char *headers; /* its include directories, ':' between them; NULL = none */
    bool is_there;
};
/* Converts the ELF `elf` by llvm-objcopy; `form` is "binary" or "ihex". */
bool image_convert(const char *elf, const char *form, const char *path, struct arena *arena, struct diag *d);

/* The compiler's support library for a board: 64-bit division and the like, where the core lacks instructions. */
struct runtime_library board_runtime_library(const struct board *board, struct arena *arena);
/* The C library for the user's own code (--main): newlib's nano on ARM, picolibc on RISC-V. Our runtime needs none. */
struct runtime_library board_c_library(const struct board *board, struct arena *arena);

/* Starts a clang command for the board: target, core, freestanding, include paths, optimisation, reproducible paths. */
void clang_command(struct command *command, struct arena *arena, const struct board *board,
                   const struct build_options *options);

/* The module in the bitcode file `path` that clang made of `source`; NULL with the reason reported. */
LLVMModuleRef clang_read(LLVMContextRef context, const char *path, const char *source, struct diag *d);

/* The board's target machine at an optimisation level ('s', 'z', '2', '3', '0'); NULL, with the reason reported, when
 * this LLVM cannot make code for it. Dispose with LLVMDisposeTargetMachine(). */
LLVMTargetMachineRef board_target_machine(const struct board *board, char optimize, struct diag *d);

#endif
