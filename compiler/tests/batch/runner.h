// SPDX-License-Identifier: Apache-2.0
/* The main of the tests' images, in place of helpers-template/main.c: runs every case of a table and answers in the
 * machine lines of run.h. A generated file defines the tables (and BATCH_MAPS for programs with maps) and includes this
 * one. A case runs its function on each of its inputs; what comes out is r0, or the digest of all r0, and the digests
 * of the memories and of the maps afterwards. The run block's `repeat` says which case is the first, counted from 1. */
#include <barebpf/map_layout.h>
#include <barebpf/run.h>

#include "board.h"
#include "digest.h"
#include "rt.h"

extern const char __run_block[];
int main(void);

static union {
    uint64_t words[BATCH_MEMORY_BYTES / 8];
    uint8_t bytes[BATCH_MEMORY_BYTES];
} memory;

static void put_digest(uint64_t digest)
{
    rt_print_hex(digest, 16);
}

#ifdef BATCH_MAPS
extern uint8_t bpf_map_array[], bpf_map_bss[], bpf_map_hash[];
#define ARRAY_BYTES 64u
#define BSS_BYTES   24u
#define HASH_NODE(n)                                                                                                   \
    (bpf_map_hash + BAREBPF_HASH_NODES_OFFSET(4u, 8u, 3u) + ((n) - 1u) * BAREBPF_HASH_NODE_BYTES(4u, 8u, 3u))

static void reset_maps(void)
{
    __builtin_memset(bpf_map_array, 0, ARRAY_BYTES);
    __builtin_memset(bpf_map_bss, 0, BSS_BYTES);
    __builtin_memset(bpf_map_hash, 0, BAREBPF_HASH_BYTES(4u, 8u, 3u));
    rt_random_seed(BATCH_RANDOM_SEED);
}

/* The sum over all entries: their order does not matter. */
static uint64_t digest_hash(void)
{
    uint64_t sum = 0;
    for (uint32_t bucket = 0; bucket < BAREBPF_HASH_BUCKETS(3u); bucket++) {
        const uint8_t *link = bpf_map_hash + BAREBPF_HASH_BUCKETS_OFFSET(3u) + 2 * bucket;
        for (uint32_t guard = 0; *(const uint16_t *)link && guard < 4; guard++) {
            link = HASH_NODE(*(const uint16_t *)link);
            uint64_t entry = digest_bytes(DIGEST_START, link + BAREBPF_HASH_KEY_OFFSET(4u, 3u), 4);
            sum += digest_bytes(entry, link + BAREBPF_HASH_VALUE_OFFSET(4u, 8u, 3u), 8);
        }
    }
    return sum;
}
#endif

static void run_case(const struct batch_case *c, uint32_t index)
{
    uint64_t r0 = 0, all = DIGEST_START, digests[DIGEST_COUNT] = {DIGEST_START, DIGEST_START, DIGEST_START, 0};
    uint32_t words = (c->bytes + 7) / 8;
    for (uint32_t run = 0; run < c->count; run++) {
        for (uint32_t i = 0; i < words; i++)
            memory.words[i] = c->inputs[run * words + i];
#ifdef BATCH_MAPS
        reset_maps();
#endif
        r0 = c->function(c->bytes ? memory.bytes : NULL, c->bytes);
        all = digest_word(all, r0);
        digests[DIGEST_MEMORY] = digest_bytes(digests[DIGEST_MEMORY], memory.bytes, 8 * words);
#ifdef BATCH_MAPS
        digests[DIGEST_ARRAY] = digest_bytes(digests[DIGEST_ARRAY], bpf_map_array, ARRAY_BYTES);
        digests[DIGEST_BSS] = digest_bytes(digests[DIGEST_BSS], bpf_map_bss, BSS_BYTES);
        digests[DIGEST_HASH] += digest_hash();
#endif
    }
    board_putchar(BAREBPF_MACHINE_LINE);
    rt_print("run ");
    rt_print_decimal(index);
    board_putchar(' ');
    put_digest(c->count == 1 ? r0 : all);
    rt_print(" -\n");
    board_putchar(BAREBPF_MACHINE_LINE);
    rt_print("context ");
    rt_print_decimal(index);
    board_putchar(' ');
    for (unsigned i = 0; i < DIGEST_COUNT; i++)
        put_digest(digests[i]);
    board_putchar('\n');
}

int main(void)
{
    const struct barebpf_run_block *block = (const void *)__run_block;
    const uint32_t count = sizeof batch_cases / sizeof batch_cases[0];
    if (!board_in_emulator())
        return BAREBPF_STATUS_BLOCK;
    board_putchar(BAREBPF_MACHINE_LINE);
    rt_print("begin 1\n");
    for (uint32_t i = block->repeat - 1, index = 0; i < count; i++, index++)
        run_case(&batch_cases[i], index);
    board_putchar(BAREBPF_MACHINE_LINE);
    rt_print("end 0\n");
    return 0;
}
