// SPDX-License-Identifier: Apache-2.0
/* Stack memory: bounds of the frame, variable offsets, bytes never written, overlapping stores. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_ARRAY, 4, __u32, __u64);

/* A store of `type` at a constant offset of the frame. */
#define STORE(name, type, offset)                                                                                      \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r0 = 0; *(" #type " *)(r10 " #offset ") = r0; exit");                                                       \
    }
STORE(stores_a_byte_at_the_top, u8, -1)
STORE(stores_a_byte_at_the_bottom, u8, -512)
STORE(stores_a_byte_below_the_bottom, u8, -513) /* error[out-of-bounds] */
STORE(stores_a_byte_above_the_top, u8, +0)      /* error[out-of-bounds] */
STORE(stores_a_half_at_the_top, u16, -2)
STORE(stores_a_half_over_the_top, u16, -1) /* error[*] */
STORE(stores_a_word_at_the_top, u32, -4)
STORE(stores_a_word_over_the_top, u32, -2) /* error[*] */
STORE(stores_a_double_at_the_top, u64, -8)
STORE(stores_a_double_over_the_top, u64, +0) /* error[out-of-bounds] */
STORE(stores_a_double_at_the_bottom, u64, -512)
STORE(stores_a_double_below_the_bottom, u64, -520) /* error[out-of-bounds] */
STORE(stores_a_double_far_below, u64, -32768)      /* error[out-of-bounds] */
STORE(stores_a_double_far_above, u64, +32760)      /* error[out-of-bounds] */

/* A load of `type` at a constant offset, after the highest 16 bytes were written. */
#define LOAD(name, type, offset)                                                                                       \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r0 = 0; *(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0; r0 = *(" #type " *)(r10 " #offset "); exit");      \
    }
LOAD(loads_a_byte_at_the_top, u8, -1)
LOAD(loads_a_byte_above_the_top, u8, +0) /* error[out-of-bounds] */
LOAD(loads_a_word_across_two_stores, u32, -12)
LOAD(loads_a_double_above_the_top, u64, +0)     /* error[out-of-bounds] */
LOAD(loads_a_double_below_the_frame, u64, -520) /* error[out-of-bounds] */
LOAD(loads_a_signed_byte, s8, -3)
LOAD(loads_a_signed_word, s32, -8)
LOAD(loads_what_was_never_written, u64, -24) /* unknown numbers: Linux says so for privileged programs */

/* A byte stored at r10 + r1, where `code` bounds r1 (any number before); 64 bytes of the frame are written. */
#define VARIABLE(name, code)                                                                                           \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r1 = *(u64 *)(r1 + 0); r0 = 0");                                                                            \
        I("*(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0; *(u64 *)(r10 - 24) = r0; *(u64 *)(r10 - 32) = r0");        \
        I(code);                                                                                                       \
        I("r2 = r10; r2 += r1; *(u8 *)(r2 + 0) = r0; r0 = 0; 1: exit");                                                \
    }
VARIABLE(variable_store_inside_the_frame, "r1 &= 31; r1 -= 32")
VARIABLE(variable_store_that_may_reach_the_top, "r1 &= 31; r1 -= 31") /* error[out-of-bounds] */
VARIABLE(variable_store_that_may_go_below, "r1 &= 1023; r1 -= 1023")  /* error[out-of-bounds] */
VARIABLE(variable_store_over_the_whole_frame, "r1 &= 511; r1 -= 512")
VARIABLE(variable_store_without_bounds, "r0 = 0") /* error[pointer-arithmetic] */
VARIABLE(variable_store_with_signed_bounds, "if r1 s> -1 goto 1f; if r1 s< -32 goto 1f")
VARIABLE(variable_store_with_an_upper_bound_only, "if r1 s> -1 goto 1f") /* error[pointer-arithmetic] */
VARIABLE(variable_store_with_a_lower_bound_only, "if r1 s< -32 goto 1f") /* error[pointer-arithmetic] */
VARIABLE(variable_store_one_above_the_bounds, "if r1 s> 0 goto 1f; if r1 s< -32 goto 1f") /* error[out-of-bounds] */
VARIABLE(variable_store_with_32_bit_bounds, "w1 = w1; if w1 > 31 goto 1f; r1 -= 32")
VARIABLE(variable_store_with_32_bit_bounds_of_a_64_bit_number,
         "if w1 > 31 goto 1f; r1 -= 32") /* error[pointer-arithmetic] */

