// SPDX-License-Identifier: Apache-2.0
/* Arithmetic, moves, byte swaps and 64-bit immediates. RFC 9669 §4.1, §4.2, §5.4.
 * 32-bit operations zero-extend their result. On 32-bit targets a 64-bit operation whose result is proven to fit 32
 * bits, or whose upper half nothing reads, is computed in 32 bits. Pointers are moved by GEP, never by integer
 * arithmetic. */
#include "lifter.h"

/* -- numbers ------------------------------------------------------------------------------------------------------- */

/* RFC 9669 §4.1: shift counts are masked to the width. */
static LLVMValueRef shift_count(struct lifter *l, LLVMValueRef count)
{
    LLVMTypeRef type = LLVMTypeOf(count);
    return LLVMBuildAnd(l->builder, count, LLVMConstInt(type, LLVMGetIntTypeWidth(type) - 1, false), "");
}

/* a << b, where facts can say that no bit is lost. */
static LLVMValueRef shift_left(struct lifter *l, LLVMValueRef a, LLVMValueRef b, const struct reg_fact *fact,
                               const struct reg_fact *count)
{
    LLVMValueRef result = LLVMBuildShl(l->builder, a, shift_count(l, b), "");
    unsigned bits = LLVMGetIntTypeWidth(LLVMTypeOf(a));
    if (LLVMIsAInstruction(result) && fact_is_number(count) && count->high < bits && fact_is_number(fact) &&
        fact->high <= (UINT64_MAX >> (64 - bits)) >> count->high)
        LLVMSetNUW(result, true);
    return result;
}

/* a op b, both of the same width. */
static LLVMValueRef binary_value(struct lifter *l, enum op op, LLVMValueRef a, LLVMValueRef b,
                                 const struct reg_fact *dst, const struct reg_fact *operand)
{
    LLVMBuilderRef builder = l->builder;
    if (op == OP_ADD)
        return LLVMBuildAdd(builder, a, b, "");
    if (op == OP_SUB)
        return LLVMBuildSub(builder, a, b, "");
    if (op == OP_MUL)
        return LLVMBuildMul(builder, a, b, "");
    if (op == OP_OR)
        return LLVMBuildOr(builder, a, b, "");
    if (op == OP_AND)
        return LLVMBuildAnd(builder, a, b, "");
    if (op == OP_XOR)
        return LLVMBuildXor(builder, a, b, "");
    if (op == OP_LSH)
        return shift_left(l, a, b, dst, operand);
    if (op == OP_RSH)
        return LLVMBuildLShr(builder, a, shift_count(l, b), "");
    if (op == OP_ARSH)
        return LLVMBuildAShr(builder, a, shift_count(l, b), "");
    return divide_value(l, op, a, b, operand);
}

/* Would `op` on the low words alone give the low word of the 64-bit result? */
static bool low_words_suffice(enum op op, const struct reg_fact *dst, const struct reg_fact *operand)
{
    if (op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_OR || op == OP_AND || op == OP_XOR)
        return true;
    if (op == OP_LSH)
        return fact_is_below(operand, 32);
    if (op == OP_RSH)
        return fact_fits_unsigned(dst) && fact_is_below(operand, 32);
    if (op == OP_ARSH)
        return fact_fits_signed(dst) && fact_is_below(operand, 32);
    if (op == OP_DIV || op == OP_MOD)
        return fact_fits_unsigned(dst) && fact_fits_unsigned(operand);
    if (op == OP_SDIV || op == OP_SMOD)
        return fact_fits_signed(dst) && fact_fits_signed(operand) && dst->signed_low > INT32_MIN;
    return false;
}

static void lift_binary(struct lifter *l, const struct insn *insn)
{
    const struct fact *fact = l->fact;
    struct reg_fact operand = fact_operand(insn, fact);
    if (insn->bits == 32) {
        LLVMValueRef a = reg_word(l, insn->dst, &fact->dst), b = reg_operand(l, insn, 32);
        reg_set_word(l, insn->dst, binary_value(l, insn->op, a, b, &fact->dst, &operand));
        return;
    }
    bool zero_extend = fact_fits_unsigned(&fact->result), sign_extend = fact_fits_signed(&fact->result);
    bool low = l->narrow && demand_is_low(l, insn);
    bool fits = l->narrow && (zero_extend || sign_extend) && low_words_suffice(insn->op, &fact->dst, &operand);
    if (low || fits) {
        LLVMValueRef a = reg_word(l, insn->dst, &fact->dst), b = reg_operand(l, insn, 32);
        LLVMValueRef word = binary_value(l, insn->op, a, b, &fact->dst, &operand);
        LLVMValueRef wide = sign_extend && !zero_extend ? LLVMBuildSExt(l->builder, word, l->i64, "")
                                                        : LLVMBuildZExt(l->builder, word, l->i64, "");
        reg_set_number(l, insn->dst, wide, &fact->result);
        return;
    }
    LLVMValueRef a = reg_number(l, insn->dst, &fact->dst), b = reg_operand(l, insn, 64);
    reg_set_number(l, insn->dst, binary_value(l, insn->op, a, b, &fact->dst, &operand), &fact->result);
}

