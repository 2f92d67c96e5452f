// SPDX-License-Identifier: Apache-2.0
/* Functions whose address is taken: called through a register (callx), by bpf_loop, or by a helper of the firmware.
 * Where the proof says which function it is, the call is direct and bpf_loop is a plain loop around it, so that LLVM
 * can inline the body; otherwise the address is compared with those of the functions it can be. For helpers in C the
 * address is that of a small function of type rt_callback (rt.h), which goes when nothing uses it. */
#include "lifter.h"

/* The errors of bpf_loop. */
enum { ERROR_TOO_MANY = -7, ERROR_FLAGS = -22 };

static const struct reg_fact unknown_fact = {0}, nothing_fact = {.kinds = KIND_UNINIT};

/* -- who calls whom ------------------------------------------------------------------------------------------------ */

void callbacks_find(struct lifter *l)
{
    for (uint32_t i = 0; i < l->program->insn_count; i++) {
        const struct insn *insn = &l->program->insns[i];
        if (insn->op == OP_LDDW && insn->ref == REF_FUNC && verified_fact(l->verified, i)->reachable)
            l->funcs[insn->index].address_taken = true;
    }
}

/* True when the instruction with this fact, which calls through a register, may call `func`. */
static bool may_call(const struct lifter *l, const struct fact *fact, uint32_t func)
{
    return fact->callback == func || (fact->callback == NONE && l->funcs[func].address_taken);
}

/* True when the proof shows that nothing enters the function: it has no body then, only an address. */
static bool is_never_entered(const struct lifter *l, uint32_t func)
{
    return verified_is_proved(l->verified) && !verified_func(l->verified, func)->reachable;
}

/* Which argument of a helper is a callback; ARG_REGS when none is. */
static unsigned callback_argument(const struct insn *insn)
{
    const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
    for (unsigned arg = 0; helper && arg < helper->arg_count; arg++)
        if (helper->args[arg] == ARG_CALLBACK)
            return arg;
    return ARG_REGS;
}

/* What a helper hands to its callback. bpf_loop: (index, context); others: (map, key, value, context), timers without a
 * context. */
static void helper_hands(const struct insn *insn, const struct fact *fact, unsigned callback,
                         const struct reg_fact *handed[ARG_REGS])
{
    static const struct reg_fact index = {.kinds = KIND_NUMBER,
                                          .high = LOOPS_MAX,
                                          .signed_high = LOOPS_MAX,
                                          .high32 = LOOPS_MAX},
                                 pointer = {.kinds = KIND_MAP_VALUE};
    const struct reg_fact *context = &fact->args[callback + 1];
    bool loop = insn->imm == HELPER_LOOP;
    handed[0] = loop ? &index : &pointer;
    handed[1] = loop ? context : &pointer;
    handed[2] = loop ? &nothing_fact : &pointer;
    handed[3] = loop || insn->imm == HELPER_TIMER_SET_CALLBACK ? &nothing_fact : context;
    handed[4] = &nothing_fact;
}

bool call_hands(const struct lifter *l, uint32_t at, uint32_t func, const struct reg_fact *handed[ARG_REGS],
                const struct reg_fact **returned)
{
    const struct insn *insn = &l->program->insns[at];
    const struct fact *fact = verified_fact(l->verified, at);
    unsigned callback = callback_argument(insn);
    bool direct = insn->op == OP_CALL && insn->index == func;
    bool through = (insn->op == OP_CALLX || callback < ARG_REGS) && may_call(l, fact, func);
    if (!fact->reachable || (!direct && !through))
        return false;
    *returned = callback < ARG_REGS ? NULL : &fact->result;
    for (unsigned arg = 0; arg < ARG_REGS; arg++)
        handed[arg] = fact->args ? &fact->args[arg] : NULL;
    if (callback < ARG_REGS && fact->args)
        helper_hands(insn, fact, callback, handed);
    return true;
}

/* -- calls --------------------------------------------------------------------------------------------------------- */

