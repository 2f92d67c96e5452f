// SPDX-License-Identifier: Apache-2.0
/* What the files share that turn clang's module of a BPF source into one with the ABI of lifted code. */
#ifndef BAREBPF_FIRMWARE_NATIVE_MODULE_H
#define BAREBPF_FIRMWARE_NATIVE_MODULE_H

#include <llvm-c/Target.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "native.h"

struct native {
    struct arena arena;
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTargetDataRef layout;
    const struct verified *verified;
    const struct program *program;
    const struct board *board;
    const struct build_options *options;
    LLVMTypeRef i8, i32, i64, ptr, size_type;
    struct diag *d;
};

typedef VEC(LLVMValueRef) value_list;

/* native.c: reports `feature` at the instruction's source line (NULL: at the file). Returns false. */
bool native_refuse(struct native *n, LLVMValueRef instruction, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* native.c: runs LLVM's passes. */
bool native_passes(struct native *n, const char *passes);

/* native.c: `value` as one of type `type`; numbers are extended as `is_signed` says. */
LLVMValueRef native_convert(struct native *n, LLVMValueRef value, LLVMTypeRef type, bool is_signed);

/* native.c: the function will be inlined by the next always-inline pass, whatever the source says. */
void native_force_inline(struct native *n, LLVMValueRef function);

/* native_layout.c: appends static assertions that types which program and firmware share are laid out as in BPF. */
void native_layout(struct text *out, const struct verified *v);

/* native_data.c: maps, variables and externs become the objects of the stubs. */
bool native_data(struct native *n);

/* native_calls.c: calls of helpers become calls of stubs; refuses what native code cannot do. */
bool native_calls(struct native *n);

/* native_context.c: accesses to the fields of the entries' contexts, where the firmware's view differs from BPF's. */
bool native_context(struct native *n);

#endif