/* A byte loaded from r10 + r1. */
#define VARIABLE_LOAD(name, code)                                                                                      \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r1 = *(u64 *)(r1 + 0); r0 = 0");                                                                            \
        I("*(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0; *(u64 *)(r10 - 24) = r0; *(u64 *)(r10 - 32) = r0");        \
        I(code);                                                                                                       \
        I("r2 = r10; r2 += r1; r0 = *(u8 *)(r2 + 0); 1: exit");                                                        \
    }
VARIABLE_LOAD(variable_load_inside_the_frame, "r1 &= 31; r1 -= 32")
VARIABLE_LOAD(variable_load_that_may_reach_the_top, "r1 &= 31; r1 -= 31") /* error[out-of-bounds] */
VARIABLE_LOAD(variable_load_that_may_go_below, "r1 &= 1023; r1 -= 1023")  /* error[out-of-bounds] */
VARIABLE_LOAD(variable_load_without_bounds, "r0 = 0")                     /* error[pointer-arithmetic] */

PROGRAM(variable_store_forgets_the_constants_below_it)
{
    I("r1 = *(u64 *)(r1 + 0)");
    I("*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1");
    I("r1 &= 8; r1 -= 16; r2 = r10; r2 += r1; *(u64 *)(r2 + 0) = 0");
    I("r3 = *(u64 *)(r10 - 8); r0 = 0; if r3 == 1 goto 1f");
    I("r0 = r9"); /* error[uninit-register] */
    I("1: exit");
}

PROGRAM(variable_store_keeps_the_constants_beside_it)
{
    I("r1 = *(u64 *)(r1 + 0)");
    I("*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1; *(u64 *)(r10 - 24) = 1");
    I("r1 &= 8; r1 -= 24; r2 = r10; r2 += r1; *(u64 *)(r2 + 0) = 0");
    I("r3 = *(u64 *)(r10 - 8); r0 = 0; if r3 == 1 goto 1f");
    I("r0 = r9");
    I("1: exit");
}

PROGRAM(variable_store_spoils_a_spilled_pointer)
{
    I("*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r1 + 0); r2 &= 7; r2 -= 8; r3 = r10; r3 += r2; r4 = 0");
    I("*(u8 *)(r3 + 0) = r4; r1 = *(u64 *)(r10 - 8)");
    I("r0 = *(u64 *)(r1 + 0)"); /* error[not-pointer] */
    I("exit");
}

PROGRAM(moves_the_frame_pointer_through_a_copy)
{
    I("r2 = r10; r2 += -16; r0 = 1; *(u64 *)(r2 + 8) = r0; r0 = *(u64 *)(r10 - 8); exit");
}

PROGRAM(moves_a_copy_out_of_the_frame_and_back)
{
    I("r2 = r10; r2 += 4096; r2 -= 4104; *(u64 *)(r2 + 0) = 1; r0 = 0; exit");
}

PROGRAM(moves_a_copy_out_of_the_frame)
{
    I("r2 = r10; r2 += 4096");
    I("*(u64 *)(r2 + 0) = 1"); /* error[out-of-bounds] */
    I("r0 = 0; exit");
}

PROGRAM(knows_a_constant_stored_by_bytes)
{
    I("*(u8 *)(r10 - 8) = 1; *(u8 *)(r10 - 7) = 2; *(u8 *)(r10 - 6) = 0; *(u8 *)(r10 - 5) = 0");
    I("r1 = *(u32 *)(r10 - 8); r0 = 0; if r1 == 0x201 goto 1f; r0 = r9; 1: exit");
}

