// SPDX-License-Identifier: Apache-2.0
/* Registers that are linked: copies, copies that were moved by a constant, copies on the stack; and links that must be
 * gone. `goto 8f` must be impossible (suite.h). r1 to r4 are any numbers. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

NEVER(copy_made_before, "r3 = r1; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:")
NEVER(original_after_the_copy_is_compared, "r3 = r1; if r3 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(copy_of_a_copy, "r3 = r1; r4 = r3; if r4 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(copy_kept_over_a_helper, "r7 = r1; r8 = r1; call 7; if r7 > 7 goto 1f; if r8 > 7 goto 8f; 1: r0 = 0")
NEVER(copy_compared_signed, "r3 = r1; if r1 s< 0 goto 1f; if r3 s< 0 goto 8f; 1:")
NEVER(copy_compared_in_32_bits, "r3 = r1; if w1 > 7 goto 1f; if w3 > 7 goto 8f; 1:")
NEVER(copy_compared_with_a_register, "r2 &= 7; r3 = r1; if r1 > r2 goto 1f; if r3 > 7 goto 8f; 1:")
NEVER(copy_of_a_32_bit_word, "w1 = w1; w3 = w1; if r3 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
NEVER(cut_copy_of_a_64_bit_number, "w3 = w1; if r3 > 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(cut_copy_says_something_of_the_low_half,
      "w3 = w1; if r3 > 7 goto 1f; if w1 > 7 goto 8f; 1:")                            /* error[uninit-register] */
NEVER(sign_extended_copy, "r3 = (s8)r1; if r3 != 0 goto 1f; if r1 != 0 goto 8f; 1:")  /* error[uninit-register] */
NEVER(sign_extended_word, "r3 = (s32)r1; if r3 != 0 goto 1f; if r1 != 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_changed_after_the_copy,
      "r3 = r1; r1 &= 7; if r1 > 3 goto 1f; if r3 > 3 goto 8f; 1:")                       /* error[uninit-register] */
NEVER(original_overwritten, "r3 = r1; r1 = r2; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_loaded_anew,
      "r3 = r1; r1 = *(u64 *)(r6 + 0); if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:")          /* error[uninit-register] */
NEVER(original_negated, "r3 = r1; r1 = -r1; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:")     /* error[uninit-register] */
NEVER(original_swapped, "r3 = r1; r1 = be64 r1; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_shifted_by_a_register,
      "r3 = r1; r1 >>= r2; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_cut_to_32_bits,
      "r3 = r1; w1 = w1; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_exchanged, "r3 = r1; *(u64 *)(r10 - 8) = 0; r1 = xchg_64(r10 - 8, r1); if r1 > 7 goto 1f; if r3 > 7 "
                          "goto 8f; 1:") /* error[uninit-register]
                                          */
NEVER(result_register_of_a_helper, "r7 = r0; call 7; if r0 > 7 goto 1f; if r7 > 7 goto 8f; 1: r0 = 0")
NEVER(link_through_a_call,
      "r7 = r1; call 7; r8 = r0; if r8 > 7 goto 1f; if r7 > 7 goto 8f; 1: r0 = 0") /* error[uninit-register] */
NEVER(joined_links_hold_on_both_paths,
      "if r2 == 0 goto 2f; r3 = r1; goto 3f; 2: r3 = r1; 3: if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:")
