// SPDX-License-Identifier: Apache-2.0
/* The stack frame. Where every use of a stack pointer in a function is at an offset that is the same in all executions,
 * each object on its stack is an alloca of its own (a piece), as C's local variables are, so that LLVM forwards, drops
 * and addresses them one by one; and addresses are made anew from the offset at each use, whatever register held them.
 * Otherwise the frame is one piece. */
#include <stdio.h>

#include "lifter.h"

/* Is the register always the same address of the function's own frame? Then *offset is it, from r10. */
static bool is_at_one_place(const struct reg_fact *fact, int32_t *offset)
{
    *offset = fact->stack_low;
    return fact->kinds == KIND_STACK && !fact->may_be_null && fact->stack_low == fact->stack_high;
}

static bool may_be_stack(const struct reg_fact *fact)
{
    return (fact->kinds & KIND_STACK) != 0;
}

static bool is_placed(const struct reg_fact *fact)
{
    int32_t offset;
    return !may_be_stack(fact) || is_at_one_place(fact, &offset);
}

/* Does the call hand only placed stack pointers on, and none to BPF code, which knows no pieces? */
static bool call_is_placed(const struct insn *insn, const struct fact *fact)
{
    bool enters = insn->op == OP_CALL || insn->op == OP_CALLX || fact->calls_back;
    for (unsigned arg = 0; fact->args && arg < ARG_REGS; arg++)
        if (!is_placed(&fact->args[arg]) || (enters && may_be_stack(&fact->args[arg])))
            return false;
    return true;
}

/* Would pieces leave what the instruction does as it is? Distance and order of two stack pointers would change. */
static bool insn_is_placed(const struct insn *insn, const struct fact *fact)
{
    bool dst = insn_reads_dst(insn), src = insn_reads_src(insn);
    if (op_class(insn->op) == CLASS_CALL)
        return call_is_placed(insn, fact);
    if (insn->op == OP_EXIT)
        return !may_be_stack(&fact->dst);
    if (dst && src && may_be_stack(&fact->dst) && may_be_stack(&fact->src) && op_class(insn->op) != CLASS_STORE)
        return false;
    return (!dst || is_placed(&fact->dst)) && (!src || is_placed(&fact->src));
}

static bool is_in_pieces(const struct lifter *l)
{
    const struct func *func = &l->program->funcs[l->func];
    if (!verified_is_proved(l->verified) || !verified_func(l->verified, l->func)->touched)
        return false;
    for (uint32_t i = func->first; i < func->first + func->count; i++) {
        const struct fact *fact = verified_fact(l->verified, i);
        if (fact->reachable && !insn_is_placed(&l->program->insns[i], fact))
            return false;
    }
    return true;
}

/* -- pieces -------------------------------------------------------------------------------------------------------- */

static int32_t floor_to(int32_t offset, int32_t unit)
{
    return offset & -unit;
}

/* Adds the bytes [low, high). Proven alignments count from a frame that is aligned to 8: the piece begins at the last
 * place below `low` that is aligned to the piece's own size, up to 8. */
static void piece_new(struct lifter *l, int32_t low, int32_t high, bool zero)
{
    char name[24];
    int32_t align = 1;
    while (align < 8 && floor_to(low, align) != floor_to(high - 1, align))
        align *= 2;
    int32_t start = floor_to(low, align);
    uint32_t bytes = (uint32_t)(high - start);
    snprintf(name, sizeof name, "frame%d", start);
    LLVMValueRef base = LLVMBuildAlloca(l->builder, LLVMArrayType2(l->i8, bytes), name);
    LLVMSetAlignment(base, (unsigned)align);
    if (zero)
        LLVMBuildMemSet(l->builder, base, LLVMConstNull(l->i8), LLVMConstInt(l->i32, bytes, false), (unsigned)align);
    l->pieces[l->piece_count++] = (struct piece){low, start, base};
}

void frame_begin(struct lifter *l)
{
    const struct func_fact *fact = verified_func(l->verified, l->func);
    bool zero = fact->zero_frame && fact->frame_bytes > 0;
    l->pieces = arena_array(&l->arena, fact->frame_bytes + 1, sizeof *l->pieces);
    l->piece_count = 0;
    if (!is_in_pieces(l)) {
        piece_new(l, -(int32_t)fact->frame_bytes, 0, zero);
        return;
    }
    int32_t high = 0; /* end of the piece that is being walked down */
    for (int32_t low = -1; low >= -(int32_t)fact->frame_bytes; low--) {
        uint8_t byte = fact->touched[-low - 1], below = -low < STACK_MOST ? fact->touched[-low] : TOUCH_NEVER;
        high = byte == TOUCH_LAST ? low + 1 : high;
        if (byte != TOUCH_NEVER && below != TOUCH_WITHIN)
            piece_new(l, low, high, zero);
    }
}

LLVMValueRef frame_address(struct lifter *l, int32_t offset)
{
    const struct piece *piece = &l->pieces[0];
    while (offset < piece->low && piece < &l->pieces[l->piece_count - 1])
        piece++;
    LLVMValueRef index = LLVMConstInt(l->size_type, (unsigned long long)(offset - piece->start), true);
    return LLVMBuildGEP2(l->builder, l->i8, piece->base, &index, 1, "");
}

bool frame_place(const struct lifter *l, uint8_t reg, const struct reg_fact *fact, int32_t *offset)
{
    *offset = 0;
    return reg == REG_FP || (verified_is_proved(l->verified) && is_at_one_place(fact, offset));
}
