// SPDX-License-Identifier: Apache-2.0
/* The context: fields of struct xdp_md, and plain memory. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

/* r0 = a field of struct xdp_md, given by width and offset. */
#define FIELD(name, type, offset)                                                                                      \
    PACKET(name)                                                                                                       \
    {                                                                                                                  \
        I("r0 = *(" #type " *)(r1 + " #offset "); r0 = 2; exit");                                                      \
    }
FIELD(reads_data, u32, 0)
FIELD(reads_data_end, u32, 4)
FIELD(reads_data_meta, u32, 8)
FIELD(reads_ingress_ifindex, u32, 12)
FIELD(reads_rx_queue_index, u32, 16)
FIELD(reads_egress_ifindex, u32, 20)      /* error[context-field] only xdp/devmap */
FIELD(reads_past_the_last_field, u32, 24) /* error[out-of-bounds] */
FIELD(reads_half_of_data, u16, 0)         /* error[context-field] */
FIELD(reads_two_fields_at_once, u64, 0)   /* error[context-field] */
FIELD(reads_two_numbers_at_once, u64, 12) /* error[context-field] */
FIELD(reads_across_two_fields, u32, 2)    /* error[context-field] */
FIELD(reads_across_two_numbers, u32, 14)  /* error[context-field] */
FIELD(reads_a_byte_of_data_end, u8, 4)    /* error[context-field] */

PACKET(reads_before_the_context)
{
    I("r0 = *(u32 *)(r1 - 4)"); /* error[out-of-bounds] */
    I("exit");
}

PACKET(writes_a_number)
{
    I("*(u32 *)(r1 + 16) = 1"); /* error[read-only] */
    I("r0 = 2; exit");
}

PACKET(writes_data_end)
{
    I("r0 = 2; *(u32 *)(r1 + 4) = r0"); /* error[read-only] */
    I("exit");
}

PACKET(reads_at_a_variable_offset)
{
    I("r2 = *(u32 *)(r1 + 16); r2 &= 4; r1 += r2");
    I("r0 = *(u32 *)(r1 + 12)"); /* error[context-field] */
    I("exit");
}

PACKET(moves_the_context_by_a_constant)
{
    I("r1 += 4");
    I("r0 = *(u32 *)(r1 + 8)"); /* error[context-field] */
    I("r0 = 2; exit");
}

PACKET(atomic_on_the_context)
{
    I("r2 = 1");
    I("lock *(u32 *)(r1 + 16) += w2"); /* error[*] */
    I("r0 = 2; exit");
}

PACKET(context_after_a_helper)
{
    I("call 7");
    I("r0 = *(u32 *)(r1 + 0)"); /* error[uninit-register] */
    I("exit");
}

PACKET(context_kept_over_a_helper)
{
    I("r6 = r1; call 7; r0 = *(u32 *)(r6 + 16); r0 = 2; exit");
}

PACKET(context_in_a_function)
{
    I("call reads_the_queue; r0 = 2; exit");
}

FUNCTION(reads_the_queue)
{
    I("r0 = *(u32 *)(r1 + 16); exit");
}

PACKET(context_field_of_a_number)
{
    I("r1 = *(u32 *)(r1 + 16)");
    I("r0 = *(u32 *)(r1 + 0)"); /* error[not-pointer] */
    I("exit");
}

PACKET(context_or_stack)
{
    I("r2 = *(u32 *)(r1 + 16); *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; if r2 == 0 goto 1f; r1 = r10; r1 += -16");
    I("1: r0 = *(u32 *)(r1 + 12)"); /* error[*] */
    I("r0 = 2; exit");
}

PACKET(one_field_or_another)
{
    I("r2 = *(u32 *)(r1 + 16); if r2 == 0 goto 1f; r1 += 4");
    I("1: r0 = *(u32 *)(r1 + 12)"); /* error[*] */
    I("r0 = 2; exit");
}

PACKET(a_packet_pointer_or_a_number)
{
    I("r2 = *(u32 *)(r1 + 16); if r2 == 0 goto 1f; r1 += 12");
    I("1: r0 = *(u32 *)(r1 + 0)"); /* error[*] */
    I("r0 = 2; exit");
}

/* -- plain memory of 64 bytes (struct context) */
#define PLAIN(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r2 = *(u64 *)(r1 + 0); r0 = 0");                                                                            \
        I(code);                                                                                                       \
        I("1: r0 = 0; exit");                                                                                          \
    }
PLAIN(plain_first_byte, "r0 = *(u8 *)(r1 + 0)")
PLAIN(plain_last_byte, "r0 = *(u8 *)(r1 + 63)")
PLAIN(plain_byte_past_the_end, "r0 = *(u8 *)(r1 + 64)")      /* error[out-of-bounds] */
PLAIN(plain_double_across_the_end, "r0 = *(u64 *)(r1 + 60)") /* error[out-of-bounds] */
PLAIN(plain_byte_before_the_start, "r0 = *(u8 *)(r1 - 1)")   /* error[out-of-bounds] */
PLAIN(plain_write, "*(u64 *)(r1 + 56) = r0")
PLAIN(plain_write_past_the_end, "*(u64 *)(r1 + 64) = r0") /* error[out-of-bounds] */
PLAIN(plain_unaligned_read, "r0 = *(u32 *)(r1 + 5)")
PLAIN(plain_masked_index, "r2 &= 63; r1 += r2; r0 = *(u8 *)(r1 + 0)")
PLAIN(plain_masked_index_of_a_wider_read, "r2 &= 63; r1 += r2; r0 = *(u16 *)(r1 + 0)") /* error[out-of-bounds] */
PLAIN(plain_aligned_index, "r2 &= 56; r1 += r2; r0 = *(u64 *)(r1 + 0)")
PLAIN(plain_negative_index, "if r2 s> 7 goto 1f; r1 += r2; r0 = *(u8 *)(r1 + 0)") /* error[pointer-arithmetic] */
PLAIN(plain_index_that_returns, "r1 += 64; r2 &= 63; r2 += 1; r1 -= r2; r0 = *(u8 *)(r1 + 0)")
PLAIN(plain_index_that_returns_too_far,
      "r1 += 63; r2 &= 127; r1 -= r2; r0 = *(u8 *)(r1 + 0)") /* error[out-of-bounds] */
PLAIN(plain_two_reads_are_not_equal, "r3 = *(u64 *)(r1 + 0); if r3 == r2 goto 1f; r0 = *(u64 *)(r1 + 0)")
PLAIN(plain_two_reads_are_never_assumed_equal,
      "r3 = *(u64 *)(r1 + 0); if r2 != 5 goto 1f; if r3 == 5 goto 1f; r0 = r9") /* error[uninit-register] */
