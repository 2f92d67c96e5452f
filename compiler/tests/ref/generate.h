// SPDX-License-Identifier: Apache-2.0
/* Random programs, well-formed and mostly safe: the material of the soundness and differential tests. The same seed
 * gives the same program. */
#ifndef BAREBPF_TESTS_GENERATE_H
#define BAREBPF_TESTS_GENERATE_H

#include "program/program.h"

#define GENERATED_CONTEXT_BYTES 64

/* Fills the zeroed program (free with program_free): function 0 is the entry, over a raw context of
 * GENERATED_CONTEXT_BYTES; maps: 0 an array of 4 values of 16 bytes, 1 a hash of u32 to 8 bytes with 3 entries, 2 .bss
 * of 24 bytes, 3 .rodata of 16 bytes, 4 (only where tail calls are made) an array of 4 programs. False when Linux
 * cannot be asked for the results: tail calls (Linux has none in programs over plain memory), and pointers into the
 * hash that are used after an update (Linux replaces the element, so that they show the old value). */
bool generate_program(struct program *program, uint64_t seed);

/* The same for XDP: one function over struct xdp_md and a packet; no maps. */
void generate_packet_program(struct program *program, uint64_t seed);

/* The same over a raw context, with what is acquired and given back, callbacks, timers and global functions; maps: an
 * array whose values hold a timer and a lock, a ring buffer, a hash. */
void generate_resource_program(struct program *program, uint64_t seed);

/* xorshift64*; *seed must not be 0. */
uint64_t generate_random(uint64_t *seed);

#endif
