// SPDX-License-Identifier: Apache-2.0
/* What lifting makes of proven facts: pointers stay pointers, alignment only as proven, one-sided branches vanish,
 * guards go where the divisor cannot be 0. Facts are written by hand; the module is read as text. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#include "lift/lift.h"
#include "verify/verified.h"

#define ARM_LAYOUT  "e-m:e-p:32:32-Fi8-i64:64-v128:64:128-a:0:32-n32-S64"
#define HOST_LAYOUT "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
#define MAX_INSNS   16

/* A program of up to two functions with facts to fill in. */
struct bench {
    struct program program;
    struct verified *verified;
    struct insn insns[MAX_INSNS];
    struct func funcs[2];
    struct diag *diag;
    char *text;
};

static struct reg_fact number(uint64_t low, uint64_t high)
{
    bool small = high <= INT64_MAX;
    return (struct reg_fact){.kinds = KIND_NUMBER,
                             .low = low,
                             .high = high,
                             .signed_low = small ? (int64_t)low : INT64_MIN,
                             .signed_high = small ? (int64_t)high : INT64_MAX,
                             .low32 = high <= UINT32_MAX ? (uint32_t)low : 0,
                             .high32 = high <= UINT32_MAX ? (uint32_t)high : UINT32_MAX};
}

static struct reg_fact pointer(uint16_t kind)
{
    return (struct reg_fact){.kinds = kind, .high = UINT64_MAX, .high32 = UINT32_MAX};
}

static void begin(struct bench *b, const struct insn *insns, uint32_t count, const char *hook)
{
    memset(b, 0, sizeof *b);
    memcpy(b->insns, insns, count * sizeof *insns);
    b->funcs[0] = (struct func){.name = "p", .section = hook, .count = count, .is_program = true};
    b->funcs[0].hook = hook_named(hook);
    b->program.path = b->program.stem = "test";
    b->program.insns = b->insns;
    b->program.insn_count = count;
    b->program.funcs = b->funcs;
    b->program.func_count = 1;
    b->diag = diag_new("test");
    b->verified = verified_new(&b->program, 0, 64);
    b->verified->proved = true;
    b->verified->func_facts[0] = (struct func_fact){.reachable = true};
    for (uint32_t i = 0; i < count; i++)
        b->verified->facts[i] = (struct fact){.reachable = true, .can_jump = true, .can_fall = true};
}

/* The second function begins at instruction `first`. */
static void split(struct bench *b, uint32_t first)
{
    b->program.func_count = 2;
    b->funcs[1] = (struct func){.name = "sub", .section = ".text", .first = first, .count = b->funcs[0].count - first};
    b->funcs[0].count = first;
    struct verified *v = verified_new(&b->program, 0, 64);
    memcpy(v->facts, b->verified->facts, b->program.insn_count * sizeof *v->facts);
    v->func_facts[0] = v->func_facts[1] = (struct func_fact){.reachable = true};
    v->proved = true;
    verified_free(b->verified);
    b->verified = v;
}

static const char *lift_text(struct bench *b, const char *layout, bool check_facts)
{
    bool arm = strstr(layout, "-p:32") != NULL;
    struct lift_options options = {.triple = arm ? "thumbv7em-none-eabi" : "x86_64-pc-linux-gnu",
                                   .data_layout = layout,
                                   .atomic_bytes = arm ? 4 : 8,
                                   .check_facts = check_facts,
                                   .optimize_size = true};
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = lift_program(context, b->verified, &options, b->diag);
    if (b->text)
        LLVMDisposeMessage(b->text);
    b->text = module ? LLVMPrintModuleToString(module) : NULL;
    if (module)
        LLVMDisposeModule(module);
    LLVMContextDispose(context);
    return b->text;
}

static void end(struct bench *b)
{
    if (b->text)
        LLVMDisposeMessage(b->text);
    verified_free(b->verified);
    diag_free(b->diag);
}

#define EXIT_INSN                {.op = OP_EXIT}
#define assert_has(text, part)   assert_non_null(strstr(text, part))
#define assert_hasnt(text, part) assert_null(strstr(text, part))

static void load_is_aligned_only_as_proven(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_LDX, .bits = 32, .dst = 0, .src = 1, .off = 6}, EXIT_INSN};
    begin(&b, insns, 2, "raw");
    struct fact *fact = &b.verified->facts[0];
    fact->src = pointer(KIND_CONTEXT);
    fact->region = KIND_CONTEXT;
    fact->result = number(0, UINT32_MAX);
    fact->align_log2 = 1;
    assert_has(lift_text(&b, ARM_LAYOUT, false), ", align 2\n");
    fact->align_log2 = 3;
    assert_hasnt(lift_text(&b, ARM_LAYOUT, false), ", align 2\n");
    end(&b);
}

static void divisor_that_is_never_zero_has_no_guard(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_DIV, .bits = 64, .dst = 2, .src = 3}, EXIT_INSN};
    begin(&b, insns, 2, "raw");
    struct fact *fact = &b.verified->facts[0];
    fact->dst = number(0, UINT64_MAX);
    fact->src = number(0, 9);
    fact->result = number(0, UINT64_MAX);
    assert_has(lift_text(&b, ARM_LAYOUT, false), "select i1");
    fact->src = number(1, 9);
    assert_hasnt(lift_text(&b, ARM_LAYOUT, false), "select i1");
    end(&b);
}

