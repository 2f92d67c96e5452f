// SPDX-License-Identifier: Apache-2.0
/* More stack than 512 bytes, where the user allows it. */
// flags: -mcpu=v4
// verify: --ctx-size 64 --stack-limit 1000
#include "suite.h"

/* Assembly; ends with r0 = 0. */
#define DEEP(name, ...)                                                                                                \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I(__VA_ARGS__);                                                                                                \
        I("r0 = 0; exit");                                                                                             \
    }

DEEP(uses_700_bytes, "*(u64 *)(r10 - 700 + 4) = 1; r1 = *(u64 *)(r10 - 696)")
DEEP(uses_all_1000_bytes, "*(u64 *)(r10 - 1000) = 1; r1 = *(u64 *)(r10 - 1000)")
DEEP(uses_8_bytes_more, "*(u64 *)(r10 - 1008) = 1") /* error[out-of-bounds] */
DEEP(knows_what_lies_deep,
     "*(u64 *)(r10 - 800) = 8; r2 = *(u64 *)(r10 - 800); r3 = r10; r3 += -16; r3 += r2; *(u64 *)(r3 + 0) = 1")
DEEP(forgets_what_was_overwritten, "*(u64 *)(r10 - 800) = 8; *(u64 *)(r10 - 800) = r1; r2 = *(u64 *)(r10 - 800); r3 = "
                                   "r10; r3 += -16; r3 += r2; *(u64 *)(r3 + 0) = 1") /* error[*] */

FUNCTION(takes_400_bytes)
{
    I("*(u64 *)(r10 - 400) = 1; r0 = *(u64 *)(r10 - 400); exit");
}
FUNCTION(takes_700_bytes)
{
    I("*(u64 *)(r10 - 696) = 1; r0 = *(u64 *)(r10 - 696); exit");
}
DEEP(calls_with_800_bytes_in_all, "*(u64 *)(r10 - 400) = 1; call takes_400_bytes")
PROGRAM(calls_with_1096_bytes_in_all)
{
    I("*(u64 *)(r10 - 400) = 1; call takes_700_bytes; r0 = 0; exit"); /* error[stack-limit] */
}

/* 150 words, each of which is a number that nothing else knows. */
DEEP(fills_150_words_in_a_loop, "r2 = 0; r3 = r10; r3 += -600; r4 = *(u32 *)(r1 + 0); r5 = 0;"
                                "1: *(u32 *)(r3 + 0) = r5; w5 += w4; r3 += 4; r2 += 1; if r2 < 150 goto 1b")
