// SPDX-License-Identifier: Apache-2.0
/* Calls in a native module. In BPF C a helper is called through a constant function pointer whose value is its number;
 * the call becomes one of the stub that lifted code calls, with the C types of helpers.def. A callback gets a function
 * of type rt_callback (rt.h) around it, as lifted ones have. What only BPF code can do is refused. */
#include <string.h>

#include "../lift/lift.h"
#include "../program/kfunc.h"
#include "native_module.h"
#include "stubs.h"

/* -- callbacks ----------------------------------------------------------------------------------------------------- */

/* The function of type rt_callback that calls `function` with as many of its arguments as that takes. Moves the
 * builder.
 */
static LLVMValueRef callback(struct native *n, LLVMValueRef function)
{
    size_t length;
    const char *own = LLVMGetValueName2(function, &length) + strlen("bpf_func_");
    const char *name = arena_printf(&n->arena, "bpf_callback_%s", own);
    LLVMTypeRef params[] = {n->ptr, n->ptr, n->ptr, n->ptr}, types[4];
    LLVMValueRef result = LLVMGetNamedFunction(n->module, name), args[4];
    if (result)
        return result;
    result = LLVMAddFunction(n->module, name, LLVMFunctionType(n->size_type, params, 4, false));
    LLVMSetLinkage(result, LLVMInternalLinkage);
    LLVMSetCurrentDebugLocation2(n->builder, NULL);
    LLVMPositionBuilderAtEnd(n->builder, LLVMAppendBasicBlockInContext(n->context, result, "entry"));
    LLVMTypeRef type = LLVMGlobalGetValueType(function);
    unsigned count = LLVMCountParamTypes(type);
    LLVMGetParamTypes(type, types);
    for (unsigned i = 0; i < count; i++)
        args[i] = native_convert(n, LLVMGetParam(result, i), types[i], false);
    LLVMValueRef returned = LLVMBuildCall2(n->builder, type, function, args, count, "");
    LLVMBuildRet(n->builder, native_convert(n, returned, n->size_type, false));
    return result;
}

static bool is_callback(LLVMValueRef function)
{
    LLVMTypeRef type = LLVMIsAFunction(function) ? LLVMGlobalGetValueType(function) : NULL;
    return type && !LLVMIsDeclaration(function) && LLVMCountParamTypes(type) <= 4 && !LLVMIsFunctionVarArg(type) &&
           LLVMGetTypeKind(LLVMGetReturnType(type)) == LLVMIntegerTypeKind;
}

/* -- helpers ------------------------------------------------------------------------------------------------------- */

/* The number of the helper that is called; 0: the call is none of a helper. */
static uint64_t helper_number(LLVMValueRef callee)
{
    LLVMValueRef number =
        LLVMIsAConstantExpr(callee) && LLVMGetConstOpcode(callee) == LLVMIntToPtr ? LLVMGetOperand(callee, 0) : NULL;
    return number && LLVMIsAConstantInt(number) ? LLVMConstIntGetZExtValue(number) : 0;
}

/* The call's arguments as the stub takes them; those that it lacks are 0. */
static bool helper_arguments(struct native *n, LLVMValueRef call, const struct helper *helper, LLVMValueRef args[5])
{
    unsigned given = LLVMGetNumArgOperands(call);
    for (unsigned i = 0; i < helper->arg_count; i++) {
        LLVMValueRef arg = i < given ? LLVMGetOperand(call, i) : LLVMConstNull(n->i64);
        LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(arg));
        if (kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind)
            return native_refuse(n, call, "argument %u of %s is no number and no pointer", i + 1, helper->enum_name);
        if (helper->args[i] == ARG_LONG_OUT && n->board->pointer_bytes < 8)
            return native_refuse(n, call, "%s writes a `long` of 8 bytes; board '%s' has one of 4", helper->enum_name,
                                 n->board->name);
        if (helper->args[i] == ARG_CALLBACK && !is_callback(arg))
            return native_refuse(n, call, "what %s calls back is no function of the program", helper->enum_name);
        if (helper->args[i] == ARG_CALLBACK)
            arg = callback(n, arg);
        LLVMPositionBuilderBefore(n->builder, call);
        args[i] = native_convert(n, arg, abi_arg_type(n->context, helper->args[i]), false);
    }
    return true;
}

/* Takes the call away; what it gave is `result` (NULL: nothing). */
static void replace_call(struct native *n, LLVMValueRef call, LLVMValueRef result, bool is_signed)
{
    LLVMTypeRef type = LLVMTypeOf(call);
    if (LLVMGetTypeKind(type) != LLVMVoidTypeKind)
        LLVMReplaceAllUsesWith(call, result ? native_convert(n, result, type, is_signed) : LLVMConstNull(type));
    LLVMInstructionEraseFromParent(call);
}

static LLVMValueRef build_call(struct native *n, const char *name, LLVMTypeRef type, LLVMValueRef *args, unsigned count)
{
    LLVMValueRef function = LLVMGetNamedFunction(n->module, name);
    if (!function)
        function = LLVMAddFunction(n->module, name, type);
    return LLVMBuildCall2(n->builder, type, function, args, count, "");
}

/* The call of a stub called `name` with the types of `contract`. */
static bool call_stub(struct native *n, LLVMValueRef call, const struct helper *contract, const char *name)
{
    LLVMTypeRef types[5], type = abi_ret_type(n->context, n->size_type, contract->ret);
    LLVMValueRef args[5];
    if (!helper_arguments(n, call, contract, args))
        return false;
    for (unsigned i = 0; i < contract->arg_count; i++)
        types[i] = abi_arg_type(n->context, contract->args[i]);
    LLVMValueRef result =
        build_call(n, name, LLVMFunctionType(type, types, contract->arg_count, false), args, contract->arg_count);
    replace_call(n, call, contract->ret == RET_VOID ? NULL : result, contract->ret == RET_LONG);
    return true;
}

