// SPDX-License-Identifier: Apache-2.0
/* Many programs in one image: each is lifted as a function of its own, all are emitted, linked and run as a user's
 * image is (the same stages, the same runner), with runner.h in place of the default main. */
#ifndef BAREBPF_TESTS_BATCH_BATCH_H
#define BAREBPF_TESTS_BATCH_BATCH_H

#include "digest.h"
#include "firmware/firmware.h"

#define BATCH_MEMORY_BYTES 128
#define BATCH_RANDOM_SEED  0x2545f491u /* of bpf_get_prandom_u32, before each run */

/* What a case answered: r0 of its only run or the digest of all r0 (digest_word from DIGEST_START), and digests of its
 * memory and maps; summed over the runs where the order within a map does not matter (DIGEST_HASH). */
struct batch_result {
    bool answered; /* false: the image faulted or hung in it; the cases behind it are answered all the same */
    uint64_t r0, digests[DIGEST_COUNT];
};

struct batch;

/* How the programs of a batch are built. */
enum {
    BATCH_MAPS = 1,  /* they are those of generate.h and share its four maps, which are cleared before each run; their
                        constants are batch_constants() */
    BATCH_FACTS = 2, /* each proved fact is lifted as a trap */
};

/* An empty batch for a board at an optimisation level ('0', 's', '2', …); `flags` from above. */
struct batch *batch_new(const struct board *board, char optimize, unsigned flags);
void batch_free(struct batch *batch);

/* Lifts the program; its function's number, or NONE with the reason in `d`. */
uint32_t batch_add_function(struct batch *batch, const struct verified *v, struct diag *d);

/* Adds a case: the function on each of `count` inputs of `bytes` bytes, at most BATCH_MEMORY_BYTES, one behind the
 * other; 0 bytes: r1 = 0. */
void batch_add_case(struct batch *batch, uint32_t function, const uint8_t *inputs, uint32_t count, uint32_t bytes);

/* Builds the image in the directory `dir` (file_work_dir(); one does for all batches) and runs it until every case has
 * answered or failed; results in the order of the cases. False with the reason in `d` when the image cannot be built or
 * started (does-not-fit: make smaller batches). */
bool batch_run(struct batch *batch, const char *dir, struct batch_result *results, struct diag *d);

/* Flash of the board, and of it what one BPF instruction takes at that level, roughly: how many programs fit. */
uint64_t batch_flash_bytes(const struct board *board);
uint32_t batch_insn_bytes(char optimize);

/* The program's maps with the contents that batches give them. */
void batch_constants(struct program *program);

/* The boards that can run here: emulated ones whose emulator is installed, and native; the others are said on stdout.
 * With names given (NULL-terminated), those only. */
string_list batch_boards(struct arena *arena, string_list names, struct diag *d);

#endif
