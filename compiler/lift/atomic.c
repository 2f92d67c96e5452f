// SPDX-License-Identifier: Apache-2.0
/* Atomic operations. RFC 9669 §5.3. What the core can do at once becomes LLVM's atomicrmw or cmpxchg; the rest (64
 * bits on 32-bit cores, everything on cores without exclusive access) becomes load, operation and store with
 * interrupts off, so that LLVM never calls libatomic. */
#include "lifter.h"

bool atomic_is_native(const struct lifter *l, uint8_t bits, uint32_t align_bytes)
{
    uint32_t width = bits / 8u;
    /* Unverified code is trusted to align its atomics, as RFC 9669 §5.3 leaves others undefined. */
    bool aligned = !verified_is_proved(l->verified) || align_bytes >= width;
    return width <= l->options->atomic_bytes && aligned;
}

LLVMValueRef atomic_lock(struct lifter *l)
{
    return function_call(l, function_external(l, "rt_irq_save", l->i32, NULL, 0), NULL, 0);
}

void atomic_unlock(struct lifter *l, LLVMValueRef state)
{
    function_call(l, function_external(l, "rt_irq_restore", l->void_type, &l->i32, 1), &state, 1);
}

static LLVMAtomicRMWBinOp native_op(enum op op)
{
    if (op == OP_ATOMIC_ADD)
        return LLVMAtomicRMWBinOpAdd;
    if (op == OP_ATOMIC_OR)
        return LLVMAtomicRMWBinOpOr;
    if (op == OP_ATOMIC_AND)
        return LLVMAtomicRMWBinOpAnd;
    return op == OP_ATOMIC_XOR ? LLVMAtomicRMWBinOpXor : LLVMAtomicRMWBinOpXchg;
}

/* What memory holds after the operation on `old`. `expected` is r0, for compare-exchange only. */
static LLVMValueRef new_value(struct lifter *l, enum op op, LLVMValueRef old, LLVMValueRef src, LLVMValueRef expected)
{
    LLVMBuilderRef b = l->builder;
    if (op == OP_ATOMIC_ADD)
        return LLVMBuildAdd(b, old, src, "");
    if (op == OP_ATOMIC_OR)
        return LLVMBuildOr(b, old, src, "");
    if (op == OP_ATOMIC_AND)
        return LLVMBuildAnd(b, old, src, "");
    if (op == OP_ATOMIC_XOR)
        return LLVMBuildXor(b, old, src, "");
    if (op == OP_CMPXCHG)
        return LLVMBuildSelect(b, LLVMBuildICmp(b, LLVMIntEQ, old, expected, ""), src, old, "");
    return src;
}

static LLVMValueRef locked_update(struct lifter *l, const struct insn *insn, LLVMValueRef address, LLVMValueRef src,
                                  LLVMValueRef expected, uint32_t align_bytes)
{
    LLVMValueRef state = atomic_lock(l);
    LLVMValueRef old = LLVMBuildLoad2(l->builder, LLVMTypeOf(src), address, "");
    LLVMSetAlignment(old, align_bytes);
    LLVMValueRef store = LLVMBuildStore(l->builder, new_value(l, insn->op, old, src, expected), address);
    LLVMSetAlignment(store, align_bytes);
    atomic_unlock(l, state);
    return old;
}

/* Fetching operations are fully ordered, the others only atomic: RFC 9669 §5.3, Linux's memory model for BPF. */
static LLVMValueRef native_update(struct lifter *l, const struct insn *insn, LLVMValueRef address, LLVMValueRef src,
                                  LLVMValueRef expected)
{
    LLVMAtomicOrdering order =
        insn->fetch || insn->op == OP_CMPXCHG ? LLVMAtomicOrderingSequentiallyConsistent : LLVMAtomicOrderingMonotonic;
    if (insn->op != OP_CMPXCHG)
        return LLVMBuildAtomicRMW(l->builder, native_op(insn->op), address, src, order, false);
    LLVMValueRef pair = LLVMBuildAtomicCmpXchg(l->builder, address, expected, src, order, order, false);
    return LLVMBuildExtractValue(l->builder, pair, 0, "");
}

bool lift_atomic(struct lifter *l, const struct insn *insn)
{
    static const struct reg_fact unknown = {0};
    uint32_t align_bytes;
    LLVMValueRef address = memory_address(l, insn, &align_bytes), expected = NULL;
    LLVMValueRef src = reg_operand(l, insn, insn->bits);
    if (insn->op == OP_CMPXCHG)
        expected = insn->bits == 32 ? reg_word(l, 0, &unknown) : reg_number(l, 0, &unknown);
    LLVMValueRef old = atomic_is_native(l, insn->bits, align_bytes)
                           ? native_update(l, insn, address, src, expected)
                           : locked_update(l, insn, address, src, expected, align_bytes);
    if (insn->op != OP_CMPXCHG && insn->op != OP_XCHG && !insn->fetch)
        return true;
    uint8_t into = insn->op == OP_CMPXCHG ? 0 : insn->src;
    if (insn->bits == 32)
        reg_set_word(l, into, old);
    else
        reg_set_number(l, into, old, &unknown);
    return true;
}
