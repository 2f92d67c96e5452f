// SPDX-License-Identifier: Apache-2.0
/* How often loops of helpers and maps go round, for the bound of machine instructions that the compiler finds in the
 * linked image. rt_loop_enter(LOOP, N) stands before a loop, rt_loop_round(LOOP) in its body: each time that the first
 * is passed the second is passed at most N times. N must be a constant once all is inlined, or there is no bound. Both
 * leave nothing in the code; outside of the compiler's own builds they are nothing at all. */
#ifndef BAREBPF_LOOPS_H
#define BAREBPF_LOOPS_H

#include <stdint.h>

enum rt_loop {
    RT_LOOP_KEY_TAIL = 1,
    RT_LOOP_KEY_HASH,
    RT_LOOP_KEY_EQUAL,
    RT_LOOP_HASH_FIND,
    RT_LOOP_HASH_EACH,
    RT_LOOP_ARRAY_EACH,
    RT_LOOP_LRU_EVICT,
    RT_LOOP_BLOOM,
    RT_LOOP_TRIE_BYTES,
    RT_LOOP_TRIE_BITS,
    RT_LOOP_TRIE_FIND,
    RT_LOOP_SUM_WORDS,
    RT_LOOP_SUM_BYTES,
    RT_LOOP_FLOW_HASH,
    RT_LOOP_ADDRESS
};

#ifdef BAREBPF_MARKS
void rt_loop_enter(uint32_t loop, uint32_t rounds);
void rt_loop_round(uint32_t loop);
#else
#define rt_loop_enter(loop, rounds) ((void)(loop), (void)(rounds))
#define rt_loop_round(loop)         ((void)(loop))
#endif

#endif