NEVER(joined_links_hold_on_one_path_only,
      "r3 = r4; if r2 == 0 goto 3f; r3 = r1; 3: if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(links_to_different_numbers_on_two_paths, "if r2 == 0 goto 2f; r3 = r1; goto 3f; 2: r3 = r4; 3: if r1 > 7 goto "
                                               "1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                             */
NEVER(links_in_a_loop, "r7 = r1; r8 = 0; 2: r8 += 1; if r8 != 5 goto 2b; if r1 > 7 goto 1f; if r7 > 7 goto 8f; 1:")
NEVER(link_renewed_in_a_loop, "r8 = 0; r7 = r1; 2: r1 = *(u64 *)(r6 + 0); r8 += 1; if r8 != 3 goto 2b; if r1 > 7 goto "
                              "1f; if r7 > 7 goto 8f; 1:")                              /* error[uninit-register] */
NEVER(two_pairs_of_links, "r3 = r1; r4 = r2; if r1 > 7 goto 1f; if r4 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(swapped_pairs, "r3 = r1; r4 = r2; r5 = r3; r3 = r4; r4 = r5; if r1 > 7 goto 1f; if r4 > 7 goto 8f; 1:")
NEVER(swapped_pairs_and_the_wrong_one,
      "r3 = r1; r4 = r2; r5 = r3; r3 = r4; r4 = r5; if r1 > 7 goto 1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                                                */
NEVER(impossible_by_two_copies, "r3 = r1; if r1 > 7 goto 1f; if r3 <= 7 goto 1f; goto 8f; 1:")
NEVER(equality_links_two_numbers,
      "if r1 != r2 goto 1f; if r1 > 7 goto 1f; if r2 > 7 goto 8f; 1:") /* error[uninit-register] */

/* -- moved copies: r3 = r1 + constant */
NEVER(copy_plus_constant, "r3 = r1; r3 += 4; if r3 > 7 goto 1f; if r3 < 4 goto 1f; if r1 > 3 goto 8f; 1:")
NEVER(original_of_a_copy_plus_constant, "r1 &= 0xff; r3 = r1; r3 += 4; if r1 > 3 goto 1f; if r3 > 7 goto 8f; 1:")
NEVER(original_by_the_moved_copy, "r1 &= 0xff; r3 = r1; r3 += 4; if r3 > 7 goto 1f; if r1 > 3 goto 8f; 1:")
NEVER(two_moved_copies, "r1 &= 0xff; r3 = r1; r4 = r1; r3 += 4; r4 += 8; if r3 > 7 goto 1f; if r4 > 11 goto 8f; 1:")
NEVER(copies_moved_by_different_constants,
      "r3 = r1; if r2 == 0 goto 2f; r3 += 4; goto 3f; 2: r3 += 8; 3: if r1 > 3 goto 1f; if r3 > 11 goto 8f; 1:")
NEVER(copy_moved_further_on_one_path, "r3 = r1; if r2 == 0 goto 2f; r3 += 4; goto 3f; 2: r3 += 8; 3: if r1 > 3 goto "
                                      "1f; if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_copy_is_not_the_original,
      "r1 &= 0xff; r3 = r1; r3 += 4; if r3 > 7 goto 1f; if r1 == 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_copy_that_may_wrap,
      "r3 = r1; r3 += 4; if r3 > 7 goto 1f; if r1 > 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_in_32_bits_that_may_wrap,
      "w1 = w1; w3 = w1; w3 += 4; if r3 > 7 goto 1f; if r1 > 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_in_32_bits_of_a_64_bit_number,
      "r3 = r1; w3 += 4; if r3 > 7 goto 1f; if r1 > 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(original_moved_in_32_bits,
      "r3 = r1; w1 += 4; if r1 != 4 goto 1f; if r3 != 0 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_twice_in_different_widths,
      "r3 = r1; r3 += 1; w3 += 1; if r3 != 5 goto 1f; if r1 != 3 goto 8f; 1:") /* error[uninit-register] */
NEVER(moved_by_a_register,
      "r2 &= 7; r3 = r1; r3 += r2; if r3 != 7 goto 1f; if r1 != 0 goto 8f; 1:") /* error[uninit-register] */

/* -- correlated branches: what one test says, the next one uses */
NEVER(flag_of_a_comparison, "r3 = 0; if r1 > 7 goto 1f; r3 = 1; 1: if r3 == 0 goto 2f; if r1 > 7 goto 8f; 2:")
NEVER(flag_of_a_comparison_inverted, "r3 = 0; if r1 > 7 goto 1f; r3 = 1; 1: if r3 == 1 goto 2f; if r1 <= 7 goto 8f; 2:")
NEVER(flag_says_nothing_of_another_number,
      "r3 = 0; if r1 > 7 goto 1f; r3 = 1; 1: if r3 == 0 goto 2f; if r2 > 7 goto 8f; 2:") /* error[uninit-register] */
NEVER(flag_on_the_stack, "*(u64 *)(r10 - 8) = 0; if r1 > 7 goto 1f; *(u64 *)(r10 - 8) = 1; 1: r3 = *(u64 *)(r10 - 8); "
                         "if r3 == 0 goto 2f; if r1 > 7 goto 8f; 2:")
NEVER(size_chosen_with_a_number,
      "if r2 == 0 goto 1f; r3 = 8; r4 = 16; goto 2f; 1: r3 = 16; r4 = 32; 2: r4 -= r3; if r4 != r3 goto 8f")
