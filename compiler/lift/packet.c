// SPDX-License-Identifier: Apache-2.0
/* LD_ABS and LD_IND: loads from the packet of the context in r6, in network byte order. RFC 9669 §5.5. The bytes are
 * looked for inline; where they are missing the function returns 0. Offsets below 0 count from the network header (from
 * -0x100000) or the link header (from -0x200000): Linux, SKF_NET_OFF and SKF_LL_OFF of linux/filter.h. */
#include "lifter.h"

#define NETWORK_OFFSET (-0x100000)
#define LINK_OFFSET    (-0x200000)

/* Where the firmware's struct barebpf_sk_buff keeps what bounds the packet; context.h asserts the same places. */
enum packet_place { PLACE_DATA, PLACE_END, PLACE_LINK, PLACE_NETWORK };

static LLVMValueRef number32(struct lifter *l, int32_t number)
{
    return LLVMConstInt(l->i32, (unsigned long long)number, true);
}

static LLVMValueRef load_place(struct lifter *l, LLVMValueRef context, enum packet_place place)
{
    const struct hook *hook = l->program->funcs[verified_entry(l->verified)].hook;
    const struct hook_field *data = hook_field_of_kind(hook, FIELD_PACKET);
    const struct hook_field *end = hook_field_of_kind(hook, FIELD_PACKET_END);
    uint32_t behind = hook_target_bytes(hook, l->pointer_bytes); /* room_start, room_end, link, network */
    const uint32_t offsets[] = {[PLACE_DATA] = hook_field_target_offset(hook, data, l->pointer_bytes),
                                [PLACE_END] = hook_field_target_offset(hook, end, l->pointer_bytes),
                                [PLACE_LINK] = behind + 2 * l->pointer_bytes,
                                [PLACE_NETWORK] = behind + 3 * l->pointer_bytes};
    LLVMValueRef index = LLVMConstInt(l->size_type, offsets[place], false);
    LLVMValueRef load =
        LLVMBuildLoad2(l->builder, l->ptr, LLVMBuildGEP2(l->builder, l->i8, context, &index, 1, ""), "");
    LLVMSetAlignment(load, l->pointer_bytes);
    return load;
}

/* Goes on when `holds`; else the function returns 0. */
static void require_bytes(struct lifter *l, LLVMValueRef holds)
{
    LLVMBasicBlockRef missing = block_after(l, "packet.missing"), there = block_after(l, "packet.there");
    LLVMBuildCondBr(l->builder, holds, there, missing);
    LLVMPositionBuilderAtEnd(l->builder, missing);
    lift_return(l, LLVMConstNull(l->i64));
    LLVMPositionBuilderAtEnd(l->builder, there);
}

/* The address `offset` bytes behind `first`, where `bytes` bytes are to lie before the packet's end. `offset` is an i32
 * of 0..INT32_MAX, so that no sum wraps. */
static LLVMValueRef bytes_behind(struct lifter *l, LLVMValueRef context, LLVMValueRef first, LLVMValueRef offset,
                                 uint32_t bytes)
{
    LLVMBuilderRef b = l->builder;
    LLVMValueRef end = load_place(l, context, PLACE_END);
    LLVMValueRef distance =
        LLVMBuildSub(b, LLVMBuildPtrToInt(b, end, l->size_type, ""), LLVMBuildPtrToInt(b, first, l->size_type, ""), "");
    LLVMValueRef index = l->narrow ? offset : LLVMBuildZExt(b, offset, l->size_type, "");
    LLVMValueRef needed = LLVMBuildAdd(b, index, LLVMConstInt(l->size_type, bytes, false), "");
    require_bytes(l, LLVMBuildICmp(b, LLVMIntUGE, distance, needed, ""));
    return LLVMBuildGEP2(b, l->i8, first, &index, 1, "");
}

static LLVMValueRef bytes_from(struct lifter *l, LLVMValueRef context, enum packet_place start, LLVMValueRef offset,
                               uint32_t bytes)
{
    return bytes_behind(l, context, load_place(l, context, start), offset, bytes);
}

