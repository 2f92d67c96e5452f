// SPDX-License-Identifier: Apache-2.0
/* Jumps. RFC 9669 §4.3. A branch with one possible side becomes unconditional. Comparisons of pointers stay pointer
 * comparisons, so that NULL tests and packet bounds cost one instruction; on 32-bit targets comparisons of numbers
 * proven to fit 32 bits are done in 32 bits. */
#include "lifter.h"

static LLVMIntPredicate predicate_of(enum op op)
{
    static const struct {
        enum op op;
        LLVMIntPredicate predicate;
    } table[] = {{OP_JEQ, LLVMIntEQ},   {OP_JNE, LLVMIntNE},   {OP_JGT, LLVMIntUGT},  {OP_JGE, LLVMIntUGE},
                 {OP_JLT, LLVMIntULT},  {OP_JLE, LLVMIntULE},  {OP_JSGT, LLVMIntSGT}, {OP_JSGE, LLVMIntSGE},
                 {OP_JSLT, LLVMIntSLT}, {OP_JSLE, LLVMIntSLE}, {OP_JSET, LLVMIntNE}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].op == op)
            return table[i].predicate;
    BUG("%s is not a comparison", op_name(op));
}

static bool is_signed(enum op op)
{
    return op == OP_JSGT || op == OP_JSGE || op == OP_JSLT || op == OP_JSLE;
}

static bool is_equality(enum op op)
{
    return op == OP_JEQ || op == OP_JNE;
}

/* The comparison of two pointers, or of a pointer with NULL; NULL when it is not one. */
static LLVMValueRef compare_pointers(struct lifter *l, const struct insn *insn, const struct reg_fact *operand)
{
    const struct reg_fact *dst = &l->fact->dst;
    if (insn->bits != 64 || insn->op == OP_JSET || is_signed(insn->op) || !fact_is_pointer(dst))
        return NULL;
    LLVMValueRef other = NULL;
    if (fact_is_zero(operand) && is_equality(insn->op))
        other = LLVMConstNull(l->ptr);
    else if (fact_is_pointer(operand))
        other = reg_pointer(l, insn->src, operand);
    if (!other)
        return NULL;
    return LLVMBuildICmp(l->builder, predicate_of(insn->op), reg_pointer(l, insn->dst, dst), other, "");
}

/* Do the low words alone decide the 64-bit comparison? */
static bool words_decide(enum op op, const struct reg_fact *a, const struct reg_fact *b)
{
    bool both_unsigned = fact_fits_unsigned(a) && fact_fits_unsigned(b);
    bool both_signed = fact_fits_signed(a) && fact_fits_signed(b);
    if (op == OP_JSET)
        return fact_fits_unsigned(a) || fact_fits_unsigned(b);
    if (is_equality(op))
        return both_unsigned || both_signed;
    return is_signed(op) ? both_signed : both_unsigned;
}

static LLVMValueRef compare(struct lifter *l, const struct insn *insn)
{
    struct reg_fact operand = fact_operand(insn, l->fact);
    LLVMValueRef pointers = compare_pointers(l, insn, &operand);
    if (pointers)
        return pointers;
    bool words = insn->bits == 32 || (l->narrow && words_decide(insn->op, &l->fact->dst, &operand));
    LLVMValueRef a = words ? reg_word(l, insn->dst, &l->fact->dst) : reg_number(l, insn->dst, &l->fact->dst);
    LLVMValueRef b = reg_operand(l, insn, words ? 32 : 64);
    if (insn->op == OP_JSET) {
        a = LLVMBuildAnd(l->builder, a, b, "");
        b = LLVMConstNull(LLVMTypeOf(a));
    }
    return LLVMBuildICmp(l->builder, predicate_of(insn->op), a, b, "");
}

LLVMBasicBlockRef block_at(const struct lifter *l, uint32_t insn)
{
    const struct func *func = &l->program->funcs[l->func];
    if (insn < func->first || insn - func->first >= func->count || !l->blocks[insn - func->first])
        BUG("instruction %u does not start a block of '%s'", insn, func->name);
    return l->blocks[insn - func->first];
}

/* may_goto falls through while the frame's count lasts, then jumps. Linux: kernel/bpf/verifier.c, BPF_MAX_LOOPS. */
LLVMBasicBlockRef block_after(struct lifter *l, const char *name)
{
    LLVMBasicBlockRef block = LLVMAppendBasicBlockInContext(l->context, l->function, name);
    LLVMMoveBasicBlockAfter(block, LLVMGetInsertBlock(l->builder));
    return block;
}

static void lift_may_goto(struct lifter *l, const struct insn *insn)
{
    LLVMBuilderRef b = l->builder;
    LLVMBasicBlockRef target = block_at(l, insn->target), next = block_at(l, l->insn + 1);
    LLVMValueRef left = LLVMBuildLoad2(b, l->i32, l->gotos_left, "");
    LLVMValueRef spent = LLVMBuildICmp(b, LLVMIntEQ, left, LLVMConstNull(l->i32), "");
    LLVMValueRef less = LLVMBuildSub(b, left, LLVMConstInt(l->i32, 1, false), "");
    LLVMBuildStore(b, LLVMBuildSelect(b, spent, left, less, ""), l->gotos_left);
    LLVMBuildCondBr(b, spent, target, next);
}

bool lift_jump(struct lifter *l, const struct insn *insn)
{
    if (insn->op == OP_GOTOX)
        return lift_table_jump(l, insn);
    if (insn->op == OP_JCOND) {
        lift_may_goto(l, insn);
        return true;
    }
    bool proved = verified_is_proved(l->verified);
    bool can_jump = !proved || l->fact->can_jump, can_fall = !proved || l->fact->can_fall;
    if (insn->op == OP_JA || (can_jump && !can_fall)) {
        LLVMBuildBr(l->builder, block_at(l, insn->target));
    } else if (!can_jump && can_fall) {
        LLVMBuildBr(l->builder, block_at(l, l->insn + 1));
    } else if (!can_jump) {
        LLVMBuildUnreachable(l->builder);
    } else {
        LLVMBasicBlockRef taken = block_at(l, insn->target), next = block_at(l, l->insn + 1);
        LLVMBuildCondBr(l->builder, compare(l, insn), taken, next);
    }
    return true;
}
