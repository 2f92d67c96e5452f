// SPDX-License-Identifier: Apache-2.0
/* Do the compiled stubs belong to the program that was verified? A copy that a user edited, or that was made for an
 * older object, may have smaller maps than the proof relies on. */
#ifndef BAREBPF_FIRMWARE_AGREE_H
#define BAREBPF_FIRMWARE_AGREE_H

#include <llvm-c/TargetMachine.h>

#include "../verify/verify.h"
#include "firmware.h"

/* What is asked of a module of stubs. */
struct agreement {
    LLVMModuleRef stubs;
    LLVMTargetMachineRef machine;
    const struct verified *verified;
    const char *path; /* of the stubs, for messages */
    bool native;      /* the module is not lifted but native code
                       */
    bool is_given;    /* by --stubs: what we generate ourselves is believed where only a mistake of ours could differ */
    struct diag *d;
};

/* Every map and data section that the program uses must be there with the size, the shape, the alignment and, in flash,
 * the bytes that were verified, under the index by which the program asks for it. Drops the shapes from the module, and
 * puts this build's manifest and context into it. Reports `stub` (status 3) naming the map. */
bool stubs_agree(const struct agreement *a);

#endif
