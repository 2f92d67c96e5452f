// SPDX-License-Identifier: Apache-2.0
/* What is acquired must be released, once, on every path: reservations in a ring buffer. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

struct {
    __uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
    __uint(max_entries, 4096);
} ring SEC(".maps");

MAP(table, BPF_MAP_TYPE_HASH, 4, __u32, __u64[2]);

#define RESERVE "r2 = 16; r3 = 0; call 131;" /* bpf_ringbuf_reserve(r1, 16, 0) */
#define SUBMIT  "r2 = 0; call 132;"          /* bpf_ringbuf_submit(r1, 0) */
#define DISCARD "r2 = 0; call 133;"          /* bpf_ringbuf_discard(r1, 0) */

/* r6 = the context, r7 = any number, r0 = a reservation of 16 bytes or NULL; the program ends with r0 = 0 at 1. */
#define RESERVED(name, ...)                                                                                            \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r7 = *(u64 *)(r6 + 0); r1 = %0 ll;" RESERVE::"i"(&ring));                                          \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 0; exit");                                                                                          \
    }

RESERVED(submits, "if r0 == 0 goto 1f; r1 = r0;" SUBMIT)
RESERVED(discards, "if r0 == 0 goto 1f; r1 = r0;" DISCARD)
RESERVED(writes_and_submits, "if r0 == 0 goto 1f; *(u64 *)(r0 + 0) = r7; *(u64 *)(r0 + 8) = r7; r1 = r0;" SUBMIT)
RESERVED(submits_a_copy, "if r0 == 0 goto 1f; r8 = r0; r1 = r8;" SUBMIT)
RESERVED(submits_on_both_paths, "if r0 == 0 goto 1f; r1 = r0; if r7 == 0 goto 2f;" SUBMIT "goto 1f; 2:" DISCARD)
RESERVED(submits_what_was_spilled, "*(u64 *)(r10 - 8) = r0; if r0 == 0 goto 1f; call 7; r1 = *(u64 *)(r10 - 8);" SUBMIT)
RESERVED(tests_a_copy, "r8 = r0; if r8 == 0 goto 1f; r1 = r0;" SUBMIT)
RESERVED(reserves_again_after_submitting,
         "if r0 == 0 goto 1f; r1 = r0;" SUBMIT "r1 = %0 ll;" RESERVE "if r0 == 0 goto 1f; r1 = r0;" SUBMIT ::"i"(&ring))
