// SPDX-License-Identifier: Apache-2.0
/* Known bits: masks, alignment, parity, and what survives arithmetic. `goto 8f` must be impossible (suite.h). r1 to r4
 * are any numbers. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

NEVER(and_knows_the_zeros, "r1 &= 0x30; r1 &= 0x0f; if r1 != 0 goto 8f")
NEVER(or_knows_the_ones, "r1 |= 0x30; r1 &= 0x30; if r1 != 0x30 goto 8f")
NEVER(xor_knows_where_both_are_known, "r1 &= -8; r1 ^= 5; r1 &= 7; if r1 != 5 goto 8f")
NEVER(xor_of_unknown_bits_is_unknown, "r1 ^= 5; r1 &= 7; if r1 != 5 goto 8f") /* error[uninit-register] */
NEVER(multiple_of_8_stays_one, "r1 &= -8; r1 += 16; r1 &= 7; if r1 != 0 goto 8f")
NEVER(multiple_of_8_and_a_rest, "r1 &= -8; r1 += 3; r1 &= 7; if r1 != 3 goto 8f")
NEVER(multiples_of_8_minus_each_other, "r1 &= -8; r2 &= -8; r1 -= r2; r1 &= 7; if r1 != 0 goto 8f")
NEVER(multiples_of_4_and_8_make_4, "r1 &= -8; r2 &= -4; r1 += r2; r1 &= 3; if r1 != 0 goto 8f")
NEVER(multiples_of_4_and_8_do_not_make_8,
      "r1 &= -8; r2 &= -4; r1 += r2; r1 &= 7; if r1 != 0 goto 8f") /* error[uninit-register] */
NEVER(product_of_multiples, "r1 &= -4; r2 &= -2; r1 *= r2; r1 &= 7; if r1 != 0 goto 8f")
NEVER(product_with_an_odd_number_keeps_low_zeros, "r1 &= -8; r1 *= 3; r1 &= 7; if r1 != 0 goto 8f")
NEVER(product_with_twelve_has_two_zeros, "r1 *= 12; r1 &= 3; if r1 != 0 goto 8f")
NEVER(product_with_twelve_has_no_three_zeros, "r1 *= 12; r1 &= 7; if r1 != 0 goto 8f") /* error[uninit-register] */
NEVER(product_of_odd_numbers_is_odd, "r1 |= 1; r2 |= 1; r1 *= r2; r1 &= 1; if r1 != 1 goto 8f")
NEVER(product_of_one_unknown_bit, "r1 &= 1; r1 *= 10; if r1 == 5 goto 8f")
NEVER(product_of_one_unknown_bit_may_be_ten, "r1 &= 1; r1 *= 10; if r1 == 10 goto 8f") /* error[uninit-register] */
NEVER(sum_of_an_odd_and_an_even_number_is_odd, "r1 |= 1; r2 &= -2; r1 += r2; r1 &= 1; if r1 != 1 goto 8f")
NEVER(sum_of_odd_numbers_is_even, "r1 |= 1; r2 |= 1; r1 += r2; r1 &= 1; if r1 != 0 goto 8f")
NEVER(negation_keeps_low_zeros, "r1 &= -8; r1 = -r1; r1 &= 7; if r1 != 0 goto 8f")
NEVER(negation_of_odd_is_odd, "r1 |= 1; r1 = -r1; r1 &= 1; if r1 != 1 goto 8f")
NEVER(left_shift_brings_zeros, "r1 <<= 3; if r1 & 4 goto 8f")
NEVER(right_shift_moves_known_bits, "r1 |= 0x80; r1 >>= 4; r1 &= 8; if r1 == 0 goto 8f")
NEVER(right_shift_brings_zeros, "r1 >>= 8; r2 = 0x0100000000000000 ll; r1 &= r2; if r1 != 0 goto 8f")
NEVER(arithmetic_shift_of_a_known_sign, "r1 |= -256; r1 s>>= 8; if r1 != -1 goto 8f")
NEVER(cut_to_32_bits_knows_the_zeros, "w1 = w1; r2 = 0xffffffff00000000 ll; r1 &= r2; if r1 != 0 goto 8f")
NEVER(low_bits_survive_a_cut, "r1 |= 5; w1 = w1; r1 &= 5; if r1 != 5 goto 8f")
NEVER(low_bits_survive_32_bit_addition, "r1 &= -4; w1 += 4; r1 &= 3; if r1 != 0 goto 8f")
NEVER(high_bits_do_not_survive_a_cut, "r2 = 0x100000000 ll; r1 |= r2; w1 = w1; r1 &= r2; if r1 != 0 goto 8f")
NEVER(byte_swap_moves_known_bits, "r1 |= 1; r1 = bswap64 r1; r2 = 0x0100000000000000 ll; r1 &= r2; if r1 == 0 goto 8f")
NEVER(byte_swap16_moves_known_bits, "r1 &= 0xff00; r1 = bswap16 r1; if r1 > 0xff goto 8f")
NEVER(comparison_with_a_mask_knows_the_bits,
      "r2 = r1; r2 &= 7; if r2 != 0 goto 1f; r2 += 8; r2 &= 7; if r2 != 0 goto 8f; 1:")
NEVER(set_of_one_bit_not_taken, "if r1 & 1 goto 1f; r1 += 2; r1 &= 1; if r1 != 0 goto 8f; 1:")
NEVER(set_of_one_bit_taken, "if r1 & 1 goto 1f; exit; 1: r1 &= 1; if r1 != 1 goto 8f")
NEVER(equality_with_bits_that_contradict, "r1 |= 1; if r1 == 4 goto 8f")
NEVER(equality_of_registers_joins_their_bits, "r1 |= 1; r2 |= 2; if r1 != r2 goto 1f; r1 &= 3; if r1 != 3 goto 8f; 1:")
NEVER(equality32_with_bits_that_contradict, "w1 |= 1; if w1 == 4 goto 8f")
NEVER(odd_is_not_zero, "r1 |= 1; if r1 == 0 goto 8f")
NEVER(bits_that_disagree_make_the_sides_impossible, "r1 &= -2; r2 |= 1; if r1 == r2 goto 8f")
NEVER(multiples_inside_a_window, "r1 &= 0x38; if r1 > 56 goto 8f")
NEVER(multiples_below_a_bound_are_lower, "r1 &= 0x78; if r1 >= 60 goto 1f; if r1 > 56 goto 8f; 1:")
NEVER(merge_of_two_constants_keeps_common_bits,
      "if r1 == 0 goto 1f; r1 = 4; goto 2f; 1: r1 = 12; 2: r1 &= 4; if r1 != 4 goto 8f")
NEVER(sub_borrows, "r1 &= -16; r1 -= 1; r1 &= 15; if r1 != 15 goto 8f")
NEVER(add_carries_into_unknown_bits, "r1 &= 1; r1 += 1; r1 &= 2; if r1 != 0 goto 8f") /* error[uninit-register] */
NEVER(add_carry_chain_to_the_top, "r1 &= 1; r1 += -1; if r1 == -2 goto 8f")
NEVER(remainder_by_a_power_of_two, "r1 %= 8; r1 &= -8; if r1 != 0 goto 8f")
NEVER(remainder_by_a_power_keeps_low_bits, "r1 &= -4; r1 %= 8; r1 &= 3; if r1 != 0 goto 8f")
NEVER(known_32_bits_in_an_unknown_word, "r1 <<= 32; r1 |= 0x123; if w1 != 0x123 goto 8f")
NEVER(mask_of_all_ones_is_no_mask, "r1 &= -1; if r1 > 7 goto 8f") /* error[uninit-register] */
