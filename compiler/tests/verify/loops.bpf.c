// SPDX-License-Identifier: Apache-2.0
/* Loops in assembly: what ends, what does not, and what is known inside and behind. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u8[64]);

/* r6 = the context, r1 and r2 any numbers, r0 = 0; `goto 8f` must be impossible. */
#define LOOP(name, code)                                                                                               \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r2 = *(u64 *)(r6 + 8); r0 = 0");                                            \
        I(code);                                                                                                       \
        I("exit");                                                                                                     \
    }
#define LOOP_NEVER(name, code) LOOP(name, code "exit; 8: r0 = r9;")

/* -- loops that end */
LOOP(counts_up, "r3 = 0; 1: r3 += 1; if r3 != 10 goto 1b")
LOOP(counts_down, "r3 = 10; 1: r3 -= 1; if r3 != 0 goto 1b")
LOOP(counts_by_three, "r3 = 0; 1: r3 += 3; if r3 < 100 goto 1b")
LOOP(counts_in_32_bits, "w3 = 0; 1: w3 += 1; if w3 < 100 goto 1b")
LOOP(counts_signed_through_zero, "r3 = -5; 1: r3 += 1; if r3 s< 5 goto 1b")
LOOP(shifts_until_zero, "r3 = 0x8000000000000000 ll; 1: r3 >>= 1; if r3 != 0 goto 1b")
LOOP(doubles_until_great, "r3 = 1; 1: r3 <<= 1; if r3 < 1000 goto 1b")
LOOP(halves_any_number, "1: r1 >>= 1; if r1 != 0 goto 1b")
LOOP(counts_to_a_bounded_number, "r1 &= 63; r3 = 0; 1: r3 += 1; if r3 < r1 goto 1b")
LOOP(counts_a_bounded_number_down, "r1 &= 63; 1: if r1 == 0 goto 2f; r1 -= 1; goto 1b; 2:")
LOOP(leaves_early, "r3 = 0; 1: r3 += 1; if r1 == r3 goto 2f; if r3 != 20 goto 1b; 2:")
LOOP(goes_on_in_the_middle,
     "r3 = 0; 1: r3 += 1; r4 = r3; r4 &= 1; if r4 == 0 goto 2f; r0 += 1; 2: if r3 != 20 goto 1b; r0 = 0")
LOOP(nested, "r3 = 0; 1: r4 = 0; 2: r4 += 1; if r4 != 5 goto 2b; r3 += 1; if r3 != 5 goto 1b")
LOOP(nested_with_a_dependent_bound, "r3 = 0; 1: r4 = 0; 2: r4 += 1; if r4 < r3 goto 2b; r3 += 1; if r3 != 8 goto 1b")
LOOP(one_behind_the_other, "r3 = 0; 1: r3 += 1; if r3 != 10 goto 1b; 2: r3 -= 1; if r3 != 0 goto 2b")
LOOP(two_counters, "r3 = 0; r4 = 20; 1: r3 += 1; r4 -= 1; if r3 < r4 goto 1b")
LOOP(counter_on_the_stack,
     "*(u64 *)(r10 - 8) = 0; 1: r3 = *(u64 *)(r10 - 8); r3 += 1; *(u64 *)(r10 - 8) = r3; if r3 != 10 goto 1b")
LOOP(counter_on_the_stack_as_a_word,
     "*(u32 *)(r10 - 8) = 0; 1: r3 = *(u32 *)(r10 - 8); r3 += 1; *(u32 *)(r10 - 8) = r3; if r3 < 10 goto 1b")
LOOP(helper_in_the_loop, "r7 = 0; 1: call 7; r7 += 1; if r7 != 10 goto 1b; r0 = 0")
LOOP(two_entries, "r3 = 0; if r1 == 0 goto 2f; 1: r3 += 1; 2: r3 += 1; if r3 < 20 goto 1b")
LOOP(a_million_rounds, "r3 = 0; 1: r3 += 1; if r3 != 1000000 goto 1b")
LOOP(four_billion_rounds, "w3 = 0; 1: r3 += 1; r4 = 0xffffffff ll; if r3 < r4 goto 1b")
LOOP(a_thousand_rounds, "r3 = 0; 1: r3 += 1; if r3 != 1000 goto 1b")
LOOP(a_branch_in_every_round,
     "r3 = 0; 1: call 7; if r0 == 0 goto 2f; r7 = 1; 2: r3 = r3; r0 = 0; goto 3f; 3: exit; goto 1b") /* error[*] */