RESERVED(never_released, "r8 = r0")                                                                      /* error[*] */
RESERVED(released_on_one_path_only, "if r0 == 0 goto 1f; r1 = r0; if r7 == 0 goto 1f;" SUBMIT)           /* error[*] */
RESERVED(released_without_a_test, "r1 = r0;" SUBMIT)                                                     /* error[*] */
RESERVED(released_where_it_is_null, "if r0 != 0 goto 2f; r1 = r0;" SUBMIT "goto 1f; 2: r1 = r0;" SUBMIT) /* error[*] */
RESERVED(released_twice, "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "r1 = r8;" SUBMIT)               /* error[*] */
RESERVED(submitted_then_discarded, "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "r1 = r8;" DISCARD)    /* error[*] */
RESERVED(read_after_its_release, "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "r8 = *(u64 *)(r8 + 0)") /* error[*] */
RESERVED(written_after_its_release,
         "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "*(u64 *)(r8 + 0) = r7") /* error[*] */
RESERVED(fill_after_its_release, "if r0 == 0 goto 1f; *(u64 *)(r10 - 8) = r0; r1 = r0;" SUBMIT
                                 "r8 = *(u64 *)(r10 - 8); *(u64 *)(r8 + 0) = r7") /* error[*] */
RESERVED(moved_pointer_after_its_release,
         "if r0 == 0 goto 1f; r8 = r0; r8 += 8; r1 = r0;" SUBMIT "*(u64 *)(r8 + 0) = r7") /* error[*] */
RESERVED(its_address_is_a_number_after_its_release,
         "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "r8 *= 3; if r8 > 7 goto 1f; r9 = r10; r9 += r8; r9 += -8;"
         "*(u8 *)(r9 + 0) = 1")
RESERVED(its_address_is_any_number_after_its_release,
         "if r0 == 0 goto 1f; r8 = r0; r1 = r0;" SUBMIT "if r8 != 0 goto 1f; r7 = r3")     /* error[uninit-register] */
RESERVED(released_through_a_moved_pointer, "if r0 == 0 goto 1f; r1 = r0; r1 += 8;" SUBMIT) /* error[*] */
RESERVED(released_through_a_pointer_that_came_back, "if r0 == 0 goto 1f; r1 = r0; r1 += 8; r1 -= 8;" SUBMIT)
RESERVED(released_a_context, "if r0 == 0 goto 1f; r1 = r6;" SUBMIT) /* error[*] */
RESERVED(released_a_number, "r1 = r7;" SUBMIT)                      /* error[*] */
RESERVED(pointer_is_overwritten, "if r0 == 0 goto 1f; r0 = 0")      /* error[*] */
RESERVED(spilled_pointer_is_overwritten,
         "if r0 == 0 goto 1f; *(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 8) = 0; r0 = 0; goto 1f") /* error[*] */
RESERVED(reads_without_a_test, "r8 = *(u64 *)(r0 + 0)")                                        /* error[*] */
RESERVED(writes_past_the_end, "if r0 == 0 goto 1f; *(u64 *)(r0 + 16) = r7; r1 = r0;" SUBMIT) /* error[out-of-bounds] */
RESERVED(writes_across_the_end, "if r0 == 0 goto 1f; *(u64 *)(r0 + 12) = r7; r1 = r0;" SUBMIT)  /* error[*] */
RESERVED(writes_before_the_start, "if r0 == 0 goto 1f; *(u64 *)(r0 - 8) = r7; r1 = r0;" SUBMIT) /* error[*] */
RESERVED(writes_at_a_bounded_index,
         "if r0 == 0 goto 1f; r7 &= 15; r8 = r0; r8 += r7; *(u8 *)(r8 + 0) = 1; r1 = r0;" SUBMIT)
RESERVED(
    writes_at_an_index_too_great,
    "if r0 == 0 goto 1f; r7 &= 31; r8 = r0; r8 += r7; *(u8 *)(r8 + 0) = 1; r1 = r0;" SUBMIT) /* error[out-of-bounds] */
RESERVED(holds_two_and_releases_both, "r8 = r0; r1 = %0 ll;" RESERVE "r9 = r0; if r8 == 0 goto 2f; r1 = r8;" SUBMIT
                                      "2: if r9 == 0 goto 1f; r1 = r9;" SUBMIT ::"i"(&ring))
RESERVED(holds_two_and_releases_one,
         "r8 = r0; r1 = %0 ll;" RESERVE "r9 = r0; if r8 == 0 goto 2f; r1 = r8;" SUBMIT "2:" ::"i"(&ring)) /* error[*] */
RESERVED(holds_two_and_releases_one_twice,
         "if r0 == 0 goto 1f; r8 = r0; r1 = %0 ll;" RESERVE "r9 = r0; if r9 == 0 goto 2f; r1 = r9;" SUBMIT
         "r1 = r9;" SUBMIT "goto 1f; 2: r1 = r8;" SUBMIT ::"i"(&ring)) /* error[*] */
RESERVED(memory_as_a_map_value,
         "if r0 == 0 goto 1f; r8 = r0; *(u64 *)(r0 + 0) = 0; *(u64 *)(r0 + 8) = 0; *(u32 *)(r10 - 4) = 0; r1 = %0 ll; "
         "r2 = r10; r2 += -4; r3 = r8; r4 = 0; call 2; r1 = r8;" SUBMIT ::"i"(&table))
RESERVED(released_in_a_function, "if r0 == 0 goto 1f; r1 = r0; call submits_its_argument")
RESERVED(released_in_a_function_and_again,
         "if r0 == 0 goto 1f; r8 = r0; r1 = r0; call submits_its_argument; r1 = r8;" SUBMIT) /* error[*] */
RESERVED(released_in_a_function_and_read,
         "if r0 == 0 goto 1f; r8 = r0; r1 = r0; call submits_its_argument; r8 = *(u64 *)(r8 + 0)") /* error[*] */
RESERVED(lost_by_a_function, "if r0 == 0 goto 1f; r1 = r0; call forgets_its_argument")             /* error[*] */
RESERVED(released_in_every_round,
         "if r0 == 0 goto 1f; r8 = 0; r9 = r0; 2: r1 = r9;" SUBMIT "r1 = %0 ll;" RESERVE
         "if r0 == 0 goto 1f; r9 = r0; r8 += 1; if r8 != 4 goto 2b; r1 = r9;" SUBMIT ::"i"(&ring))
RESERVED(gathered_in_a_loop,
         "if r0 == 0 goto 1f; r8 = 0; 2: r1 = %0 ll;" RESERVE "r8 += 1; if r8 != 4 goto 2b" ::"i"(&ring)) /* error[*] */
RESERVED(tail_called_with_a_reservation, "if r0 == 0 goto 1f; r1 = r0; r2 = 1; call 7")                   /* error[*] */

FUNCTION(submits_its_argument)
{
    I("r2 = 0; call 132; r0 = 0; exit");
}

FUNCTION(forgets_its_argument)
{
    I("r0 = 0; exit");
}

PROGRAM(reserved_in_a_function)
{
    I("call reserves; if r0 == 0 goto 1f; *(u64 *)(r0 + 8) = 1; r1 = r0;" SUBMIT "1: r0 = 0; exit");
}

PROGRAM(reserved_in_a_function_and_forgotten)
{
    I("call reserves; r0 = 0");
    I("exit"); /* error[*] */
}

FUNCTION(reserves)
{
    I("r1 = %0 ll;" RESERVE "exit" ::"i"(&ring));
}

PROGRAM(reserves_a_size_that_is_no_constant)
{
    I("r2 = *(u64 *)(r1 + 0); r2 &= 63; r1 = %0 ll; r3 = 0" ::"i"(&ring));
    I("call 131"); /* error[*] */
    I("if r0 == 0 goto 1f; r1 = r0;" SUBMIT "1: r0 = 0; exit");
}

PROGRAM(reserves_in_a_hash)
{
    I("r1 = %0 ll; r2 = 16; r3 = 0" ::"i"(&table));
    I("call 131"); /* error[*] */
    I("if r0 == 0 goto 1f; r1 = r0;" SUBMIT "1: r0 = 0; exit");
}

PROGRAM(submits_a_map_value)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 1f; r1 = r0; r2 = 0" ::"i"(
        &table));
    I("call 132"); /* error[*] */
    I("1: r0 = 0; exit");
}

PROGRAM(outputs_stack_memory)
{
    I("*(u64 *)(r10 - 8) = 1; r1 = %0 ll; r2 = r10; r2 += -8; r3 = 8; r4 = 0; call 130; r0 = 0; exit" ::"i"(&ring));
}

PROGRAM(outputs_more_than_there_is)
{
    I("*(u64 *)(r10 - 8) = 1; r1 = %0 ll; r2 = r10; r2 += -8; r3 = 9; r4 = 0" ::"i"(&ring));
    I("call 130"); /* error[out-of-bounds] */
    I("r0 = 0; exit");
}

PROGRAM(outputs_a_bounded_size)
{
    I("r3 = *(u64 *)(r1 + 0); *(u64 *)(r10 - 8) = 1; r3 &= 7; r3 += 1; r1 = %0 ll; r2 = r10; r2 += -8; r4 = 0" ::"i"(
        &ring));
    I("call 130; r0 = 0; exit");
}

PROGRAM(outputs_a_size_that_may_be_negative)
{
    I("r3 = *(u64 *)(r1 + 0); *(u64 *)(r10 - 8) = 1; r1 = %0 ll; r2 = r10; r2 += -8; r4 = 0" ::"i"(&ring));
    I("if r3 s> 8 goto 1f; call 130; 1: r0 = 0; exit"); /* error[*] */
}

PROGRAM(looks_up_in_a_ring_buffer)
{
    I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll" ::"i"(&ring));
    I("call 1"); /* error[*] */
    I("r0 = 0; exit");
}

PROGRAM(asks_how_full_it_is)
{
    I("r1 = %0 ll; r2 = 0; call 134; r0 = 0; exit" ::"i"(&ring));
}
