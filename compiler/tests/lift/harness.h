// SPDX-License-Identifier: Apache-2.0
/* What the execution tests of the lifter share: byte code to program, program to module, module to running code on the
 * host. */
#ifndef BAREBPF_TESTS_LIFT_HARNESS_H
#define BAREBPF_TESTS_LIFT_HARNESS_H

#include <llvm-c/Core.h>

#include "lift/lift.h"

/* A target to lift for. */
struct harness_target {
    const char *triple, *cpu, *features;
    char *layout; /* owned; see harness_target_free() */
};

/* The machine that runs the tests; or any other target by its triple. */
struct harness_target harness_host(void);
struct harness_target harness_target_new(const char *triple, const char *cpu, const char *features);
void harness_target_free(struct harness_target *target);

/* A program with one raw entry `name` from byte code, local calls split off as subprograms; owned by its arena.
 * NULL with the reason in `d`. */
struct program *harness_program(const char *name, const uint8_t *bytes, uint32_t slots, struct diag *d);
void harness_program_free(struct program *program);

/* Lifts byte code into a new module of `context`, without a proof or, with `prove`, only when it is accepted; NULL when
 * it is not; without `prove` the reason is printed. */
LLVMModuleRef harness_lift(LLVMContextRef context, const char *name, const uint8_t *bytes, uint32_t slots,
                           const struct harness_target *target, bool prove);

/* Runs `bpf_prog_NAME` of the module on the host; takes the module over. `optimize`: default<Os> first. */
struct harness_code;
typedef uint64_t harness_entry(void *context, size_t size);
struct harness_code *harness_compile(LLVMModuleRef module, const char *name, bool optimize);
harness_entry *harness_entry_of(const struct harness_code *code);
void harness_code_free(struct harness_code *code);

#endif
