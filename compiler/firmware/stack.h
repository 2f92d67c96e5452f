// SPDX-License-Identifier: Apache-2.0
/* Machine stack of a module: LLVM says each function's frame, the call graph says the deepest chain. */
#ifndef BAREBPF_FIRMWARE_STACK_H
#define BAREBPF_FIRMWARE_STACK_H

#include <llvm-c/Core.h>

#include "../base/arena.h"
#include "../base/diag.h"

/* Allowance for functions outside the module, which have no frame size here: the board's console and clock, mem*, and
 * the 64-bit division of libgcc. One such call can be active at a time (they call each other within the allowance).
 * Measured: the deepest, __aeabi_uldivmod on ARMv6-M, takes 80 bytes with its callees. */
#define STACK_EXTERNAL_BYTES 96

/* Frames as the code generator reports them. A zeroed struct is empty. */
struct stack_frames {
    struct arena arena;
    struct stack_frame *items;
    uint32_t count, capacity;
};

/* Asks the code generator to report every frame of the module: needs to be called before it runs. */
void stack_request(LLVMModuleRef module);

/* Takes a diagnostic's text; true when it was a frame's size. */
bool stack_collect(struct stack_frames *frames, const char *text);

/* Bytes of the deepest chain of calls that starts at `function`, with the allowance. Recursion counts once. */
uint32_t stack_deepest(const struct stack_frames *frames, LLVMModuleRef module, const char *function);

void stack_frames_free(struct stack_frames *frames);

#endif
