// SPDX-License-Identifier: Apache-2.0
/* The worst-case machine stack. The attribute "warn-stack-size"="0" makes LLVM's frame lowering report every frame
 * above 0 bytes as "stack frame size (N) exceeds limit (0) in function 'f'", callee-saved registers included. */
#include "stack.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

struct stack_frame {
    const char *function;
    uint32_t bytes;
};

/* A walk over the call graph. */
struct walk {
    const struct stack_frames *frames;
    LLVMModuleRef module;
    VEC(LLVMValueRef) active, done;
    VEC(uint32_t) depths; /* of done[] */
};

void stack_request(LLVMModuleRef module)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (!LLVMIsDeclaration(f))
            LLVMAddTargetDependentFunctionAttr(f, "warn-stack-size", "0");
    }
}

bool stack_collect(struct stack_frames *frames, const char *text)
{
    const char *size = strstr(text, "stack frame size (");
    const char *name = strstr(text, "in function '");
    if (!size || !name)
        return false;
    name += strlen("in function '");
    struct stack_frame frame = {
        .function = arena_strndup(&frames->arena, name, strcspn(name, "'")),
        .bytes = (uint32_t)strtoul(size + strlen("stack frame size ("), NULL, 10),
    };
    vec_push(frames, frame);
    return true;
}

static uint32_t frame_bytes(const struct stack_frames *frames, LLVMValueRef function)
{
    size_t length;
    const char *name = LLVMGetValueName2(function, &length);
    for (uint32_t i = 0; i < frames->count; i++) {
        if (strcmp(frames->items[i].function, name) == 0)
            return frames->items[i].bytes;
    }
    return 0;
}

static uint32_t chain(struct walk *w, LLVMValueRef function);

/* The deepest chain of any function of the module: what a call through a pointer may reach. */
static uint32_t chain_indirect(struct walk *w)
{
    uint32_t most = STACK_EXTERNAL_BYTES;
    for (LLVMValueRef f = LLVMGetFirstFunction(w->module); f; f = LLVMGetNextFunction(f)) {
        uint32_t one = LLVMIsDeclaration(f) ? 0 : chain(w, f);
        most = one > most ? one : most;
    }
    return most;
}

static uint32_t chain_call(struct walk *w, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    while (LLVMIsAGlobalAlias(callee))
        callee = LLVMAliasGetAliasee(callee);
    if (LLVMIsAInlineAsm(callee))
        return 0;
    return LLVMIsAFunction(callee) ? chain(w, callee) : chain_indirect(w);
}

static uint32_t chain_callees(struct walk *w, LLVMValueRef function)
{
    /* The code generator may add calls (division, memcpy) to any function: the allowance is always there. */
    uint32_t most = STACK_EXTERNAL_BYTES;
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block)) {
        for (LLVMValueRef i = LLVMGetFirstInstruction(block); i; i = LLVMGetNextInstruction(i)) {
            uint32_t one = LLVMIsACallInst(i) ? chain_call(w, i) : 0;
            most = one > most ? one : most;
        }
    }
    return most;
}

static uint32_t chain(struct walk *w, LLVMValueRef function)
{
    if (LLVMIsDeclaration(function))
        return LLVMGetIntrinsicID(function) ? 0 : STACK_EXTERNAL_BYTES;
    for (uint32_t i = 0; i < w->done.count; i++) {
        if (w->done.items[i] == function)
            return w->depths.items[i];
    }
    for (uint32_t i = 0; i < w->active.count; i++) {
        if (w->active.items[i] == function)
            return 0;
    }
    vec_push(&w->active, function);
    uint32_t bytes = frame_bytes(w->frames, function) + chain_callees(w, function);
    w->active.count--;
    vec_push(&w->done, function);
    vec_push(&w->depths, bytes);
    return bytes;
}

uint32_t stack_deepest(const struct stack_frames *frames, LLVMModuleRef module, const char *function)
{
    struct walk w = {.frames = frames, .module = module};
    LLVMValueRef start = LLVMGetNamedFunction(module, function);
    uint32_t bytes = start ? chain(&w, start) : 0;
    vec_free(&w.active);
    vec_free(&w.done);
    vec_free(&w.depths);
    return bytes;
}

void stack_frames_free(struct stack_frames *frames)
{
    vec_free(frames);
    arena_free(&frames->arena);
}