static void small_division_is_done_in_one_word(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_DIV, .bits = 64, .dst = 2, .src = 3}, EXIT_INSN};
    begin(&b, insns, 2, "raw");
    struct fact *fact = &b.verified->facts[0];
    fact->dst = number(0, UINT32_MAX);
    fact->src = number(1, 9);
    fact->result = number(0, UINT32_MAX);
    assert_has(lift_text(&b, ARM_LAYOUT, false), "udiv i32");
    assert_has(lift_text(&b, HOST_LAYOUT, false), "udiv i64");
    fact->src = number(1, 1ull << 32);
    assert_has(lift_text(&b, ARM_LAYOUT, false), "udiv i64");
    end(&b);
}

static void null_test_of_a_pointer_compares_pointers(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_JEQ, .bits = 64, .dst = 1, .use_imm = true, .target = 2},
                                 {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 1},
                                 EXIT_INSN};
    begin(&b, insns, 3, "raw");
    b.verified->facts[0].dst = pointer(KIND_MAP_VALUE);
    assert_has(lift_text(&b, ARM_LAYOUT, false), "icmp eq ptr");
    b.verified->facts[0].can_jump = false;
    assert_hasnt(lift_text(&b, ARM_LAYOUT, false), "icmp");
    end(&b);
}

static void pointer_that_may_be_a_number_is_compared_as_a_number(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_JEQ, .bits = 64, .dst = 1, .use_imm = true, .target = 2},
                                 {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 1},
                                 EXIT_INSN};
    begin(&b, insns, 3, "raw");
    b.verified->facts[0].dst = pointer(KIND_MAP_VALUE | KIND_NUMBER);
    assert_has(lift_text(&b, ARM_LAYOUT, false), "icmp eq i64");
    end(&b);
}

/* A spilled pointer reads as a number too: its upper word is 0. */
static void spilled_pointer_has_a_zero_upper_word(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 1, .off = -8},
                                 {.op = OP_LDX, .bits = 64, .dst = 2, .src = REG_FP, .off = -8},
                                 {.op = OP_LDX, .bits = 64, .dst = 0, .src = 2},
                                 EXIT_INSN};
    begin(&b, insns, 4, "raw");
    struct fact *facts = b.verified->facts;
    b.verified->func_facts[0].frame_bytes = 8;
    facts[0].dst = facts[1].src = pointer(KIND_STACK);
    facts[0].src = facts[1].result = facts[2].src = pointer(KIND_CONTEXT);
    facts[0].region = facts[1].region = KIND_STACK;
    facts[0].align_log2 = facts[1].align_log2 = 3;
    facts[2].region = KIND_CONTEXT;
    facts[2].result = number(0, UINT64_MAX);
    const char *text = lift_text(&b, ARM_LAYOUT, false);
    assert_has(text, "alloca [8 x i8], align 8");
    assert_has(text, "store i32 0, ptr %");
    assert_has(text, "load i64, ptr %");
    assert_hasnt(text, "inttoptr");
    assert_hasnt(text, "memset");
    assert_hasnt(lift_text(&b, HOST_LAYOUT, false), "store i32 0, ptr %");
    end(&b);
}

/* Packet fields are pointers of the target's width in the firmware's structure. */
static void packet_fields_are_loaded_as_pointers(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_LDX, .bits = 32, .dst = 2, .src = 1, .off = 4},
                                 {.op = OP_LDX, .bits = 32, .dst = 0, .src = 1, .off = 12},
                                 EXIT_INSN};
    begin(&b, insns, 3, "xdp");
    struct fact *facts = b.verified->facts;
    facts[0].src = facts[1].src = pointer(KIND_CONTEXT);
    facts[0].region = facts[1].region = KIND_CONTEXT;
    facts[0].low = 4, facts[0].high = 8, facts[1].low = 12, facts[1].high = 16;
    facts[0].align_log2 = facts[1].align_log2 = 2;
    facts[0].result = pointer(KIND_PACKET_END);
    facts[1].result = number(0, UINT32_MAX);
    const char *text = lift_text(&b, HOST_LAYOUT, false);
    assert_has(text, "i64 8\n");
    assert_has(text, "i64 24\n");
    text = lift_text(&b, ARM_LAYOUT, false);
    assert_has(text, "i32 4\n");
    assert_has(text, "i32 12\n");
    assert_has(text, "load ptr, ptr %");
    end(&b);
}

static void dead_code_is_not_lifted(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_JEQ, .bits = 64, .dst = 2, .use_imm = true, .imm = 1, .target = 2},
                                 {.op = OP_MUL, .bits = 64, .dst = 0, .use_imm = true, .imm = 77},
                                 EXIT_INSN};
    begin(&b, insns, 3, "raw");
    b.verified->facts[0].dst = number(1, 1);
    b.verified->facts[0].can_fall = false;
    b.verified->facts[1] = (struct fact){0};
    assert_hasnt(lift_text(&b, ARM_LAYOUT, false), "77");
    end(&b);
}

