// SPDX-License-Identifier: Apache-2.0
/* Functions: how registers cross bpf-to-bpf calls, prototypes, attributes, and the walk over a body.
 * An argument is passed as a pointer, a number or both, whichever the facts of all calls need; what no caller sets is
 * not passed. The entry has the ABI's type, subprograms are internal. */
#include <stdio.h>
#include <string.h>

#include "lifter.h"

#define FUNCTION_INDEX ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)

/* What all calls together say of one register. */
struct joined {
    uint16_t kinds; /* without KIND_UNINIT */
    bool any, unknown, wide;
};

static void join(struct joined *j, const struct reg_fact *fact)
{
    if (!fact || fact->kinds == 0) {
        j->unknown = true;
        return;
    }
    if ((fact->kinds & KIND_NUMBER) && !fact_fits_unsigned(fact))
        j->wide = true;
    j->kinds |= (uint16_t)(fact->kinds & ~KIND_UNINIT);
    j->any = true;
}

static enum pass pass_of(const struct lifter *l, const struct joined *j)
{
    if (j->unknown)
        return PASS_NUMBER;
    if (j->kinds == 0)
        return PASS_NOTHING;
    if ((j->kinds & ~KIND_POINTERS) == 0)
        return PASS_POINTER;
    if (j->kinds & KIND_POINTERS)
        return verified_is_proved(l->verified) ? PASS_BOTH : PASS_NUMBER;
    return l->narrow && !j->wide ? PASS_WORD : PASS_NUMBER;
}

/* Fills args[] and result of `func` from all reachable calls of it. */
static void plan_calls(struct lifter *l, uint32_t func)
{
    struct joined args[ARG_REGS] = {0}, result = {0};
    for (uint32_t i = 0; i < l->program->insn_count; i++) {
        const struct reg_fact *handed[ARG_REGS], *returned;
        if (!call_hands(l, i, func, handed, &returned))
            continue;
        for (unsigned arg = 0; arg < ARG_REGS; arg++)
            join(&args[arg], handed[arg]);
        join(&result, returned);
    }
    for (unsigned arg = 0; arg < ARG_REGS; arg++)
        l->funcs[func].args[arg] = pass_of(l, &args[arg]);
    l->funcs[func].result = pass_of(l, &result);
}

/* -- attributes ---------------------------------------------------------------------------------------------------- */

static LLVMAttributeRef attribute(struct lifter *l, const char *name, uint64_t value)
{
    return LLVMCreateEnumAttribute(l->context, LLVMGetEnumAttributeKindForName(name, strlen(name)), value);
}

static void add_attribute(struct lifter *l, LLVMValueRef function, LLVMAttributeIndex index, const char *name)
{
    LLVMAddAttributeAtIndex(function, index, attribute(l, name, 0));
}

static void add_text_attribute(struct lifter *l, LLVMValueRef function, const char *name, const char *value)
{
    LLVMAttributeRef text =
        LLVMCreateStringAttribute(l->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddAttributeAtIndex(function, FUNCTION_INDEX, text);
}

void function_attributes(struct lifter *l, LLVMValueRef function)
{
    add_attribute(l, function, FUNCTION_INDEX, "nounwind");
    /* As -ffreestanding gives the stubs: LLVM inlines such functions only into those that have it as well. */
    add_text_attribute(l, function, "no-builtins", "");
    if (l->options->optimize_size)
        add_attribute(l, function, FUNCTION_INDEX, "optsize");
    if (l->options->minimize_size)
        add_attribute(l, function, FUNCTION_INDEX, "minsize");
    if (l->options->cpu)
        add_text_attribute(l, function, "target-cpu", l->options->cpu);
    if (l->options->features)
        add_text_attribute(l, function, "target-features", l->options->features);
}

/* -- prototypes ---------------------------------------------------------------------------------------------------- */

LLVMValueRef function_external(struct lifter *l, const char *name, LLVMTypeRef result, LLVMTypeRef *params,
                               uint32_t count)
{
    LLVMValueRef function = LLVMGetNamedFunction(l->module, name);
    if (function)
        return function;
    function = LLVMAddFunction(l->module, name, LLVMFunctionType(result, params, count, false));
    add_attribute(l, function, FUNCTION_INDEX, "nounwind");
    return function;
}

LLVMValueRef function_call(struct lifter *l, LLVMValueRef callee, LLVMValueRef *args, uint32_t count)
{
    LLVMValueRef call = LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(callee), callee, args, count, "");
    LLVMSetInstructionCallConv(call, LLVMGetFunctionCallConv(callee));
    return call;
}

