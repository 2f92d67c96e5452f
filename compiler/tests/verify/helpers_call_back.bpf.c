// SPDX-License-Identifier: Apache-2.0
/* What programs may make of helpers that call back: how often they do, and what is left when they have ended. */
// flags: -mcpu=v4
// verify: --ctx-size 64
#include "suite.h"

MAP(array, BPF_MAP_TYPE_ARRAY, 4, __u32, __u64);

FUNCTION(writes_to_null)
{
    I("r1 = 0; *(u64 *)(r1 + 0) = 0; r0 = 0; exit"); /* error[null-deref] */
}

FUNCTION(keeps_the_key)
{
    I("*(u64 *)(r4 + 0) = r2; r0 = 0; exit");
}

FUNCTION(keeps_the_value)
{
    I("*(u64 *)(r4 + 0) = r3; r0 = 0; exit");
}

FUNCTION(reads_the_key)
{
    I("r0 = *(u32 *)(r2 + 0); r0 &= 1; exit");
}

/* An address is a number of rounds that nothing is known of. */
PROGRAM(loops_as_often_as_an_address)
{
    /* calls writes_to_null() */
    I("r1 = r10; r2 = %0 ll; r3 = 0; r4 = 0; call 181; r0 = 0; exit" ::"i"(writes_to_null));
}

PROGRAM(looks_at_every_key)
{
    I("r1 = %0 ll; r2 = %1 ll; r3 = 0; r4 = 0; call 164; r0 = 0; exit" ::"i"(&array), "i"(reads_the_key));
}

/* Keys of arrays are the helper's own, and go with it. */
PROGRAM(reads_a_key_after_the_last_round)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = %0 ll; r2 = %1 ll; r3 = r10; r3 += -8; r4 = 0; call 164" ::"i"(&array),
      "i"(keeps_the_key));
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 == 0 goto 1f");
    I("r0 = *(u32 *)(r1 + 0)"); /* error[not-pointer] */
    I("1: exit");
}

PROGRAM(reads_a_value_after_the_last_round)
{
    I("*(u64 *)(r10 - 8) = 0; r1 = %0 ll; r2 = %1 ll; r3 = r10; r3 += -8; r4 = 0; call 164" ::"i"(&array),
      "i"(keeps_the_value));
    I("r1 = *(u64 *)(r10 - 8); r0 = 0; if r1 == 0 goto 1f; r0 = *(u64 *)(r1 + 0); 1: exit");
}