/* -- pointers ------------------------------------------------------------------------------------------------------ */

static LLVMValueRef pointer_up(struct lifter *l, LLVMValueRef pointer, LLVMValueRef index)
{
    return LLVMBuildGEP2(l->builder, l->i8, pointer, &index, 1, "");
}

/* Is the pointer that the instruction makes the address of more than one access in what follows of its block? */
static bool is_reused(const struct lifter *l, uint8_t reg)
{
    const struct func *func = &l->program->funcs[l->func];
    unsigned uses = 0;
    for (uint32_t i = l->insn + 1; i < func->first + func->count && !l->blocks[i - func->first] && uses < 2; i++) {
        const struct insn *insn = &l->program->insns[i];
        bool load = op_class(insn->op) == CLASS_LOAD;
        uses += (load && insn->src == reg) || (op_class(insn->op) == CLASS_STORE && insn->dst == reg);
        if (insn->dst == reg && (load || op_class(insn->op) == CLASS_ALU))
            break;
    }
    return uses > 1;
}

/* The sum of a pointer and a multiple of 2, 4 or 8 is said as an index of such objects: `ptr + (i << 2)` is scaled by
 * the addressing modes of cores, and LLVM does not take i << 2 for a second loop counter. Each use costs the longer
 * form of a load, so for size it is done for one use only. */
static LLVMValueRef pointer_up_scaled(struct lifter *l, LLVMValueRef pointer, LLVMValueRef index,
                                      const struct reg_fact *fact)
{
    unsigned scale = 0;
    uint64_t zeros = fact->known_mask & ~fact->known_bits;
    while (scale < 3 && (zeros >> scale & 1))
        scale++;
    bool small = l->options->optimize_size && is_reused(l, l->program->insns[l->insn].dst);
    if (scale == 0 || small || !fact_is_number(fact) || LLVMIsConstant(index))
        return pointer_up(l, pointer, index);
    index = LLVMBuildLShr(l->builder, index, LLVMConstInt(l->size_type, scale, false), "");
    LLVMSetExact(index, true);
    return LLVMBuildGEP2(l->builder, memory_type(l, (uint8_t)(8u << scale)), pointer, &index, 1, "");
}

static LLVMValueRef reg_index(struct lifter *l, uint8_t reg, const struct reg_fact *fact)
{
    return l->narrow ? reg_word(l, reg, fact) : reg_number(l, reg, fact);
}

/* dst - src, both pointers: objects are below 2^31 bytes, so a word holds the distance. */
static void lift_distance(struct lifter *l, const struct insn *insn)
{
    LLVMValueRef a = reg_index(l, insn->dst, &l->fact->dst), b = reg_index(l, insn->src, &l->fact->src);
    LLVMValueRef distance = LLVMBuildSub(l->builder, a, b, "");
    if (l->narrow)
        distance = LLVMBuildSExt(l->builder, distance, l->i64, "");
    reg_set_number(l, insn->dst, distance, &l->fact->result);
}

/* 64-bit += and -= where a pointer can be involved; true when lifted. */
static bool lift_pointer_sum(struct lifter *l, const struct insn *insn)
{
    struct reg_fact operand = fact_operand(insn, l->fact);
    const struct reg_fact *dst = &l->fact->dst;
    bool down = insn->op == OP_SUB;
    if (fact_is_pointer(dst) && fact_is_pointer(&operand) && down) {
        lift_distance(l, insn);
        return true;
    }
    if (fact_is_number(&operand) && fact_is_pointer(dst)) {
        LLVMValueRef base = reg_pointer(l, insn->dst, dst), index = reg_operand_index(l, insn);
        reg_set_pointer(l, insn->dst,
                        down ? pointer_up(l, base, LLVMBuildNeg(l->builder, index, ""))
                             : pointer_up_scaled(l, base, index, &operand));
        return true;
    }
    if (!down && fact_is_number(dst) && fact_is_pointer(&operand)) {
        LLVMValueRef base = reg_pointer(l, insn->src, &operand);
        reg_set_pointer(l, insn->dst, pointer_up_scaled(l, base, reg_index(l, insn->dst, dst), dst));
        return true;
    }
    return false;
}

/* -- one operand --------------------------------------------------------------------------------------------------- */

static LLVMValueRef swap_bytes(struct lifter *l, LLVMValueRef value)
{
    LLVMTypeRef type = LLVMTypeOf(value);
    unsigned id = LLVMLookupIntrinsicID("llvm.bswap", 10);
    LLVMValueRef intrinsic = LLVMGetIntrinsicDeclaration(l->module, id, &type, 1);
    return LLVMBuildCall2(l->builder, LLVMIntrinsicGetType(l->context, id, &type, 1), intrinsic, &value, 1, "");
}

