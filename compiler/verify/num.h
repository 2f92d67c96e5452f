// SPDX-License-Identifier: Apache-2.0
/* What is known of a number: its bits, its 64-bit range, and the range of its low 32 bits, kept in step.
 * A num stands for the words that satisfy all three. */
#ifndef BAREBPF_VERIFY_NUM_H
#define BAREBPF_VERIFY_NUM_H

#include "../program/insn.h"
#include "range.h"
#include "tnum.h"

struct num {
    struct tnum bits;
    struct range all; /* of the 64-bit word */
    struct range low; /* of its low 32 bits */
};

struct num num_const(uint64_t value);
struct num num_unknown(void);
/* Any zero-extended word of `bits` bits; any sign-extended one. */
struct num num_word(unsigned bits);
struct num num_signed_word(unsigned bits);

bool num_is_const(const struct num *a, uint64_t *value);
/* True for the constant `n`. */
bool num_is(const struct num *a, uint64_t n);
bool num_has(const struct num *a, uint64_t member);
/* True when every member of `inner` is one of `outer`, as far as the three views show. */
bool num_includes(const struct num *outer, const struct num *inner);
/* Both facts at once; false when they contradict each other. */
bool num_intersect(struct num *a, const struct num *b);
/* The smallest num of this form that holds both. */
struct num num_join(const struct num *a, const struct num *b);

/* Passes what each view knows to the others; false when they contradict each other (no such number). */
bool num_sync(struct num *a);

/* The number that the operation leaves in a 64-bit register; `bits` is 32 (upper half zeroed) or 64. Division and
 * shifts by RFC 9669 §4.1. For OP_NEG `b` is ignored; OP_MOV gives b. */
struct num num_alu(enum op op, const struct num *a, const struct num *b, unsigned bits);
/* The low `from` bits, sign-extended to `bits`, upper half zeroed when bits is 32. */
struct num num_sign_extend(const struct num *a, unsigned from, unsigned bits);
/* The low `bits` bits, zero-extended. */
struct num num_zero_extend(const struct num *a, unsigned bits);
/* OP_BSWAP and OP_BE (on little-endian targets): the low `bits` bits with their bytes in reverse. */
struct num num_byte_swap(const struct num *a, unsigned bits);

/* What is known when `a op b` came out as `taken`, for a comparison of `bits` bits; refines both; false when that is
 * impossible. */
bool num_compare(enum op op, struct num *a, struct num *b, unsigned bits, bool taken);

#endif
