// SPDX-License-Identifier: Apache-2.0
/* Functions of the program: arguments, results, saved registers, frames, depth; recursion and the total stack. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

PROGRAM(argument_reaches_the_function)
{
    I("r1 = 5; call returns_its_argument; if r0 == 5 goto 1f; r0 = r9; 1: r0 = 0; exit");
}

PROGRAM(result_is_bounded_by_the_function)
{
    I("r1 = *(u64 *)(r1 + 0); call cuts_to_three_bits; r0 -= 1; if r0 s> 6 goto 8f; r0 = 0; exit; 8: r0 = r9; exit");
}

PROGRAM(result_is_what_each_call_made_of_it)
{
    I("r1 = 5; call returns_its_argument; r6 = r0; r1 = 6; call returns_its_argument; r0 += r6");
    I("if r0 == 11 goto 1f; r0 = r9; 1: r0 = 0; exit");
}

FUNCTION(returns_its_argument)
{
    I("r0 = r1; exit");
}

FUNCTION(cuts_to_three_bits)
{
    I("r0 = r1; r0 &= 7; exit");
}

PROGRAM(argument_registers_are_lost)
{
    I("r1 = 5; r2 = 6; call returns_its_argument");
    I("r0 = r2"); /* error[uninit-register] */
    I("exit");
}

PROGRAM(first_argument_register_is_lost)
{
    I("r1 = 5; call returns_its_argument");
    I("r0 = r1"); /* error[uninit-register] */
    I("exit");
}

PROGRAM(saved_registers_are_kept)
{
    I("r6 = 1; r7 = 2; r8 = 3; r9 = 4; r1 = 0; call spoils_the_saved_registers");
    I("r6 += r7; r6 += r8; r6 += r9; r0 = 0; if r6 == 10 goto 1f; r0 = r5; 1: exit");
}

FUNCTION(spoils_the_saved_registers)
{
    I("r6 = 9; r7 = 9; r8 = 9; r9 = 9; r0 = 0; exit");
}

PROGRAM(function_reads_a_saved_register_of_its_caller)
{
    I("r6 = 1; call reads_r6; exit");
}

FUNCTION(reads_r6)
{
    I("r0 = r6"); /* error[uninit-register] */
    I("exit");
}

PROGRAM(function_reads_an_argument_that_was_not_given)
{
    I("r1 = 0; call reads_r3; exit");
}

FUNCTION(reads_r3)
{
    I("r0 = r3"); /* error[uninit-register] */
    I("exit");
}

PROGRAM(function_without_a_result)
{
    I("call sets_nothing");
    I("r0 = 0; exit"); /* a result that nobody reads */
}

PROGRAM(function_whose_missing_result_is_used)
{
    I("call sets_nothing");
    I("exit"); /* error[*] */
}

FUNCTION(sets_nothing)
{
    I("r1 = 0; exit");
}

PROGRAM(function_that_is_called_on_one_path)
{
    I("r2 = *(u64 *)(r1 + 0); r0 = 0; if r2 == 0 goto 1f; r1 = r2; call returns_its_argument; 1: exit");
}

PROGRAM(functions_eight_deep)
{
    I("call deep_2; exit");
}

FUNCTION(deep_2)
{
    I("call deep_3; exit");
}
FUNCTION(deep_3)
{
    I("call deep_4; exit");
}
FUNCTION(deep_4)
{
    I("call deep_5; exit");
}
FUNCTION(deep_5)
{
    I("call deep_6; exit");
}
FUNCTION(deep_6)
{
    I("call deep_7; exit");
}
FUNCTION(deep_7)
{
    I("call deep_8; exit");
}
FUNCTION(deep_8)
{
    I("r0 = 0; exit");
}

PROGRAM(functions_nine_deep)
{
    I("call shaft_2; exit");
}

FUNCTION(shaft_2)
{
    I("call shaft_3; exit");
}
FUNCTION(shaft_3)
{
    I("call shaft_4; exit");
}
FUNCTION(shaft_4)
{
    I("call shaft_5; exit");
}
FUNCTION(shaft_5)
{
    I("call shaft_6; exit");
}
FUNCTION(shaft_6)
{
    I("call shaft_7; exit");
}
FUNCTION(shaft_7)
{
    I("call shaft_8; exit");
}
FUNCTION(shaft_8)
{
    I("call shaft_9; exit"); /* error[call-depth] */
}
FUNCTION(shaft_9)
{
    I("r0 = 0; exit");
}

PROGRAM(recursion)
{
    I("call calls_itself; exit");
}

FUNCTION(calls_itself)
{
    I("r0 = 0; if r1 == 0 goto 1f; r1 = 0");
    I("call calls_itself"); /* error[recursion] */
    I("1: exit");
}

PROGRAM(recursion_over_two_functions)
{
    I("call calls_the_other; exit");
}

FUNCTION(calls_the_other)
{
    I("r0 = 0; if r1 == 0 goto 1f; call calls_the_one; 1: exit");
}

FUNCTION(calls_the_one)
{
    I("call calls_the_other"); /* error[recursion] */
    I("exit");
}