/* r1 a pointer, r2 a small number, r3 a large one, r4 either; r5 unset */
static void arguments_cross_calls_as_what_they_are(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {
        {.op = OP_CALL, .index = 1}, EXIT_INSN, {.op = OP_MOV, .bits = 64, .dst = 0, .src = 3}, EXIT_INSN};
    struct reg_fact args[5] = {pointer(KIND_CONTEXT),
                               number(0, 9),
                               number(0, UINT64_MAX),
                               pointer(KIND_NUMBER | KIND_STACK),
                               {.kinds = KIND_UNINIT}};
    begin(&b, insns, 4, "raw");
    split(&b, 2);
    b.verified->facts[0].args = args;
    b.verified->facts[0].result = number(0, UINT64_MAX);
    b.verified->facts[2].src = b.verified->facts[2].result = number(0, UINT64_MAX);
    assert_has(lift_text(&b, ARM_LAYOUT, false),
               "define internal i64 @bpf_func_sub(ptr %0, i32 %1, i64 %2, i64 %3, ptr %4)");
    assert_has(lift_text(&b, HOST_LAYOUT, false),
               "define internal i64 @bpf_func_sub(ptr %0, i64 %1, i64 %2, i64 %3, ptr %4)");
    end(&b);
}

static void helpers_have_the_types_of_the_abi(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_HELPER, .imm = 1}, {.op = OP_HELPER, .imm = 2}, EXIT_INSN};
    struct reg_fact args[5] = {pointer(KIND_MAP), pointer(KIND_STACK), pointer(KIND_STACK), number(0, 0), {0}};
    begin(&b, insns, 3, "raw");
    b.verified->facts[0].args = b.verified->facts[1].args = args;
    const char *text = lift_text(&b, ARM_LAYOUT, false);
    assert_has(text, "declare ptr @_bpf_helper_ext_0001(ptr, ptr)");
    assert_has(text, "declare i32 @_bpf_helper_ext_0002(ptr, ptr, ptr, i64)");
    assert_has(lift_text(&b, HOST_LAYOUT, false), "declare i64 @_bpf_helper_ext_0002(ptr, ptr, ptr, i64)");
    end(&b);
}

static void unknown_helper_names_the_call(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_HELPER, .imm = 9999}, EXIT_INSN};
    const char *id, *message;
    struct place where;
    begin(&b, insns, 2, "raw");
    assert_null(lift_text(&b, ARM_LAYOUT, false));
    assert_true(diag_root(b.diag, &id, &message, &where));
    assert_string_equal(id, "helper-unknown");
    assert_int_equal(where.insn, 0);
    end(&b);
}

static void checked_facts_call_the_reporter(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_ADD, .bits = 64, .dst = 2, .use_imm = true, .imm = 1}, EXIT_INSN};
    begin(&b, insns, 2, "raw");
    b.verified->facts[0].dst = number(3, 9);
    b.verified->facts[0].result = number(4, 10);
    assert_has(lift_text(&b, ARM_LAYOUT, true), "call void @rt_fact_failed(i32 0)");
    assert_hasnt(lift_text(&b, ARM_LAYOUT, false), "rt_fact_failed");
    end(&b);
}

/* 64-bit atomics mask interrupts on a 32-bit core and are one instruction on the host. */
static void wide_atomics_never_become_library_calls(void **state)
{
    (void)state;
    struct bench b;
    const struct insn insns[] = {{.op = OP_ATOMIC_ADD, .bits = 64, .dst = 1, .src = 2}, EXIT_INSN};
    begin(&b, insns, 2, "raw");
    struct fact *fact = &b.verified->facts[0];
    fact->dst = pointer(KIND_CONTEXT);
    fact->src = number(0, UINT64_MAX);
    fact->region = KIND_CONTEXT;
    fact->align_log2 = 3;
    const char *text = lift_text(&b, ARM_LAYOUT, false);
    assert_has(text, "call i32 @rt_irq_save()");
    assert_hasnt(text, "atomicrmw");
    assert_has(lift_text(&b, HOST_LAYOUT, false), "atomicrmw add ptr");
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(load_is_aligned_only_as_proven),
        cmocka_unit_test(divisor_that_is_never_zero_has_no_guard),
        cmocka_unit_test(small_division_is_done_in_one_word),
        cmocka_unit_test(null_test_of_a_pointer_compares_pointers),
        cmocka_unit_test(pointer_that_may_be_a_number_is_compared_as_a_number),
        cmocka_unit_test(spilled_pointer_has_a_zero_upper_word),
        cmocka_unit_test(packet_fields_are_loaded_as_pointers),
        cmocka_unit_test(dead_code_is_not_lifted),
        cmocka_unit_test(arguments_cross_calls_as_what_they_are),
        cmocka_unit_test(helpers_have_the_types_of_the_abi),
        cmocka_unit_test(unknown_helper_names_the_call),
        cmocka_unit_test(checked_facts_call_the_reporter),
        cmocka_unit_test(wide_atomics_never_become_library_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
