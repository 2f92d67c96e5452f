// SPDX-License-Identifier: Apache-2.0
/* Packet contexts on 64-bit boards. The source reads packet pointers from 4-byte fields of struct xdp_md or struct
 * __sk_buff; the firmware's struct has pointers there (context.h), so that fields behind them lie elsewhere. As the
 * lifter does, accesses at known offsets are moved to the firmware's places, and packet fields are read whole. On
 * 32-bit boards both views are the same and there is nothing to do.
 * Functions that take the context are inlined first; where its address goes anywhere else, the program is refused. */
#include <string.h>

#include "native_module.h"

#define INLINING "always-inline,function(sroa,early-cse),globaldce"

struct view {
    struct native *n;
    const struct hook *hook;
    value_list done; /* instructions that nothing uses any longer */
};

static bool refuse(struct view *view, LLVMValueRef user, const char *what)
{
    return native_refuse(view->n, user, "%s of the context (board '%s' has pointers of 8 bytes in it)", what,
                         view->n->board->name);
}

/* -- offsets ------------------------------------------------------------------------------------------------------- */

/* Adds one index of a GEP into `*type`, which becomes the type of what it leads to. False: not constant. */
static bool add_index(struct native *n, LLVMTypeRef *type, LLVMValueRef index, int64_t *offset)
{
    if (!LLVMIsAConstantInt(index))
        return false;
    int64_t number = LLVMConstIntGetSExtValue(index);
    if (LLVMGetTypeKind(*type) == LLVMStructTypeKind) {
        *offset += (int64_t)LLVMOffsetOfElement(n->layout, *type, (unsigned)number);
        *type = LLVMStructGetTypeAtIndex(*type, (unsigned)number);
    } else {
        *type = LLVMGetElementType(*type);
        *offset += number * (int64_t)LLVMABISizeOfType(n->layout, *type);
    }
    return true;
}

static bool gep_offset(struct native *n, LLVMValueRef gep, int64_t *offset)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
    LLVMValueRef first = LLVMGetOperand(gep, 1);
    if (!LLVMIsAConstantInt(first))
        return false;
    *offset += LLVMConstIntGetSExtValue(first) * (int64_t)LLVMABISizeOfType(n->layout, type);
    for (unsigned i = 2; i < (unsigned)LLVMGetNumOperands(gep); i++)
        if (!add_index(n, &type, LLVMGetOperand(gep, i), offset))
            return false;
    return true;
}

/* -- accesses ------------------------------------------------------------------------------------------------------ */

static const struct hook_field *field_of(const struct hook *hook, int64_t offset, uint64_t bytes)
{
    for (uint32_t i = 0; i < hook->layout->field_count; i++) {
        const struct hook_field *field = &hook->layout->fields[i];
        if (offset >= field->offset_bytes &&
            (uint64_t)offset + bytes <= (uint64_t)field->offset_bytes + field->size_bytes)
            return field;
    }
    return NULL;
}

static bool is_packet(const struct hook_field *field)
{
    return field->kind == FIELD_PACKET || field->kind == FIELD_PACKET_END || field->kind == FIELD_PACKET_META;
}

/* The address of the field's byte `offset` (in BPF's view) in the firmware's view. */
static LLVMValueRef target_address(struct view *view, LLVMValueRef context, const struct hook_field *field,
                                   int64_t offset)
{
    struct native *n = view->n;
    uint32_t target = hook_field_target_offset(view->hook, field, n->board->pointer_bytes);
    LLVMValueRef index = LLVMConstInt(n->size_type, (uint64_t)(target + offset - field->offset_bytes), false);
    return LLVMBuildGEP2(n->builder, n->i8, context, &index, 1, "");
}

/* A packet field as a 64-bit number: `(long)ctx->data` gets all of it, other uses the low half. */
static void replace_packet_load(struct view *view, LLVMValueRef load, LLVMValueRef address)
{
    struct native *n = view->n;
    LLVMValueRef pointer = LLVMBuildLoad2(n->builder, n->ptr, address, "");
    LLVMValueRef number = LLVMBuildPtrToInt(n->builder, pointer, n->i64, "");
    for (LLVMUseRef next, use = LLVMGetFirstUse(load); use; use = next) {
        LLVMValueRef user = LLVMGetUser(use);
        next = LLVMGetNextUse(use);
        if (LLVMIsAZExtInst(user) && LLVMTypeOf(user) == n->i64) {
            LLVMReplaceAllUsesWith(user, number);
            vec_push(&view->done, user);
        }
    }
    LLVMReplaceAllUsesWith(load, LLVMBuildTrunc(n->builder, number, n->i32, ""));
    vec_push(&view->done, load);
}