PROGRAM(frames_that_fit_together)
{
    I("*(u64 *)(r10 - 256) = 0; call takes_256_bytes; exit");
}

FUNCTION(takes_256_bytes)
{
    I("*(u64 *)(r10 - 256) = 0; r0 = 0; exit");
}

PROGRAM(frames_that_are_too_much_together)
{
    I("*(u64 *)(r10 - 264) = 0; call takes_256_bytes_too; exit"); /* error[stack-limit] */
}

FUNCTION(takes_256_bytes_too)
{
    I("*(u64 *)(r10 - 256) = 0; r0 = 0; exit");
}

PROGRAM(frames_of_three_functions)
{
    I("*(u64 *)(r10 - 192) = 0; call takes_192_and_calls; exit"); /* error[stack-limit] */
}

FUNCTION(takes_192_and_calls)
{
    I("*(u64 *)(r10 - 192) = 0; call takes_192; exit");
}

FUNCTION(takes_192)
{
    I("*(u64 *)(r10 - 192) = 0; r0 = 0; exit");
}

PROGRAM(frames_of_siblings_do_not_add)
{
    I("*(u64 *)(r10 - 192) = 0; call takes_300; call takes_300; exit");
}

FUNCTION(takes_300)
{
    I("*(u64 *)(r10 - 304) = 0; r0 = 0; exit");
}

PROGRAM(callers_stack_through_two_functions)
{
    I("*(u64 *)(r10 - 8) = 7; r1 = r10; r1 += -8; call passes_on; if r0 == 7 goto 1f; r0 = r9; 1: r0 = 0; exit");
}

FUNCTION(passes_on)
{
    I("call reads_eight_bytes; exit");
}

FUNCTION(reads_eight_bytes)
{
    I("r0 = *(u64 *)(r1 + 0); exit");
}

PROGRAM(pointer_into_the_callers_frame_comes_back)
{
    I("*(u64 *)(r10 - 8) = 7; r1 = r10; r1 += -8; call returns_its_argument; r0 = *(u64 *)(r0 + 0); exit");
}

PROGRAM(pointer_into_the_callers_frame_is_bounded_there)
{
    I("r1 = r10; call writes_above; exit");
}

FUNCTION(writes_above)
{
    I("*(u64 *)(r1 + 0) = 0"); /* error[out-of-bounds] */
    I("r0 = 0; exit");
}

PROGRAM(pointer_below_the_callers_frame)
{
    I("r1 = r10; r1 += -512; call writes_below; exit");
}

FUNCTION(writes_below)
{
    I("*(u64 *)(r1 - 8) = 0"); /* error[out-of-bounds] */
    I("r0 = 0; exit");
}

PROGRAM(context_comes_back)
{
    I("call returns_its_argument; r0 = *(u64 *)(r0 + 0); exit");
}

PROGRAM(different_results_on_two_paths)
{
    I("r1 = *(u64 *)(r1 + 0); call returns_one_or_two; r0 -= 1; if r0 > 1 goto 8f; r0 = 0; exit; 8: r0 = r9; exit");
}

FUNCTION(returns_one_or_two)
{
    I("r0 = 1; if r1 == 0 goto 1f; r0 = 2; 1: exit");
}

PROGRAM(a_pointer_or_a_number_comes_back)
{
    I("r2 = *(u64 *)(r1 + 0); call returns_context_or_one");
    I("r0 = *(u64 *)(r0 + 0)"); /* error[not-pointer] */
    I("exit");
}

FUNCTION(returns_context_or_one)
{
    I("r0 = r1; if r2 == 0 goto 1f; r0 = 1; 1: exit");
}

PROGRAM(callee_branches_on_what_the_caller_knows)
{
    I("r1 = 1; call fails_unless_one; r0 = 0; exit");
}

FUNCTION(fails_unless_one)
{
    I("r0 = 0; if r1 == 1 goto 1f; r0 = r9; 1: exit");
}

PROGRAM(a_function_in_a_loop)
{
    I("r6 = 0; 1: r1 = r6; call returns_its_argument; r6 += 1; if r6 != 10 goto 1b; r0 = 0; exit");
}

/* Global functions are judged once by their prototype. */
__attribute__((noinline)) int doubles(int n)
{
    asm volatile("");
    return n * 2;
}

SEC("raw")
int calls_a_global_function(struct context *ctx)
{
    return doubles((int)ctx->words[0]);
}

SEC("raw")
int believes_what_a_global_function_returns(struct context *ctx)
{
    int n = doubles(1);
    if (n != 2)
        asm volatile("r0 = r9"); /* error[*] */
    return 0;
}

__attribute__((noinline)) int reads_its_pointer(int *p)
{
    return p ? *p : 0;
}

SEC("raw")
int gives_a_global_function_its_stack(struct context *ctx)
{
    int n = (int)ctx->words[0];
    return reads_its_pointer(&n);
}

__attribute__((noinline)) int reads_its_pointer_without_a_test(int *p)
{
    return *p; /* error[null-deref] */
}

SEC("raw")
int calls_a_global_function_without_a_test(struct context *ctx)
{
    int n = (int)ctx->words[0];
    return reads_its_pointer_without_a_test(&n);
}
