// SPDX-License-Identifier: Apache-2.0
/* Calls and exit. RFC 9669 §4.3.1, §4.3.2. Helpers are called with the C types of the ABI (helpers.def); functions of
 * the program pass and return registers as function.c planned. */
#include <stdio.h>

#include "../program/kfunc.h"
#include "lifter.h"

static const struct reg_fact unknown_fact = {0};

static const struct reg_fact *arg_fact(const struct lifter *l, unsigned arg)
{
    return l->fact->args ? &l->fact->args[arg] : &unknown_fact;
}

/* -- helpers ------------------------------------------------------------------------------------------------------- */

static LLVMValueRef arg_value(struct lifter *l, enum arg_kind kind, unsigned arg)
{
    uint8_t reg = (uint8_t)(arg + 1);
    const struct reg_fact *fact = arg_fact(l, arg);
    if (fact->kinds == KIND_UNINIT)
        return LLVMConstNull(abi_arg_type(l->context, kind));
    if (arg_is_pointer(kind))
        return reg_pointer(l, reg, fact);
    LLVMValueRef number = arg_is_wide(kind) ? reg_number(l, reg, fact) : reg_word(l, reg, fact);
    return fact->kinds & KIND_UNINIT ? LLVMBuildFreeze(l->builder, number, "") : number;
}

static bool ret_is_pointer(enum ret_kind kind)
{
    return kind == RET_MAP_VALUE_OR_NULL || kind == RET_DYNPTR_MEM_OR_NULL || kind == RET_RINGBUF_MEM_OR_NULL;
}

static void set_result(struct lifter *l, enum ret_kind kind, LLVMValueRef result)
{
    if (kind == RET_VOID)
        reg_set_number(l, 0, LLVMConstNull(l->i64), &l->fact->result);
    else if (kind == RET_U32)
        reg_set_word(l, 0, result);
    else if (ret_is_pointer(kind))
        reg_set_pointer(l, 0, result);
    else if (kind == RET_LONG && l->narrow)
        reg_set_number(l, 0, LLVMBuildSExt(l->builder, result, l->i64, ""), &l->fact->result);
    else
        reg_set_number(l, 0, result, &l->fact->result);
}

/* Calls the firmware's function `name` with the C types of its contract. */
static void call_contract(struct lifter *l, const struct helper *helper, const char *name)
{
    LLVMTypeRef types[ARG_REGS];
    LLVMValueRef args[ARG_REGS];
    for (unsigned i = 0; i < helper->arg_count; i++) {
        types[i] = abi_arg_type(l->context, helper->args[i]);
        args[i] = arg_value(l, helper->args[i], i);
    }
    LLVMValueRef callee =
        function_external(l, name, abi_ret_type(l->context, l->size_type, helper->ret), types, helper->arg_count);
    set_result(l, helper->ret, function_call(l, callee, args, helper->arg_count));
}

static bool lift_helper(struct lifter *l, const struct insn *insn)
{
    char name[40];
    const struct helper *helper = program_helper(l->program, insn->imm);
    const struct poison *poison = program_poison(l->program, insn);
    if (poison)
        return lift_refuse(l, poison->id, poison->text);
    if (!helper) {
        snprintf(name, sizeof name, "helper %lld", (long long)insn->imm);
        return lift_refuse(l, D_HELPER_UNKNOWN, name);
    }
    if (helper_is_linux_only(helper->id))
        return lift_refuse(l, D_HELPER_UNKNOWN, helper->enum_name);
    if (helper->id == HELPER_TAIL_CALL)
        return lift_tail_call(l);
    if (helper->id == HELPER_LOOP)
        return lift_loop(l);
    if (lift_log(l, insn))
        return true;
    snprintf(name, sizeof name, "_bpf_helper_ext_%04u", helper->id);
    call_contract(l, helper, name);
    return true;
}

/* A function of the firmware, through the stub that firmware/kfuncs.c writes: 64-bit numbers and pointers; those of
 * the language have their own types. */
static bool lift_kfunc(struct lifter *l, const struct insn *insn)
{
    struct kfunc k;
    const char *why = NULL, *called = l->program->externs[insn->index].name;
    const struct helper *builtin = kfunc_builtin(called);
    char *name = arena_printf(&l->arena, "barebpf_kfunc_%s", called);
    if (!builtin && !kfunc_contract(&k, l->program, insn->index, &why))
        return lift_refuse(l, D_EXTERN, called);
    for (unsigned i = 0; !builtin && !k.has_contract && i < k.contract.arg_count; i++)
        k.contract.args[i] = k.bytes[i] ? ARG_MEM : ARG_U64;
    call_contract(l, builtin ? builtin : &k.contract, name);
    return true;
}

/* -- functions of the program -------------------------------------------------------------------------------------- */

