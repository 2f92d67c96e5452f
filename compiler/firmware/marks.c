// SPDX-License-Identifier: Apache-2.0
/* Marks in the module: texts in metadata while LLVM optimises, for metadata costs nothing; then inline assembly that
 * is nothing but labels, which LLVM must keep, since it counts as a side effect. */
#include "marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "../lift/lift.h"

/* The functions of helpers-template/loops.h. */
#define ENTER_FUNCTION "rt_loop_enter"
#define ROUND_FUNCTION "rt_loop_round"

static unsigned metadata_kind(LLVMContextRef context)
{
    return LLVMGetMDKindIDInContext(context, MARK_METADATA, strlen(MARK_METADATA));
}

/* The text of a call that is a mark; NULL: it is none. */
static const char *mark_text(LLVMContextRef context, LLVMValueRef call)
{
    LLVMValueRef node = LLVMGetMetadata(call, metadata_kind(context)), string;
    unsigned length = 0;
    if (!node || LLVMGetMDNodeNumOperands(node) != 1)
        return NULL;
    LLVMGetMDNodeOperands(node, &string);
    return LLVMGetMDString(string, &length);
}

/* Says of a function or a call what LLVM knows of the intrinsic: it comes back, and touches no memory that anybody
 * sees.
 */
static void set_attributes(LLVMContextRef context, LLVMValueRef value, bool is_function)
{
    static const struct {
        const char *name;
        uint64_t value;
    } attributes[] = {
        {"nounwind", 0}, {"willreturn", 0}, {"memory", 3u << 2}}; /* inaccessible memory: read and write */
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        unsigned kind = LLVMGetEnumAttributeKindForName(attributes[i].name, strlen(attributes[i].name));
        LLVMAttributeRef attribute = LLVMCreateEnumAttribute(context, kind, attributes[i].value);
        if (is_function)
            LLVMAddAttributeAtIndex(value, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
        else
            LLVMAddCallSiteAttribute(value, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
    }
}

void marks_declare(LLVMModuleRef module)
{
    static const char *const names[] = {ENTER_FUNCTION, ROUND_FUNCTION};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        LLVMValueRef function = LLVMGetNamedFunction(module, names[i]);
        if (function)
            set_attributes(LLVMGetModuleContext(module), function, true);
    }
}

/* Replaces a call by a mark; of an entry only the loop must be constant. */
static void take_call(LLVMModuleRef module, LLVMBuilderRef builder, LLVMValueRef call, bool enter)
{
    char text[64];
    uint64_t loop = LLVMConstIntGetZExtValue(LLVMGetOperand(call, 0));
    LLVMValueRef rounds = LLVMGetOperand(call, 1);
    if (enter)
        snprintf(text, sizeof text, "e.c%" PRIu64 ".%" PRIu64 " ", loop,
                 LLVMIsAConstantInt(rounds) ? (uint64_t)LLVMConstIntGetZExtValue(rounds) : UINT64_MAX);
    else
        snprintf(text, sizeof text, "r.c%" PRIu64 " ", loop);
    LLVMPositionBuilderBefore(builder, call);
    mark_build(module, builder, text);
}

static bool is_constant(LLVMValueRef call, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!LLVMIsAConstantInt(LLVMGetOperand(call, i)))
            return false;
    return true;
}

static void take_calls_of(LLVMModuleRef module, const char *name, bool enter, bool last)
{
    LLVMValueRef function = LLVMGetNamedFunction(module, name);
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(LLVMGetModuleContext(module));
    for (LLVMUseRef use = function ? LLVMGetFirstUse(function) : NULL, next; use; use = next) {
        LLVMValueRef call = LLVMGetUser(use);
        /* Entries of unknown rounds stay, as such: the loop's rounds would count for other entries of its kind. */
        bool constant = is_constant(call, enter && !last ? 2 : 1);
        next = LLVMGetNextUse(use);
        if (constant)
            take_call(module, builder, call, enter);
        if (constant || last)
            LLVMInstructionEraseFromParent(call);
    }
    LLVMDisposeBuilder(builder);
}

void marks_take_calls(LLVMModuleRef module, bool last)
{
    take_calls_of(module, ENTER_FUNCTION, true, last);
    take_calls_of(module, ROUND_FUNCTION, false, last);
}

/* One statement of labels, for LLVM takes each statement for an instruction when it estimates distances. */
static LLVMValueRef label_assembly(LLVMTypeRef type, const char *words)
{
    struct text text = {0};
    for (const char *end; (end = strchr(words, ' ')); words = end + 1)
        text_printf(&text, MARK_PREFIX "%.*s.${:uid}: ", (int)(end - words), words);
    LLVMValueRef assembly =
        LLVMGetInlineAsm(type, text_chars(&text), text.length, "", 0, true, false, LLVMInlineAsmDialectATT, false);
    text_free(&text);
    return assembly;
}

/* Has a mark lost its text? If it was an entry, rounds would count that nobody pays for. */
static bool is_one_lost(LLVMContextRef context, LLVMValueRef function)
{
    for (LLVMUseRef use = function ? LLVMGetFirstUse(function) : NULL; use; use = LLVMGetNextUse(use))
        if (!mark_text(context, LLVMGetUser(use)))
            return true;
    return false;
}

bool marks_to_labels(LLVMModuleRef module)
{
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(context), NULL, 0, false);
    LLVMValueRef function = LLVMGetNamedFunction(module, MARK_INTRINSIC);
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(context);
    bool lost = is_one_lost(context, function), any = false;
    for (LLVMUseRef use = function ? LLVMGetFirstUse(function) : NULL, next; use; use = next) {
        LLVMValueRef call = LLVMGetUser(use);
        next = LLVMGetNextUse(use);
        if (!lost) {
            any = true;
            LLVMPositionBuilderBefore(builder, call);
            LLVMSetCurrentDebugLocation2(builder, NULL);
            set_attributes(context,
                           LLVMBuildCall2(builder, type, label_assembly(type, mark_text(context, call)), NULL, 0, ""),
                           false);
        }
        LLVMInstructionEraseFromParent(call);
    }
    LLVMDisposeBuilder(builder);
    return any;
}
