// SPDX-License-Identifier: Apache-2.0
/* Division by ten for printing numbers, without the C library's 64-bit division. */
#include "rt.h"

/* Sound because: the sum of shifts approaches n * 0.8 from below by less than 8, so the quotient is at most one too
 * small, which the remainder shows. */
uint64_t rt_divide_by_10(uint64_t number, unsigned *digit)
{
    uint64_t quotient = (number >> 1) + (number >> 2);
    for (unsigned shift = 4; shift < 64; shift *= 2)
        quotient += quotient >> shift;
    quotient >>= 3;
    unsigned rest = (unsigned)(number - ((quotient << 3) + (quotient << 1)));
    if (rest > 9) {
        quotient++;
        rest -= 10;
    }
    *digit = rest;
    return quotient;
}
