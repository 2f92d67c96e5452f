// SPDX-License-Identifier: Apache-2.0
/* Atomic operations: where, how wide, what the register and the memory hold afterwards. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u64[2]);

/* r7 = a value of 16 bytes, r1 = any number, r6 = the context, 16 bytes of the frame are zero; leaves by 1. */
#define ATOMIC(name, code)                                                                                             \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(      \
            &table));                                                                                                  \
        I("if r0 == 0 goto 1f; r7 = r0; r1 = *(u64 *)(r6 + 0); r0 = 0");                                               \
        I(code);                                                                                                       \
        I("1: r0 = 0; exit");                                                                                          \
    }
ATOMIC(adds_to_a_value, "lock *(u64 *)(r7 + 0) += r1")
ATOMIC(adds_to_a_word, "lock *(u32 *)(r7 + 4) += w1")
ATOMIC(ands_ors_and_xors, "lock *(u64 *)(r7 + 0) &= r1; lock *(u64 *)(r7 + 0) |= r1; lock *(u64 *)(r7 + 0) ^= r1")
ATOMIC(fetches_and_adds, "r1 = atomic_fetch_add((u64 *)(r7 + 0), r1)")
ATOMIC(fetches_and_ors_a_word, "w1 = atomic_fetch_or((u32 *)(r7 + 0), w1)")
ATOMIC(exchanges, "r1 = xchg_64(r7 + 0, r1)")
ATOMIC(exchanges_a_word, "w1 = xchg32_32(r7 + 0, w1)")
ATOMIC(compares_and_exchanges, "r0 = cmpxchg_64(r7 + 0, r0, r1)")
ATOMIC(compares_and_exchanges_a_word, "w0 = cmpxchg32_32(r7 + 0, w0, w1)")
ATOMIC(on_the_stack, "lock *(u64 *)(r10 - 8) += r1")
ATOMIC(past_the_end_of_a_value, "lock *(u64 *)(r7 + 16) += r1")             /* error[out-of-bounds] */
ATOMIC(before_the_start_of_a_value, "lock *(u64 *)(r7 - 8) += r1")          /* error[out-of-bounds] */
ATOMIC(past_the_top_of_the_stack, "lock *(u64 *)(r10 + 0) += r1")           /* error[out-of-bounds] */
ATOMIC(below_the_frame, "lock *(u64 *)(r10 - 520) += r1")                   /* error[out-of-bounds] */
ATOMIC(unaligned_in_a_value, "lock *(u64 *)(r7 + 4) += r1")                 /* error[unaligned] */
ATOMIC(unaligned_word_in_a_value, "lock *(u32 *)(r7 + 2) += w1")            /* error[unaligned] */
ATOMIC(unaligned_on_the_stack, "lock *(u64 *)(r10 - 12) += r1")             /* error[unaligned] */
ATOMIC(on_the_context, "lock *(u64 *)(r6 + 8) += r1")                       /* error[bad-pointer] */
ATOMIC(on_a_number, "lock *(u64 *)(r1 + 0) += r1")                          /* error[not-pointer] */
ATOMIC(with_nothing_as_operand, "lock *(u64 *)(r7 + 0) += r8")              /* error[uninit-register] */
ATOMIC(exchanges_with_nothing, "r8 = xchg_64(r7 + 0, r8)")                  /* error[uninit-register] */
ATOMIC(adds_a_pointer, "lock *(u64 *)(r7 + 0) += r6")                       /* error[bad-pointer] */
ATOMIC(exchanges_a_pointer, "r6 = xchg_64(r7 + 0, r6)")                     /* error[bad-pointer] */
ATOMIC(compares_with_a_pointer, "r0 = r6; r0 = cmpxchg_64(r7 + 0, r0, r1)") /* error[bad-pointer] */
ATOMIC(variable_offset, "r1 &= 8; r7 += r1; lock *(u64 *)(r7 + 0) += r1")
ATOMIC(variable_offset_unaligned, "r1 &= 4; r7 += r1; lock *(u64 *)(r7 + 0) += r1") /* error[unaligned] */
ATOMIC(variable_offset_too_far, "r1 &= 24; r7 += r1; lock *(u64 *)(r7 + 0) += r1")  /* error[out-of-bounds] */

