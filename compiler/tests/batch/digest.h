// SPDX-License-Identifier: Apache-2.0
/* How the tests' images sum up memory, so that a case answers with a few numbers: used by both sides. */
#ifndef BAREBPF_TESTS_BATCH_DIGEST_H
#define BAREBPF_TESTS_BATCH_DIGEST_H

#include <stdint.h>

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a by words, with the upper half folded down. */
static inline uint64_t digest_word(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * UINT64_C(0x100000001b3);
    return digest ^ digest >> 29;
}

/* `bytes` little-endian; a last word that is short counts with zeros behind it. */
static inline uint64_t digest_bytes(uint64_t digest, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t at = 0; at < count; at += 8) {
        uint64_t word = 0;
        for (uint32_t i = 0; i < 8 && at + i < count; i++)
            word |= (uint64_t)bytes[at + i] << (8 * i);
        digest = digest_word(digest, word);
    }
    return digest;
}

/* What a case answers besides r0. */
enum { DIGEST_MEMORY, DIGEST_ARRAY, DIGEST_BSS, DIGEST_HASH, DIGEST_COUNT };

#endif
