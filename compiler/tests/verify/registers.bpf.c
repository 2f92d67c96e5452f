// SPDX-License-Identifier: Apache-2.0
/* Registers that hold nothing: at the entry, after calls, on one path only, in every place that an instruction reads.
 */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u64);

/* r1 = the context; r2 at the entry is its size here and nothing in Linux. */
#define READS(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r0 = 0");                                                                                          \
        I(code);                                                                                                       \
        I("exit");                                                                                                     \
    }
READS(moves_nothing, "r7 = r8")                               /* error[uninit-register] */
READS(moves_nothing_in_32_bits, "w7 = w8")                    /* error[uninit-register] */
READS(adds_to_nothing, "r7 += 1")                             /* error[uninit-register] */
READS(adds_nothing, "r0 += r7")                               /* error[uninit-register] */
READS(negates_nothing, "r7 = -r7")                            /* error[uninit-register] */
READS(swaps_nothing, "r7 = be32 r7")                          /* error[uninit-register] */
READS(extends_nothing, "r7 = (s8)r8")                         /* error[uninit-register] */
READS(divides_by_nothing, "r0 /= r7")                         /* error[uninit-register] */
READS(shifts_by_nothing, "r0 <<= r7")                         /* error[uninit-register] */
READS(clears_nothing_with_itself, "r7 ^= r7")                 /* error[uninit-register] */
READS(subtracts_nothing_from_itself, "r7 -= r7")              /* error[uninit-register] */
READS(multiplies_nothing_by_zero, "r7 *= 0")                  /* error[uninit-register] */
READS(ands_nothing_with_zero, "r7 &= 0")                      /* error[uninit-register] */
READS(compares_nothing, "if r7 == 0 goto +0")                 /* error[uninit-register] */
READS(compares_with_nothing, "if r0 == r7 goto +0")           /* error[uninit-register] */
READS(compares_nothing_in_32_bits, "if w7 > 3 goto +0")       /* error[uninit-register] */
READS(tests_bits_of_nothing, "if r7 & 1 goto +0")             /* error[uninit-register] */
READS(loads_through_nothing, "r0 = *(u64 *)(r7 + 0)")         /* error[uninit-register] */
READS(stores_through_nothing, "*(u64 *)(r7 + 0) = r0")        /* error[uninit-register] */
READS(stores_nothing, "*(u64 *)(r10 - 8) = r7")               /* error[uninit-register] */
READS(stores_a_byte_of_nothing, "*(u8 *)(r10 - 8) = r7")      /* error[uninit-register] */
READS(stores_nothing_in_the_context, "*(u64 *)(r6 + 0) = r7") /* error[uninit-register] */
READS(gives_a_helper_nothing, "r1 = r6; r8 = r3")             /* error[uninit-register] */
READS(keeps_saved_registers, "r7 = 1; r8 = 2; r9 = 3; call 7; r0 = r7; r0 += r8; r0 += r9")
READS(written_on_both_paths, "r1 = *(u64 *)(r6 + 0); if r1 == 0 goto 1f; r7 = 1; goto 2f; 1: r7 = 2; 2: r0 = r7")
READS(written_where_it_is_taken_only,
      "r1 = *(u64 *)(r6 + 0); if r1 != 0 goto 1f; goto 2f; 1: r7 = 2; 2: r0 = r7") /* error[uninit-register] */
READS(written_where_it_falls_only,
      "r1 = *(u64 *)(r6 + 0); if r1 != 0 goto 2f; r7 = 2; 2: r0 = r7") /* error[uninit-register] */
READS(written_under_the_same_condition,
      "r1 = *(u64 *)(r6 + 0); if r1 != 0 goto 1f; r7 = 2; 1: if r1 != 0 goto 2f; r0 = r7; 2:")
READS(written_under_another_condition, "r1 = *(u64 *)(r6 + 0); r8 = *(u64 *)(r6 + 8); if r1 != 0 goto 1f; r7 = 2; 1: "
                                       "if r8 != 0 goto 2f; r0 = r7; 2:") /* error[uninit-register] */
READS(unwritten_but_not_read, "r1 = *(u64 *)(r6 + 0); if r1 != 0 goto 1f; r7 = 2; 1: r0 = 1")
READS(written_behind_a_branch_that_is_never_taken, "r1 = 5; if r1 != 5 goto 1f; r7 = 2; goto 2f; 1: r8 = 1; 2: r0 = r7")

/* -- a helper's arguments are gone after the call: bpf_map_update_elem reads r1 to r4 */
#define UPDATES(name, code)                                                                                            \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r1 = %0 ll; r2 = r10; r2 += -8; r3 = r10; r3 += -16" ::"i"(  \
            &table));                                                                                                  \
        I("r4 = 0; r5 = 7; call 2");                                                                                   \
        I(code);                                                                                                       \
        I("r0 = 0; exit");                                                                                             \
    }
UPDATES(first_argument_is_gone, "r6 = r1")  /* error[uninit-register] */
UPDATES(second_argument_is_gone, "r6 = r2") /* error[uninit-register] */
UPDATES(third_argument_is_gone, "r6 = r3")  /* error[uninit-register] */
UPDATES(fourth_argument_is_gone, "r6 = r4") /* error[uninit-register] */
UPDATES(fifth_register_is_gone, "r6 = r5")  /* error[uninit-register] */
UPDATES(result_is_there, "r6 = r0")

PROGRAM(calls_with_a_missing_argument)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = %0 ll; r2 = r10; r2 += -8; r4 = 0" ::"i"(&table));
    I("call 2"); /* error[uninit-register] */
    I("r0 = 0; exit");
}

PROGRAM(calls_with_no_argument)
{
    I("call 7; r7 = r0");
    I("call 1"); /* error[uninit-register] */
    I("r0 = 0; exit");
}

/* -- the result */
PROGRAM(returns_without_a_result)
{
    I("r6 = 0");
    I("exit"); /* error[return-value] */
}

PROGRAM(returns_a_result_on_one_path)
{
    I("r1 = *(u64 *)(r1 + 0); if r1 == 0 goto 1f; r0 = 1");
    I("1: exit"); /* error[return-value] */
}

PROGRAM(returns_a_helpers_result)
{
    I("call 7; exit");
}

PROGRAM(returns_what_a_callee_returned)
{
    I("call returns_one; exit");
}

FUNCTION(returns_one)
{
    I("r0 = 1; exit");
}

PROGRAM(returns_a_32_bit_number)
{
    I("w0 = -1; exit");
}
