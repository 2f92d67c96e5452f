// SPDX-License-Identifier: Apache-2.0
/* The driver of lifting: one module per program, target and data layout set, every reachable function declared and
 * then lifted. Read lifter.h first: how registers are kept. */
#include "lift.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Target.h>

#include "lifter.h"

bool lift_refuse(struct lifter *l, enum diag_id id, const char *what)
{
    struct place place = program_place(l->program, l->insn, &l->arena);
    if (id == D_HELPER_UNKNOWN)
        return diag_error(l->diag, &place, id, "%s is not available", what);
    return diag_error(l->diag, &place, id, "%s cannot be lifted", what);
}

/* The layout says how wide pointers are; the host's own width plays no part. */
static bool begin_target(struct lifter *l)
{
    LLVMTargetDataRef layout = LLVMCreateTargetData(l->options->data_layout);
    l->pointer_bytes = LLVMPointerSize(layout);
    bool little = LLVMByteOrder(layout) == LLVMLittleEndian;
    LLVMDisposeTargetData(layout);
    l->narrow = l->pointer_bytes == 4;
    struct place place = FILE_PLACE(l->program->path);
    if (!little || (l->pointer_bytes != 4 && l->pointer_bytes != 8))
        return diag_error(l->diag, &place, D_FEATURE, "target '%s' must be little-endian with 32- or 64-bit pointers",
                          l->options->triple);
    const struct hook *hook = l->program->funcs[verified_entry(l->verified)].hook;
    if (hook_takes_packets(hook) && !l->narrow && !verified_is_proved(l->verified))
        return diag_error(l->diag, &place, D_FEATURE,
                          "an unverified program of hook '%s' needs a 32-bit target: its packet pointers are 4 bytes",
                          hook->name);
    return true;
}

static void begin_types(struct lifter *l)
{
    l->i1 = LLVMInt1TypeInContext(l->context);
    l->i8 = LLVMInt8TypeInContext(l->context);
    l->i16 = LLVMInt16TypeInContext(l->context);
    l->i32 = LLVMInt32TypeInContext(l->context);
    l->i64 = LLVMInt64TypeInContext(l->context);
    l->ptr = LLVMPointerTypeInContext(l->context, 0);
    l->void_type = LLVMVoidTypeInContext(l->context);
    l->size_type = l->narrow ? l->i32 : l->i64;
}

static void begin_module(struct lifter *l)
{
    const char *name = l->program->stem ? l->program->stem : "program";
    l->module = LLVMModuleCreateWithNameInContext(name, l->context);
    LLVMSetTarget(l->module, l->options->triple);
    LLVMSetDataLayout(l->module, l->options->data_layout);
    l->builder = LLVMCreateBuilderInContext(l->context);
    l->tails = verified_tail_calls(l->verified);
    l->funcs = arena_array(&l->arena, l->program->func_count, sizeof *l->funcs);
}

static bool lift_functions(struct lifter *l)
{
    for (uint32_t i = 0; i < l->program->func_count; i++)
        if (l->funcs[i].value && !function_lift(l, i))
            return false;
    if (l->tails)
        tails_finish(l);
    return callbacks_finish(l);
}

/* Anything that LLVM finds wrong is our mistake, never the user's. */
static void check_module(LLVMModuleRef module)
{
#ifdef NDEBUG
    (void)module;
#else
    char *message = NULL;
    if (LLVMVerifyModule(module, LLVMReturnStatusAction, &message))
        BUG("lifted module is not valid: %s", message);
    LLVMDisposeMessage(message);
#endif
}

LLVMModuleRef lift_program(LLVMContextRef context, const struct verified *v, const struct lift_options *options,
                           struct diag *d)
{
    struct lifter l = {
        .verified = v, .program = verified_program(v), .options = options, .diag = d, .context = context};
    bool ok = begin_target(&l);
    if (ok) {
        begin_types(&l);
        begin_module(&l);
        debug_begin(&l);
        ok = functions_declare(&l) && lift_functions(&l);
        debug_end(&l);
        LLVMDisposeBuilder(l.builder);
    }
    arena_free(&l.arena);
    if (!ok && l.module) {
        LLVMDisposeModule(l.module);
        l.module = NULL;
    }
    if (l.module)
        check_module(l.module);
    return l.module;
}
