// SPDX-License-Identifier: Apache-2.0
/* Other programs: clang, ld.lld, llvm-objcopy, QEMU. */
#ifndef BAREBPF_BASE_PROCESS_H
#define BAREBPF_BASE_PROCESS_H

#include <sys/types.h>

#include "arena.h"
#include "diag.h"

/* What a process did. Strings are owned by the arena given to process_run(). */
struct process_result {
    int exit_status; /* 0..255; 128 + signal when it was killed; 124 when it ran into the time limit */
    bool timed_out;
    char *output; /* stdout, NUL-terminated */
    size_t output_size;
    char *errors; /* stderr, NUL-terminated */
};

/* Runs argv[0] (looked up in PATH; argv ends in NULL) with empty stdin, kills it after `timeout_s` seconds (0 = no
 * limit). True when it ran at all, whatever its status; false, with tool-missing reported, when it could not be
 * started. */
bool process_run(struct arena *arena, const char *const argv[], unsigned timeout_s, struct process_result *result,
                 struct diag *d);

/* The same with a stdin: these bytes, and their end, come when the process has written something. At most
 * PROCESS_INPUT_MOST bytes. SIGPIPE must be ignored by the caller's program, or the process must read them. */
#define PROCESS_INPUT_MOST 32768u
struct process_input {
    const void *bytes;
    size_t size;
};
bool process_run_fed(struct arena *arena, const char *const argv[], const struct process_input *input,
                     unsigned timeout_s, struct process_result *result, struct diag *d);

/* Starts argv[0] beside us, with empty stdin and our stdout and stderr; it is killed when we end, or by process_stop().
 * False, with tool-missing reported, when it could not be started. */
bool process_start(const char *const argv[], pid_t *pid, struct diag *d);
void process_stop(pid_t pid);

/* Runs argv[0], which process_find() has found, with our terminal: what the user types, interrupts included, is for it.
 * False, with tool-missing reported, when no process could be made. */
bool process_foreground(const char *const argv[], int *exit_status, struct diag *d);

/* Full path of an executable in PATH, in the arena; NULL when there is none. */
char *process_find(struct arena *arena, const char *name);

#endif
