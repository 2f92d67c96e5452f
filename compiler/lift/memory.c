// SPDX-License-Identifier: Apache-2.0
/* Loads and stores. RFC 9669 §5.1 to §5.3. An access is aligned as proven and no further: adjacent accesses must not
 * be merged into LDRD or LDM, which fault on unaligned addresses where LDR does not.
 * A pointer in memory takes 8 bytes as in the BPF view: the target's pointer and, on 32-bit targets, a zero word, so
 * that it reads as a number as well. */
#include "lifter.h"

LLVMTypeRef memory_type(struct lifter *l, uint8_t bits)
{
    if (bits == 8)
        return l->i8;
    if (bits == 16)
        return l->i16;
    return bits == 32 ? l->i32 : l->i64;
}

/* The field of the hook's context that the access lies in; NULL when contexts are plain memory. */
static const struct hook_field *context_field(const struct lifter *l)
{
    const struct fact *fact = l->fact;
    const struct hook *hook = l->program->funcs[verified_entry(l->verified)].hook;
    if (!hook_has_fields(hook) || fact->region != KIND_CONTEXT)
        return NULL;
    return hook_access(hook, fact->low, (uint64_t)(fact->high - fact->low),
                       op_class(l->program->insns[l->insn].op) != CLASS_LOAD);
}

/* How much further the field lies in the firmware's view of the context than in BPF's. */
static int64_t context_shift(const struct lifter *l, const struct hook_field *field)
{
    const struct hook *hook = l->program->funcs[verified_entry(l->verified)].hook;
    return (int64_t)hook_field_target_offset(hook, field, l->pointer_bytes) - field->offset_bytes;
}

static uint32_t proven_alignment(const struct lifter *l, const struct insn *insn, const struct hook_field *field)
{
    uint32_t width = insn->bits / 8u;
    if (!verified_is_proved(l->verified))
        return 1;
    uint32_t align = l->fact->align_log2 >= 3 ? 8 : 1u << l->fact->align_log2;
    if (field && align > 4)
        align = 4; /* the firmware's structure is only aligned as a C structure of words */
    return align < width ? align : width;
}

LLVMValueRef memory_address(struct lifter *l, const struct insn *insn, uint32_t *align_bytes)
{
    bool is_load = op_class(insn->op) == CLASS_LOAD;
    const struct hook_field *field = context_field(l);
    int64_t offset = insn->off + (field ? context_shift(l, field) : 0);
    uint8_t base = is_load ? insn->src : insn->dst;
    const struct reg_fact *fact = is_load ? &l->fact->src : &l->fact->dst;
    int32_t place;
    *align_bytes = proven_alignment(l, insn, field);
    if (frame_place(l, base, fact, &place))
        return frame_address(l, place + insn->off);
    LLVMValueRef pointer = reg_pointer(l, base, fact);
    if (offset == 0)
        return pointer;
    LLVMValueRef index = LLVMConstInt(l->size_type, (uint64_t)offset, true);
    return LLVMBuildGEP2(l->builder, l->i8, pointer, &index, 1, "");
}

/* -- loads --------------------------------------------------------------------------------------------------------- */

/* A register from a value of the width of the access. */
static void set_loaded(struct lifter *l, const struct insn *insn, LLVMValueRef value)
{
    if (insn->op == OP_LDXS)
        reg_set_number(l, insn->dst, LLVMBuildSExt(l->builder, value, l->i64, ""), &l->fact->result);
    else if (insn->bits == 64)
        reg_set_number(l, insn->dst, value, &l->fact->result);
    else
        reg_set_word(l, insn->dst, insn->bits == 32 ? value : LLVMBuildZExt(l->builder, value, l->i32, ""));
}

static void load_pointer(struct lifter *l, const struct insn *insn, LLVMValueRef address, uint32_t align_bytes)
{
    LLVMValueRef load = LLVMBuildLoad2(l->builder, l->ptr, address, "");
    LLVMSetAlignment(load, align_bytes < l->pointer_bytes ? align_bytes : l->pointer_bytes);
    reg_set_pointer(l, insn->dst, load);
}

