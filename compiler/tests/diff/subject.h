// SPDX-License-Identifier: Apache-2.0
/* One random program of the differential test: its proof, its inputs and what the reference interpreter says. */
#ifndef BAREBPF_TESTS_DIFF_SUBJECT_H
#define BAREBPF_TESTS_DIFF_SUBJECT_H

#include "../batch/batch.h"

#define SUBJECT_RUNS 3 /* contexts of each program */

struct subject {
    uint64_t seed;
    struct program *program;
    struct verified *verified;
    uint8_t *inputs; /* SUBJECT_RUNS * GENERATED_CONTEXT_BYTES */
    struct batch_result expected[SUBJECT_RUNS];
    bool *ran; /* per instruction: the interpreter executed it */
};

/* The program of this seed, when it is accepted and its results do not depend on addresses; NULL otherwise. */
struct subject *subject_new(uint64_t seed);

/* The same of a given program, which it takes over: for minimising. */
struct subject *subject_of(struct program *program, uint64_t seed);

void subject_free(struct subject *subject);

/* Adds the program and its runs, each as a case of its own, to a batch. */
bool subject_add(const struct subject *subject, struct batch *batch, struct diag *d);

/* Are these the interpreter's results? Of all SUBJECT_RUNS. */
bool subject_agrees(const struct subject *subject, const struct batch_result *results);

/* Prints the program, and for the first run that differs what differs. */
void subject_print(const struct subject *subject, const struct batch_result *results);

#endif
