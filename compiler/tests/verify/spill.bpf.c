// SPDX-License-Identifier: Apache-2.0
/* Values on the stack: every width in, every width out; what is kept, what is lost, what must not be believed. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u8[64]);

/* r1 is any number, r0 = 0, 16 bytes of the frame hold zeros; `code` stores, loads and compares (as NEVER of suite.h).
 */
#define SPILL(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r2 = *(u64 *)(r6 + 8); r0 = 0");                                            \
        I("*(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0");                                                          \
        I(code);                                                                                                       \
        I("exit; 8: r0 = r9; exit");                                                                                   \
    }

/* -- numbers, the same width in and out */
SPILL(double_keeps_the_bounds, "r1 &= 7; *(u64 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(word_keeps_the_bounds, "r1 &= 7; *(u32 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(half_keeps_the_bounds, "r1 &= 7; *(u16 *)(r10 - 8) = r1; r3 = *(u16 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(byte_keeps_the_bounds, "r1 &= 7; *(u8 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(upper_word_keeps_the_bounds, "r1 &= 7; *(u32 *)(r10 - 4) = r1; r3 = *(u32 *)(r10 - 4); if r3 > 7 goto 8f")
SPILL(constant_double, "*(u64 *)(r10 - 8) = 7; r3 = *(u64 *)(r10 - 8); if r3 != 7 goto 8f")
SPILL(constant_word, "*(u32 *)(r10 - 8) = 7; r3 = *(u32 *)(r10 - 8); if r3 != 7 goto 8f")
SPILL(constant_half, "*(u16 *)(r10 - 8) = 7; r3 = *(u16 *)(r10 - 8); if r3 != 7 goto 8f")
SPILL(constant_byte, "*(u8 *)(r10 - 8) = 7; r3 = *(u8 *)(r10 - 8); if r3 != 7 goto 8f")
SPILL(constant_of_minus_one_as_a_double, "*(u64 *)(r10 - 8) = -1; r3 = *(u64 *)(r10 - 8); if r3 != -1 goto 8f")
SPILL(constant_of_minus_one_as_a_word,
      "*(u32 *)(r10 - 8) = -1; r3 = *(u32 *)(r10 - 8); r4 = 0xffffffff ll; if r3 != r4 goto 8f")
SPILL(constant_of_minus_one_as_a_byte, "*(u8 *)(r10 - 8) = -1; r3 = *(u8 *)(r10 - 8); if r3 != 255 goto 8f")

/* -- a narrow store cuts */
SPILL(word_store_cuts,
      "r1 &= 7; r3 = 0x100000000 ll; r1 |= r3; *(u32 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(half_store_cuts, "r1 = 0x12345; *(u16 *)(r10 - 8) = r1; r3 = *(u16 *)(r10 - 8); if r3 != 0x2345 goto 8f")
SPILL(byte_store_cuts, "r1 = 0x1ff; *(u8 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 8); if r3 != 0xff goto 8f")
SPILL(bound_of_a_wide_number_is_none_after_a_cut,
      "r3 = 0x100000000 ll; if r1 < r3 goto 1f; *(u32 *)(r10 - 8) = r1; r3 "
      "= *(u32 *)(r10 - 8); if r3 == 0 goto 8f; 1:") /* error[uninit-register]
                                                      */
SPILL(
    cut_byte_may_be_zero,
    "if r1 == 0 goto 1f; *(u8 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 8); if r3 == 0 goto 8f; 1:") /* error[uninit-register]
                                                                                                 */
SPILL(cut_word_may_be_zero, "if r1 == 0 goto 1f; *(u32 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 == 0 goto 8f; "
                            "1:") /* error[uninit-register]
                                   */

/* -- a narrow load of a wide store */
SPILL(word_of_a_double, "r1 &= 7; *(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(byte_of_a_double, "r1 &= 7; *(u64 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(upper_word_of_a_small_double, "r1 &= 7; *(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 4); if r3 != 0 goto 8f")
SPILL(upper_word_of_a_constant,
      "r1 = 0x500000003 ll; *(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 4); if r3 != 5 goto 8f")
SPILL(third_byte_of_a_constant, "r1 = 0x12345678; *(u64 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 6); if r3 != 0x34 goto 8f")
SPILL(
    lower_word_of_a_wide_number,
    "r3 = 0x100000000 ll; if r1 != r3 goto 1f; *(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 != 0 goto 8f; 1:")
SPILL(lower_word_of_any_number,
      "*(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto 8f") /* error[uninit-register] */
SPILL(signed_byte_of_a_double, "r1 = 0x80; *(u64 *)(r10 - 8) = r1; r3 = *(s8 *)(r10 - 8); if r3 != -128 goto 8f")
SPILL(signed_word_of_a_word, "w1 = -5; *(u32 *)(r10 - 8) = r1; r3 = *(s32 *)(r10 - 8); if r3 != -5 goto 8f")
SPILL(signed_byte_of_a_bounded_byte, "r1 &= 0x7f; *(u8 *)(r10 - 8) = r1; r3 = *(s8 *)(r10 - 8); if r3 s< 0 goto 8f")
SPILL(signed_byte_of_any_byte_may_be_negative,
      "*(u8 *)(r10 - 8) = r1; r3 = *(s8 *)(r10 - 8); if r3 s< 0 goto 8f") /* error[uninit-register] */

/* -- a wide load of narrow stores */
SPILL(double_of_two_constant_words,
      "*(u32 *)(r10 - 8) = 3; *(u32 *)(r10 - 4) = 5; r3 = *(u64 *)(r10 - 8); r4 = 0x500000003 ll; if r3 != r4 goto 8f")
SPILL(double_whose_upper_word_is_unknown, "*(u64 *)(r10 - 8) = 3; *(u32 *)(r10 - 4) = r1; r3 = *(u64 *)(r10 - 8); if "
                                          "r3 > 3 goto 8f") /* error[uninit-register]
                                                             */
SPILL(double_over_two_slots,
      "*(u64 *)(r10 - 8) = -1; *(u64 *)(r10 - 16) = 0; r3 = *(u32 *)(r10 - 12); if r3 != 0 goto 8f")

/* -- partial overwriting */
SPILL(lower_byte_overwritten, "r1 &= 7; *(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 8) = r2; r3 = *(u64 *)(r10 - 8); if r3 > "
                              "7 goto 8f") /* error[uninit-register]
                                            */
SPILL(upper_byte_overwritten, "r1 &= 7; *(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 1) = r2; r3 = *(u64 *)(r10 - 8); if r3 > "
                              "7 goto 8f") /* error[uninit-register]
                                            */
SPILL(byte_beside_is_not_overwritten,
      "r1 &= 7; *(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 9) = r2; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(slot_above_is_not_overwritten,
      "r1 &= 7; *(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r2; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 8f")
SPILL(overwritten_by_a_word_then_read_as_a_byte, "*(u64 *)(r10 - 8) = 0; *(u32 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - "
                                                 "8); if r3 != 0 goto 8f") /* error[uninit-register]
                                                                            */
SPILL(overwritten_twice, "*(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 8) = 5; r3 = *(u64 *)(r10 - 8); if r3 != 5 goto 8f")

/* -- what the comparison after a spill or fill teaches the other copy */
SPILL(bound_after_the_spill_holds_for_the_fill,
      "*(u64 *)(r10 - 8) = r1; if r1 > 7 goto 1f; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 8f; 1:")
SPILL(bound_of_the_fill_holds_for_the_register,
      "*(u64 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 1f; if r1 > 7 goto 8f; 1:")
SPILL(
    bound_of_the_fill_holds_for_the_next_fill,
    "*(u64 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 1f; r4 = *(u64 *)(r10 - 8); if r4 > 7 goto 8f; 1:")
SPILL(bound_after_a_word_spill_of_a_word,
      "w1 = w1; *(u32 *)(r10 - 8) = r1; if r1 > 7 goto 1f; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto 8f; 1:")
SPILL(bound_after_a_word_spill_of_a_double, "*(u32 *)(r10 - 8) = r1; if r1 != 0 goto 1f; r3 = *(u32 *)(r10 - 8); if r3 "
                                            "> 7 goto 8f; 1:") /* error[uninit-register]
                                                                */
SPILL(bound_of_a_narrow_fill_is_none_of_the_double, "*(u64 *)(r10 - 8) = r1; r3 = *(u32 *)(r10 - 8); if r3 > 7 goto "
                                                    "1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                                  */
SPILL(
    bound_of_a_byte_fill_is_none_of_the_double,
    "*(u64 *)(r10 - 8) = r1; r3 = *(u8 *)(r10 - 8); if r3 > 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                                                */
SPILL(bound_after_the_slot_was_overwritten, "*(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 8) = r2; if r1 > 7 goto 1f; r3 = "
                                            "*(u64 *)(r10 - 8); if r3 > 7 goto 8f; 1:") /* error[uninit-register] */
SPILL(bound_after_a_byte_of_the_slot_was_overwritten,
      "*(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 8) = r2; if r1 > 7 goto "
      "1f; r3 = *(u64 *)(r10 - 8); if r3 > 7 goto 8f; 1:") /* error[uninit-register]
                                                            */
SPILL(bound_after_the_register_changed, "*(u64 *)(r10 - 8) = r1; r1 += 1; if r1 > 7 goto 1f; r3 = *(u64 *)(r10 - 8); "
                                        "if r3 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                  */
SPILL(bound_after_the_register_was_filled_anew, "*(u64 *)(r10 - 8) = r1; r1 = r2; if r1 > 7 goto 1f; r3 = *(u64 *)(r10 "
                                                "- 8); if r3 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                                */
SPILL(bound_after_a_sign_extending_fill, "*(u32 *)(r10 - 8) = r1; r3 = *(s32 *)(r10 - 8); if r3 != 0 goto 1f; if r1 != "
                                         "0 goto 8f; 1:") /* error[uninit-register]
                                                           */

SPILL(bound_of_a_cut_cell_of_a_linked_number, "r3 = r1; *(u32 *)(r10 - 8) = r1; r4 = *(u32 *)(r10 - 8); if r4 > 7 goto "
                                              "1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                            */
SPILL(bound_of_a_linked_number_after_a_cut_spill, "r3 = r1; *(u8 *)(r10 - 8) = r1; if r3 != 256 goto 1f; r4 = *(u8 "
                                                  "*)(r10 - 8); if r4 == 0 goto 8f; 1:") /* error[uninit-register]
                                                                                          */

/* -- pointers: as above, without a place that must not be reached */
#define POINTER(name, code)                                                                                            \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r0 = 0; *(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0");                  \
        I(code);                                                                                                       \
        I("exit");                                                                                                     \
    }

POINTER(context_pointer, "*(u64 *)(r10 - 8) = r6; r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)")
POINTER(stack_pointer, "*(u64 *)(r10 - 8) = r10; r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 - 8)")
POINTER(
    moved_stack_pointer,
    "r3 = r10; r3 += -16; *(u64 *)(r10 - 8) = r3; r4 = *(u64 *)(r10 - 8); *(u64 *)(r4 + 0) = r0; *(u64 *)(r4 + 8) = r0")
POINTER(moved_stack_pointer_keeps_its_place, "r3 = r10; r3 += -8; *(u64 *)(r10 - 16) = r3; r4 = *(u64 *)(r10 - 16); "
                                             "*(u64 *)(r4 + 8) = r0") /* error[out-of-bounds]
                                                                       */
POINTER(pointer_overwritten_by_a_byte, "*(u64 *)(r10 - 8) = r6; *(u8 *)(r10 - 3) = r0; r3 = *(u64 *)(r10 - 8); r3 = "
                                       "*(u64 *)(r3 + 0)") /* error[not-pointer]
                                                            */
POINTER(pointer_overwritten_by_a_word, "*(u64 *)(r10 - 8) = r6; *(u32 *)(r10 - 4) = r0; r3 = *(u64 *)(r10 - 8); r3 = "
                                       "*(u64 *)(r3 + 0)") /* error[not-pointer]
                                                            */
POINTER(pointer_overwritten_by_a_number,
        "*(u64 *)(r10 - 8) = r6; *(u64 *)(r10 - 8) = r0; r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)") /* error[*] */
POINTER(pointer_stored_as_a_word,
        "*(u32 *)(r10 - 8) = r6; r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)") /* error[not-pointer] */
POINTER(pointer_read_as_a_word,
        "*(u64 *)(r10 - 8) = r6; r3 = *(u32 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)") /* error[not-pointer] */
POINTER(pointer_read_beside_its_place, "*(u64 *)(r10 - 8) = r6; *(u64 *)(r10 - 16) = r6; r3 = *(u32 *)(r10 - 12); r3 = "
                                       "*(u64 *)(r3 + 0)") /* error[not-pointer]
                                                            */
POINTER(
    pointer_put_together_from_its_halves,
    "*(u64 *)(r10 - 8) = r6; r3 = *(u32 *)(r10 - 8); r4 = *(u32 *)(r10 - 4); *(u32 *)(r10 - 16) = r3; *(u32 *)(r10 - "
    "12) = r4; r3 = *(u64 *)(r10 - 16); r3 = *(u64 *)(r3 + 0)") /* error[not-pointer] */
POINTER(number_used_as_the_pointer_that_was_there,
        "*(u64 *)(r10 - 8) = r6; *(u64 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - "
        "8); r3 = *(u64 *)(r3 + 0)") /* error[not-pointer]
                                      */
POINTER(
    pointer_read_through_a_variable_offset,
    "*(u64 *)(r10 - 8) = r6; *(u64 *)(r10 - 16) = r6; r1 &= 8; r1 -= 16; r3 = r10; r3 += r1; r3 = *(u64 *)(r3 + 0); "
    "r3 = *(u64 *)(r3 + 0)") /* error[not-pointer] */
POINTER(pointers_merged_with_a_number,
        "if r1 == 0 goto 1f; *(u64 *)(r10 - 8) = r6; 1: r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)") /* error[*] */
POINTER(pointers_of_two_kinds_merged, "if r1 == 0 goto 1f; *(u64 *)(r10 - 8) = r6; goto 2f; 1: r3 = r10; r3 += -16; "
                                      "*(u64 *)(r10 - 8) = r3; 2: r3 = *(u64 *)(r10 - 8); r3 = *(u64 *)(r3 + 0)")

PROGRAM(spilled_lookup_is_tested_in_the_register)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));
    I("*(u64 *)(r10 - 16) = r0; if r0 == 0 goto 1f; r1 = *(u64 *)(r10 - 16); r0 = *(u8 *)(r1 + 63); 1: exit");
}

PROGRAM(spilled_lookup_is_tested_after_the_fill)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));
    I("*(u64 *)(r10 - 16) = r0; r1 = *(u64 *)(r10 - 16); if r1 == 0 goto 1f; r0 = *(u8 *)(r0 + 0); 1: r0 = 0; exit");
}

PROGRAM(spilled_lookup_is_not_tested)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));
    I("*(u64 *)(r10 - 16) = r0; r1 = *(u64 *)(r10 - 16)");
    I("r0 = *(u8 *)(r1 + 0)"); /* error[null-deref] */
    I("exit");
}

PROGRAM(spilled_lookup_is_replaced_before_the_test)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; *(u64 *)(r10 - 16) = r0" ::"i"(&table));
    I("r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 1f; r1 = *(u64 *)(r10 - 16)" ::"i"(&table));
    I("r0 = *(u8 *)(r1 + 0)"); /* error[null-deref] */
    I("1: r0 = 0; exit");
}

PROGRAM(spilled_values_live_over_calls)
{
    I("r1 = *(u64 *)(r1 + 0); r1 &= 7; *(u64 *)(r10 - 8) = r1; call 7; call returns_a_number");
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 > 7 goto 8f; exit; 8: r0 = r9; exit");
}

FUNCTION(returns_a_number)
{
    I("*(u64 *)(r10 - 8) = 99; r0 = 1; exit");
}

PROGRAM(a_helper_writes_over_a_spilled_pointer)
{
    I("r6 = r1; *(u64 *)(r10 - 8) = r1; *(u32 *)(r10 - 12) = 0");
    I("r1 = %0 ll; r2 = r10; r2 += -12; call 1; if r0 == 0 goto 1f" ::"i"(&table));
    I("r1 = *(u64 *)(r10 - 8); r0 = *(u64 *)(r1 + 0); 1: exit"); /* a lookup reads the key and leaves the stack alone */
}
