// SPDX-License-Identifier: Apache-2.0
/* Division and modulo. RFC 9669 §4.1: x / 0 = 0, x % 0 = x; INT_MIN s/ -1 = INT_MIN, INT_MIN s% -1 = 0.
 * LLVM leaves all four undefined, so the divisor itself is made harmless (1) before the division; a `select` on the
 * result alone would still execute it. Facts that exclude 0 or -1 remove the guards. */
#include "lifter.h"

static LLVMValueRef equals(struct lifter *l, LLVMValueRef value, uint64_t constant)
{
    return LLVMBuildICmp(l->builder, LLVMIntEQ, value, LLVMConstInt(LLVMTypeOf(value), constant, true), "");
}

LLVMValueRef divide_value(struct lifter *l, enum op op, LLVMValueRef a, LLVMValueRef b, const struct reg_fact *divisor)
{
    LLVMTypeRef type = LLVMTypeOf(a);
    uint8_t bits = (uint8_t)LLVMGetIntTypeWidth(type);
    bool is_signed = op == OP_SDIV || op == OP_SMOD, is_mod = op == OP_MOD || op == OP_SMOD;
    LLVMValueRef zero = fact_never_zero(divisor, bits) ? NULL : equals(l, b, 0);
    LLVMValueRef minus = !is_signed || fact_never_minus_one(divisor, bits) ? NULL : equals(l, b, UINT64_MAX);
    LLVMValueRef one = LLVMConstInt(type, 1, false), safe = b;
    if (zero)
        safe = LLVMBuildSelect(l->builder, zero, one, safe, "");
    if (minus)
        safe = LLVMBuildSelect(l->builder, minus, one, safe, "");
    if (is_mod) {
        LLVMValueRef rest = is_signed ? LLVMBuildSRem(l->builder, a, safe, "") : LLVMBuildURem(l->builder, a, safe, "");
        return zero ? LLVMBuildSelect(l->builder, zero, a, rest, "") : rest;
    }
    LLVMValueRef quotient = is_signed ? LLVMBuildSDiv(l->builder, a, safe, "") : LLVMBuildUDiv(l->builder, a, safe, "");
    if (minus)
        quotient = LLVMBuildSelect(l->builder, minus, LLVMBuildNeg(l->builder, a, ""), quotient, "");
    return zero ? LLVMBuildSelect(l->builder, zero, LLVMConstNull(type), quotient, "") : quotient;
}