/* RFC 9669 §5.3: what the core cannot load at once is loaded with interrupts off. */
static void load_acquire(struct lifter *l, const struct insn *insn, LLVMValueRef address, uint32_t align_bytes)
{
    LLVMValueRef load, state = NULL;
    bool native = atomic_is_native(l, insn->bits, align_bytes);
    if (!native)
        state = atomic_lock(l);
    load = LLVMBuildLoad2(l->builder, memory_type(l, insn->bits), address, "");
    LLVMSetAlignment(load, native ? insn->bits / 8u : align_bytes);
    if (native)
        LLVMSetOrdering(load, LLVMAtomicOrderingAcquire);
    else
        atomic_unlock(l, state);
    set_loaded(l, insn, load);
}

bool lift_load(struct lifter *l, const struct insn *insn)
{
    if (insn->op == OP_LDABS || insn->op == OP_LDIND)
        return lift_packet_load(l, insn);
    if (l->fact->region == KIND_TABLE) {
        lift_table_load(l, insn);
        return true;
    }
    uint32_t align_bytes;
    const struct hook_field *field = context_field(l);
    LLVMValueRef address = memory_address(l, insn, &align_bytes);
    bool is_field_pointer = field && field->kind != FIELD_NUMBER;
    if (is_field_pointer || (insn->op == OP_LDX && insn->bits == 64 && fact_is_pointer(&l->fact->result))) {
        load_pointer(l, insn, address, align_bytes);
        return true;
    }
    if (insn->op == OP_LDACQ) {
        load_acquire(l, insn, address, align_bytes);
        return true;
    }
    LLVMValueRef load = LLVMBuildLoad2(l->builder, memory_type(l, insn->bits), address, "");
    LLVMSetAlignment(load, align_bytes);
    set_loaded(l, insn, load);
    return true;
}

/* -- stores -------------------------------------------------------------------------------------------------------- */

static void store_pointer(struct lifter *l, LLVMValueRef pointer, LLVMValueRef address, uint32_t align_bytes)
{
    uint32_t align = align_bytes < l->pointer_bytes ? align_bytes : l->pointer_bytes;
    LLVMSetAlignment(LLVMBuildStore(l->builder, pointer, address), align);
    if (!l->narrow)
        return;
    LLVMValueRef four = LLVMConstInt(l->i32, 4, false);
    LLVMValueRef upper = LLVMBuildGEP2(l->builder, l->i8, address, &four, 1, "");
    LLVMSetAlignment(LLVMBuildStore(l->builder, LLVMConstNull(l->i32), upper), align);
}

static LLVMValueRef stored_value(struct lifter *l, const struct insn *insn)
{
    if (insn->bits == 64)
        return reg_operand(l, insn, 64);
    LLVMValueRef word = reg_operand(l, insn, 32);
    return insn->bits == 32 ? word : LLVMBuildTrunc(l->builder, word, memory_type(l, insn->bits), "");
}

/* RFC 9669 §5.3, as load_acquire(). */
static void store_release(struct lifter *l, const struct insn *insn, LLVMValueRef address, uint32_t align_bytes)
{
    LLVMValueRef value = stored_value(l, insn), state = NULL;
    bool native = atomic_is_native(l, insn->bits, align_bytes);
    if (!native)
        state = atomic_lock(l);
    LLVMValueRef store = LLVMBuildStore(l->builder, value, address);
    LLVMSetAlignment(store, native ? insn->bits / 8u : align_bytes);
    if (native)
        LLVMSetOrdering(store, LLVMAtomicOrderingRelease);
    else
        atomic_unlock(l, state);
}

bool lift_store(struct lifter *l, const struct insn *insn)
{
    uint32_t align_bytes;
    LLVMValueRef address = memory_address(l, insn, &align_bytes);
    if (insn->op == OP_STREL) {
        store_release(l, insn, address, align_bytes);
    } else if (insn->op == OP_STX && insn->bits == 64 && (insn->src == REG_FP || fact_is_pointer(&l->fact->src))) {
        store_pointer(l, reg_pointer(l, insn->src, &l->fact->src), address, align_bytes);
    } else {
        LLVMValueRef store = LLVMBuildStore(l->builder, stored_value(l, insn), address);
        LLVMSetAlignment(store, align_bytes);
    }
    return true;
}