PROGRAM(knows_zeros_of_every_width)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = *(u8 *)(r10 - 5); r0 = 0; if r1 == 0 goto 1f; r0 = r9; 1:");
    I("r1 = *(u32 *)(r10 - 4); if r1 == 0 goto 1f; r0 = r9; 1: exit");
}

PROGRAM(joins_of_two_stores_stay_bounded)
{
    I("r1 = *(u64 *)(r1 + 0); if r1 == 0 goto 1f; *(u64 *)(r10 - 8) = 4; goto 2f; 1: *(u64 *)(r10 - 8) = 8; 2:");
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 <= 8 goto 1f; r0 = r9; 1: exit");
}

PROGRAM(an_overlapping_store_changes_the_word)
{
    I("*(u64 *)(r10 - 8) = 0; *(u8 *)(r10 - 6) = 1; r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 == 0 goto 1f; exit; 1:");
    I("r0 = r9; exit"); /* error[uninit-register] */ /* the bytes beside it are forgotten, as in Linux */
}

PROGRAM(an_overlapping_store_of_an_unknown_byte)
{
    I("r1 = *(u64 *)(r1 + 0); *(u64 *)(r10 - 8) = 0; *(u8 *)(r10 - 6) = r1; r1 = *(u64 *)(r10 - 8); r0 = 0");
    I("if r1 == 0 goto 1f");
    I("r0 = r9"); /* error[uninit-register] */
    I("1: exit");
}

PROGRAM(a_call_may_change_the_callers_stack)
{
    I("*(u64 *)(r10 - 8) = 1; r1 = r10; r1 += -8; call writes_zero_through_its_argument");
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 == 1 goto 1f; exit; 1: r0 = r9; exit");
}

FUNCTION(writes_zero_through_its_argument)
{
    I("r2 = 0; *(u64 *)(r1 + 0) = r2; r0 = 0; exit");
}

PROGRAM(a_callee_has_a_frame_of_its_own)
{
    I("*(u64 *)(r10 - 8) = 1; call writes_zero_into_its_own_frame");
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 == 1 goto 1f; r0 = r9; 1: exit");
}

FUNCTION(writes_zero_into_its_own_frame)
{
    I("*(u64 *)(r10 - 8) = 0; r0 = 0; exit");
}

PROGRAM(a_callee_reads_beyond_the_callers_frame)
{
    I("r1 = r10; call reads_through_its_argument; exit");
}

FUNCTION(reads_through_its_argument)
{
    I("r0 = *(u64 *)(r1 + 0)"); /* error[out-of-bounds] */
    I("exit");
}

PROGRAM(a_function_returns_its_own_stack)
{
    I("call returns_its_stack; r0 = 0; exit");
}

FUNCTION(returns_its_stack)
{
    I("r0 = r10");
    I("exit"); /* error[bad-pointer] */
}

PROGRAM(a_function_leaves_its_stack_in_the_callers)
{
    I("r1 = r10; r1 += -8; call leaves_its_stack; r1 = *(u64 *)(r10 - 8); r0 = 0; exit");
}

FUNCTION(leaves_its_stack)
{
    I("*(u64 *)(r1 + 0) = r10"); /* error[bad-pointer] */
    I("r0 = 0; exit");
}

PROGRAM(compares_two_stack_pointers)
{
    I("r1 = r10; r2 = r10; r2 += -8; r0 = 0; if r1 == r2 goto 1f; r0 = 1; 1: exit");
}

PROGRAM(stack_memory_as_key_was_never_written)
{
    I("r2 = r10; r2 += -4; r1 = %0 ll" ::"i"(&table));
    I("call 1; r0 = 0; exit"); /* unknown bytes are a key too; Linux says so for privileged programs */
}
