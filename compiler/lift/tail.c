// SPDX-License-Identifier: Apache-2.0
/* Tail calls. Not every core's code generator can jump from one function to another (Thumb-1 cannot), and a call would
 * let the stack grow with each of them. So programs do not call one another: where some tail call can succeed each
 * program becomes a function bpf_body_NAME(ctx, size, run), and one loop, the dispatcher bpf_run_programs(ctx, run),
 * calls what is to run next. A tail call stores the next program's number in `run` and returns. LLVM inlines bodies
 * that the dispatcher alone calls. In a subprogram a tail call runs the dispatcher anew and returns what it returns:
 * the machine stack then grows with each, TAIL_CALL_LIMIT times at most. */
#include "lifter.h"

/* Fields of `run`: number of the next program (its function's index + 1; 0 = none), tail calls left, context's size. */
enum { RUN_NEXT, RUN_LEFT, RUN_SIZE };

static LLVMValueRef run_field(struct lifter *l, LLVMValueRef run, unsigned field)
{
    return LLVMBuildStructGEP2(l->builder, l->run_type, run, field, "");
}

static LLVMValueRef number32(struct lifter *l, uint32_t number)
{
    return LLVMConstInt(l->i32, number, false);
}

static LLVMValueRef is_zero(struct lifter *l, LLVMValueRef value)
{
    return LLVMBuildICmp(l->builder, LLVMIntEQ, value, LLVMConstNull(LLVMTypeOf(value)), "");
}

LLVMValueRef prog_array_address(struct lifter *l, uint32_t map)
{
    return LLVMConstIntToPtr(LLVMConstInt(l->size_type, map + 1, false), l->ptr);
}

/* -- the dispatcher ------------------------------------------------------------------------------------------------ */

void tails_declare(struct lifter *l)
{
    LLVMTypeRef fields[] = {l->i32, l->i32, l->size_type}, params[] = {l->ptr, l->ptr};
    l->run_type = LLVMStructTypeInContext(l->context, fields, 3, false);
    l->run = LLVMAddFunction(l->module, "bpf_run_programs", LLVMFunctionType(l->i64, params, 2, false));
    function_attributes(l, l->run);
    LLVMSetLinkage(l->run, LLVMInternalLinkage);
}

static LLVMBasicBlockRef block_new(struct lifter *l, const char *name)
{
    return LLVMAppendBasicBlockInContext(l->context, l->function, name);
}

/* One case of the dispatcher's switch: calls a program, goes on at `done` with its result. */
static void add_program(struct lifter *l, uint32_t func, LLVMValueRef next, LLVMBasicBlockRef done, LLVMValueRef result)
{
    LLVMBasicBlockRef block = block_new(l, l->program->funcs[func].name);
    LLVMAddCase(next, number32(l, func + 1), block);
    LLVMPositionBuilderAtEnd(l->builder, block);
    LLVMValueRef run = LLVMGetParam(l->function, 1);
    LLVMValueRef size = LLVMBuildLoad2(l->builder, l->size_type, run_field(l, run, RUN_SIZE), "");
    LLVMValueRef args[] = {LLVMGetParam(l->function, 0), size, run};
    LLVMValueRef r0 = function_call(l, l->funcs[func].value, args, 3);
    LLVMBuildBr(l->builder, done);
    LLVMAddIncoming(result, &r0, &block, 1);
}

/* bpf_run_programs(ctx, run): runs run.next and what follows it; returns what the last one returned. */
static void lift_dispatcher(struct lifter *l)
{
    LLVMBuilderRef b = l->builder;
    l->function = l->run;
    LLVMBasicBlockRef entry = block_new(l, "entry"), loop = block_new(l, "loop"), none = block_new(l, "none");
    LLVMBasicBlockRef done = block_new(l, "done"), end = block_new(l, "end");
    LLVMPositionBuilderAtEnd(b, entry);
    LLVMBuildBr(b, loop);
    LLVMPositionBuilderAtEnd(b, none);
    LLVMBuildUnreachable(b);
    LLVMPositionBuilderAtEnd(b, done);
    LLVMValueRef result = LLVMBuildPhi(b, l->i64, "r0");
    LLVMPositionBuilderAtEnd(b, loop);
    LLVMValueRef field = run_field(l, LLVMGetParam(l->run, 1), RUN_NEXT);
    LLVMValueRef program = LLVMBuildLoad2(b, l->i32, field, "program");
    LLVMBuildStore(b, number32(l, 0), field);
    LLVMValueRef next = LLVMBuildSwitch(b, program, none, l->program->func_count);
    for (uint32_t i = 0; i < l->program->func_count; i++)
        if (verified_is_entered(l->verified, i))
            add_program(l, i, next, done, result);
    LLVMPositionBuilderAtEnd(b, done);
    LLVMBuildCondBr(b, is_zero(l, LLVMBuildLoad2(b, l->i32, field, "")), end, loop);
    LLVMPositionBuilderAtEnd(b, end);
    LLVMBuildRet(b, result);
}

/* bpf_prog_ENTRY(ctx, size): a run with all its tail calls left. */
static void lift_entry(struct lifter *l)
{
    LLVMBuilderRef b = l->builder;
    uint32_t entry = verified_entry(l->verified);
    LLVMTypeRef params[] = {l->ptr, l->size_type};
    l->function = function_declare(l, "bpf_prog_", entry, LLVMFunctionType(l->i64, params, 2, false), false);
    LLVMPositionBuilderAtEnd(b, block_new(l, "entry"));
    LLVMValueRef run = LLVMBuildAlloca(b, l->run_type, "run");
    LLVMBuildStore(b, number32(l, entry + 1), run_field(l, run, RUN_NEXT));
    LLVMBuildStore(b, number32(l, TAIL_CALL_LIMIT), run_field(l, run, RUN_LEFT));
    LLVMBuildStore(b, LLVMGetParam(l->function, 1), run_field(l, run, RUN_SIZE));
    LLVMValueRef args[] = {LLVMGetParam(l->function, 0), run};
    LLVMBuildRet(b, function_call(l, l->run, args, 2));
}