/* The same for an offset that may be negative: which start it counts from is decided when the program runs. */
static LLVMValueRef bytes_somewhere(struct lifter *l, LLVMValueRef context, LLVMValueRef offset, uint32_t bytes)
{
    LLVMBuilderRef b = l->builder;
    LLVMValueRef from_data = LLVMBuildICmp(b, LLVMIntSGE, offset, number32(l, 0), "");
    LLVMValueRef from_network = LLVMBuildICmp(b, LLVMIntSGE, offset, number32(l, NETWORK_OFFSET), "");
    LLVMValueRef data = load_place(l, context, PLACE_DATA), network = load_place(l, context, PLACE_NETWORK);
    LLVMValueRef header = LLVMBuildSelect(b, from_network, network, load_place(l, context, PLACE_LINK), "");
    LLVMValueRef zero = LLVMBuildSelect(b, from_network, number32(l, NETWORK_OFFSET), number32(l, LINK_OFFSET), "");
    require_bytes(l, LLVMBuildICmp(b, LLVMIntSGE, offset, number32(l, LINK_OFFSET), ""));
    LLVMValueRef behind = LLVMBuildSelect(b, from_data, offset, LLVMBuildSub(b, offset, zero, ""), "");
    return bytes_behind(l, context, LLVMBuildSelect(b, from_data, data, header, ""), behind, bytes);
}

/* LD_ABS: the start is known. */
static LLVMValueRef bytes_at(struct lifter *l, LLVMValueRef context, int32_t offset, uint32_t bytes)
{
    if (offset >= 0)
        return bytes_from(l, context, PLACE_DATA, number32(l, offset), bytes);
    if (offset >= NETWORK_OFFSET)
        return bytes_from(l, context, PLACE_NETWORK, number32(l, offset - NETWORK_OFFSET), bytes);
    if (offset < LINK_OFFSET)
        require_bytes(l, LLVMConstInt(l->i1, 0, false));
    return bytes_from(l, context, PLACE_LINK, number32(l, offset < LINK_OFFSET ? 0 : offset - LINK_OFFSET), bytes);
}

/* LD_IND: src + imm, modulo 2^32. */
static LLVMValueRef bytes_at_register(struct lifter *l, LLVMValueRef context, const struct insn *insn, uint32_t bytes)
{
    const struct reg_fact *fact = &l->fact->src;
    LLVMValueRef offset = LLVMBuildAdd(l->builder, reg_word(l, insn->src, fact), number32(l, (int32_t)insn->imm), "");
    bool positive =
        fact_is_number(fact) && (int64_t)fact->low32 + insn->imm >= 0 && (int64_t)fact->high32 + insn->imm <= INT32_MAX;
    return positive ? bytes_from(l, context, PLACE_DATA, offset, bytes) : bytes_somewhere(l, context, offset, bytes);
}

/* The number from network byte order. */
static LLVMValueRef host_order(struct lifter *l, LLVMValueRef value, uint8_t bits)
{
    LLVMTypeRef type = memory_type(l, bits);
    unsigned id = LLVMLookupIntrinsicID("llvm.bswap", 10);
    LLVMValueRef swap = LLVMGetIntrinsicDeclaration(l->module, id, &type, 1);
    return bits == 8 ? value : function_call(l, swap, &value, 1);
}

bool lift_packet_load(struct lifter *l, const struct insn *insn)
{
    static const struct reg_fact context_fact = {.kinds = KIND_CONTEXT};
    uint32_t bytes = insn->bits / 8u;
    if (!hook_loads_packets(l->program->funcs[verified_entry(l->verified)].hook))
        return lift_refuse(l, D_PACKET_LOAD, "a packet load (LD_ABS, LD_IND) without a packet");
    LLVMValueRef context = reg_pointer(l, PACKET_LOAD_CONTEXT, &context_fact);
    LLVMValueRef address =
        insn->use_imm ? bytes_at(l, context, (int32_t)insn->imm, bytes) : bytes_at_register(l, context, insn, bytes);
    LLVMValueRef load = LLVMBuildLoad2(l->builder, memory_type(l, insn->bits), address, "");
    LLVMSetAlignment(load, 1);
    LLVMValueRef number = host_order(l, load, insn->bits);
    reg_set_word(l, 0, insn->bits == 32 ? number : LLVMBuildZExt(l->builder, number, l->i32, ""));
    return true;
}
