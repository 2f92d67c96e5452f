// SPDX-License-Identifier: Apache-2.0
/* Calls through a register (callx): of functions whose address was taken. Families differ in how the address comes into
 * r4. */
// flags: -mcpu=v4
// verify: --ctx-size 64
// kernel: callx is not in Linux
#include "suite.h"

FUNCTION(doubles)
{
    I("r0 = r1; r0 += r1; exit");
}

FUNCTION(triples)
{
    I("r0 = r1; r0 += r1; r0 += r1; exit");
}

/* A small number in r1, any number in r2, the address of `doubles` in r4; `code`, then the call. */
#define CALL(name, code)                                                                                               \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u8 *)(r6 + 0); r2 = *(u64 *)(r6 + 8); r4 = %0 ll; " code                                    \
          "; callx r4; exit" ::"i"(doubles));                                                                          \
    }

CALL(address_is_taken_and_called, "r5 = 0")
CALL(address_is_copied, "r5 = r4; r4 = 0; r4 = r5")
CALL(address_is_spilled, "*(u64 *)(r10 - 8) = r4; r4 = 0; r4 = *(u64 *)(r10 - 8)")
CALL(address_is_never_null, "if r4 != 0 goto 1f; r4 = r9; 1: r5 = 0")
CALL(address_in_a_saved_register, "r7 = r4; r8 = r1; call 7; r1 = r8; r4 = r7")
CALL(address_on_one_path, "if r2 == 0 goto 1f; r5 = 0; 1: r5 = 0")

CALL(address_is_a_number, "r4 = 5; r4 += 2")                               /* error[bad-pointer] */
CALL(address_is_any_number, "r4 = r2")                                     /* error[bad-pointer] */
CALL(address_is_from_the_context, "r4 = *(u64 *)(r6 + 16)")                /* error[bad-pointer] */
CALL(address_is_the_context, "r4 = r6")                                    /* error[bad-pointer] */
CALL(address_is_the_stack, "r4 = r10")                                     /* error[bad-pointer] */
CALL(address_is_moved, "r4 += 8")                                          /* error[pointer-arithmetic] */
CALL(address_is_cut, "w4 = w4")                                            /* error[bad-pointer] */
CALL(address_is_zero_on_one_path, "if r2 == 0 goto 1f; r4 = 0; 1: r5 = 0") /* error[bad-pointer] */
CALL(address_is_half_overwritten,
     "*(u64 *)(r10 - 8) = r4; *(u8 *)(r10 - 8) = 0; r4 = *(u64 *)(r10 - 8)") /* error[bad-pointer] */
CALL(address_is_lost_by_a_call, "call 7")                                    /* error[uninit-register] */
CALL(address_is_read, "r4 = *(u64 *)(r4 + 0)")                               /* error[bad-pointer] */

PROGRAM(number_of_a_helper_in_a_register)
{
    I("r4 = 7; callx r4; r0 &= 1; exit");
}

PROGRAM(result_is_known)
{
    I("r1 = 4; r4 = %0 ll; callx r4; if r0 == 8 goto 1f; r0 = r9; 1: exit" ::"i"(doubles));
}

PROGRAM(one_of_two)
{
    I("r6 = r1; r2 = *(u8 *)(r6 + 0); r1 = 6; r4 = %0 ll; if r2 == 0 goto 1f; r4 = %1 ll; 1: callx r4" ::"i"(doubles),
      "i"(triples));
    I("if r0 == 12 goto 2f; if r0 == 18 goto 2f; r0 = r9; 2: exit");
}

PROGRAM(arguments_are_lost)
{
    I("r1 = 1; r2 = 2; r4 = %0 ll; callx r4" ::"i"(doubles));
    I("r0 = r2"); /* error[uninit-register] */
    I("exit");
}

PROGRAM(saved_registers_are_kept)
{
    I("r6 = 1; r7 = 2; r1 = 5; r4 = %0 ll; callx r4; r0 = r6; r0 += r7; exit" ::"i"(doubles));
}

PROGRAM(in_a_loop)
{
    I("r6 = 0; r7 = 0; r8 = %0 ll; 1: r1 = r6; callx r8; r7 += r0; r6 += 1; if r6 < 10 goto 1b; r0 = r7; exit" ::"i"(
        doubles));
}

FUNCTION(reads_a_context)
{
    I("r0 = *(u64 *)(r1 + 56)");
    I("r2 = *(u64 *)(r1 + 57)"); /* error[out-of-bounds] */
    I("exit");
}

PROGRAM(the_function_is_judged)
{
    I("r4 = %0 ll; callx r4; exit" ::"i"(reads_a_context));
}

FUNCTION(calls_its_second_argument)
{
    I("callx r2; r0 += 1; exit");
}

PROGRAM(address_is_an_argument)
{
    I("r1 = 4; r2 = %0 ll; call calls_its_second_argument; if r0 == 9 goto 1f; r0 = r9; 1: exit" ::"i"(doubles));
}

FUNCTION(gives_its_address_on)
{
    I("r3 = r2; callx r3; exit"); /* error[call-depth] */
}

PROGRAM(function_calls_itself_by_its_address)
{
    I("r1 = 1; r2 = %0 ll; r4 = r2" ::"i"(gives_its_address_on));
    I("callx r4; exit");
}

FUNCTION(takes_its_own_address)
{
    I("r2 = %0 ll" ::"i"(takes_its_own_address)); /* error[recursion] */
    I("callx r2; exit");
}

PROGRAM(function_takes_its_own_address)
{
    I("call takes_its_own_address; exit");
}

FUNCTION(writes_through_its_argument)
{
    I("r2 = 7; *(u64 *)(r1 + 0) = r2; r0 = 0; exit");
}

PROGRAM(function_writes_the_callers_stack)
{
    I("r1 = r10; r1 += -8; r4 = %0 ll; callx r4; r0 = *(u64 *)(r10 - 8); if r0 == 7 goto 1f; r0 = r9; 1: exit" ::"i"(
        writes_through_its_argument));
}
