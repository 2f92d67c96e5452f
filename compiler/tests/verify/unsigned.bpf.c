// SPDX-License-Identifier: Apache-2.0
/* Unsigned bounds: what comparisons and arithmetic prove, in 64 bits, in 32 bits, and from one to the other.
 * `goto 8f` must be impossible (suite.h). r1 to r4 are any numbers. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

/* -- what each comparison teaches, on both sides */
NEVER(gt_taken_is_above, "if r1 > 7 goto 1f; exit; 1: if r1 <= 7 goto 8f")
NEVER(gt_not_taken_is_at_most, "if r1 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(ge_taken_is_at_least, "if r1 >= 7 goto 1f; exit; 1: if r1 < 7 goto 8f")
NEVER(ge_not_taken_is_below, "if r1 >= 7 goto 1f; if r1 > 6 goto 8f; 1:")
NEVER(lt_taken_is_below, "if r1 < 7 goto 1f; exit; 1: if r1 >= 7 goto 8f")
NEVER(lt_not_taken_is_at_least, "if r1 < 7 goto 1f; if r1 < 7 goto 8f; 1:")
NEVER(le_taken_is_at_most, "if r1 <= 7 goto 1f; exit; 1: if r1 > 7 goto 8f")
NEVER(le_not_taken_is_above, "if r1 <= 7 goto 1f; if r1 < 8 goto 8f; 1:")
NEVER(eq_taken_is_the_constant, "if r1 == 7 goto 1f; exit; 1: if r1 != 7 goto 8f")
NEVER(ne_not_taken_is_the_constant, "if r1 != 7 goto 1f; if r1 != 7 goto 8f; 1:")
NEVER(set_not_taken_has_no_such_bit, "if r1 & 8 goto 1f; r1 &= 8; if r1 != 0 goto 8f; 1:")
NEVER(set_taken_is_not_zero, "if r1 & 8 goto 1f; exit; 1: if r1 == 0 goto 8f")
NEVER(gt_is_not_ge, "if r1 > 7 goto 1f; if r1 == 7 goto 8f; 1:")                            /* error[uninit-register] */
NEVER(ge_includes_the_constant, "if r1 >= 7 goto 1f; exit; 1: if r1 == 7 goto 8f")          /* error[uninit-register] */
NEVER(lt_reaches_one_below, "if r1 < 7 goto 1f; exit; 1: if r1 == 6 goto 8f")               /* error[uninit-register] */
NEVER(le_includes_the_constant, "if r1 <= 7 goto 1f; exit; 1: if r1 == 7 goto 8f")          /* error[uninit-register] */
NEVER(ne_says_nothing_of_others, "if r1 == 7 goto 1f; if r1 == 6 goto 8f; 1:")              /* error[uninit-register] */
NEVER(set_taken_says_not_which, "if r1 & 12 goto 1f; exit; 1: r1 &= 8; if r1 == 0 goto 8f") /* error[uninit-register] */
NEVER(set_not_taken_says_nothing_of_others, "if r1 & 8 goto 1f; if r1 & 4 goto 8f; 1:")     /* error[uninit-register] */

/* -- 32-bit comparisons say something of the low half only */
NEVER(gt32_not_taken_bounds_the_low_half, "if w1 > 7 goto 1f; if w1 > 7 goto 8f; 1:")
NEVER(gt32_says_nothing_of_the_high_half, "if w1 > 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(lt32_taken_bounds_the_low_half, "if w1 < 7 goto 1f; exit; 1: if w1 >= 7 goto 8f")
NEVER(lt32_says_nothing_of_the_high_half, "if w1 < 7 goto 1f; exit; 1: if r1 >= 7 goto 8f") /* error[uninit-register] */
NEVER(eq32_is_the_constant, "if w1 == 7 goto 1f; exit; 1: if w1 != 7 goto 8f")
NEVER(eq32_says_nothing_of_the_high_half,
      "if w1 == 7 goto 1f; exit; 1: if r1 != 7 goto 8f") /* error[uninit-register] */
NEVER(ne32_says_that_the_word_is_not_it, "if w1 != 0 goto 1f; exit; 1: if r1 == 0 goto 8f")
NEVER(ge32_is_not_zero_in_64, "if w1 >= 1 goto 1f; exit; 1: if r1 == 0 goto 8f")
NEVER(set32_tests_the_low_half, "if w1 & 0x80000000 goto 1f; r1 &= 0x7fffffff; w2 = w1; if w2 s< 0 goto 8f; 1:")
NEVER(set32_not_taken_clears_the_bit, "if w1 & 4 goto 1f; if w1 & 4 goto 8f; 1:")
NEVER(bound32_and_cut_is_a_bound64, "if w1 > 7 goto 1f; w1 = w1; if r1 > 7 goto 8f; 1:")
NEVER(cut_and_bound32_is_a_bound64, "w1 = w1; if w1 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(bound64_is_a_bound32, "if r1 > 7 goto 1f; if w1 > 7 goto 8f; 1:")
NEVER(bound64_above_32_bits_is_none_in_32,
      "r2 = 0x100000000 ll; if r1 > r2 goto 1f; if w1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(least64_above_32_bits_is_none_in_32,
      "r2 = 0x100000001 ll; if r1 < r2 goto 1f; if w1 == 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(window_inside_4gb_bounds_the_low_half,
      "r2 = 0x100000010 ll; r3 = 0x100000020 ll; if r1 < r2 goto 1f; if r1 > r3 goto 1f; if w1 < 0x10 goto 8f; 1:")
NEVER(window_across_4gb_does_not, "r2 = 0xfffffff0 ll; r3 = 0x100000020 ll; if r1 < r2 goto 1f; if r1 > r3 goto 1f; if "
                                  "w1 > 0x20 goto 8f; 1:")                  /* error[uninit-register]
                                                                             */
NEVER(equal_low_halves_are_not_equal_words, "w2 = w1; if r1 != r2 goto 8f") /* error[uninit-register] */
NEVER(low_half_known_high_half_bounded,
      "r2 = 0x1ffffffff ll; if r1 > r2 goto 1f; if w1 != 0 goto 1f; r1 >>= 32; if r1 > 1 goto 8f; 1:")

/* -- registers against registers */
NEVER(reg_below_a_bounded_reg, "r2 &= 15; if r1 >= r2 goto 1f; if r1 > 14 goto 8f; 1:")
NEVER(reg_below_any_reg_is_not_the_greatest, "if r1 >= r2 goto 1f; r3 = -1; if r1 == r3 goto 8f; 1:")
NEVER(reg_above_any_reg_is_not_zero, "if r1 <= r2 goto 1f; if r1 == 0 goto 8f; 1:")
NEVER(reg_equal_to_a_bounded_reg, "r2 &= 15; if r1 != r2 goto 1f; if r1 > 15 goto 8f; 1:")
NEVER(equality_teaches_the_source_too, "r1 &= 15; if r1 != r2 goto 1f; if r2 > 15 goto 8f; 1:")
NEVER(order_teaches_the_source_too, "r1 &= 15; r1 += 16; if r2 >= r1 goto 1f; if r2 > 30 goto 8f; 1:")
NEVER(unequal_regs_may_be_anything,
      "r2 &= 15; if r1 == r2 goto 1f; if r1 == 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(itself_is_equal, "if r1 != r1 goto 8f")
NEVER(itself_is_not_below, "if r1 < r1 goto 8f")
NEVER(itself_is_not_above_signed, "if r1 s> r1 goto 8f")
NEVER(two_windows_that_do_not_meet_are_not_equal, "r1 &= 7; r2 &= 7; r2 += 8; if r1 == r2 goto 8f")
NEVER(two_windows_in_order, "r1 &= 7; r2 &= 7; r2 += 8; if r1 >= r2 goto 8f")
NEVER(two_windows_that_meet_may_be_equal, "r1 &= 7; r2 &= 7; r2 += 7; if r1 == r2 goto 8f") /* error[uninit-register] */
NEVER(two_windows32_in_order, "w1 &= 7; w2 &= 7; w2 += 8; if w1 >= w2 goto 8f")

/* -- sums and differences */
NEVER(add_constant_moves_both_ends, "r1 &= 15; r1 += 5; if r1 < 5 goto 8f; if r1 > 20 goto 8f")
NEVER(sub_constant_moves_both_ends, "r1 &= 15; r1 += 10; r1 -= 10; if r1 > 15 goto 8f")
NEVER(add_adds_the_ends, "r1 &= 15; r2 &= 3; r1 += r2; if r1 > 18 goto 8f")
NEVER(add_reaches_the_sum_of_the_ends, "r1 &= 15; r2 &= 3; r1 += r2; if r1 == 18 goto 8f") /* error[uninit-register] */
NEVER(sub_below_zero_wraps, "r1 &= 15; r1 -= 1; if r1 > 14 goto 8f")                       /* error[uninit-register] */
NEVER(sub_of_a_window_stays_above, "r1 &= 15; r1 += 100; r2 &= 15; r1 -= r2; if r1 < 85 goto 8f; if r1 > 115 goto 8f")
NEVER(add_that_may_wrap_bounds_nothing,
      "r2 = -4; if r1 > r2 goto 1f; r1 += 8; if r1 < 8 goto 8f; 1:") /* error[uninit-register] */
NEVER(add_that_surely_wraps_keeps_bounds, "r2 = -4; if r1 < r2 goto 1f; r1 += 8; if r1 > 7 goto 8f; 1:")
NEVER(add32_wraps_at_32_bits, "w1 = w1; r2 = 0xfffffff0 ll; if r1 < r2 goto 1f; w1 += 0x10; if r1 > 15 goto 8f; 1:")
NEVER(
    add64_does_not_wrap_at_32_bits,
    "w1 = w1; r2 = 0xfffffff0 ll; if r1 < r2 goto 1f; r1 += 0x10; if r1 > 15 goto 8f; 1:") /* error[uninit-register] */
NEVER(sub32_clears_the_high_half, "w1 -= 1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(sub32_wraps_at_32_bits, "w1 = 0; w1 -= 1; r2 = 0xffffffff ll; if r1 != r2 goto 8f")
NEVER(neg_of_a_window, "r1 &= 7; r1 = -r1; r1 += 7; if r1 > 7 goto 8f")
NEVER(neg32_clears_the_high_half, "w1 = -w1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(itself_from_itself_is_zero, "r1 -= r1; if r1 != 0 goto 8f")
NEVER(exclusive_or_with_itself_is_zero, "r1 ^= r1; if r1 != 0 goto 8f")
NEVER(difference_of_a_window_with_a_copy, "r1 &= 7; r2 = r1; r1 -= r2; r1 += 7; if r1 > 14 goto 8f")
NEVER(and_or_with_itself_change_nothing, "r1 &= 7; r1 &= r1; r1 |= r1; if r1 > 7 goto 8f")

/* -- products, quotients, remainders */
NEVER(mul_multiplies_the_ends, "r1 &= 15; r1 *= 3; if r1 > 45 goto 8f")
NEVER(mul_reaches_the_product, "r1 &= 15; r1 *= 3; if r1 == 45 goto 8f") /* error[uninit-register] */
NEVER(mul_of_windows, "r1 &= 15; r2 &= 15; r1 *= r2; if r1 > 225 goto 8f")
NEVER(mul_that_may_wrap_bounds_nothing,
      "r2 = 0x1ffffffff ll; r1 &= r2; r1 *= r1; if r1 > r2 goto 8f") /* error[uninit-register] */
NEVER(mul_of_32_bit_words_fits_64, "w1 = w1; w2 = w2; r1 *= r2; r3 = 0xfffffffe00000001 ll; if r1 > r3 goto 8f")
NEVER(mul32_wraps_at_32_bits, "w1 &= 0xffff; w1 *= 0x10000; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(mul_by_zero, "r1 *= 0; if r1 != 0 goto 8f")
NEVER(mul_by_minus_one_is_a_negation, "r1 &= 7; r1 *= -1; r1 += 7; if r1 > 7 goto 8f")
NEVER(div_divides_the_ends, "r1 &= 0xff; r1 /= 10; if r1 > 25 goto 8f")
NEVER(div_of_constants, "r1 = 100; r1 /= 7; if r1 != 14 goto 8f")
NEVER(div_by_a_register_that_is_zero_gives_zero, "r2 = 0; r1 = 5; r1 /= r2; if r1 != 0 goto 8f")
NEVER(mod_is_below_the_divisor, "r1 %= 10; if r1 > 9 goto 8f")
NEVER(mod_reaches_one_below_the_divisor, "r1 %= 10; if r1 == 9 goto 8f")          /* error[uninit-register] */
NEVER(mod_by_a_register_that_may_be_zero, "r2 &= 7; r1 %= r2; if r1 > 6 goto 8f") /* error[uninit-register] */
NEVER(mod_by_a_register_that_is_zero_changes_nothing, "r2 = 0; r1 = 5; r1 %= r2; if r1 != 5 goto 8f")
NEVER(mod32_by_zero_clears_the_high_half, "r2 = 0; w1 %= w2; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(div32_clears_the_high_half, "w1 /= 3; r1 >>= 32; if r1 != 0 goto 8f")

/* -- ranges through logic */
NEVER(and_is_at_most_either, "r1 &= 0xff; r2 &= 15; r1 &= r2; if r1 > 15 goto 8f")
NEVER(and_with_a_negative_constant_keeps_the_word_positive, "r1 &= 0xff; r1 &= -8; if r1 > 248 goto 8f")
NEVER(or_is_at_least_either, "r1 &= 15; r1 |= 16; if r1 < 16 goto 8f; if r1 > 31 goto 8f")
NEVER(xor_stays_inside_the_bits, "r1 &= 15; r2 &= 7; r1 ^= r2; if r1 > 15 goto 8f")
NEVER(or_of_windows_may_be_more_than_either,
      "r1 &= 1; r2 &= 2; r1 |= r2; if r1 == 3 goto 8f") /* error[uninit-register] */
NEVER(and32_clears_the_high_half, "w1 &= -1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(and64_with_minus_one_keeps_it, "r1 &= -1; r1 >>= 32; if r1 != 0 goto 8f") /* error[uninit-register] */

/* -- moves, widths, byte order */
NEVER(mov32_clears_the_high_half, "w1 = w1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(mov32_of_a_negative_constant, "w1 = -1; r2 = 0xffffffff ll; if r1 != r2 goto 8f")
NEVER(mov64_of_a_negative_constant, "r1 = -1; r1 += 1; if r1 != 0 goto 8f")
NEVER(lddw_is_64_bits, "r1 = 0x123456789a ll; r1 >>= 32; if r1 != 0x12 goto 8f")
NEVER(le16_cuts, "r1 = le16 r1; if r1 > 0xffff goto 8f")
NEVER(be16_cuts, "r1 = be16 r1; if r1 > 0xffff goto 8f")
NEVER(be32_cuts, "r1 = be32 r1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(bswap16_cuts, "r1 = bswap16 r1; if r1 > 0xffff goto 8f")
NEVER(be64_cuts_nothing, "r1 = be64 r1; if r1 > 0xffff goto 8f")                          /* error[uninit-register] */
NEVER(bswap_of_a_byte_is_not_a_byte, "r1 &= 0xff; r1 = bswap32 r1; if r1 > 0xff goto 8f") /* error[uninit-register] */
NEVER(constants_compare_exactly_at_32_bits, "r1 = 0x100000005 ll; if w1 != 5 goto 8f")
NEVER(constants_compare_exactly_at_64_bits, "r1 = 0x100000005 ll; if r1 == 5 goto 8f")
NEVER(immediates_are_sign_extended_in_64_bit_comparisons, "r1 = 0xffffffff ll; if r1 == -1 goto 8f")
NEVER(immediates_are_words_in_32_bit_comparisons, "r1 = 0xffffffff ll; if w1 != -1 goto 8f")

/* -- a chain of comparisons that halves and bounds (these made other verifiers hang) */
NEVER(doubling_with_32_bit_bounds,
      "r1 += r1; if w1 > 8 goto 1f; r1 += r1; if w1 > 8 goto 1f; r1 += r1; if w1 > 16 goto 8f; 1:")
NEVER(doubling_with_64_bit_bounds, "if r1 > 8 goto 1f; r1 += r1; if r1 > 12 goto 1f; r1 += r1; if r1 > 24 goto 8f; 1:")
NEVER(narrowing_from_both_sides, "if r1 < 10 goto 1f; if r1 > 10 goto 1f; if r1 != 10 goto 8f; 1:")
NEVER(removing_an_end_narrows, "r1 &= 7; if r1 == 0 goto 1f; r1 -= 1; if r1 > 6 goto 8f; 1:")
NEVER(removing_the_middle_does_not, "r1 &= 7; if r1 == 3 goto 1f; if r1 == 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(removing_an_end_in_32_bits, "w1 &= 7; if w1 == 7 goto 1f; if r1 > 6 goto 8f; 1:")
NEVER(removing_both_ends, "r1 &= 3; if r1 == 0 goto 1f; if r1 == 3 goto 1f; r1 -= 1; if r1 > 1 goto 8f; 1:")

/* -- ends that are not where the operands' ends are */
NEVER(or_is_greatest_in_the_middle, "if r1 > 4 goto 1f; r1 |= 4; if r1 > 4 goto 8f; 1:")  /* error[uninit-register] */
NEVER(xor_is_greatest_in_the_middle, "if r1 > 4 goto 1f; r1 ^= 4; if r1 > 4 goto 8f; 1:") /* error[uninit-register] */
NEVER(or32_is_greatest_in_the_middle,
      "w1 = w1; if w1 > 4 goto 1f; w1 |= 4; if w1 > 4 goto 8f; 1:") /* error[uninit-register] */
NEVER(below_one_is_zero, "if r1 < 1 goto 8f")                       /* error[uninit-register] */
NEVER(below_one_in_32_bits_is_zero, "if w1 < 1 goto 8f")            /* error[uninit-register] */
NEVER(below_the_least_is_nothing, "r2 = 0x8000000000000000 ll; if r1 s< r2 goto 8f")
NEVER(below_zero_is_nothing, "if r1 < 0 goto 8f")
NEVER(above_the_greatest_is_nothing, "if r1 > -1 goto 8f")
NEVER(product_of_two_to_the_32,
      "r3 = 0x100000000 ll; if r1 > r3 goto 1f; r1 *= r1; if r1 != 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(product32_of_two_to_the_16,
      "w1 = w1; if w1 > 0x10000 goto 1f; w1 *= w1; if w1 != 0 goto 8f; 1:") /* error[uninit-register] */

/* -- what was found on one path must not be believed on another that joins it, whichever is followed first */
NEVER(joined_small_then_great,
      "if r2 == 0 goto 2f; r3 = 4; goto 3f; 2: r3 = 40; 3: r4 = r4; if r3 > 4 goto 8f") /* error[uninit-register] */
NEVER(joined_great_then_small,
      "if r2 == 0 goto 2f; r3 = 40; goto 3f; 2: r3 = 4; 3: r4 = r4; if r3 > 4 goto 8f") /* error[uninit-register] */
NEVER(joined_ranges_small_then_great,
      "r1 &= 15; if r2 == 0 goto 3f; if r1 > 3 goto 1f; 3: if r1 > 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(joined_ranges_great_then_small,
      "r1 &= 15; if r2 != 0 goto 3f; if r1 > 3 goto 1f; 3: if r1 > 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(joined_after_three_paths, "r3 = 1; if r2 == 0 goto 3f; r3 = 2; if r2 == 1 goto 3f; r3 = 3; 3: r4 = r4; if r3 == "
                                "3 goto 8f") /* error[uninit-register]
                                              */
