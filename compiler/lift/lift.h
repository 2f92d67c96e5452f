// SPDX-License-Identifier: Apache-2.0
/* struct verified → LLVM module. LLVM-C Core only. The only public header of this room. */
#ifndef BAREBPF_LIFT_LIFT_H
#define BAREBPF_LIFT_LIFT_H

#include <llvm-c/Core.h>

#include "../program/helper.h"
#include "../verify/verify.h"

struct lift_options {
    const char *triple;      /* LLVM target triple */
    const char *data_layout; /* LLVM data layout string of that target (pointer width, endianness) */
    const char
        *cpu; /* "target-cpu" and "target-features" attributes, so that stubs inline into programs; NULL = none */
    const char *features;
    bool optimize_size;    /* optsize attribute */
    bool minimize_size;    /* minsize attribute */
    uint32_t atomic_bytes; /* widest atomic read-modify-write of the core; wider ones mask interrupts; 0 = all do */
    bool strict_alignment; /* the core faults on unaligned accesses: align only as proven either way; see docs */
    bool check_facts;      /* lift each used fact as a trap */
    bool marks;            /* mark loops, for the bound of machine instructions: marks.c */
    const char *const *formats; /* deferred printk: of the image, NULL at the end; NULL: printk is a call of the stub */
};

/* A new module in `context` (caller disposes) with one function per reachable BPF function: `bpf_prog_NAME(ptr ctx,
 * size_t ctx_size) -> i64` for the entry (external), internal functions for subprograms. It calls the stubs of the ABI:
 * `_bpf_helper_ext_NNNN`,
 * `__lddw_helper_map_by_idx`, `__lddw_helper_map_val`, `__lddw_helper_var_addr`, `__lddw_helper_code_addr`. NULL with
 * the reason reported when something cannot be lifted (status 2). */
LLVMModuleRef lift_program(LLVMContextRef context, const struct verified *v, const struct lift_options *options,
                           struct diag *d);

/* marks.c: a mark is a call of this intrinsic with a text as metadata of this kind: words, each with a blank behind it.
 * mark_build() puts one where the builder is. */
#define MARK_INTRINSIC "llvm.sideeffect"
#define MARK_METADATA  "barebpf.mark"
void mark_build(LLVMModuleRef module, LLVMBuilderRef builder, const char *text);

/* abi.c: what crosses a call of a stub; `size_type` is the target's size_t. */
LLVMTypeRef abi_arg_type(LLVMContextRef context, enum arg_kind kind);
LLVMTypeRef abi_ret_type(LLVMContextRef context, LLVMTypeRef size_type, enum ret_kind kind);

#endif