static uint32_t pass_types(struct lifter *l, enum pass pass, LLVMTypeRef out[2])
{
    switch (pass) {
    case PASS_NOTHING: return 0;
    case PASS_WORD: out[0] = l->i32; return 1;
    case PASS_NUMBER: out[0] = l->i64; return 1;
    case PASS_POINTER: out[0] = l->ptr; return 1;
    case PASS_BOTH:
        out[0] = l->i64;
        out[1] = l->ptr;
        return 2;
    }
    BUG("pass %d", (int)pass);
}

static LLVMTypeRef subprogram_type(struct lifter *l, const struct lifted_func *func)
{
    LLVMTypeRef params[2 * ARG_REGS + 1], result[2];
    uint32_t count = 0;
    for (unsigned arg = 0; arg < ARG_REGS; arg++)
        count += pass_types(l, func->args[arg], &params[count]);
    if (l->tails)
        params[count++] = l->ptr;
    uint32_t results = pass_types(l, func->result, result);
    LLVMTypeRef type = results == 0 ? l->void_type : result[0];
    if (results == 2)
        type = LLVMStructTypeInContext(l->context, result, 2, false);
    return LLVMFunctionType(type, params, count, false);
}

LLVMValueRef function_declare(struct lifter *l, const char *prefix, uint32_t func, LLVMTypeRef type, bool internal)
{
    char *name = arena_printf(&l->arena, "%s%s", prefix, l->program->funcs[func].name);
    LLVMValueRef value = LLVMAddFunction(l->module, name, type);
    if (internal)
        LLVMSetLinkage(value, LLVMInternalLinkage);
    function_attributes(l, value);
    return value;
}

/* A function that is entered with a context: (ctx, size of the context), and under a dispatcher its state. */
static void declare_program(struct lifter *l, uint32_t index)
{
    struct lifted_func *func = &l->funcs[index];
    LLVMTypeRef params[] = {l->ptr, l->size_type, l->ptr};
    func->result = PASS_NUMBER;
    func->type = LLVMFunctionType(l->i64, params, l->tails ? 3 : 2, false);
    func->value = function_declare(l, l->tails ? "bpf_body_" : "bpf_prog_", index, func->type, l->tails);
    if (verified_is_proved(l->verified))
        add_attribute(l, func->value, 1, "noalias"); /* a context is not part of a map or a stack frame */
}

bool functions_declare(struct lifter *l)
{
    callbacks_find(l);
    if (l->tails)
        tails_declare(l);
    for (uint32_t i = 0; i < l->program->func_count; i++) {
        struct lifted_func *func = &l->funcs[i];
        if (verified_is_entered(l->verified, i)) {
            declare_program(l, i);
        } else if (verified_func(l->verified, i)->reachable) {
            plan_calls(l, i);
            func->type = subprogram_type(l, func);
            func->value = function_declare(l, "bpf_func_", i, func->type, true);
        }
    }
    return true;
}

/* -- bodies -------------------------------------------------------------------------------------------------------- */

/* The entry's r1 is the context; r2 its size: the number that was verified, whatever a caller says, since facts rely on
 * it. Without a proof it is the caller's. */
static void receive_context(struct lifter *l)
{
    static const struct reg_fact unknown = {.kinds = KIND_NUMBER, .high = UINT64_MAX};
    const struct func *entry = &l->program->funcs[l->func];
    LLVMValueRef size = LLVMGetParam(l->function, 1);
    if (l->narrow)
        size = LLVMBuildZExt(l->builder, size, l->i64, "");
    if (verified_is_proved(l->verified) && !hook_has_fields(entry->hook))
        size = LLVMConstInt(l->i64, verified_context_bytes(l->verified), false);
    reg_set_pointer(l, 1, LLVMGetParam(l->function, 0));
    reg_set_number(l, 2, size, &unknown);
}

static void receive_args(struct lifter *l)
{
    const struct lifted_func *func = &l->funcs[l->func];
    uint32_t next = 0;
    for (unsigned arg = 0; arg < ARG_REGS; arg++) {
        uint8_t reg = (uint8_t)(arg + 1);
        if (func->args[arg] == PASS_NOTHING)
            continue;
        LLVMValueRef value = LLVMGetParam(l->function, next++);
        if (func->args[arg] == PASS_POINTER) {
            reg_set_pointer(l, reg, value);
        } else if (func->args[arg] == PASS_BOTH) {
            reg_set_both(l, reg, value, LLVMGetParam(l->function, next++));
        } else {
            LLVMValueRef number = func->args[arg] == PASS_WORD ? LLVMBuildZExt(l->builder, value, l->i64, "") : value;
            reg_set_both(l, reg, number, number_to_pointer(l, number));
        }
    }
}

