// SPDX-License-Identifier: Apache-2.0
/* Marks of loops, from which the bound of machine instructions follows (firmware/machine.h says how). A mark is a call
 * of llvm.sideeffect with its text as metadata: LLVM may copy it with the code around it, but runs it as often as the
 * program comes there. Merging two marks would drop the text of both, so they are `nomerge`. "r.ID" stands at the head
 * of a loop; "e.ID.N" (several, with blanks between them) where a function is entered of which the verifier proved, by
 * itself, that a call of it comes to the head at most N times. */
#include <inttypes.h>
#include <string.h>

#include "lifter.h"

#define MARK_ATTRIBUTE "nomerge"

/* Heads that are passed more often have no bound that anybody could use. */
#define ROUNDS_MOST ((uint64_t)1 << 40)

static bool is_marked(const struct lifter *l, uint32_t insn)
{
    uint64_t rounds = verified_fact(l->verified, insn)->rounds;
    return l->options->marks && rounds > 0 && rounds <= ROUNDS_MOST;
}

void mark_build(LLVMModuleRef module, LLVMBuilderRef builder, const char *text)
{
    LLVMContextRef context = LLVMGetModuleContext(module);
    unsigned id = LLVMLookupIntrinsicID(MARK_INTRINSIC, strlen(MARK_INTRINSIC));
    LLVMValueRef function = LLVMGetIntrinsicDeclaration(module, id, NULL, 0);
    LLVMValueRef call = LLVMBuildCall2(builder, LLVMGlobalGetValueType(function), function, NULL, 0, "");
    unsigned nomerge = LLVMGetEnumAttributeKindForName(MARK_ATTRIBUTE, strlen(MARK_ATTRIBUTE));
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             LLVMCreateEnumAttribute(context, nomerge, 0));
    LLVMMetadataRef string = LLVMMDStringInContext2(context, text, strlen(text));
    LLVMMetadataRef node = LLVMMDNodeInContext2(context, &string, 1);
    LLVMSetMetadata(call, LLVMGetMDKindIDInContext(context, MARK_METADATA, strlen(MARK_METADATA)),
                    LLVMMetadataAsValue(context, node));
}

void marks_round(struct lifter *l)
{
    if (is_marked(l, l->insn))
        mark_build(l->module, l->builder,
                   arena_printf(&l->arena, "r.b%" PRIu32 "x%" PRIu32 " ", verified_entry(l->verified), l->insn));
}

void marks_enter(struct lifter *l, uint32_t func)
{
    const struct program *program = l->program;
    const char *all = "";
    if (!verified_is_entered(l->verified, func) && !verified_is_apart(l->verified, func))
        return;
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (is_marked(l, i))
            all = arena_printf(&l->arena, "%se.b%" PRIu32 "x%" PRIu32 ".%" PRIu64 " ", all, verified_entry(l->verified),
                               i, verified_fact(l->verified, i)->rounds);
    if (*all)
        mark_build(l->module, l->builder, all);
}