LOOP(a_choice_in_every_round,
     "r7 = 0; r8 = 0; 1: call 7; if r0 == 0 goto 2f; r8 += 1; 2: r7 += 1; if r7 != 30 goto 1b; r0 = 0")
LOOP(no_round_at_all, "goto 2f; 1: r3 += 1; 2: r3 = 5; if r3 != 5 goto 1b")
LOOP(jump_backwards_without_a_loop, "goto 2f; 1: r0 = 0; goto 3f; 2: goto 1b; 3:")

/* -- loops that do not end, or of which nobody knows */
LOOP(endless, "1: goto 1b")                                                                     /* error[*] */
LOOP(endless_with_a_counter_that_is_not_tested, "r3 = 0; 1: r3 += 1; r3 &= 7; goto 1b")         /* error[*] */
LOOP(endless_where_a_test_is_never_true, "r3 = 0; 1: r3 += 2; r3 &= 14; if r3 != 7 goto 1b")    /* error[*] */
LOOP(endless_for_one_number, "1: if r1 == 5 goto 1b")                                           /* error[*] */
LOOP(step_may_be_zero, "r1 &= 3; r3 = 0; 1: r3 += r1; if r3 < 10 goto 1b")                      /* error[*] */
LOOP(counter_is_reset, "r3 = 0; 1: r3 += 1; if r3 != 5 goto 2f; r3 = 0; 2: if r3 < 10 goto 1b") /* error[*] */
LOOP(counter_is_reset_on_one_path,
     "r3 = 0; 1: r3 += 1; call 7; if r0 != 0 goto 2f; r3 = 0; 2: if r3 < 10 goto 1b") /* error[*] */
LOOP(waits_for_a_random_number, "1: call 7; if r0 != 0 goto 1b")                      /* error[*] */
LOOP(waits_for_memory, "1: r3 = *(u64 *)(r6 + 8); if r3 == 0 goto 1b")                /* error[*] */
LOOP(endless_in_the_inner_loop,
     "r3 = 0; 1: r4 = 0; 2: r4 += 0; if r4 != 5 goto 2b; r3 += 1; if r3 != 5 goto 1b") /* error[*] */
LOOP(inner_loop_resets_the_outer_counter,
     "r3 = 0; 1: r3 += 1; r4 = 0; 2: r4 += 1; r3 = 0; if r4 != 5 goto 2b; if r3 != 5 goto 1b") /* error[*] */
LOOP(state_swings_between_two_values, "r3 = 0; 1: r3 ^= 1; if r3 < 2 goto 1b")                 /* error[*] */
LOOP(stack_swings_between_two_values,
     "*(u64 *)(r10 - 8) = 0; 1: r3 = *(u64 *)(r10 - 8); r3 ^= 1; *(u64 *)(r10 - 8) = r3; if r3 < 2 goto 1b") /* error[*]
                                                                                                              */
LOOP(pointer_moves_for_ever, "r3 = r10; r3 += -64; 1: *(u8 *)(r3 + 0) = 0; r3 += 1; goto 1b") /* error[*] */

/* -- what is known inside */
LOOP(index_inside_a_buffer,
     "r3 = 0; 1: r4 = r10; r4 += -16; r4 += r3; *(u8 *)(r4 + 0) = 0; r3 += 1; if r3 != 16 goto 1b")
LOOP(
    index_one_too_far,
    "r3 = 0; 1: r4 = r10; r4 += -16; r4 += r3; *(u8 *)(r4 + 0) = 0; r3 += 1; if r3 != 17 goto 1b") /* error[out-of-bounds]
                                                                                                    */
LOOP(index_one_too_low,
     "r3 = 512; 1: r4 = r10; r4 -= r3; *(u8 *)(r4 - 1) = 0; r3 -= 1; if r3 != 0 goto 1b") /* error[out-of-bounds] */
LOOP(
    index_tested_behind_the_access,
    "r3 = 0; 1: r4 = r10; r4 += -8; r4 += r3; *(u8 *)(r4 + 0) = 0; r3 += 1; if r3 <= 8 goto 1b") /* error[out-of-bounds]
                                                                                                  */
LOOP(moving_pointer_to_a_pointer,
     "r3 = r10; r3 += -64; r4 = r10; 1: *(u8 *)(r3 + 0) = 0; r3 += 1; if r3 != r4 goto 1b") /* error[*] */