LLVMValueRef function_address(struct lifter *l, uint32_t func)
{
    struct lifted_func *f = &l->funcs[func];
    if (!f->callback) {
        LLVMTypeRef params[] = {l->ptr, l->ptr, l->ptr, l->ptr};
        f->callback =
            function_declare(l, "bpf_callback_", func, LLVMFunctionType(l->size_type, params, 4, false), true);
    }
    return f->callback;
}

/* Calls the function that `pointer` means; r0 becomes what it returns. False: there is none that it can be; reported.
 */
static bool call_through(struct lifter *l, LLVMValueRef pointer, const struct argument args[ARG_REGS])
{
    uint32_t last = NONE;
    LLVMBasicBlockRef end = block_after(l, "called");
    for (uint32_t func = 0; func <= l->program->func_count; func++) {
        bool candidate = func < l->program->func_count && may_call(l, l->fact, func) && !is_never_entered(l, func);
        if (candidate && (!l->funcs[func].value || verified_is_entered(l->verified, func)))
            return lift_refuse(l, D_FEATURE, "a call of a program as a function");
        if (!candidate && func < l->program->func_count)
            continue;
        if (last != NONE && candidate) { /* not the last one: compare */
            LLVMBasicBlockRef other = block_after(l, "other"), found = block_after(l, "found");
            LLVMValueRef is = LLVMBuildICmp(l->builder, LLVMIntEQ, pointer, function_address(l, last), "");
            LLVMBuildCondBr(l->builder, is, found, other);
            LLVMPositionBuilderAtEnd(l->builder, found);
            function_call_lifted(l, last, args);
            LLVMBuildBr(l->builder, end);
            LLVMPositionBuilderAtEnd(l->builder, other);
        }
        last = candidate ? func : last;
    }
    if (last == NONE)
        return lift_refuse(l, D_FEATURE, "a call through a register that holds no function of the program");
    function_call_lifted(l, last, args);
    LLVMBuildBr(l->builder, end);
    LLVMPositionBuilderAtEnd(l->builder, end);
    return true;
}

bool lift_call_register(struct lifter *l, const struct insn *insn)
{
    struct argument args[ARG_REGS];
    registers_as_arguments(l, args);
    return call_through(l, reg_pointer(l, insn->dst, &unknown_fact), args);
}

static void set_error(struct lifter *l, int error, LLVMBasicBlockRef end)
{
    reg_set_number(l, 0, LLVMConstInt(l->i64, (unsigned long long)error, true), &unknown_fact);
    LLVMBuildBr(l->builder, end);
}

/* The loop of bpf_loop: calls the function `rounds` times (i32) or until it returns another number than 0; r0 becomes
 * the number of calls. */
static bool lift_rounds(struct lifter *l, LLVMValueRef rounds, LLVMValueRef function, const struct argument *context)
{
    LLVMBuilderRef b = l->builder;
    if (verified_is_proved(l->verified) && !l->fact->calls_back) { /* no rounds, ever */
        reg_set_number(l, 0, LLVMConstNull(l->i64), &l->fact->result);
        return true;
    }
    LLVMBasicBlockRef start = LLVMGetInsertBlock(b), done = block_after(l, "loop.done");
    LLVMBasicBlockRef body = block_after(l, "loop.body"), head = block_after(l, "loop.head");
    LLVMBuildBr(b, head);
    LLVMPositionBuilderAtEnd(b, head);
    LLVMValueRef index = LLVMBuildPhi(b, l->i32, "index");
    marks_round(l); /* the call is the loop's head for the proof: the first time above, then after each round */
    LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntULT, index, rounds, ""), body, done);
    LLVMPositionBuilderAtEnd(b, body);
    const struct argument args[ARG_REGS] = {{.number = LLVMBuildZExt(b, index, l->i64, "")}, *context};
    if (!call_through(l, function, args))
        return false;
    LLVMValueRef stops = LLVMBuildICmp(b, LLVMIntNE, reg_number(l, 0, &unknown_fact), LLVMConstNull(l->i64), "");
    LLVMValueRef next = LLVMBuildAdd(b, index, LLVMConstInt(l->i32, 1, false), "");
    LLVMBasicBlockRef body_end = LLVMGetInsertBlock(b);
    LLVMBuildCondBr(b, stops, done, head);
    LLVMAddIncoming(index, (LLVMValueRef[]){LLVMConstNull(l->i32), next}, (LLVMBasicBlockRef[]){start, body_end}, 2);
    LLVMPositionBuilderAtEnd(b, done);
    LLVMValueRef count = LLVMBuildPhi(b, l->i32, "count");
    LLVMAddIncoming(count, (LLVMValueRef[]){index, next}, (LLVMBasicBlockRef[]){head, body_end}, 2);
    reg_set_number(l, 0, LLVMBuildZExt(b, count, l->i64, ""), &l->fact->result);
    return true;
}