/* A block begins at an instruction of the function, counted from its start. */
static void make_block(struct lifter *l, uint32_t start)
{
    char name[24];
    if (start >= l->program->funcs[l->func].count || l->blocks[start])
        return;
    snprintf(name, sizeof name, "i%u", start);
    l->blocks[start] = LLVMAppendBasicBlockInContext(l->context, l->function, name);
}

/* needs: l->func. fills: l->blocks with a block for every reachable jump target and fall-through of a branch. */
static void make_blocks(struct lifter *l)
{
    const struct func *func = &l->program->funcs[l->func];
    l->blocks = arena_array(&l->arena, func->count, sizeof *l->blocks);
    for (uint32_t i = 0; i < func->count; i++) {
        const struct insn *insn = &l->program->insns[func->first + i];
        if (op_class(insn->op) != CLASS_JUMP || !verified_fact(l->verified, func->first + i)->reachable)
            continue;
        if (insn_has_target(insn))
            make_block(l, insn->target - func->first);
        if (!insn_ends_block(insn))
            make_block(l, i + 1);
        for (uint32_t way = 0; insn->op == OP_GOTOX && way < insn->index; way++)
            make_block(l, l->program->jump_targets[insn->target + way] - func->first);
    }
}

static bool lift_insn(struct lifter *l, const struct insn *insn)
{
    debug_position(l, l->insn);
    if (!l->fact->calls_back) /* bpf_loop marks its own */
        marks_round(l);
    if (l->options->check_facts)
        check_facts(l, insn);
    switch (op_class(insn->op)) {
    case CLASS_ALU: return lift_alu(l, insn);
    case CLASS_LOAD: return lift_load(l, insn);
    case CLASS_STORE: return lift_store(l, insn);
    case CLASS_ATOMIC: return lift_atomic(l, insn);
    case CLASS_JUMP: return lift_jump(l, insn);
    case CLASS_CALL: return lift_call(l, insn);
    case CLASS_EXIT: lift_exit(l); return true;
    }
    BUG("class of %s", op_name(insn->op));
}

static bool is_open(const struct lifter *l)
{
    return LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(l->builder)) == NULL;
}

/* Lifts the reachable instructions in order; code that nothing reaches ends in `unreachable`. */
static bool lift_body(struct lifter *l)
{
    const struct func *func = &l->program->funcs[l->func];
    for (uint32_t i = 0; i < func->count; i++) {
        l->insn = func->first + i;
        l->fact = verified_fact(l->verified, l->insn);
        if (l->blocks[i]) {
            if (is_open(l))
                LLVMBuildBr(l->builder, l->blocks[i]);
            LLVMPositionBuilderAtEnd(l->builder, l->blocks[i]);
        }
        if (!is_open(l))
            continue;
        if (!l->fact->reachable)
            LLVMBuildUnreachable(l->builder);
        else if (!lift_insn(l, &l->program->insns[l->insn]))
            return false;
    }
    if (is_open(l))
        LLVMBuildUnreachable(l->builder);
    return true;
}

/* Blocks in the order of the program, whatever jump named them first. */
static void order_blocks(struct lifter *l)
{
    LLVMBasicBlockRef last = LLVMGetEntryBasicBlock(l->function);
    for (uint32_t i = 0; i < l->program->funcs[l->func].count; i++) {
        if (!l->blocks[i])
            continue;
        LLVMMoveBasicBlockAfter(l->blocks[i], last);
        last = l->blocks[i];
    }
}

bool function_lift(struct lifter *l, uint32_t func)
{
    l->func = func;
    l->function = l->funcs[func].value;
    l->insn = l->program->funcs[func].first;
    l->fact = verified_fact(l->verified, l->insn);
    LLVMPositionBuilderAtEnd(l->builder, LLVMAppendBasicBlockInContext(l->context, l->function, "entry"));
    debug_function(l, func);
    make_blocks(l);
    order_blocks(l);
    demand_find(l);
    registers_begin(l);
    l->run_state = l->tails ? LLVMGetLastParam(l->function) : NULL;
    if (verified_is_entered(l->verified, func))
        receive_context(l);
    else
        receive_args(l);
    marks_enter(l, func);
    return lift_body(l);
}
