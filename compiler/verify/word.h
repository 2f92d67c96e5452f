// SPDX-License-Identifier: Apache-2.0
/* Words of 1 to 64 bits kept in the low end of a uint64_t. The domains take the width as a parameter, so that the same
 * source is enumerated at small widths by the tests. */
#ifndef BAREBPF_VERIFY_WORD_H
#define BAREBPF_VERIFY_WORD_H

#include <stdint.h>

/* All ones in the low `bits` bits (1..64). */
static inline uint64_t word_mask(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

/* The low `bits` bits as a signed number. */
static inline int64_t word_signed(uint64_t word, unsigned bits)
{
    return (int64_t)(word << (64 - bits)) >> (64 - bits);
}

/* The most negative word, 100…0. */
static inline uint64_t word_sign(unsigned bits)
{
    return (uint64_t)1 << (bits - 1);
}

#endif
