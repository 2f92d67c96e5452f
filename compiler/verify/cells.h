// SPDX-License-Identifier: Apache-2.0
/* Which stack memory may be read again: for exploring only, which forgets the rest where paths would multiply. */
#ifndef BAREBPF_VERIFY_CELLS_H
#define BAREBPF_VERIFY_CELLS_H

#include "../program/program.h"

struct loops;

/* A set of the 4-byte words of a frame: word n lies at offsets -4 - 4n .. -1 - 4n. */
struct words {
    uint64_t bits[2];
};

/* True when no word that bytes off .. off + size - 1 touch is in the set. */
bool words_miss(const struct words *w, int off, unsigned size);

/* The bytes of stripe n of a frame that lie in the set (bits as in struct stripe). */
uint64_t words_bytes(const struct words *w, uint32_t n);

/* Fills live[insn] for the instructions of a function: words that may be read before they are written. A guess where
 * addresses of the stack are passed around. */
void cells_find_live(const struct program *program, const struct func *f, const struct loops *loops,
                     struct words *live);

#endif