LOOP(register_written_in_the_loop_only,
     "r3 = 0; 1: if r3 == r1 goto 2f; r7 = 1; r3 += 1; if r3 != 4 goto 1b; 2: r0 = r7") /* error[uninit-register] */
LOOP(register_written_in_the_first_round,
     "r3 = 0; 1: if r3 == 0 goto 2f; r0 = r7; 2: r7 = 1; r3 += 1; if r3 != 4 goto 1b; r0 = 0")
LOOP(pointer_lost_in_the_second_round,
     "r3 = 0; r7 = r6; 1: r0 = *(u64 *)(r7 + 0); r7 = 0; r3 += 1; if r3 != 2 goto 1b") /* error[*] */
LOOP(pointer_moves_out_in_the_last_round,
     "r3 = 0; r7 = r6; 1: r0 = *(u64 *)(r7 + 0); r7 += 8; r3 += 1; if r3 != 9 goto 1b") /* error[out-of-bounds] */
LOOP(pointer_stays_inside_for_all_rounds,
     "r3 = 0; r7 = r6; 1: r0 = *(u64 *)(r7 + 0); r7 += 8; r3 += 1; if r3 != 8 goto 1b")
LOOP(bound_found_in_the_loop_grows,
     "r3 = 0; r7 = 0; 1: r4 = r10; r4 += -64; r4 += r7; *(u8 *)(r4 + 0) = 0; r7 += r3; r3 += 1; if r3 != 12 goto 1b")
LOOP(bound_found_in_the_loop_grows_too_much, "r3 = 0; r7 = 0; 1: r4 = r10; r4 += -64; r4 += r7; *(u8 *)(r4 + 0) = 0; "
                                             "r7 += r3; r3 += 1; if r3 != 13 goto 1b") /* error[out-of-bounds] */
LOOP_NEVER(counter_is_known_behind, "r3 = 0; 1: r3 += 1; if r3 < 10 goto 1b; if r3 != 10 goto 8f;")
LOOP_NEVER(counter_is_bounded_inside, "r3 = 0; 1: if r3 > 9 goto 8f; r3 += 1; if r3 < 10 goto 1b;")
LOOP_NEVER(sum_is_known_behind, "r3 = 0; r4 = 0; 1: r4 += r3; r3 += 1; if r3 != 5 goto 1b; if r4 != 10 goto 8f;")
LOOP_NEVER(what_does_not_change_is_kept, "r1 &= 7; r3 = 0; 1: r3 += 1; if r3 != 50 goto 1b; if r1 > 7 goto 8f;")
LOOP_NEVER(what_changes_is_not_believed, "r7 = 0; r3 = 0; 1: r3 += 1; if r3 != 3 goto 2f; r7 = 1; 2: if r3 != 5 goto "
                                         "1b; if r7 == 1 goto 8f;") /* error[uninit-register]
                                                                     */

/* -- may_goto: a loop with a budget of the machine's */
LOOP(may_goto_ends_an_endless_loop, "1: may_goto 2f; goto 1b; 2:")
LOOP(may_goto_with_a_counter, "r3 = 0; 1: may_goto 2f; r3 += 1; if r3 != 100 goto 1b; 2:")
LOOP(may_goto_does_not_bound_an_index,
     "r3 = 0; 1: may_goto 2f; r4 = r10; r4 += -16; r4 += r3; *(u8 *)(r4 + 0) = 0; r3 += 1; goto 1b; 2:") /* error[*] */
LOOP(may_goto_with_a_tested_index, "r3 = 0; 1: may_goto 2f; if r3 > 15 goto 2f; r4 = r10; r4 += -16; r4 += r3; *(u8 "
                                   "*)(r4 + 0) = 0; r3 += 1; goto 1b; 2:")

/* -- loops in functions */
PROGRAM(loop_in_a_function)
{
    I("r1 = *(u64 *)(r1 + 0); r1 &= 31; call counts_its_argument_down; r0 = 0; exit");
}

FUNCTION(counts_its_argument_down)
{
    I("r0 = 0; 1: if r1 == 0 goto 2f; r1 -= 1; goto 1b; 2: exit");
}

PROGRAM(endless_loop_in_a_function)
{
    I("call waits; r0 = 0; exit");
}

FUNCTION(waits)
{
    I("1: call 7; if r0 != 0 goto 1b; exit"); /* error[*] */
}
