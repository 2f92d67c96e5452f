// SPDX-License-Identifier: Apache-2.0
/* BPF registers: the three views of each (lifter.h).
 * The number view always holds the value; the pointer view holds it where the value was made as a pointer. */
#include <stdio.h>

#include "lifter.h"

static LLVMValueRef slot_new(struct lifter *l, unsigned reg, const char *suffix, LLVMTypeRef type)
{
    char name[16];
    snprintf(name, sizeof name, "r%u%s", reg, suffix);
    LLVMValueRef slot = LLVMBuildAlloca(l->builder, type, name);
    /* A register that was never written must not be undef: LLVM's undef is not an unknown number. */
    LLVMBuildStore(l->builder, LLVMConstNull(type), slot);
    return slot;
}

void registers_begin(struct lifter *l)
{
    for (unsigned reg = 0; reg < REG_FP; reg++) {
        l->regs[reg].number = slot_new(l, reg, "", l->i64);
        l->regs[reg].word = l->narrow ? slot_new(l, reg, ".word", l->i32) : NULL;
        l->regs[reg].pointer = slot_new(l, reg, ".ptr", l->ptr);
    }
    frame_begin(l);
    l->gotos_left = LLVMBuildAlloca(l->builder, l->i32, "gotos");
    LLVMBuildStore(l->builder, LLVMConstInt(l->i32, LOOPS_MAX, false), l->gotos_left);
}

LLVMValueRef pointer_to_number(struct lifter *l, LLVMValueRef pointer)
{
    LLVMValueRef address = LLVMBuildPtrToInt(l->builder, pointer, l->size_type, "");
    return l->narrow ? LLVMBuildZExt(l->builder, address, l->i64, "") : address;
}

LLVMValueRef number_to_pointer(struct lifter *l, LLVMValueRef number)
{
    LLVMValueRef address = l->narrow ? LLVMBuildTrunc(l->builder, number, l->size_type, "") : number;
    return LLVMBuildIntToPtr(l->builder, address, l->ptr, "");
}

LLVMValueRef reg_number(struct lifter *l, uint8_t reg, const struct reg_fact *fact)
{
    if (reg == REG_FP || fact_is_pointer(fact))
        return pointer_to_number(l, reg_pointer(l, reg, fact));
    if (l->narrow && fact_fits_unsigned(fact))
        return LLVMBuildZExt(l->builder, LLVMBuildLoad2(l->builder, l->i32, l->regs[reg].word, ""), l->i64, "");
    if (l->narrow && fact_fits_signed(fact))
        return LLVMBuildSExt(l->builder, LLVMBuildLoad2(l->builder, l->i32, l->regs[reg].word, ""), l->i64, "");
    return LLVMBuildLoad2(l->builder, l->i64, l->regs[reg].number, "");
}

LLVMValueRef reg_word(struct lifter *l, uint8_t reg, const struct reg_fact *fact)
{
    if (reg == REG_FP || fact_is_pointer(fact) || !l->narrow)
        return LLVMBuildTrunc(l->builder, reg_number(l, reg, fact), l->i32, "");
    return LLVMBuildLoad2(l->builder, l->i32, l->regs[reg].word, "");
}

LLVMValueRef reg_pointer(struct lifter *l, uint8_t reg, const struct reg_fact *fact)
{
    int32_t offset;
    if (frame_place(l, reg, fact, &offset))
        return frame_address(l, offset);
    if (fact_is_pointer(fact))
        return LLVMBuildLoad2(l->builder, l->ptr, l->regs[reg].pointer, "");
    if (l->narrow)
        return LLVMBuildIntToPtr(l->builder, reg_word(l, reg, fact), l->ptr, "");
    return LLVMBuildIntToPtr(l->builder, reg_number(l, reg, fact), l->ptr, "");
}

void reg_set_both(struct lifter *l, uint8_t reg, LLVMValueRef number, LLVMValueRef pointer)
{
    if (reg == REG_FP)
        BUG("r10 is written at instruction %u", l->insn);
    LLVMBuildStore(l->builder, number, l->regs[reg].number);
    if (l->narrow)
        LLVMBuildStore(l->builder, LLVMBuildTrunc(l->builder, number, l->i32, ""), l->regs[reg].word);
    LLVMBuildStore(l->builder, pointer, l->regs[reg].pointer);
}

/* The pointer view of a number: NULL for 0, nothing that is ever read for other numbers; real where the value is not
 * known to be a number. */
static LLVMValueRef pointer_of_number(struct lifter *l, LLVMValueRef number, const struct reg_fact *fact)
{
    if (fact_is_zero(fact) || LLVMIsNull(number))
        return LLVMConstNull(l->ptr);
    if (!fact_is_number(fact))
        return number_to_pointer(l, number);
    return LLVMGetPoison(l->ptr);
}

void reg_set_number(struct lifter *l, uint8_t reg, LLVMValueRef number, const struct reg_fact *fact)
{
    reg_set_both(l, reg, number, pointer_of_number(l, number, fact));
}

void reg_set_word(struct lifter *l, uint8_t reg, LLVMValueRef word)
{
    reg_set_number(l, reg, LLVMBuildZExt(l->builder, word, l->i64, ""), &l->fact->result);
}

void reg_set_pointer(struct lifter *l, uint8_t reg, LLVMValueRef pointer)
{
    reg_set_both(l, reg, pointer_to_number(l, pointer), pointer);
}

void reg_copy(struct lifter *l, uint8_t to, uint8_t from, const struct reg_fact *fact)
{
    if (from == REG_FP || fact_is_pointer(fact)) {
        reg_set_pointer(l, to, reg_pointer(l, from, fact));
        return;
    }
    LLVMValueRef pointer = LLVMBuildLoad2(l->builder, l->ptr, l->regs[from].pointer, "");
    reg_set_both(l, to, LLVMBuildLoad2(l->builder, l->i64, l->regs[from].number, ""), pointer);
    if (l->narrow)
        LLVMBuildStore(l->builder, LLVMBuildLoad2(l->builder, l->i32, l->regs[from].word, ""), l->regs[to].word);
}

LLVMValueRef reg_operand(struct lifter *l, const struct insn *insn, uint8_t bits)
{
    if (insn->use_imm)
        return bits == 32 ? LLVMConstInt(l->i32, (uint32_t)insn->imm, false)
                          : LLVMConstInt(l->i64, (uint64_t)insn->imm, true);
    return bits == 32 ? reg_word(l, insn->src, &l->fact->src) : reg_number(l, insn->src, &l->fact->src);
}

LLVMValueRef reg_operand_index(struct lifter *l, const struct insn *insn)
{
    return reg_operand(l, insn, l->narrow ? 32 : 64);
}
