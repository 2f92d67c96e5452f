// SPDX-License-Identifier: Apache-2.0
/* Signed bounds, and what they say of unsigned ones. `goto 8f` must be impossible (suite.h). r1 to r4 are any numbers.
 */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

/* -- what each comparison teaches */
NEVER(sgt_taken, "if r1 s> -3 goto 1f; exit; 1: if r1 s<= -3 goto 8f")
NEVER(sgt_not_taken, "if r1 s> -3 goto 1f; if r1 s>= -2 goto 8f; 1:")
NEVER(sge_taken, "if r1 s>= -3 goto 1f; exit; 1: if r1 s< -3 goto 8f")
NEVER(sge_not_taken, "if r1 s>= -3 goto 1f; if r1 s> -4 goto 8f; 1:")
NEVER(slt_taken, "if r1 s< -3 goto 1f; exit; 1: if r1 s> -4 goto 8f")
NEVER(slt_not_taken, "if r1 s< -3 goto 1f; if r1 s< -3 goto 8f; 1:")
NEVER(sle_taken, "if r1 s<= -3 goto 1f; exit; 1: if r1 s> -3 goto 8f")
NEVER(sle_not_taken, "if r1 s<= -3 goto 1f; if r1 s< -2 goto 8f; 1:")
NEVER(sgt_includes_the_next, "if r1 s> -3 goto 1f; exit; 1: if r1 == -2 goto 8f")       /* error[uninit-register] */
NEVER(sge_includes_it, "if r1 s>= -3 goto 1f; exit; 1: if r1 == -3 goto 8f")            /* error[uninit-register] */
NEVER(slt_includes_the_one_before, "if r1 s< -3 goto 1f; exit; 1: if r1 == -4 goto 8f") /* error[uninit-register] */
NEVER(sle_includes_it, "if r1 s<= -3 goto 1f; exit; 1: if r1 == -3 goto 8f")            /* error[uninit-register] */
NEVER(sgt32_taken, "if w1 s> -3 goto 1f; exit; 1: if w1 s<= -3 goto 8f")
NEVER(sge32_not_taken, "if w1 s>= -3 goto 1f; if w1 s> -4 goto 8f; 1:")
NEVER(slt32_taken, "if w1 s< -3 goto 1f; exit; 1: if w1 s> -4 goto 8f")
NEVER(sle32_not_taken, "if w1 s<= -3 goto 1f; if w1 s< -2 goto 8f; 1:")
NEVER(slt32_is_not_slt64, "if w1 s< 0 goto 1f; exit; 1: if r1 s>= 0 goto 8f") /* error[uninit-register] */
NEVER(sge32_is_not_sge64, "if w1 s>= 0 goto 1f; exit; 1: if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(slt64_is_not_slt32, "if r1 s< 0 goto 1f; exit; 1: if w1 s>= 0 goto 8f") /* error[uninit-register] */

/* -- signed and unsigned views of one word */
NEVER(not_negative_and_below_is_an_unsigned_bound, "if r1 s< 0 goto 1f; if r1 s> 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(below_alone_is_no_unsigned_bound, "if r1 s> 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(unsigned_bound_is_a_signed_one, "if r1 > 7 goto 1f; if r1 s< 0 goto 8f; if r1 s> 7 goto 8f; 1:")
NEVER(great_unsigned_bound_is_no_signed_one,
      "r2 = 0x8000000000000000 ll; if r1 > r2 goto 1f; if r1 s< 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(greatest_positive_bound_is_a_signed_one, "r2 = 0x7fffffffffffffff ll; if r1 > r2 goto 1f; if r1 s< 0 goto 8f; 1:")
NEVER(negative_is_great_unsigned, "if r1 s>= 0 goto 1f; r2 = 0x8000000000000000 ll; if r1 < r2 goto 8f; 1:")
NEVER(negative_window_unsigned, "if r1 s>= 0 goto 1f; if r1 s< -8 goto 1f; if r1 < -8 goto 8f; 1:")
NEVER(window_around_zero_has_no_small_unsigned_bound,
      "if r1 s> 4 goto 1f; if r1 s< -4 goto 1f; if r1 > 4 goto 8f; 1:") /* error[uninit-register] */
NEVER(window_around_zero_moved_up, "if r1 s> 4 goto 1f; if r1 s< -4 goto 1f; r1 += 4; if r1 > 8 goto 8f; 1:")
NEVER(window_around_zero_twice, "if r1 s> 4 goto 1f; if r1 s< -4 goto 1f; r1 *= 2; r1 += 8; if r1 > 16 goto 8f; 1:")
NEVER(unsigned_window_across_the_sign,
      "r2 = 0x7ffffffffffffff0 ll; r1 &= 31; r1 += r2; if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(unsigned_window_across_the_sign_is_still_bounded,
      "r2 = 0x7ffffffffffffff0 ll; r1 &= 31; r1 += r2; r1 -= r2; if r1 > 31 goto 8f")
NEVER(signed32_window_and_cut, "if w1 s< 0 goto 1f; if w1 s> 7 goto 1f; w1 = w1; if r1 > 7 goto 8f; 1:")
NEVER(signed32_below_alone_is_no_bound,
      "if w1 s> 7 goto 1f; w1 = w1; if r1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(signed32_window_is_none_in_64,
      "if w1 s< 0 goto 1f; if w1 s> 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(signed64_window_is_one_in_32,
      "if r1 s< -7 goto 1f; if r1 s> 7 goto 1f; if w1 s< -7 goto 8f; if w1 s> 7 goto 8f; 1:")
NEVER(word_of_32_bits_is_not_negative_in_64, "w1 = w1; if r1 s< 0 goto 8f")
NEVER(word_of_32_bits_may_be_negative_in_32, "w1 = w1; if w1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(word_of_31_bits_is_not_negative_in_32, "w1 = w1; w1 >>= 1; if w1 s< 0 goto 8f")

/* -- sign extension */
NEVER(sign_extension_of_a_byte, "r1 = (s8)r1; if r1 s> 127 goto 8f; if r1 s< -128 goto 8f")
NEVER(sign_extension_of_a_half, "r1 = (s16)r1; if r1 s> 32767 goto 8f; if r1 s< -32768 goto 8f")
NEVER(sign_extension_of_a_word,
      "r1 = (s32)r1; r2 = 0x7fffffff ll; if r1 s> r2 goto 8f; r2 = -0x80000000 ll; if r1 s< r2 goto 8f")
NEVER(sign_extension_of_a_byte_reaches_minus_128, "r1 = (s8)r1; if r1 == -128 goto 8f") /* error[uninit-register] */
NEVER(sign_extension_may_be_negative, "r1 &= 0xff; r1 = (s8)r1; if r1 s< 0 goto 8f")    /* error[uninit-register] */
NEVER(sign_extension_of_a_small_number_keeps_it, "r1 &= 0x7f; r1 = (s8)r1; if r1 > 0x7f goto 8f")
NEVER(sign_extension_of_a_set_sign_is_negative, "r1 |= 0x80; r1 = (s8)r1; if r1 s>= 0 goto 8f")
NEVER(sign_extension_into_32_bits_clears_the_high_half, "w1 = (s8)w1; r1 >>= 32; if r1 != 0 goto 8f")
NEVER(sign_extension_into_32_bits_is_signed_there, "w1 = (s8)w1; if w1 s> 127 goto 8f; if w1 s< -128 goto 8f")
NEVER(sign_extension_of_a_constant, "r1 = 0x80; r1 = (s8)r1; if r1 != -128 goto 8f")
NEVER(sign_extension_of_a_word_after_a_32_bit_bound, "if w1 > 7 goto 1f; r1 = (s32)r1; if r1 > 7 goto 8f; 1:")
NEVER(sign_extension_of_a_window_that_crosses,
      "r1 &= 3; r1 += 126; r1 = (s8)r1; if r1 s< 126 goto 8f") /* error[uninit-register] */
NEVER(sign_extension_of_256_and_more_is_another_number, "r1 &= 0xff; r1 += 0x100; r1 = (s8)r1; if r1 s> 127 goto 8f")
NEVER(sign_extension_by_shifts, "r1 <<= 56; r1 s>>= 56; if r1 s> 127 goto 8f; if r1 s< -128 goto 8f")
NEVER(sign_extension_by_shifts_of_a_word, "r1 <<= 32; r1 s>>= 32; r2 = 0x7fffffff ll; if r1 s> r2 goto 8f")

/* -- loads with sign */
NEVER(load_of_a_byte, "r1 = *(u8 *)(r6 + 0); if r1 > 255 goto 8f")
NEVER(load_of_a_half, "r1 = *(u16 *)(r6 + 0); if r1 > 65535 goto 8f")
NEVER(load_of_a_word, "r1 = *(u32 *)(r6 + 0); r1 >>= 32; if r1 != 0 goto 8f")
NEVER(load_of_a_signed_byte, "r1 = *(s8 *)(r6 + 0); if r1 s> 127 goto 8f; if r1 s< -128 goto 8f")
NEVER(load_of_a_signed_half, "r1 = *(s16 *)(r6 + 0); if r1 s> 32767 goto 8f; if r1 s< -32768 goto 8f")
NEVER(load_of_a_signed_word, "r1 = *(s32 *)(r6 + 0); r2 = 0x7fffffff ll; if r1 s> r2 goto 8f")
NEVER(load_of_a_signed_byte_may_be_negative, "r1 = *(s8 *)(r6 + 0); if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(load_of_a_signed_byte_is_not_a_byte, "r1 = *(s8 *)(r6 + 0); if r1 > 255 goto 8f")  /* error[uninit-register] */

/* -- signed arithmetic */
NEVER(arithmetic_shift_keeps_the_sign, "if r1 s>= 0 goto 1f; r1 s>>= 4; if r1 s>= 0 goto 8f; 1:")
NEVER(arithmetic_shift_by_63_is_the_sign, "r1 s>>= 63; if r1 s> 0 goto 8f; if r1 s< -1 goto 8f")
NEVER(arithmetic_shift32_by_31_is_the_sign, "w1 s>>= 31; if w1 s> 0 goto 8f; if w1 s< -1 goto 8f")
NEVER(signed_division_of_constants, "r1 = -7; r1 s/= 2; if r1 != -3 goto 8f")
NEVER(signed_remainder_of_constants, "r1 = -7; r1 s%= 2; if r1 != -1 goto 8f")
NEVER(signed_division_of_the_least_by_minus_one, "r1 = 0x8000000000000000 ll; r2 = r1; r1 s/= -1; if r1 != r2 goto 8f")
NEVER(signed_division_bounds, "r1 &= 0xff; r1 s/= -4; if r1 s> 0 goto 8f; if r1 s< -63 goto 8f")
NEVER(signed_remainder_is_smaller_than_the_divisor, "r1 s%= 5; if r1 s> 4 goto 8f; if r1 s< -4 goto 8f")
NEVER(signed_remainder_has_the_sign_of_the_dividend, "r1 &= 0xff; r1 s%= -5; if r1 s< 0 goto 8f")
NEVER(signed_remainder_may_be_negative, "r1 s%= 5; if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(negation_of_the_least_is_the_least, "r1 = 0x8000000000000000 ll; r2 = r1; r1 = -r1; if r1 != r2 goto 8f")
NEVER(negation_swaps_the_bounds,
      "if r1 s< 2 goto 1f; if r1 s> 5 goto 1f; r1 = -r1; if r1 s> -2 goto 8f; if r1 s< -5 goto 8f; 1:")
NEVER(signed_sum_that_may_overflow,
      "if r1 s< 0 goto 1f; if r2 s< 0 goto 1f; r1 += r2; if r1 s< 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(signed_sum_that_cannot_overflow, "r1 >>= 2; r2 >>= 2; r1 += r2; if r1 s< 0 goto 8f")
NEVER(signed_difference_of_positives, "r1 >>= 1; r2 >>= 1; r1 -= r2; r3 = 0x8000000000000000 ll; if r1 == r3 goto 8f")
NEVER(signed_product, "if r1 s< -3 goto 1f; if r1 s> 2 goto 1f; r1 *= -4; if r1 s< -8 goto 8f; if r1 s> 12 goto 8f; 1:")
NEVER(signed_product_of_windows, "if r1 s< -3 goto 1f; if r1 s> 2 goto 1f; if r2 s< -5 goto 1f; if r2 s> 4 goto 1f; r1 "
                                 "*= r2; if r1 s> 15 goto 8f; if r1 s< -12 goto 8f; 1:")
NEVER(and_of_a_negative_window, "if r1 s>= 0 goto 1f; r1 &= 0xff; if r1 s< 0 goto 8f; 1:")
NEVER(or_with_a_negative_number_is_negative, "r1 |= -16; if r1 s>= 0 goto 8f")
NEVER(or32_with_a_negative_number_is_negative_in_32, "w1 |= -16; if w1 s>= 0 goto 8f")
NEVER(xor_of_two_negatives_is_not_negative, "r1 |= -16; r2 |= -16; r1 ^= r2; if r1 s< 0 goto 8f")
NEVER(sign_extension_of_a_window_of_a_wide_number,
      "r1 &= 31; r1 += 0x1f0; r1 = (s8)r1; if r1 s< 0 goto 8f") /* error[uninit-register] */
NEVER(sign_extension_of_the_other_half_of_that_window,
      "r1 &= 31; r1 += 0x1f0; r1 = (s8)r1; if r1 s> 0 goto 8f") /* error[uninit-register] */
NEVER(sign_extension_of_a_high_window, "r1 &= 15; r1 += 0x1f0; r1 = (s8)r1; if r1 s>= 0 goto 8f")
NEVER(sign_extended_half_of_a_window,
      "r1 &= 1; r1 += 0x7fff; r1 = (s16)r1; if r1 s< 0 goto 8f") /* error[uninit-register] */
