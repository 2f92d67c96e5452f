// SPDX-License-Identifier: Apache-2.0
/* Known bits ("tristate numbers"): each bit of a word is 0, 1 or unknown.
 * A tnum stands for the set { x : (x & ~mask) == value }. Operations work on 64 bits; narrower words are cut by
 * tnum_cut(). Source: Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers",
 * CGO 2022. */
#ifndef BAREBPF_VERIFY_TNUM_H
#define BAREBPF_VERIFY_TNUM_H

#include <stdbool.h>
#include <stdint.h>

struct tnum {
    uint64_t value; /* the known bits; 0 where unknown */
    uint64_t mask;  /* 1 = unknown */
};

#define TNUM_UNKNOWN ((struct tnum){0, UINT64_MAX})

struct tnum tnum_const(uint64_t value);

/* The smallest tnum that holds every x with low <= x <= high. */
struct tnum tnum_range(uint64_t low, uint64_t high);

/* Zero-extends the low `bits` bits. */
struct tnum tnum_cut(struct tnum a, unsigned bits);

/* Sign-extends the low `bits` bits to 64. */
struct tnum tnum_sign_extend(struct tnum a, unsigned bits);

struct tnum tnum_add(struct tnum a, struct tnum b);
struct tnum tnum_sub(struct tnum a, struct tnum b);
struct tnum tnum_mul(struct tnum a, struct tnum b);
struct tnum tnum_and(struct tnum a, struct tnum b);
struct tnum tnum_or(struct tnum a, struct tnum b);
struct tnum tnum_xor(struct tnum a, struct tnum b);
/* Remainder, signed or not. */
struct tnum tnum_mod(struct tnum a, struct tnum b);
struct tnum tnum_lshift(struct tnum a, unsigned count);
struct tnum tnum_rshift(struct tnum a, unsigned count);
/* Arithmetic shift of a word of `bits` bits; the result is cut to `bits`. */
struct tnum tnum_arshift(struct tnum a, unsigned count, unsigned bits);

/* Both facts at once; false when they contradict each other. */
bool tnum_intersect(struct tnum a, struct tnum b, struct tnum *result);
/* The smallest tnum that holds both. */
struct tnum tnum_join(struct tnum a, struct tnum b);
/* True when every member of `inner` is one of `outer`. */
bool tnum_includes(struct tnum outer, struct tnum inner);
bool tnum_has(struct tnum a, uint64_t member);
/* The least member that is not below `from`, the greatest that is not above; false when there is none. */
bool tnum_next(struct tnum a, uint64_t from, uint64_t *member);
bool tnum_previous(struct tnum a, uint64_t from, uint64_t *member);
bool tnum_is_const(struct tnum a);

#endif
