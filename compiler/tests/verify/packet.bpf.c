// SPDX-License-Identifier: Apache-2.0
/* Packet bytes: every comparison with data_end, both operand orders, both sides; variable offsets; what invalidates. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_ARRAY, 4, __u32, __u64);

/* r2 = data, r3 = data_end, r6 = the context; `code` leaves by 1. */
#define BYTES(name, code)                                                                                              \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("r6 = r1; r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r0 = 0");                                            \
        I(code);                                                                                                       \
        I("1: r0 = 2; exit");                                                                                          \
    }

/* -- comparisons: r4 = data + 8 */
BYTES(gt_not_taken, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)")
BYTES(gt_not_taken_one_byte_more,
      "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u8 *)(r2 + 8)") /* error[out-of-bounds] */
BYTES(gt_taken_proves_nothing,
      "r4 = r2; r4 += 8; if r4 > r3 goto 2f; exit; 2: r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(ge_not_taken_proves_one_more, "r4 = r2; r4 += 8; if r4 >= r3 goto 1f; r0 = *(u8 *)(r2 + 8)")
BYTES(ge_not_taken_two_bytes_more,
      "r4 = r2; r4 += 8; if r4 >= r3 goto 1f; r0 = *(u8 *)(r2 + 9)") /* error[out-of-bounds] */
BYTES(lt_taken_proves_one_more, "r4 = r2; r4 += 8; if r4 < r3 goto 2f; goto 1f; 2: r0 = *(u8 *)(r2 + 8)")
BYTES(lt_not_taken_proves_nothing,
      "r4 = r2; r4 += 8; if r4 < r3 goto 1f; r0 = *(u8 *)(r2 + 7)") /* error[out-of-bounds] */
BYTES(le_taken, "r4 = r2; r4 += 8; if r4 <= r3 goto 2f; goto 1f; 2: r0 = *(u64 *)(r2 + 0)")
BYTES(le_taken_one_byte_more,
      "r4 = r2; r4 += 8; if r4 <= r3 goto 2f; goto 1f; 2: r0 = *(u8 *)(r2 + 8)") /* error[out-of-bounds] */
BYTES(le_not_taken_proves_nothing,
      "r4 = r2; r4 += 8; if r4 <= r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(end_gt_taken_proves_one_more, "r4 = r2; r4 += 8; if r3 > r4 goto 2f; goto 1f; 2: r0 = *(u8 *)(r2 + 8)")
BYTES(end_gt_not_taken_proves_nothing,
      "r4 = r2; r4 += 8; if r3 > r4 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(end_ge_taken, "r4 = r2; r4 += 8; if r3 >= r4 goto 2f; goto 1f; 2: r0 = *(u64 *)(r2 + 0)")
BYTES(end_ge_taken_one_byte_more,
      "r4 = r2; r4 += 8; if r3 >= r4 goto 2f; goto 1f; 2: r0 = *(u8 *)(r2 + 8)") /* error[out-of-bounds] */
BYTES(end_lt_not_taken, "r4 = r2; r4 += 8; if r3 < r4 goto 1f; r0 = *(u64 *)(r2 + 0)")
BYTES(end_lt_not_taken_one_byte_more,
      "r4 = r2; r4 += 8; if r3 < r4 goto 1f; r0 = *(u8 *)(r2 + 8)") /* error[out-of-bounds] */
BYTES(end_le_not_taken_proves_one_more, "r4 = r2; r4 += 8; if r3 <= r4 goto 1f; r0 = *(u8 *)(r2 + 8)")
BYTES(end_le_taken_proves_nothing,
      "r4 = r2; r4 += 8; if r3 <= r4 goto 2f; goto 1f; 2: r0 = *(u8 *)(r2 + 7)")             /* error[out-of-bounds] */
BYTES(eq_proves_nothing_here, "r4 = r2; r4 += 8; if r4 != r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(signed_comparison_proves_nothing,
      "r4 = r2; r4 += 8; if r4 s> r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(comparison_of_32_bits_proves_nothing, "r4 = r2; r4 += 8; if w4 > w3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[*] */
BYTES(comparison_with_another_pointer_proves_nothing,
      "r4 = r2; r4 += 8; r5 = r2; r5 += 16; if r4 > r5 goto 1f; r0 = *(u8 *)(r2 + 0)")    /* error[out-of-bounds] */
BYTES(comparison_of_the_start_proves_nothing, "if r2 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(strict_comparison_of_the_start_proves_a_byte, "if r2 >= r3 goto 1f; r0 = *(u8 *)(r2 + 0)")

/* -- offsets */
BYTES(through_the_compared_pointer, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r4 - 8)")
BYTES(through_the_compared_pointer_at_its_place,
      "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u8 *)(r4 + 0)")                    /* error[out-of-bounds] */
BYTES(before_the_packet, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u8 *)(r2 - 1)") /* error[out-of-bounds] */
BYTES(through_the_end, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u8 *)(r3 - 8)")   /* error[bad-pointer] */
BYTES(writes_a_proved_byte, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; *(u8 *)(r2 + 7) = r0")
BYTES(writes_a_byte_too_far, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; *(u8 *)(r2 + 8) = r0") /* error[out-of-bounds] */
BYTES(unaligned_double, "r4 = r2; r4 += 16; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 3)")
BYTES(atomic_on_a_packet, "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r5 = 1; lock *(u64 *)(r2 + 0) += r5") /* error[*] */
BYTES(second_comparison_widens,
      "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 8)")
BYTES(lower_comparison_does_not_shrink,
      "r4 = r2; r4 += 16; if r4 > r3 goto 1f; r4 = r2; r4 += 4; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 8)")
BYTES(copy_made_before_the_comparison, "r5 = r2; r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r5 + 0)")
BYTES(another_read_of_data_was_not_compared,
      "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r5 = *(u32 *)(r6 + 0); r0 = *(u64 *)(r5 + 0)") /* error[out-of-bounds] */
BYTES(spilled_over_the_comparison,
      "*(u64 *)(r10 - 8) = r2; r4 = r2; r4 += 8; if r4 > r3 goto 1f; r5 = *(u64 *)(r10 - 8); r0 = *(u64 *)(r5 + 0)")
BYTES(compared_pointer_was_moved_down, "r4 = r2; r4 += 8; r4 -= 4; if r4 > r3 goto 1f; r0 = *(u32 *)(r2 + 0)")
BYTES(compared_pointer_was_moved_down_and_less_is_there,
      "r4 = r2; r4 += 8; r4 -= 4; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(negative_offset_proves_nothing,
      "r4 = r2; r4 += -8; if r4 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(huge_offset_is_refused,
      "r4 = r2; r5 = 0x7fffffffffffffff ll; r4 += r5; if r4 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[*] */
BYTES(offset_of_64k_proves_nothing,
      "r4 = r2; r4 += 65536; if r4 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(difference_of_pointers_is_a_number,
      "r4 = r3; r4 -= r2; if r4 < 8 goto 1f; r0 = *(u64 *)(r2 + 0)")                     /* error[out-of-bounds] */
BYTES(end_moved, "r3 += 8; r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)") /* error[*] */
BYTES(multiplied_pointer, "r2 *= 2; r0 = *(u8 *)(r2 + 0)")                               /* error[pointer-arithmetic] */
BYTES(pointer_cut_to_32_bits, "w2 = w2; r0 = *(u8 *)(r2 + 0)")                           /* error[not-pointer] */

/* -- variable offsets: r5 is a number from the packet or the context */
BYTES(
    variable_offset_then_comparison,
    "r5 = *(u32 *)(r6 + 16); r5 &= 63; r4 = r2; r4 += r5; r5 = r4; r5 += 4; if r5 > r3 goto 1f; r0 = *(u32 *)(r4 + 0)")
BYTES(variable_offset_without_a_comparison, "r5 = *(u32 *)(r6 + 16); r5 &= 63; r4 = r2; r4 += 80; if r4 > r3 goto 1f; "
                                            "r2 += r5; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(variable_offset_beyond_the_comparison, "r5 = *(u32 *)(r6 + 16); r5 &= 127; r4 = r2; r4 += 80; if r4 > r3 goto "
                                             "1f; r2 += r5; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds]
                                                                                    */
BYTES(variable_offset_unbounded, "r5 = *(u32 *)(r6 + 16); r4 = r2; r4 += r5; r5 = r4; r5 += 4; if r5 > r3 goto 1f; r0 "
                                 "= *(u32 *)(r4 + 0)") /* error[*]
                                                        */
BYTES(variable_offset_of_16_bits, "r5 = *(u32 *)(r6 + 16); r5 &= 0x7fff; r4 = r2; r4 += r5; r5 = r4; r5 += 4; if r5 > "
                                  "r3 goto 1f; r0 = *(u32 *)(r4 + 0)")
BYTES(variable_offset_that_passes_64k, "r5 = *(u32 *)(r6 + 16); r5 &= 0xffff; r4 = r2; r4 += r5; r5 = r4; r5 += 4; if "
                                       "r5 > r3 goto 1f; r0 = *(u32 *)(r4 + 0)") /* error[out-of-bounds] */
BYTES(variable_offset_that_may_be_negative, "r5 = *(u32 *)(r6 + 16); r5 &= 63; r5 -= 32; r4 = r2; r4 += r5; r5 = r4; "
                                            "r5 += 64; if r5 > r3 goto 1f; r0 = *(u8 *)(r4 + 0)") /* error[*] */
BYTES(two_variable_offsets, "r5 = *(u32 *)(r6 + 16); r5 &= 63; r2 += r5; r5 = *(u32 *)(r6 + 12); r5 &= 63; r2 += r5; "
                            "r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)")
BYTES(comparison_of_another_variable_offset,
      "r5 = *(u32 *)(r6 + 16); r5 &= 63; r4 = r2; r4 += r5; r5 = *(u32 *)(r6 + 12); r5 &= 63; r2 += r5; r5 = r4; r5 += "
      "8; if r5 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(the_same_variable_added_twice, "r5 = *(u32 *)(r6 + 16); r5 &= 63; r4 = r2; r4 += r5; r2 += r5; r5 = r4; r5 += 8; "
                                     "if r5 > r3 goto 1f; r0 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
BYTES(range_of_the_base_after_a_variable_comparison,
      "r5 = *(u32 *)(r6 + 16); r5 &= 63; r4 = r2; r4 += r5; r5 = r4; r5 += 8; if r5 > r3 goto 1f; r0 = *(u64 *)(r2 + "
      "0)") /* error[out-of-bounds] */
BYTES(header_length_from_the_packet, "r4 = r2; r4 += 20; if r4 > r3 goto 1f; r5 = *(u8 *)(r2 + 0); r5 &= 15; r5 <<= 2; "
                                     "r2 += r5; r4 = r2; r4 += 8; if r4 > r3 goto 1f; r0 = *(u32 *)(r2 + 4)")
BYTES(header_length_is_not_compared_again, "r4 = r2; r4 += 20; if r4 > r3 goto 1f; r5 = *(u8 *)(r2 + 0); r5 &= 15; r5 "
                                           "<<= 2; r2 += r5; r0 = *(u32 *)(r2 + 4)") /* error[out-of-bounds] */
BYTES(
    zero_as_a_variable_offset,
    "r5 = *(u32 *)(r6 + 16); r4 = r2; r4 += 8; if r4 > r3 goto 1f; if r5 != 0 goto 1f; r2 += r5; r0 = *(u64 *)(r2 + 0)")
BYTES(constant_in_a_register, "r5 = 8; r4 = r2; r4 += r5; if r4 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)")
BYTES(number_plus_pointer, "r5 = 8; r5 += r2; if r5 > r3 goto 1f; r0 = *(u64 *)(r2 + 0)")

/* -- across joins and functions */
BYTES(joins_keep_the_smaller_range, "r5 = *(u32 *)(r6 + 16); r4 = r2; if r5 == 0 goto 2f; r4 += 16; if r4 > r3 goto "
                                    "1f; goto 3f; 2: r4 += 8; if r4 > r3 goto 1f; 3: r0 = *(u64 *)(r2 + 0)")
BYTES(joins_do_not_keep_the_greater_range,
      "r5 = *(u32 *)(r6 + 16); r4 = r2; if r5 == 0 goto 2f; r4 += 16; if r4 > r3 goto 1f; goto 3f; 2: r4 += 8; if r4 > "
      "r3 goto 1f; 3: r0 = *(u8 *)(r2 + 8)") /* error[out-of-bounds] */
BYTES(range_lives_over_a_helper_that_leaves_the_packet_alone,
      "r7 = r2; r4 = r2; r4 += 8; if r4 > r3 goto 1f; call 7; r0 = *(u64 *)(r7 + 0)")

PACKET(packet_pointer_in_a_function)
{
    I("r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 8; r0 = 1; if r4 > r3 goto 1f; r1 = r2");
    I("call reads_eight_bytes; 1: r0 = 2; exit");
}

FUNCTION(reads_eight_bytes)
{
    I("r0 = *(u64 *)(r1 + 0); exit");
}

PACKET(comparison_in_a_function)
{
    I("r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r6 = r2; r1 = r2; r2 = r3; call has_eight_bytes");
    I("if r0 == 0 goto 1f; r0 = *(u64 *)(r6 + 0); 1: r0 = 2; exit");
}

FUNCTION(has_eight_bytes)
{
    I("r0 = 0; r1 += 8; if r1 > r2 goto 1f; r0 = 1; 1: exit");
}

PACKET(helper_moves_the_head)
{
    I("r6 = r1; r7 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r7; r4 += 8; if r4 > r3 goto 1f; r2 = 0; call 44");
    I("r0 = *(u64 *)(r7 + 0)"); /* error[*] */
    I("1: r0 = 2; exit");
}

PACKET(helper_moves_the_tail)
{
    I("r6 = r1; r7 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r7; r4 += 8; if r4 > r3 goto 1f; r2 = 0; call 65");
    I("r0 = *(u64 *)(r7 + 0)"); /* error[*] */
    I("1: r0 = 2; exit");
}

PACKET(helper_moves_the_head_and_all_is_read_again)
{
    I("r6 = r1; r2 = 0; call 44; r2 = *(u32 *)(r6 + 0); r3 = *(u32 *)(r6 + 4); r4 = r2; r4 += 8; if r4 > r3 goto 1f");
    I("r0 = *(u64 *)(r2 + 0); 1: r0 = 2; exit");
}

PACKET(old_end_with_a_new_start)
{
    I("r6 = r1; r7 = *(u32 *)(r1 + 4); r2 = 0; call 44; r2 = *(u32 *)(r6 + 0); r4 = r2; r4 += 8");
    I("if r4 > r7 goto 1f");
    I("r0 = *(u64 *)(r2 + 0); 1: r0 = 2; exit"); /* error[*] */
}

/* What was a pointer is a number. */
PACKET(old_packet_pointers_are_numbers)
{
    I("r6 = r1; r7 = *(u32 *)(r1 + 4); r8 = *(u32 *)(r1 + 0); r2 = 0; call 44; r7 -= r8; r7 *= 3; r0 = 2; exit");
}

PACKET(packet_bytes_as_a_key_of_a_map)
{
    I("r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 4; r0 = 2; if r4 > r3 goto 1f; r1 = %0 ll" ::"i"(
        &table));
    I("call 1; 1: r0 = 2; exit");
}

PACKET(packet_bytes_as_a_key_are_too_few)
{
    I("r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 3; r0 = 2; if r4 > r3 goto 1f; r1 = %0 ll" ::"i"(
        &table));
    I("call 1"); /* error[out-of-bounds] */
    I("1: r0 = 2; exit");
}