/* A helper that the proof never saw called: BPF code does not come here. */
static void call_trap(struct native *n, LLVMValueRef call)
{
    build_call(n, "llvm.trap", LLVMFunctionType(LLVMVoidTypeInContext(n->context), NULL, 0, false), NULL, 0);
    replace_call(n, call, NULL, false);
}

static bool call_helper(struct native *n, LLVMValueRef call, uint64_t number)
{
    const struct helper *helper = number <= UINT32_MAX ? helper_find((uint32_t)number) : NULL;
    LLVMPositionBuilderBefore(n->builder, call);
    if (!helper || helper_is_linux_only(helper->id))
        return native_refuse(n, call, "helper %llu is not there on bare metal", (unsigned long long)number);
    if (helper->id == HELPER_TAIL_CALL)
        return native_refuse(n, call, "tail calls are of BPF code");
    if (!stubs_use_helper(n->verified, helper->id)) {
        call_trap(n, call);
        return true;
    }
    return call_stub(n, call, helper, arena_printf(&n->arena, "_bpf_helper_ext_%04u", helper->id));
}

/* -- functions of the firmware ------------------------------------------------------------------------------------- */

/* Does a C type of the module agree with what BTF says? `bytes`: of a number; 0: a pointer or nothing. */
static bool type_agrees(LLVMTypeRef type, uint32_t bytes)
{
    if (LLVMGetTypeKind(type) != LLVMIntegerTypeKind)
        return bytes == 0;
    return (LLVMGetIntTypeWidth(type) + 7) / 8 == bytes;
}

static bool prototype_agrees(const struct native *n, LLVMTypeRef type, const struct kfunc *k)
{
    LLVMTypeRef types[5];
    if (LLVMCountParamTypes(type) != k->contract.arg_count || LLVMIsFunctionVarArg(type))
        return false;
    LLVMGetParamTypes(type, types);
    for (unsigned i = 0; i < k->contract.arg_count; i++)
        if (!type_agrees(types[i], k->bytes[i] ? 0 : type_size(n->program, k->types[i])))
            return false;
    return type_agrees(LLVMGetReturnType(type), k->ret_bytes);
}

/* The C function of the firmware is called as it is. */
static bool call_firmware(struct native *n, LLVMValueRef call, LLVMValueRef callee, const char *name)
{
    struct kfunc k;
    const char *why = "it is not declared with __ksym";
    const struct helper *builtin = kfunc_builtin(name);
    uint32_t index = 0;
    while (index < n->program->extern_count &&
           (!n->program->externs[index].is_func || strcmp(n->program->externs[index].name, name) != 0))
        index++;
    LLVMPositionBuilderBefore(n->builder, call);
    if (builtin && index < n->program->extern_count)
        return call_stub(n, call, builtin, arena_printf(&n->arena, "barebpf_kfunc_%s", name));
    if (index == n->program->extern_count || !kfunc_contract(&k, n->program, index, &why))
        return native_refuse(n, call, "call of '%s': %s", name, why);
    if (!prototype_agrees(n, LLVMGlobalGetValueType(callee), &k))
        return native_refuse(n, call, "'%s' has other types on board '%s' than in BPF code", name, n->board->name);
    return true;
}

/* -- all calls ----------------------------------------------------------------------------------------------------- */

static bool call_intrinsic(struct native *n, LLVMValueRef call, const char *name)
{
    if (strncmp(name, "llvm.bpf.", 9) == 0)
        return native_refuse(n, call, "packet loads (%s) are of BPF code", name + 9);
    if (strncmp(name, "llvm.preserve.", 14) == 0)
        return native_refuse(n, call, "CO-RE relocations are of BPF code");
    return true;
}

/* Functions that code generators call by themselves, and the runtime has. */
static bool is_memory_function(const char *name)
{
    static const char *const names[] = {"memcpy", "memset", "memmove", "memcmp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool call_one(struct native *n, LLVMValueRef call)
{
    size_t length;
    LLVMValueRef callee = LLVMGetCalledValue(call);
    uint64_t number = helper_number(callee);
    if (number)
        return call_helper(n, call, number);
    if (LLVMIsAInlineAsm(callee)) {
        LLVMGetInlineAsmAsmString(callee, &length);
        return length == 0 || native_refuse(n, call, "inline assembly is of BPF code");
    }
    if (!LLVMIsAFunction(callee))
        return native_refuse(n, call, "a call through a pointer whose function is not known");
    if (!LLVMIsDeclaration(callee))
        return true;
    const char *name = arena_strdup(&n->arena, LLVMGetValueName2(callee, &length));
    if (strncmp(name, "llvm.", 5) == 0)
        return call_intrinsic(n, call, name);
    return is_memory_function(name) || call_firmware(n, call, callee, name);
}

bool native_calls(struct native *n)
{
    value_list calls = {0};
    bool ok = true;
    for (LLVMValueRef f = LLVMGetFirstFunction(n->module); f; f = LLVMGetNextFunction(f))
        for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(f); block; block = LLVMGetNextBasicBlock(block))
            for (LLVMValueRef i = LLVMGetFirstInstruction(block); i; i = LLVMGetNextInstruction(i))
                if (LLVMIsACallInst(i))
                    vec_push(&calls, i);
    for (uint32_t i = 0; ok && i < calls.count; i++)
        ok = call_one(n, calls.items[i]);
    vec_free(&calls);
    return ok;
}
