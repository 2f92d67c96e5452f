// SPDX-License-Identifier: Apache-2.0
/* --check-facts: a wrong fact becomes a call of rt_fact_failed(instruction), not a silent miscompile. Checked before
 * each instruction, from the raw views of the registers it reads: ranges, known bits, NULL, alignment of accesses. */
#include "lifter.h"

LLVMBasicBlockRef check_failed(struct lifter *l)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->builder);
    LLVMBasicBlockRef bad = LLVMAppendBasicBlockInContext(l->context, l->function, "fact.failed");
    LLVMPositionBuilderAtEnd(l->builder, bad);
    LLVMValueRef where = LLVMConstInt(l->i32, l->insn, false);
    function_call(l, function_external(l, "rt_fact_failed", l->void_type, &l->i32, 1), &where, 1);
    LLVMBuildUnreachable(l->builder);
    LLVMPositionBuilderAtEnd(l->builder, here);
    return bad;
}

/* Goes on when `holds`, else reports the instruction and stops. */
static void require(struct lifter *l, LLVMValueRef holds)
{
    LLVMBasicBlockRef bad = check_failed(l);
    LLVMBasicBlockRef good = block_after(l, "fact.holds");
    LLVMBuildCondBr(l->builder, holds, good, bad);
    LLVMPositionBuilderAtEnd(l->builder, good);
}

static void require_compare(struct lifter *l, LLVMIntPredicate predicate, LLVMValueRef value, uint64_t bound)
{
    LLVMValueRef constant = LLVMConstInt(LLVMTypeOf(value), bound, false);
    require(l, LLVMBuildICmp(l->builder, predicate, value, constant, ""));
}

static void check_number(struct lifter *l, LLVMValueRef number, const struct reg_fact *fact)
{
    if (fact->low > 0)
        require_compare(l, LLVMIntUGE, number, fact->low);
    if (fact->high < UINT64_MAX)
        require_compare(l, LLVMIntULE, number, fact->high);
    if (fact->signed_low > INT64_MIN)
        require_compare(l, LLVMIntSGE, number, (uint64_t)fact->signed_low);
    if (fact->signed_high < INT64_MAX)
        require_compare(l, LLVMIntSLE, number, (uint64_t)fact->signed_high);
    LLVMValueRef word = LLVMBuildTrunc(l->builder, number, l->i32, "");
    if (fact->low32 > 0)
        require_compare(l, LLVMIntUGE, word, fact->low32);
    if (fact->high32 < UINT32_MAX)
        require_compare(l, LLVMIntULE, word, fact->high32);
    if (fact->known_mask) {
        LLVMValueRef mask = LLVMConstInt(l->i64, fact->known_mask, false);
        require_compare(l, LLVMIntEQ, LLVMBuildAnd(l->builder, number, mask, ""), fact->known_bits & fact->known_mask);
    }
}

static void check_register(struct lifter *l, uint8_t reg, const struct reg_fact *fact)
{
    if (reg == REG_FP)
        return;
    LLVMValueRef number = LLVMBuildLoad2(l->builder, l->i64, l->regs[reg].number, "");
    if (fact_is_number(fact))
        check_number(l, number, fact);
    else if (fact_is_pointer(fact) && !fact->may_be_null)
        require_compare(l, LLVMIntNE, number, 0);
}

static void check_alignment(struct lifter *l, const struct insn *insn)
{
    uint32_t align_bytes;
    LLVMValueRef address = memory_address(l, insn, &align_bytes);
    if (align_bytes == 1)
        return;
    LLVMValueRef bits = LLVMBuildPtrToInt(l->builder, address, l->size_type, "");
    LLVMValueRef mask = LLVMConstInt(l->size_type, align_bytes - 1, false);
    require_compare(l, LLVMIntEQ, LLVMBuildAnd(l->builder, bits, mask, ""), 0);
}

/* Does it access memory, other than a jump table, which is none? */
static bool is_access(const struct lifter *l, const struct insn *insn)
{
    enum op_class class = op_class(insn->op);
    return (class == CLASS_LOAD && insn->op != OP_LDABS && insn->op != OP_LDIND && l->fact->region != KIND_TABLE) ||
           class == CLASS_STORE || class == CLASS_ATOMIC;
}

void check_facts(struct lifter *l, const struct insn *insn)
{
    if (!verified_is_proved(l->verified))
        return;
    if (insn_reads_dst(insn))
        check_register(l, insn->dst, &l->fact->dst);
    if (insn_reads_src(insn))
        check_register(l, insn->src, &l->fact->src);
    if (is_access(l, insn))
        check_alignment(l, insn);
    for (unsigned arg = 0; l->fact->args && arg < ARG_REGS; arg++)
        check_register(l, (uint8_t)(arg + 1), &l->fact->args[arg]);
}