/* RFC 9669 §4.2. Targets are little-endian: LE only truncates, BE and BSWAP are the same. */
static void lift_byte_order(struct lifter *l, const struct insn *insn)
{
    const struct reg_fact *dst = &l->fact->dst;
    if (insn->bits == 64) {
        LLVMValueRef number = reg_number(l, insn->dst, dst);
        reg_set_number(l, insn->dst, insn->op == OP_LE ? number : swap_bytes(l, number), &l->fact->result);
        return;
    }
    LLVMValueRef value = reg_word(l, insn->dst, dst);
    if (insn->bits == 16)
        value = LLVMBuildTrunc(l->builder, value, l->i16, "");
    if (insn->op != OP_LE)
        value = swap_bytes(l, value);
    reg_set_word(l, insn->dst, insn->bits == 16 ? LLVMBuildZExt(l->builder, value, l->i32, "") : value);
}

static void lift_negate(struct lifter *l, const struct insn *insn)
{
    const struct reg_fact *dst = &l->fact->dst;
    if (insn->bits == 32)
        reg_set_word(l, insn->dst, LLVMBuildNeg(l->builder, reg_word(l, insn->dst, dst), ""));
    else
        reg_set_number(l, insn->dst, LLVMBuildNeg(l->builder, reg_number(l, insn->dst, dst), ""), &l->fact->result);
}

static void lift_move(struct lifter *l, const struct insn *insn)
{
    if (insn->bits == 32)
        reg_set_word(l, insn->dst, reg_operand(l, insn, 32));
    else if (insn->use_imm)
        reg_set_number(l, insn->dst, reg_operand(l, insn, 64), &l->fact->result);
    else
        reg_copy(l, insn->dst, insn->src, &l->fact->src);
}

static void lift_move_signed(struct lifter *l, const struct insn *insn)
{
    LLVMValueRef value = reg_operand(l, insn, 32);
    if (insn->from_bits < 32)
        value = LLVMBuildTrunc(l->builder, value, memory_type(l, insn->from_bits), "");
    if (insn->bits == 32)
        reg_set_word(l, insn->dst, LLVMBuildSExt(l->builder, value, l->i32, ""));
    else
        reg_set_number(l, insn->dst, LLVMBuildSExt(l->builder, value, l->i64, ""), &l->fact->result);
}

/* -- 64-bit immediates: RFC 9669 §5.4, addresses through the stubs of the ABI ----------------------------------------
 */

static LLVMValueRef stub_address(struct lifter *l, const char *stub, uint32_t index)
{
    LLVMValueRef callee = function_external(l, stub, l->ptr, &l->i64, 1);
    LLVMValueRef arg = LLVMConstInt(l->i64, index, false);
    return function_call(l, callee, &arg, 1);
}

static bool lift_reference(struct lifter *l, const struct insn *insn)
{
    LLVMValueRef address = NULL;
    LLVMValueRef offset = LLVMConstInt(l->size_type, (uint64_t)insn->imm, true);
    switch (insn->ref) {
    case REF_NONE:
        reg_set_number(l, insn->dst, LLVMConstInt(l->i64, (uint64_t)insn->imm, false), &l->fact->result);
        return true;
    case REF_MAP:
        if (l->program->maps[insn->index].type == MAP_PROG_ARRAY)
            address = prog_array_address(l, insn->index);
        else
            address = stub_address(l, "__lddw_helper_map_by_idx", insn->index);
        break;
    case REF_MAP_VALUE:
        address = stub_address(l, "__lddw_helper_map_val", insn->index);
        address = LLVMBuildGEP2(l->builder, l->i8, address, &offset, 1, "");
        break;
    case REF_EXTERN: address = stub_address(l, "__lddw_helper_var_addr", insn->index); break;
    case REF_FUNC: address = function_address(l, insn->index); break;
    case REF_TABLE: address = table_address(l, insn->index, insn->imm); break;
    }
    reg_set_pointer(l, insn->dst, address);
    return true;
}

bool lift_alu(struct lifter *l, const struct insn *insn)
{
    bool sum = insn->op == OP_ADD || insn->op == OP_SUB;
    if (insn->op == OP_LDDW)
        return lift_reference(l, insn);
    if (insn->op == OP_MOV)
        lift_move(l, insn);
    else if (insn->op == OP_MOVSX)
        lift_move_signed(l, insn);
    else if (insn->op == OP_NEG)
        lift_negate(l, insn);
    else if (insn->op == OP_LE || insn->op == OP_BE || insn->op == OP_BSWAP)
        lift_byte_order(l, insn);
    else if (!(sum && insn->bits == 64 && lift_pointer_sum(l, insn)))
        lift_binary(l, insn);
    return true;
}
