// SPDX-License-Identifier: Apache-2.0
/* Shifts: counts that are constant, bounded, unknown, too great; 32 and 64 bits. RFC 9669 §4.1: counts are masked to
 * the width. `goto 8f` must be impossible (suite.h). r1 to r4 are any numbers. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

NEVER(left_multiplies_the_ends, "r1 &= 15; r1 <<= 2; if r1 > 60 goto 8f")
NEVER(left_leaves_low_bits_zero, "r1 <<= 3; r1 &= 7; if r1 != 0 goto 8f")
NEVER(left_reaches_the_end, "r1 &= 15; r1 <<= 2; if r1 == 60 goto 8f") /* error[uninit-register] */
NEVER(left_that_loses_bits_bounds_nothing, "r2 = 0x1fffffffffffffff ll; r1 &= r2; r1 <<= 4; if r1 <= r2 goto 1f; if r1 "
                                           "> r2 goto 8f; 1:") /* error[uninit-register]
                                                                */
NEVER(left_into_the_sign, "r1 = 1; r1 <<= 63; if r1 s>= 0 goto 8f")
NEVER(left_of_one_by_a_bounded_count, "r2 &= 3; r1 = 1; r1 <<= r2; if r1 > 8 goto 8f; if r1 == 0 goto 8f")
NEVER(left_of_a_window_by_a_bounded_count, "r1 &= 3; r2 &= 3; r1 <<= r2; if r1 > 24 goto 8f")
NEVER(left_by_an_unknown_count_bounds_nothing, "r1 &= 3; r1 <<= r2; if r1 > 24 goto 8f") /* error[uninit-register] */
NEVER(left32_clears_the_high_half, "w1 <<= 4; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(left32_loses_what_leaves_the_word, "w1 = 0x80000000; w1 <<= 1; if r1 != 0 goto 8f")
NEVER(left32_into_the_sign, "w1 = 1; w1 <<= 31; if w1 s>= 0 goto 8f")
NEVER(left32_by_zero_clears_the_high_half, "r2 = 0; w1 <<= w2; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(left_by_zero_changes_nothing, "r1 &= 15; r1 <<= 0; if r1 > 15 goto 8f")

NEVER(right_divides_the_ends, "r1 &= 0xff; r1 >>= 4; if r1 > 15 goto 8f")
NEVER(right_of_anything_is_below_a_power, "r1 >>= 60; if r1 > 15 goto 8f")
NEVER(right_reaches_the_end, "r1 >>= 60; if r1 == 15 goto 8f") /* error[uninit-register] */
NEVER(right_of_a_negative_number_is_positive, "r1 = -1; r1 >>= 1; if r1 s< 0 goto 8f")
NEVER(right_by_zero_keeps_the_sign, "r1 = -1; r1 >>= 0; if r1 s>= 0 goto 8f")
NEVER(right_by_a_bounded_count, "r1 &= 0xff; r2 &= 3; r1 >>= r2; if r1 > 0xff goto 8f")
NEVER(right_by_at_least_one, "r1 &= 0xff; r2 &= 3; r2 += 1; r1 >>= r2; if r1 > 0x7f goto 8f")
NEVER(right_by_an_unknown_count_keeps_the_top, "r1 &= 0xff; r1 >>= r2; if r1 > 0xff goto 8f")
NEVER(right32_of_anything, "w1 >>= 28; if r1 > 15 goto 8f")
NEVER(right32_takes_the_low_half_only, "r1 = 0xff00000010 ll; w1 >>= 4; if r1 != 1 goto 8f")
NEVER(right32_of_a_negative_number_is_positive, "w1 = -1; w1 >>= 1; if w1 s< 0 goto 8f")
NEVER(right64_of_a_cut_word_is_that_of_32, "w1 = w1; r1 >>= 28; if r1 > 15 goto 8f")

NEVER(arithmetic_divides_the_ends,
      "if r1 s< -64 goto 1f; if r1 s> 63 goto 1f; r1 s>>= 3; if r1 s< -8 goto 8f; if r1 s> 7 goto 8f; 1:")
NEVER(arithmetic_of_minus_one_is_minus_one, "r1 = -1; r1 s>>= 20; if r1 != -1 goto 8f")
NEVER(arithmetic_of_a_positive_number_is_the_plain_one, "r1 &= 0xff; r1 s>>= 4; if r1 > 15 goto 8f")
NEVER(arithmetic_rounds_down, "r1 = -7; r1 s>>= 1; if r1 != -4 goto 8f")
NEVER(arithmetic32_looks_at_bit_31, "w1 = 0x80000000; w1 s>>= 31; r2 = 0xffffffff ll; if r1 != r2 goto 8f")
NEVER(arithmetic32_does_not_look_at_bit_63, "r1 = -1; w1 = 1; w1 s>>= 1; if r1 != 0 goto 8f")
NEVER(arithmetic32_clears_the_high_half, "w1 s>>= 4; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(arithmetic64_looks_at_bit_63_only, "r1 = 0x80000000 ll; r1 s>>= 31; if r1 != 1 goto 8f")
NEVER(arithmetic_may_stay_negative, "r1 s>>= 60; if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(arithmetic_by_a_bounded_count, "r1 &= 0xff; r2 &= 7; r1 s>>= r2; if r1 > 0xff goto 8f")

/* -- register counts that reach the width are masked */
NEVER(count_64_is_count_0, "r2 = 64; r1 = 1; r1 <<= r2; if r1 != 1 goto 8f")
NEVER(count_65_is_count_1, "r2 = 65; r1 = 1; r1 <<= r2; if r1 != 2 goto 8f")
NEVER(count32_33_is_count_1, "r2 = 33; w1 = 4; w1 >>= w2; if r1 != 2 goto 8f")
NEVER(count_minus_1_is_count_63, "r2 = -1; r1 = 1; r1 <<= r2; r1 >>= 63; if r1 != 1 goto 8f")
NEVER(count_that_may_reach_64, "r2 &= 127; r1 = 1; r1 <<= r2; if r1 == 0 goto 8f")
NEVER(count32_that_may_reach_32_is_not_zero,
      "r2 &= 63; w1 = 0xff; w1 >>= w2; if r1 == 0xff goto 8f") /* error[uninit-register] */

PROGRAM(shifts_by_a_constant_of_64)
{
    I("r0 = 1");
    I(".8byte 0x0000004000000067");
    I("exit");
}

PROGRAM(shifts_right_by_a_negative_constant)
{
    I("r0 = 1");
    I(".8byte 0xffffffff00000077");
    I("exit");
}

PROGRAM(shifts_32_bits_by_a_constant_of_32)
{
    I("r0 = 1");
    I(".8byte 0x0000002000000064");
    I("exit");
}

NEVER(
    arithmetic_by_a_bounded_count_may_be_zero,
    "if r1 s< -64 goto 1f; if r1 s> 0 goto 1f; r2 &= 3; r1 s>>= r2; if r1 s< -8 goto 8f; 1:") /* error[uninit-register]
                                                                                               */
NEVER(arithmetic_of_negative_numbers_by_a_bounded_count,
      "if r1 s< -64 goto 1f; if r1 s> -1 goto 1f; r2 &= 3; r1 s>>= r2; if r1 s> -1 goto 8f; if r1 s< -64 goto 8f; 1:")
