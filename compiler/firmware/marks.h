// SPDX-License-Identifier: Apache-2.0
/* Marks of loops on their way from the module to the image: lift/marks.c and helpers-template/loops.h set them, labels
 * in the code carry them through code generation and linking, and machine_bound.c reads them. */
#ifndef BAREBPF_FIRMWARE_MARKS_H
#define BAREBPF_FIRMWARE_MARKS_H

#include <llvm-c/Core.h>

#include "../base/arena.h"
#include "../base/diag.h"
#include "../base/memory.h"
#include "machine.h"

/* The assembly text of the module's code, in the work directory, where that has marks. */
#define MARKED_FILE "program.s"

/* A mark in the image. */
struct mark {
    uint64_t address;
    const char *id;
    uint64_t rounds; /* e: at most so many rounds for each time that the code comes here; r: 0 */
    bool is_round;   /* r */
    uint32_t order;  /* its place in the assembly text, among labels */
};

/* A jump to a label of its function. */
struct mark_jump {
    uint64_t address; /* of the instruction */
    uint32_t order;   /* of the label: marks behind it are passed, those before it are not */
};

struct marks {
    struct mark *items;      /* by address */
    struct mark_jump *jumps; /* by address */
    uint32_t count, jump_count;
};

/* Tells LLVM what it may expect of rt_loop_enter() and rt_loop_round(). */
void marks_declare(LLVMModuleRef module);

/* Calls of rt_loop_enter() and rt_loop_round() with constant arguments become marks; `last`: so do entries of unknown
 * rounds, which no bound can contain, and the others go. needs: inlined helpers. */
void marks_take_calls(LLVMModuleRef module, bool last);

/* All marks of the module become labels, or none if LLVM has dropped the text of one. True when there are any. needs:
 * optimised code. */
bool marks_to_labels(LLVMModuleRef module);

/* The marks of the linked image. `assembly`: the text of the same code as LLVM writes it (NULL: there are no marks).
 * False: the text is not of this code. */
bool marks_read(struct marks *marks, struct machine_code *code, const char *assembly);

/* The order of the label that the instruction at `address` jumps to; NONE: not known. */
uint32_t marks_jump_order(const struct marks *marks, uint64_t address);

#endif
