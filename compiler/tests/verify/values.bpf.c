// SPDX-License-Identifier: Apache-2.0
/* Values of maps and data sections: bounds at constant and variable offsets, NULL, read-only data. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u8[64]);
MAP(array, BPF_MAP_TYPE_ARRAY, 4, __u32, __u8[64]);

__u64 counters[4];
const volatile __u32 limits[4] = {1, 2, 3, 4};

/* r0 = a value of 64 bytes, tested; r1 = any number, r6 = the context; leaves by 1. */
#define VALUE(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                     \
        I("if r0 == 0 goto 1f; r1 = *(u64 *)(r6 + 0)");                                                                \
        I(code);                                                                                                       \
        I("1: r0 = 0; exit");                                                                                          \
    }
VALUE(first_byte, "r2 = *(u8 *)(r0 + 0)")
VALUE(last_byte, "r2 = *(u8 *)(r0 + 63)")
VALUE(byte_past_the_end, "r2 = *(u8 *)(r0 + 64)")    /* error[out-of-bounds] */
VALUE(byte_before_the_start, "r2 = *(u8 *)(r0 - 1)") /* error[out-of-bounds] */
VALUE(last_double, "r2 = *(u64 *)(r0 + 56)")
VALUE(double_across_the_end, "r2 = *(u64 *)(r0 + 57)") /* error[*] */
VALUE(word_across_the_end, "*(u32 *)(r0 + 61) = 0")    /* error[*] */
VALUE(write_at_the_end, "*(u8 *)(r0 + 64) = 0")        /* error[out-of-bounds] */
VALUE(far_beyond, "r2 = *(u8 *)(r0 + 32767)")          /* error[out-of-bounds] */
VALUE(masked_index, "r1 &= 63; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(masked_index_of_a_double, "r1 &= 63; r0 += r1; r2 = *(u64 *)(r0 + 0)") /* error[*] */
VALUE(masked_and_aligned_index_of_a_double, "r1 &= 56; r0 += r1; r2 = *(u64 *)(r0 + 0)")
VALUE(masked_index_plus_constant, "r1 &= 31; r0 += r1; r2 = *(u8 *)(r0 + 32)")
VALUE(masked_index_plus_constant_too_far, "r1 &= 31; r0 += r1; r2 = *(u8 *)(r0 + 33)") /* error[out-of-bounds] */
VALUE(mask_too_wide, "r1 &= 127; r0 += r1; r2 = *(u8 *)(r0 + 0)")                      /* error[out-of-bounds] */
VALUE(compared_index, "if r1 > 63 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(compared_index_one_too_far, "if r1 > 64 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(index_compared_signed_only_above,
      "if r1 s> 63 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(index_compared_signed_on_both_sides, "if r1 s> 63 goto 1f; if r1 s< 0 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_compared_in_32_bits, "if w1 > 63 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(index_compared_in_32_bits_and_cut, "if w1 > 63 goto 1f; w1 = w1; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_cut_and_compared_in_32_bits, "w1 = w1; if w1 > 63 goto 1f; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_compared_after_its_use,
      "r0 += r1; if r1 > 63 goto 1f; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(unbounded_index, "r0 += r1; r2 = *(u8 *)(r0 + 0)")    /* error[pointer-arithmetic] */
VALUE(index_by_remainder, "r1 %= 64; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_by_remainder_too_far, "r1 %= 65; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(index_by_shift, "r1 >>= 58; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_by_shift_too_far, "r1 >>= 57; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(index_by_32_bit_shift, "w1 >>= 26; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_by_arithmetic_shift, "r1 s>>= 58; r0 += r1; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(index_from_a_byte, "r1 = *(u8 *)(r6 + 0); r1 >>= 2; r0 += r1; r2 = *(u8 *)(r0 + 0)")
VALUE(index_from_a_signed_byte, "r1 = *(s8 *)(r6 + 0); r0 += r1; r2 = *(u8 *)(r0 + 32)") /* error[out-of-bounds] */
VALUE(negative_index_that_stays_inside, "r0 += 63; r1 &= 63; r0 -= r1; r2 = *(u8 *)(r0 + 0)")
VALUE(negative_index_that_leaves, "r0 += 62; r1 &= 63; r0 -= r1; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(two_indices, "r2 = *(u64 *)(r6 + 8); r1 &= 31; r2 &= 31; r0 += r1; r0 += r2; r2 = *(u8 *)(r0 + 0)")
VALUE(two_indices_too_far,
      "r2 = *(u64 *)(r6 + 8); r1 &= 32; r2 &= 32; r0 += r1; r0 += r2; r2 = *(u8 *)(r0 + 0)") /* error[out-of-bounds] */
VALUE(constant_there_and_back, "r0 += 100; r0 += -90; r2 = *(u8 *)(r0 + 0)")
VALUE(constant_of_32_bits,
      "r2 = 0x7fffffff ll; r0 += r2; r0 -= r2; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(number_plus_pointer, "r1 &= 63; r1 += r0; r2 = *(u8 *)(r1 + 0)")
VALUE(number_minus_pointer, "r1 &= 63; r1 -= r0; r2 = *(u8 *)(r1 + 0)") /* error[*] */
VALUE(pointer_and_mask, "r0 &= -8; r2 = *(u8 *)(r0 + 0)")               /* error[pointer-arithmetic] */
VALUE(pointer_times_one, "r0 *= 1; r2 = *(u8 *)(r0 + 0)")               /* error[pointer-arithmetic] */
VALUE(pointer_negated, "r0 = -r0; r2 = *(u8 *)(r0 + 0)")                /* error[pointer-arithmetic] */
VALUE(pointer_in_32_bit_addition, "w0 += 1; r2 = *(u8 *)(r0 + 0)")      /* error[pointer-arithmetic] */
VALUE(pointer_moved_to_32_bits, "w0 = w0; r2 = *(u8 *)(r0 + 0)")        /* error[not-pointer] */
VALUE(pointer_with_bytes_swapped, "r0 = be64 r0; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(pointer_sign_extended, "r0 = (s32)r0; r2 = *(u8 *)(r0 + 0)")      /* error[*] */
VALUE(pointer_shifted, "r0 <<= 0; r2 = *(u8 *)(r0 + 0)")                /* error[pointer-arithmetic] */
VALUE(pointer_by_pointer_distance,
      "r2 = r0; r2 += 8; r2 -= r0; r0 += r2; r2 = *(u8 *)(r0 + 0)") /* error[pointer-arithmetic] */
VALUE(merged_pointers_of_one_map, "r2 = r0; if r1 == 0 goto 2f; r2 += 8; 2: r2 = *(u8 *)(r2 + 55)")
VALUE(merged_pointers_and_the_farther_one,
      "r2 = r0; if r1 == 0 goto 2f; r2 += 8; 2: r2 = *(u8 *)(r2 + 56)")                /* error[out-of-bounds] */
VALUE(pointer_or_number_merged, "if r1 == 0 goto 2f; r0 = 0; 2: r2 = *(u8 *)(r0 + 0)") /* error[*] */

VALUE(small_then_great_index,
      "r2 = r0; r3 = 4; if r1 == 0 goto 2f; r3 = 100; 2: r2 += r3; r3 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */
VALUE(great_then_small_index,
      "r2 = r0; r3 = 100; if r1 == 0 goto 2f; r3 = 4; 2: r2 += r3; r3 = *(u8 *)(r2 + 0)") /* error[out-of-bounds] */

/* -- NULL: r0 = a value or NULL */
#define MAYBE(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                     \
        I("r1 = *(u64 *)(r6 + 0)");                                                                                    \
        I(code);                                                                                                       \
        I("1: r0 = 0; exit");                                                                                          \
    }
MAYBE(not_tested, "r2 = *(u8 *)(r0 + 0)") /* error[null-deref] */
MAYBE(tested_with_eq, "if r0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")
MAYBE(tested_with_ne, "if r0 != 0 goto 2f; goto 1f; 2: r2 = *(u8 *)(r0 + 0)")
MAYBE(used_where_it_is_null, "if r0 == 0 goto 2f; goto 1f; 2: r2 = *(u8 *)(r0 + 0)") /* error[null-deref] */
MAYBE(tested_against_a_register_of_zero, "r2 = 0; if r0 == r2 goto 1f; r2 = *(u8 *)(r0 + 0)")
MAYBE(tested_against_a_register_that_is_not_zero,
      "r2 = 1; if r0 == r2 goto 1f; r2 = *(u8 *)(r0 + 0)")                                   /* error[null-deref] */
MAYBE(tested_against_any_register, "if r0 == r1 goto 1f; r2 = *(u8 *)(r0 + 0)")              /* error[null-deref] */
MAYBE(tested_in_32_bits, "if w0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")                         /* error[*] */
MAYBE(tested_with_gt, "if r0 > 0 goto 2f; goto 1f; 2: r2 = *(u8 *)(r0 + 0)")                 /* error[null-deref] */
MAYBE(tested_with_set, "if r0 & 1 goto 2f; goto 1f; 2: r2 = *(u8 *)(r0 + 0)")                /* error[null-deref] */
MAYBE(tested_after_the_use, "r2 = *(u8 *)(r0 + 0); if r0 == 0 goto 1f")                      /* error[null-deref] */
MAYBE(moved_before_the_test, "r0 += 8; if r0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")            /* error[*] */
MAYBE(moved_by_zero_before_the_test, "r0 += 0; if r0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")    /* error[*] */
MAYBE(tested_on_one_path, "if r1 == 0 goto 2f; if r0 == 0 goto 1f; 2: r2 = *(u8 *)(r0 + 0)") /* error[null-deref] */
MAYBE(tested_on_both_paths,
      "if r1 == 0 goto 2f; if r0 == 0 goto 1f; goto 3f; 2: if r0 == 0 goto 1f; 3: r2 = *(u8 *)(r0 + 0)")
MAYBE(null_is_the_number_zero, "if r0 != 0 goto 1f; r0 += 5; if r0 != 5 goto 2f; goto 1f; 2: r0 = r9")
MAYBE(written_where_it_is_null, "if r0 == 0 goto 2f; goto 1f; 2: *(u64 *)(r0 + 0) = 1") /* error[null-deref] */
MAYBE(atomic_without_a_test, "lock *(u64 *)(r0 + 0) += r1")                             /* error[null-deref] */
MAYBE(number_compared_with_zero_is_no_test, "if r1 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)") /* error[null-deref] */
MAYBE(compared_with_itself, "if r0 == r0 goto 2f; goto 1f; 2: r2 = *(u8 *)(r0 + 0)")    /* error[null-deref] */
MAYBE(zero_was_merged_in, "if r0 == 0 goto 1f; if r1 == 0 goto 2f; r0 = 0; 2: if r0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")

#define TWO(name, code)                                                                                                \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; r7 = r0" ::"i"(&table));                     \
        I("r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                                                     \
        I(code);                                                                                                       \
        I("1: r0 = 0; exit");                                                                                          \
    }
TWO(the_other_lookup_is_tested, "if r0 == 0 goto 1f; r2 = *(u8 *)(r7 + 0)") /* error[null-deref] */
TWO(both_lookups_are_tested, "if r0 == 0 goto 1f; if r7 == 0 goto 1f; r2 = *(u8 *)(r7 + 0); r2 = *(u8 *)(r0 + 0)")
TWO(lookups_that_are_equal_are_no_test, "if r0 != r7 goto 1f; if r0 == 0 goto 1f; r2 = *(u8 *)(r0 + 0)")
TWO(equal_to_a_tested_lookup, "if r0 == 0 goto 1f; if r0 != r7 goto 1f; r2 = *(u8 *)(r7 + 0)")

/* -- data sections */
PROGRAM(counter_in_bounds)
{
    I("r2 = *(u64 *)(r1 + 0); r2 &= 3; r2 <<= 3; r1 = %0 ll; r1 += r2; r0 = *(u64 *)(r1 + 0)" ::"i"(&counters));
    I("r0 += 1; *(u64 *)(r1 + 0) = r0; r0 = 0; exit");
}

PROGRAM(counter_out_of_bounds)
{
    I("r2 = *(u64 *)(r1 + 0); r2 &= 7; r2 <<= 3; r1 = %0 ll; r1 += r2" ::"i"(&counters));
    I("r0 = *(u64 *)(r1 + 0)"); /* error[out-of-bounds] */
    I("exit");
}

PROGRAM(counter_before_the_section)
{
    I("r1 = %0 ll" ::"i"(&counters));
    I("r0 = *(u64 *)(r1 - 8)"); /* error[out-of-bounds] */
    I("exit");
}

PROGRAM(limit_is_a_known_constant)
{
    I("r1 = %0 ll; r2 = *(u32 *)(r1 + 8); r0 = 0; if r2 == 3 goto 1f; r0 = r9; 1: exit" ::"i"(&limits));
}

PROGRAM(limit_at_a_variable_index_is_not_known)
{
    I("r2 = *(u64 *)(r1 + 0); r2 &= 3; r2 <<= 2; r1 = %0 ll; r1 += r2; r2 = *(u32 *)(r1 + 0); r0 = 0" ::"i"(&limits));
    I("if r2 == 1 goto 1f");
    I("r0 = r9"); /* error[uninit-register] */
    I("1: exit");
}

PROGRAM(limit_is_written)
{
    I("r1 = %0 ll" ::"i"(&limits));
    I("*(u32 *)(r1 + 0) = 5"); /* error[read-only] */
    I("r0 = 0; exit");
}

PROGRAM(limit_is_added_to)
{
    I("r1 = %0 ll; r2 = 1" ::"i"(&limits));
    I("lock *(u32 *)(r1 + 0) += w2"); /* error[read-only] */
    I("r0 = 0; exit");
}

PROGRAM(counter_is_never_a_constant)
{
    I("r1 = %0 ll; r2 = *(u64 *)(r1 + 0); r0 = 0" ::"i"(&counters));
    I("if r2 == 0 goto 1f");
    I("r0 = r9"); /* error[uninit-register] */
    I("1: exit");
}

PROGRAM(map_itself_is_read)
{
    I("r1 = %0 ll" ::"i"(&table));
    I("r0 = *(u32 *)(r1 + 24)"); /* error[bad-pointer] */
    I("exit");
}

PROGRAM(map_itself_is_written)
{
    I("r1 = %0 ll" ::"i"(&table));
    I("*(u32 *)(r1 + 0) = 1"); /* error[bad-pointer] */
    I("r0 = 0; exit");
}

PROGRAM(map_itself_is_moved)
{
    I("r1 = %0 ll" ::"i"(&table));
    I("r1 += 8"); /* error[pointer-arithmetic] */
    I("r0 = 0; exit");
}

PROGRAM(array_with_a_constant_key)
{
    I("*(u32 *)(r10 - 8) = 3; r2 = r10; r2 += -8; r1 = %0 ll; call 1; r0 = *(u8 *)(r0 + 0); exit" ::"i"(&array));
}

PROGRAM(array_with_a_constant_key_outside)
{
    I("*(u32 *)(r10 - 8) = 4; r2 = r10; r2 += -8; r1 = %0 ll; call 1" ::"i"(&array));
    I("r0 = *(u8 *)(r0 + 0)"); /* error[null-deref] */
    I("exit");
}

PROGRAM(array_with_a_bounded_key)
{
    I("r2 = *(u64 *)(r1 + 0); r2 &= 3; *(u32 *)(r10 - 4) = r2; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&array));
    I("r0 = *(u8 *)(r0 + 0)"); /* error[null-deref] */
    I("exit");
}
