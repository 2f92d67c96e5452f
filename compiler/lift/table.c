// SPDX-License-Identifier: Apache-2.0
/* Jump tables and gotox. A table is not put into memory: what is loaded from it is the number of the entry, and gotox a
 * `switch` over that number, so that LLVM chooses between comparisons, bit tests and a jump table of its own, as for a
 * switch in C. Numbers count from 1 over all tables of the program, so that they are never NULL and two tables can meet
 * in one gotox. */
#include "lifter.h"

#define ENTRY_LOG2 3 /* bytes of an entry in the BPF view */

LLVMValueRef table_address(struct lifter *l, uint32_t table, int64_t offset)
{
    int64_t start = ((int64_t)l->program->tables[table].first + 1) << ENTRY_LOG2;
    return LLVMConstIntToPtr(LLVMConstInt(l->size_type, (uint64_t)(start + offset), true), l->ptr);
}

void lift_table_load(struct lifter *l, const struct insn *insn)
{
    LLVMBuilderRef b = l->builder;
    LLVMValueRef at = LLVMBuildPtrToInt(b, reg_pointer(l, insn->src, &l->fact->src), l->size_type, "");
    at = LLVMBuildAdd(b, at, LLVMConstInt(l->size_type, (unsigned long long)insn->off, true), "");
    LLVMValueRef label = LLVMBuildLShr(b, at, LLVMConstInt(l->size_type, ENTRY_LOG2, false), "label");
    reg_set_pointer(l, insn->dst, LLVMBuildIntToPtr(b, label, l->ptr, ""));
}

/* The proof says which entries are possible, and that the code at some is dead. */
bool lift_table_jump(struct lifter *l, const struct insn *insn)
{
    LLVMBuilderRef b = l->builder;
    if (!verified_is_proved(l->verified))
        return lift_refuse(l, D_FEATURE, "gotox in a program that was not verified");
    LLVMValueRef label = LLVMBuildPtrToInt(b, reg_pointer(l, insn->dst, &l->fact->dst), l->size_type, "");
    LLVMBasicBlockRef otherwise =
        l->options->check_facts ? check_failed(l) : LLVMAppendBasicBlockInContext(l->context, l->function, "no.label");
    LLVMValueRef jump = LLVMBuildSwitch(b, label, otherwise, (unsigned)(l->fact->high - l->fact->low));
    for (int64_t entry = l->fact->low; entry < l->fact->high; entry++) {
        uint32_t target = l->program->jump_targets[entry];
        if (verified_fact(l->verified, target)->reachable)
            LLVMAddCase(jump, LLVMConstInt(l->size_type, (uint64_t)entry + 1, false), block_at(l, target));
    }
    if (!l->options->check_facts) {
        LLVMPositionBuilderAtEnd(b, otherwise);
        LLVMBuildUnreachable(b);
    }
    return true;
}
