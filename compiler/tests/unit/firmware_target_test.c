// SPDX-License-Identifier: Apache-2.0
/* What board.json says of a core agrees with the code that LLVM makes for it; and missing libraries are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <llvm-c/Core.h>

#include "base/file.h"
#include "firmware/target.h"

/* Builds one function's body of its parameters. */
typedef LLVMValueRef build_body(LLVMBuilderRef builder, LLVMValueRef left, LLVMValueRef right);

static LLVMValueRef divide(LLVMBuilderRef builder, LLVMValueRef left, LLVMValueRef right)
{
    return LLVMBuildUDiv(builder, left, right, "");
}

static LLVMValueRef add_atomically(LLVMBuilderRef builder, LLVMValueRef left, LLVMValueRef right)
{
    return LLVMBuildAtomicRMW(builder, LLVMAtomicRMWBinOpAdd, left, right, LLVMAtomicOrderingSequentiallyConsistent,
                              false);
}

/* The assembly of `iN f(left, iN)` with that body, for the board; in the board's arena. */
static const char *assembly(struct board *board, struct diag *d, bool left_is_pointer, unsigned bits, build_body *body)
{
    LLVMTargetMachineRef machine = board_target_machine(board, 's', d);
    assert_non_null(machine);
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = LLVMModuleCreateWithNameInContext("test", context);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(module, layout);
    LLVMSetTarget(module, board->triple);
    LLVMTypeRef number = LLVMIntTypeInContext(context, bits);
    LLVMTypeRef types[] = {left_is_pointer ? LLVMPointerTypeInContext(context, 0) : number, number};
    LLVMValueRef f = LLVMAddFunction(module, "f", LLVMFunctionType(number, types, 2, false));
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(context, f, ""));
    LLVMBuildRet(builder, body(builder, LLVMGetParam(f, 0), LLVMGetParam(f, 1)));
    LLVMMemoryBufferRef buffer = NULL;
    char *message = NULL;
    assert_false(LLVMTargetMachineEmitToMemoryBuffer(machine, module, LLVMAssemblyFile, &message, &buffer));
    const char *text = arena_strndup(&board->arena, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer));
    LLVMDisposeMemoryBuffer(buffer);
    LLVMDisposeBuilder(builder);
    LLVMDisposeModule(module);
    LLVMDisposeTargetData(layout);
    LLVMContextDispose(context);
    LLVMDisposeTargetMachine(machine);
    return text;
}

typedef void check_board(struct board *board, struct diag *d);

static void for_every_board(check_board *check)
{
    struct arena arena = {0};
    struct diag *d = diag_new(NULL);
    for (string_list names = board_names(&arena, d); *names; names++) {
        struct board board = {0};
        assert_true(read_board(&board, *names, d));
        print_message("%s\n", *names);
        check(&board, d);
        board_free(&board);
    }
    diag_free(d);
    arena_free(&arena);
}

static void check_division(struct board *board, struct diag *d)
{
    const char *text = assembly(board, d, false, 32, divide);
    assert_int_equal(board->hardware_divide, !strstr(text, "__udivsi3") && !strstr(text, "__aeabi_uidiv"));
}

static bool needs_library(struct board *board, struct diag *d, unsigned bits)
{
    const char *text = assembly(board, d, true, bits, add_atomically);
    return strstr(text, "__atomic_") || strstr(text, "__sync_");
}

static void check_atomics(struct board *board, struct diag *d)
{
    assert_int_equal(needs_library(board, d, 32), board->atomic_bytes < 4);
    assert_int_equal(needs_library(board, d, 64), board->atomic_bytes < 8);
}

static void division_is_an_instruction_where_the_board_says_so(void **state)
{
    (void)state;
    for_every_board(check_division);
}

static void atomics_are_instructions_up_to_the_width_the_board_says(void **state)
{
    (void)state;
    for_every_board(check_atomics);
}

static void a_missing_support_library_is_named_with_its_package(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct board board = {.triple = "thumbv7m-none-eabi", .libgcc = "no/such/core"};
    struct runtime_library library = board_runtime_library(&board, &arena);
    assert_false(library.is_there);
    assert_non_null(strstr(library.path, "no/such/core/libgcc.a"));
    assert_string_equal(library.package, "gcc-arm-none-eabi");
    arena_free(&arena);
}

static void a_board_without_support_library_needs_none(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct board board = {.triple = "x86_64-unknown-elf"};
    assert_null(board_runtime_library(&board, &arena).path);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_is_an_instruction_where_the_board_says_so),
        cmocka_unit_test(atomics_are_instructions_up_to_the_width_the_board_says),
        cmocka_unit_test(a_missing_support_library_is_named_with_its_package),
        cmocka_unit_test(a_board_without_support_library_needs_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