/* -- what is known afterwards; `goto 8f` must be impossible */
#define AFTER(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r0 = 0");                    \
        I(code);                                                                                                       \
        I("r0 = 0; exit; 8: r0 = r9; exit");                                                                           \
    }
AFTER(fetched_word_has_32_bits, "w1 = atomic_fetch_add((u32 *)(r10 - 8), w1); r1 >>= 32; if r1 != 0 goto 8f")
AFTER(exchanged_word_has_32_bits, "w1 = xchg32_32(r10 - 8, w1); r1 >>= 32; if r1 != 0 goto 8f")
AFTER(compared_word_has_32_bits, "r0 = -1; w0 = cmpxchg32_32(r10 - 8, w0, w1); r0 >>= 32; if r0 != 0 goto 8f")
AFTER(operand_stays_without_fetch, "r1 &= 7; lock *(u64 *)(r10 - 8) += r1; if r1 > 7 goto 8f")
AFTER(operand_changes_with_fetch, "r1 &= 7; lock *(u64 *)(r10 - 8) += r1; r1 = atomic_fetch_add((u64 *)(r10 - 8), r1); "
                                  "if r1 > 7 goto 8f") /* error[uninit-register]
                                                        */
AFTER(
    memory_changes,
    "r1 = 5; lock *(u64 *)(r10 - 8) += r1; r2 = *(u64 *)(r10 - 8); if r2 == 0 goto 1f; goto 8f; 1:") /* error[uninit-register]
                                                                                                      */
AFTER(memory_changes_by_exchange,
      "r1 = xchg_64(r10 - 8, r1); r2 = *(u64 *)(r10 - 8); if r2 != 0 goto 8f") /* error[uninit-register] */
AFTER(memory_changes_by_compare_and_exchange,
      "r0 = cmpxchg_64(r10 - 8, r0, r1); r2 = *(u64 *)(r10 - 8); if r2 != 0 goto 8f") /* error[uninit-register] */
AFTER(source_of_compare_and_exchange_stays, "r1 &= 7; r0 = cmpxchg_64(r10 - 8, r0, r1); if r1 > 7 goto 8f")
AFTER(result_of_compare_and_exchange_is_not_the_expected,
      "r0 = cmpxchg_64(r10 - 8, r0, r1); lock *(u64 *)(r10 - 8) += r1; r0 = cmpxchg_64(r10 - 8, r0, r1); if r0 != 0 "
      "goto 8f") /* error[uninit-register] */
AFTER(neighbour_stays,
      "*(u64 *)(r10 - 16) = 3; lock *(u64 *)(r10 - 8) += r1; r2 = *(u64 *)(r10 - 16); if r2 != 3 goto 8f")
AFTER(copy_of_the_operand_stays, "r1 &= 7; r2 = r1; r1 = xchg_64(r10 - 8, r1); if r2 > 7 goto 8f")
AFTER(bound_of_the_copy_is_none_of_the_result, "r2 = r1; lock *(u64 *)(r10 - 8) += r2; r1 = xchg_64(r10 - 8, r1); if "
                                               "r2 > 7 goto 1f; if r1 > 7 goto 8f; 1:") /* error[uninit-register]
                                                                                         */
AFTER(spilled_number_is_no_copy_any_more,
      "*(u64 *)(r10 - 8) = r1; r2 = 1; lock *(u64 *)(r10 - 8) += r2; if r1 > 7 goto 1f; r3 = *(u64 *)(r10 - 8); if r3 "
      "> 7 goto 8f; 1:") /* error[uninit-register] */

PROGRAM(atomic_over_a_spilled_pointer)
{
    I("*(u64 *)(r10 - 8) = r1; r2 = 0; lock *(u64 *)(r10 - 8) += r2; r1 = *(u64 *)(r10 - 8)");
    I("r0 = *(u64 *)(r1 + 0)"); /* error[not-pointer] */
    I("exit");
}

PROGRAM(exchanges_a_spilled_pointer_out)
{
    I("*(u64 *)(r10 - 8) = r1; r2 = 0; r2 = xchg_64(r10 - 8, r2)");
    I("r0 = *(u64 *)(r2 + 0)"); /* error[*] */
    I("exit");
}

PROGRAM(atomic_on_stack_bytes_never_written)
{
    I("r1 = 1; lock *(u64 *)(r10 - 8) += r1; r0 = 0; exit"); /* unknown numbers, as every read of the stack */
}