static bool move_access(struct view *view, LLVMValueRef access, LLVMValueRef context, int64_t offset)
{
    struct native *n = view->n;
    bool loads = LLVMIsALoadInst(access) != NULL;
    LLVMTypeRef type = LLVMTypeOf(loads ? access : LLVMGetOperand(access, 0));
    const struct hook_field *field = field_of(view->hook, offset, LLVMABISizeOfType(n->layout, type));
    if (!field || (is_packet(field) && (!loads || type != n->i32)))
        return refuse(view, access, "an access that is not to one field");
    LLVMPositionBuilderBefore(n->builder, access);
    LLVMValueRef address = target_address(view, context, field, offset);
    if (is_packet(field)) {
        replace_packet_load(view, access, address);
        return true;
    }
    LLVMSetOperand(access, loads ? 0 : 1, address);
    if (LLVMGetAlignment(access) > 4)
        LLVMSetAlignment(access, 4);
    return true;
}

/* -- uses ---------------------------------------------------------------------------------------------------------- */

static bool move_uses(struct view *view, LLVMValueRef value, LLVMValueRef context, int64_t offset);

static bool move_use(struct view *view, LLVMValueRef user, LLVMValueRef value, LLVMValueRef context, int64_t offset)
{
    bool stored = LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) == value;
    if (LLVMIsALoadInst(user) || (LLVMIsAStoreInst(user) && !stored))
        return move_access(view, user, context, offset);
    if (LLVMIsAGetElementPtrInst(user)) {
        if (!gep_offset(view->n, user, &offset))
            return refuse(view, user, "an access at a place that is not constant");
        return move_uses(view, user, context, offset);
    }
    if (LLVMIsACallInst(user) && offset == 0 && LLVMGetCalledValue(user) != value)
        return true; /* a helper: it takes the firmware's context */
    return LLVMIsAICmpInst(user) || refuse(view, user, "a use that is no access");
}

static bool move_uses(struct view *view, LLVMValueRef value, LLVMValueRef context, int64_t offset)
{
    value_list users = {0}; /* uses change on the way */
    bool ok = true;
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use))
        vec_push(&users, LLVMGetUser(use));
    for (uint32_t i = 0; ok && i < users.count; i++)
        ok = move_use(view, users.items[i], value, context, offset);
    vec_free(&users);
    return ok;
}

/* Marks functions of the program that take the context to be inlined; are there any? */
static bool mark_callees(struct native *n, LLVMValueRef context)
{
    bool marked = false;
    for (LLVMUseRef use = LLVMGetFirstUse(context); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef call = LLVMGetUser(use), callee = LLVMIsACallInst(call) ? LLVMGetCalledValue(call) : NULL;
        if (!callee || !LLVMIsAFunction(callee) || LLVMIsDeclaration(callee))
            continue;
        native_force_inline(n, callee);
        marked = true;
    }
    return marked;
}

static LLVMValueRef entry_of(struct native *n, const struct func *func)
{
    return LLVMGetNamedFunction(n->module, arena_printf(&n->arena, "bpf_prog_%s", func->name));
}

static bool move_entry(struct native *n, const struct func *func)
{
    struct view view = {.n = n, .hook = func->hook};
    while (mark_callees(n, LLVMGetParam(entry_of(n, func), 0)))
        native_passes(n, INLINING);
    LLVMValueRef context = LLVMGetParam(entry_of(n, func), 0);
    bool ok = move_uses(&view, context, context, 0);
    for (uint32_t i = 0; i < view.done.count; i++)
        LLVMInstructionEraseFromParent(view.done.items[i]);
    vec_free(&view.done);
    return ok;
}

bool native_context(struct native *n)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < verified_part_count(n->verified); i++) {
        const struct func *func = &n->program->funcs[verified_entry(verified_part(n->verified, i))];
        if (hook_has_fields(func->hook) && n->board->pointer_bytes > 4)
            ok = move_entry(n, func);
    }
    return ok;
}