bool lift_loop(struct lifter *l)
{
    LLVMBuilderRef b = l->builder;
    struct argument args[ARG_REGS];
    registers_as_arguments(l, args);
    LLVMValueRef rounds = LLVMBuildTrunc(b, args[0].number, l->i32, "rounds");
    LLVMValueRef flags = LLVMBuildICmp(b, LLVMIntNE, args[3].number, LLVMConstNull(l->i64), "");
    LLVMValueRef many = LLVMBuildICmp(b, LLVMIntUGT, rounds, LLVMConstInt(l->i32, LOOPS_MAX, false), "");
    LLVMBasicBlockRef end = block_after(l, "loop.end"), go = block_after(l, "loop.go");
    LLVMBasicBlockRef is_many = block_after(l, "loop.many"), no_flags = block_after(l, "loop.count");
    LLVMBasicBlockRef bad = block_after(l, "loop.flags");
    LLVMBuildCondBr(b, flags, bad, no_flags);
    LLVMPositionBuilderAtEnd(b, bad);
    set_error(l, ERROR_FLAGS, end);
    LLVMPositionBuilderAtEnd(b, no_flags);
    LLVMBuildCondBr(b, many, is_many, go);
    LLVMPositionBuilderAtEnd(b, is_many);
    set_error(l, ERROR_TOO_MANY, end);
    LLVMPositionBuilderAtEnd(b, go);
    if (!lift_rounds(l, rounds, args[1].pointer, &args[2]))
        return false;
    LLVMBuildBr(b, end);
    LLVMPositionBuilderAtEnd(b, end);
    return true;
}

/* -- functions for C ----------------------------------------------------------------------------------------------- */

static void lift_callback(struct lifter *l, uint32_t func)
{
    LLVMBuilderRef b = l->builder;
    struct argument args[ARG_REGS] = {0};
    l->function = l->funcs[func].callback;
    l->run_state = LLVMConstNull(l->ptr); /* a callback makes no tail calls: lift_tail_call() */
    LLVMPositionBuilderAtEnd(b, LLVMAppendBasicBlockInContext(l->context, l->function, "entry"));
    if (is_never_entered(l, func)) {
        LLVMBuildUnreachable(b);
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        LLVMValueRef pointer = LLVMGetParam(l->function, i);
        args[i] = (struct argument){pointer_to_number(l, pointer), pointer};
    }
    LLVMValueRef result = function_call_number(l, func, args);
    LLVMBuildRet(b, l->narrow ? LLVMBuildTrunc(b, result, l->size_type, "") : result);
}

bool callbacks_finish(struct lifter *l)
{
    LLVMSetCurrentDebugLocation2(l->builder, NULL);
    for (uint32_t i = 0; i < l->program->func_count; i++) {
        if (!l->funcs[i].callback)
            continue;
        if ((!l->funcs[i].value && !is_never_entered(l, i)) || verified_is_entered(l->verified, i)) {
            l->insn = l->program->funcs[i].first;
            return lift_refuse(l, D_FEATURE, "the address of a program");
        }
        lift_callback(l, i);
    }
    return true;
}
