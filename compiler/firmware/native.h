// SPDX-License-Identifier: Apache-2.0
/* --native: instead of lifting the proved BPF code, clang compiles its C source for the board, and what it makes gets
 * the ABI of lifted code: the same stubs, maps, sections and outputs serve both. The proof is of the BPF twin: what
 * native code does is what C says, and nothing here proves that both are the same. */
#ifndef BAREBPF_FIRMWARE_NATIVE_H
#define BAREBPF_FIRMWARE_NATIVE_H

#include "firmware.h"

/* The programs of `v`, compiled from options->native_source into a module like one of lift_program(). NULL with the
 * reason reported: `feature` (status 2) where the source cannot be native code on this board, or lays out otherwise
 * what program and firmware share. */
LLVMModuleRef native_program(LLVMContextRef context, const struct verified *v, const struct board *board,
                             const struct build_options *options, struct diag *d);

#endif