static uint32_t pass_argument(struct lifter *l, enum pass pass, const struct argument *arg, LLVMValueRef out[2])
{
    LLVMValueRef number = arg->number ? arg->number : LLVMConstNull(l->i64);
    LLVMValueRef pointer = arg->pointer ? arg->pointer : LLVMConstNull(l->ptr);
    switch (pass) {
    case PASS_NOTHING: return 0;
    case PASS_WORD: out[0] = LLVMBuildTrunc(l->builder, number, l->i32, ""); return 1;
    case PASS_NUMBER: out[0] = number; return 1;
    case PASS_POINTER: out[0] = pointer; return 1;
    case PASS_BOTH:
        out[0] = number;
        out[1] = pointer;
        return 2;
    }
    BUG("pass %d", (int)pass);
}

void registers_as_arguments(struct lifter *l, struct argument args[ARG_REGS])
{
    for (unsigned i = 0; i < ARG_REGS; i++)
        args[i] = (struct argument){reg_number(l, (uint8_t)(i + 1), arg_fact(l, i)),
                                    reg_pointer(l, (uint8_t)(i + 1), arg_fact(l, i))};
}

static void set_returned(struct lifter *l, enum pass pass, LLVMValueRef result)
{
    LLVMBuilderRef b = l->builder;
    switch (pass) {
    case PASS_NOTHING: break;
    case PASS_WORD: reg_set_word(l, 0, result); break;
    case PASS_NUMBER: reg_set_number(l, 0, result, &l->fact->result); break;
    case PASS_POINTER: reg_set_pointer(l, 0, result); break;
    case PASS_BOTH:
        reg_set_both(l, 0, LLVMBuildExtractValue(b, result, 0, ""), LLVMBuildExtractValue(b, result, 1, ""));
        break;
    }
}

static LLVMValueRef call_values(struct lifter *l, const struct lifted_func *callee,
                                const struct argument args[ARG_REGS])
{
    LLVMValueRef values[2 * ARG_REGS + 1];
    uint32_t count = 0;
    for (unsigned i = 0; i < ARG_REGS; i++)
        count += pass_argument(l, callee->args[i], &args[i], &values[count]);
    if (l->tails)
        values[count++] = l->run_state;
    return function_call(l, callee->value, values, count);
}

void function_call_lifted(struct lifter *l, uint32_t func, const struct argument args[ARG_REGS])
{
    set_returned(l, l->funcs[func].result, call_values(l, &l->funcs[func], args));
}

LLVMValueRef function_call_number(struct lifter *l, uint32_t func, const struct argument args[ARG_REGS])
{
    LLVMValueRef result = call_values(l, &l->funcs[func], args);
    switch (l->funcs[func].result) {
    case PASS_NOTHING: return LLVMConstNull(l->i64);
    case PASS_WORD: return LLVMBuildZExt(l->builder, result, l->i64, "");
    case PASS_NUMBER: return result;
    case PASS_POINTER: return pointer_to_number(l, result);
    case PASS_BOTH: return LLVMBuildExtractValue(l->builder, result, 0, "");
    }
    BUG("pass %d", (int)l->funcs[func].result);
}

static bool lift_local_call(struct lifter *l, const struct insn *insn)
{
    struct argument args[ARG_REGS];
    if (!l->funcs[insn->index].value || verified_is_entered(l->verified, insn->index))
        return lift_refuse(l, D_FEATURE, "a call of a program as a function");
    registers_as_arguments(l, args);
    function_call_lifted(l, insn->index, args);
    return true;
}

bool lift_call(struct lifter *l, const struct insn *insn)
{
    if (insn->op == OP_HELPER)
        return lift_helper(l, insn);
    if (insn->op == OP_CALL)
        return lift_local_call(l, insn);
    return insn->op == OP_CALLX ? lift_call_register(l, insn) : lift_kfunc(l, insn);
}

void lift_return(struct lifter *l, LLVMValueRef number)
{
    static const struct reg_fact unknown = {0};
    const struct fact *fact = l->fact, returned = {.dst = unknown, .result = unknown};
    l->fact = &returned;
    reg_set_number(l, 0, number, &unknown);
    lift_exit(l);
    l->fact = fact;
}

void lift_exit(struct lifter *l)
{
    const struct lifted_func *func = &l->funcs[l->func];
    LLVMBuilderRef b = l->builder;
    LLVMValueRef result = NULL;
    switch (func->result) {
    case PASS_NOTHING: LLVMBuildRetVoid(b); return;
    case PASS_WORD: result = reg_word(l, 0, &l->fact->dst); break;
    case PASS_NUMBER: result = reg_number(l, 0, &l->fact->dst); break;
    case PASS_POINTER: result = LLVMBuildLoad2(b, l->ptr, l->regs[0].pointer, ""); break;
    case PASS_BOTH:
        result = LLVMGetPoison(LLVMGetReturnType(func->type));
        result = LLVMBuildInsertValue(b, result, reg_number(l, 0, &l->fact->dst), 0, "");
        result = LLVMBuildInsertValue(b, result, LLVMBuildLoad2(b, l->ptr, l->regs[0].pointer, ""), 1, "");
        break;
    }
    LLVMBuildRet(b, result);
}