void tails_finish(struct lifter *l)
{
    LLVMSetCurrentDebugLocation2(l->builder, NULL);
    lift_dispatcher(l);
    lift_entry(l);
}

/* -- the call ------------------------------------------------------------------------------------------------------ */

/* A tail call while it is lifted: where its ways lead. */
struct tail_call {
    LLVMValueRef array, index;
    LLVMBasicBlockRef fails, succeeds;
    LLVMValueRef program; /* phi in `succeeds`: the number of the program */
};

/* From here to `succeeds` with the program of a slot of `map`, or to `fails`. */
static void select_program(struct lifter *l, const struct tail_call *t, const struct map *map)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(l->builder);
    LLVMValueRef choice = LLVMBuildSwitch(l->builder, t->index, t->fails, map->progs ? map->entries : 0);
    for (uint32_t slot = 0; map->progs && slot < map->entries; slot++) {
        if (map->progs[slot] == NONE || !verified_is_entered(l->verified, map->progs[slot]))
            continue; /* the verifier has shown that no call selects what is not entered */
        LLVMBasicBlockRef block = block_new(l, "slot");
        LLVMMoveBasicBlockAfter(block, here);
        LLVMAddCase(choice, number32(l, slot), block);
        LLVMPositionBuilderAtEnd(l->builder, block);
        LLVMBuildBr(l->builder, t->succeeds);
        LLVMValueRef program = number32(l, map->progs[slot] + 1);
        LLVMAddIncoming(t->program, &program, &block, 1);
    }
}

/* The arrays that the call may mean: the one that was proved, or whichever has that address. */
static void select_array(struct lifter *l, const struct tail_call *t)
{
    for (uint32_t i = 0; i < l->program->map_count; i++) {
        const struct map *map = &l->program->maps[i];
        if (map->type != MAP_PROG_ARRAY || (l->fact->map != NONE && l->fact->map != i))
            continue;
        LLVMBasicBlockRef found = block_new(l, "array"), other = block_new(l, "other");
        LLVMMoveBasicBlockAfter(found, LLVMGetInsertBlock(l->builder));
        LLVMMoveBasicBlockAfter(other, found);
        LLVMValueRef is_this = LLVMBuildICmp(l->builder, LLVMIntEQ, t->array, prog_array_address(l, i), "");
        LLVMBuildCondBr(l->builder, l->fact->map == i ? LLVMConstInt(l->i1, 1, false) : is_this, found, other);
        LLVMPositionBuilderAtEnd(l->builder, found);
        select_program(l, t, map);
        LLVMPositionBuilderAtEnd(l->builder, other);
    }
    LLVMBuildBr(l->builder, t->fails);
}

/* The program is chosen: it runs next, instead of this function. */
static void leave(struct lifter *l, LLVMValueRef left, LLVMValueRef program, LLVMValueRef context)
{
    LLVMBuilderRef b = l->builder;
    LLVMBuildStore(b, LLVMBuildSub(b, left, number32(l, 1), ""), run_field(l, l->run_state, RUN_LEFT));
    LLVMBuildStore(b, program, run_field(l, l->run_state, RUN_NEXT));
    if (verified_is_entered(l->verified, l->func)) {
        LLVMBuildRet(b, LLVMConstNull(l->i64));
        return;
    }
    LLVMValueRef args[] = {context, l->run_state};
    lift_return(l, function_call(l, l->run, args, 2));
}

bool lift_tail_call(struct lifter *l)
{
    LLVMBuilderRef b = l->builder;
    if (!l->tails)
        return true; /* no slot holds a program: every tail call fails */
    if (l->funcs[l->func].address_taken)
        return lift_refuse(l, D_FEATURE, "a tail call in a callback");
    const struct reg_fact *facts = l->fact->args;
    LLVMValueRef context = reg_pointer(l, 1, &facts[0]);
    struct tail_call t = {.array = reg_pointer(l, 2, &facts[1]), .index = reg_word(l, 3, &facts[2])};
    LLVMBasicBlockRef try = block_new(l, "tail.try");
    LLVMMoveBasicBlockAfter(try, LLVMGetInsertBlock(b));
    t.succeeds = block_new(l, "tail.succeeds");
    LLVMMoveBasicBlockAfter(t.succeeds, try);
    t.fails = block_new(l, "tail.fails");
    LLVMMoveBasicBlockAfter(t.fails, t.succeeds);
    LLVMValueRef left = LLVMBuildLoad2(b, l->i32, run_field(l, l->run_state, RUN_LEFT), "");
    LLVMBuildCondBr(b, is_zero(l, left), t.fails, try);
    LLVMPositionBuilderAtEnd(b, t.succeeds);
    t.program = LLVMBuildPhi(b, l->i32, "program");
    LLVMPositionBuilderAtEnd(b, try);
    select_array(l, &t);
    LLVMPositionBuilderAtEnd(b, t.succeeds);
    if (LLVMCountIncoming(t.program))
        leave(l, left, t.program, context);
    else
        LLVMBuildUnreachable(b);
    LLVMPositionBuilderAtEnd(b, t.fails);
    return true;
}
