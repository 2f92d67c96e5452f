// SPDX-License-Identifier: Apache-2.0
/* Ranges as arcs of the circle of 2^bits words: low, low + 1, …, low + span (modulo 2^bits), both ends included.
 * One arc carries signed and unsigned bounds at once, and wraps where the arithmetic does. Never empty; span = 2^bits -
 * 1 is everything. Every function takes the width in bits (1..64). Source: Gange et al., "Interval Analysis and Machine
 * Arithmetic", TOPLAS 2014. */
#ifndef BAREBPF_VERIFY_RANGE_H
#define BAREBPF_VERIFY_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct range {
    uint64_t low;  /* first member */
    uint64_t span; /* members - 1 */
};

struct range range_const(uint64_t value);
struct range range_full(unsigned bits);
/* low <= x <= high, compared unsigned, or signed (bounds as sign-extended numbers). */
struct range range_unsigned(uint64_t low, uint64_t high);
struct range range_signed(int64_t low, int64_t high, unsigned bits);

/* Bounds of the members. */
uint64_t range_min(struct range a, unsigned bits);
uint64_t range_max(struct range a, unsigned bits);
int64_t range_signed_min(struct range a, unsigned bits);
int64_t range_signed_max(struct range a, unsigned bits);
/* The last member of the arc. */
uint64_t range_last(struct range a, unsigned bits);

bool range_has(struct range a, uint64_t member, unsigned bits);
bool range_includes(struct range outer, struct range inner, unsigned bits);
bool range_is_full(struct range a, unsigned bits);

/* An arc that holds all common members (the smaller operand when they meet in two pieces); false when there are none.
 */
bool range_intersect(struct range a, struct range b, unsigned bits, struct range *result);
/* The smallest arc that holds both. */
struct range range_join(struct range a, struct range b, unsigned bits);
/* Takes `member` away when it is an end of the arc; false when nothing is left. */
bool range_remove(struct range *a, uint64_t member, unsigned bits);

struct range range_add(struct range a, struct range b, unsigned bits);
struct range range_sub(struct range a, struct range b, unsigned bits);
struct range range_mul(struct range a, struct range b, unsigned bits);
/* Division and remainder by RFC 9669: x / 0 = 0, x % 0 = x. */
struct range range_div(struct range a, struct range b, unsigned bits);
struct range range_mod(struct range a, struct range b, unsigned bits);
struct range range_sdiv(struct range a, struct range b, unsigned bits);
struct range range_smod(struct range a, struct range b, unsigned bits);
/* Shifts; counts outside 0 .. bits - 1 give everything. */
struct range range_lshift(struct range a, struct range count, unsigned bits);
struct range range_rshift(struct range a, struct range count, unsigned bits);
struct range range_arshift(struct range a, struct range count, unsigned bits);
struct range range_and(struct range a, struct range b, unsigned bits);
struct range range_or(struct range a, struct range b, unsigned bits);
struct range range_xor(struct range a, struct range b, unsigned bits);

#endif
