// SPDX-License-Identifier: Apache-2.0
/* Dynptrs: what they mean is known to helpers only; those of ring buffers must be released. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

struct {
    __uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
    __uint(max_entries, 4096);
} ring SEC(".maps");

MAP(table, BPF_MAP_TYPE_ARRAY, 1, __u32, __u64[8]);

/* r1..r4 of bpf_ringbuf_reserve_dynptr: 16 bytes, the dynptr at r10 - 16. */
#define RESERVE_ARGS "r2 = 16; r3 = 0; r4 = r10; r4 += -16;"
#define SUBMIT       "r1 = r10; r1 += -16; r2 = 0; call 199;"
#define DISCARD      "r1 = r10; r1 += -16; r2 = 0; call 200;"
/* r0 = 8 bytes of the dynptr at r10 - 16, or NULL. */
#define DATA "r1 = r10; r1 += -16; r2 = 0; r3 = 8; call 203;"

/* r6 = the context; a reservation in the dynptr at r10 - 16; ends with r0 = 0 at 1. */
#define RESERVED(name, ...)                                                                                            \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = %0 ll;" RESERVE_ARGS "call 198" ::"i"(&ring));                                                \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 0; exit");                                                                                          \
    }

RESERVED(submits, SUBMIT)
RESERVED(discards, DISCARD)
RESERVED(submits_although_it_failed, "if r0 != 0 goto 2f; goto 3f; 2:" DISCARD "goto 1f; 3:" SUBMIT)
RESERVED(never_submits, "")                                        /* error[*] */
RESERVED(submits_only_after_success, "if r0 != 0 goto 1f;" SUBMIT) /* error[*] */
RESERVED(submits_twice, SUBMIT SUBMIT)                             /* error[*] */
RESERVED(discards_what_was_submitted, SUBMIT DISCARD)              /* error[*] */
RESERVED(writes_through_data, DATA "if r0 == 0 goto 2f; *(u64 *)(r0 + 0) = 1; 2:" SUBMIT)
RESERVED(writes_untested_data, DATA "*(u64 *)(r0 + 0) = 1;" SUBMIT)                      /* error[*] */
RESERVED(writes_behind_data, DATA "if r0 == 0 goto 2f; *(u64 *)(r0 + 8) = 1; 2:" SUBMIT) /* error[*] */
RESERVED(writes_data_after_submit,
         DATA "if r0 == 0 goto 2f; r7 = r0;" SUBMIT "*(u64 *)(r7 + 0) = 1; goto 1f; 2:" SUBMIT)      /* error[*] */
RESERVED(null_data_releases_nothing, DATA "if r0 == 0 goto 1f;" SUBMIT)                              /* error[*] */
RESERVED(submits_its_data, DATA "if r0 == 0 goto 2f; r1 = r0; r2 = 0; call 132; goto 1f; 2:" SUBMIT) /* error[*] */
RESERVED(stores_over_it, "*(u64 *)(r10 - 16) = 0;" SUBMIT)                                           /* error[*] */
RESERVED(stores_over_its_end, "*(u8 *)(r10 - 1) = 0;" SUBMIT)                                        /* error[*] */
RESERVED(loads_from_it, "r7 = *(u64 *)(r10 - 16);" SUBMIT)                                           /* error[*] */
RESERVED(loads_a_byte_of_it, "r7 = *(u8 *)(r10 - 3);" SUBMIT)                                        /* error[*] */
RESERVED(adds_atomically_to_it, "r7 = 1; lock *(u64 *)(r10 - 8) += r7;" SUBMIT)                      /* error[*] */
RESERVED(reserves_over_it, "r1 = %0 ll;" RESERVE_ARGS "call 198;" SUBMIT ::"i"(&ring))               /* error[*] */
RESERVED(
    reserves_over_half_of_it,
    "r1 = %0 ll; r2 = 8; r3 = 0; r4 = r10; r4 += -24; call 198; r1 = r10; r1 += -24; r2 = 0; call 199;" SUBMIT ::"i"(
        &ring))                                                       /* error[*] */
RESERVED(submits_half_of_it, "r1 = r10; r1 += -8; r2 = 0; call 199;") /* error[*] */
RESERVED(reads,
         "r1 = r10; r1 += -24; r2 = 8; r3 = r10; r3 += -16; r4 = 0; r5 = 0; call 201; r7 = *(u64 *)(r10 - 24);" SUBMIT)
RESERVED(reads_over_itself,
         "r1 = r10; r1 += -16; r2 = 8; r3 = r10; r3 += -16; r4 = 0; r5 = 0; call 201;" SUBMIT) /* error[*] */
RESERVED(reads_behind_the_stack,
         "r1 = r10; r1 += -24; r2 = 32; r3 = r10; r3 += -16; r4 = 0; r5 = 0; call 201;" SUBMIT) /* error[*] */
RESERVED(reads_at_an_unknown_place,
         "r4 = *(u32 *)(r6 + 0); r1 = r10; r1 += -24; r2 = 8; r3 = r10; r3 += -16; r5 = 0; call 201;" SUBMIT)
RESERVED(writes,
         "*(u64 *)(r10 - 24) = 5; r1 = r10; r1 += -16; r2 = 0; r3 = r10; r3 += -24; r4 = 8; r5 = 0; call 202;" SUBMIT)
RESERVED(writes_itself,
         "r1 = r10; r1 += -16; r2 = 0; r3 = r10; r3 += -16; r4 = 8; r5 = 0; call 202;" SUBMIT)         /* error[*] */
RESERVED(data_of_unknown_size, "r3 = *(u32 *)(r6 + 0); r1 = r10; r1 += -16; r2 = 0; call 203;" SUBMIT) /* error[*] */
RESERVED(reads_after_submit,
         SUBMIT "r1 = r10; r1 += -24; r2 = 8; r3 = r10; r3 += -16; r4 = 0; r5 = 0; call 201") /* error[*] */
RESERVED(uses_its_bytes_after_submit, SUBMIT "*(u64 *)(r10 - 16) = 1; r7 = *(u64 *)(r10 - 16)")

PROGRAM(reads_what_is_none)
{
    I("r1 = r10; r1 += -24; r2 = 8; r3 = r10; r3 += -16; r4 = 0; r5 = 0; call 201"); /* error[*] */
    I("r0 = 0; exit");
}

PROGRAM(reserves_at_an_unknown_place)
{
    I("r6 = *(u64 *)(r1 + 0); r6 &= 8; r4 = r10; r4 += -24; r4 += r6");
    I("r1 = %0 ll; r2 = 16; r3 = 0; call 198" ::"i"(&ring)); /* error[*] */
    I("r0 = 0; exit");
}

PROGRAM(reserves_unaligned)
{
    I("r1 = %0 ll; r2 = 16; r3 = 0; r4 = r10; r4 += -20; call 198" ::"i"(&ring)); /* error[*] */
    I("r1 = r10; r1 += -20; r2 = 0; call 199; r0 = 0; exit");
}

/* r6 = a value of `table`; a dynptr at r10 - 16 of its first 16 bytes; ends with r0 = 0 at 1. */
#define FROM_MEM "r1 = r6; r2 = 16; r3 = 0; r4 = r10; r4 += -16; call 197;"
#define LOCAL(name, ...)                                                                                               \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = %0 ll; call 1" ::"i"(&table));                              \
        I("if r0 == 0 goto 1f; r6 = r0;");                                                                             \
        I(__VA_ARGS__);                                                                                                \
        I("1: r0 = 0; exit");                                                                                          \
    }

LOCAL(makes_one_of_a_map_value, FROM_MEM)
LOCAL(takes_data_of_it, FROM_MEM DATA "if r0 == 0 goto 1f; *(u64 *)(r0 + 0) = 1")
LOCAL(takes_more_than_there_is,
      FROM_MEM "r1 = r10; r1 += -16; r2 = 0; r3 = 32; call 203; if r0 == 0 goto 1f; *(u64 *)(r0 + 24) = 1")
LOCAL(submits_a_local_one, FROM_MEM SUBMIT) /* error[*] */
LOCAL(makes_it_anew, FROM_MEM FROM_MEM)
LOCAL(stores_over_a_local_one, FROM_MEM "*(u64 *)(r10 - 16) = 0")
LOCAL(stores_over_a_local_one_and_uses_it, FROM_MEM "*(u64 *)(r10 - 8) = 0;" DATA)      /* error[*] */
LOCAL(makes_one_of_too_much, "r1 = r6; r2 = 72; r3 = 0; r4 = r10; r4 += -16; call 197") /* error[*] */
LOCAL(makes_one_of_the_stack, "*(u64 *)(r10 - 32) = 0; *(u64 *)(r10 - 24) = 0; r1 = r10; r1 += -32; r2 = 16; r3 = 0; "
                              "r4 = r10; r4 += -16; call 197") /* error[*] */
LOCAL(reserves_over_a_local_one, FROM_MEM "r1 = %0 ll;" RESERVE_ARGS "call 198;" SUBMIT ::"i"(&ring))

/* Used by a function that gets its address. */
FUNCTION(submits_for_its_caller)
{
    I("r2 = 0; call 199; r0 = 0; exit");
}
RESERVED(hands_it_to_a_function, "r1 = r10; r1 += -16; call submits_for_its_caller")
FUNCTION(keeps_it_in_its_frame)
{
    I("r4 = r10; r4 += -16; r2 = 16; r3 = 0; call 198; r0 = 0; exit");
}
PROGRAM(loses_it_with_a_frame)
{
    I("r1 = %0 ll; call keeps_it_in_its_frame; r0 = 0; exit" ::"i"(&ring)); /* error[*] */
}
