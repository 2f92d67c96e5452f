// SPDX-License-Identifier: Apache-2.0
/* Makes a program that differs smaller. */
#ifndef BAREBPF_TESTS_DIFF_MINIMISE_H
#define BAREBPF_TESTS_DIFF_MINIMISE_H

#include "subject.h"

/* Where a program differs: a board, at an optimisation level, with flags of batch.h. */
struct target {
    const struct board *board;
    char optimize;
    unsigned flags;
    const char *dir; /* to work in */
};

/* Runs one program in an image of its own; false when it could not be built. */
bool minimise_run(const struct subject *subject, const struct target *target,
                  struct batch_result results[SUBJECT_RUNS]);

/* Drops instructions while the program is still accepted and still differs there; takes `subject` over and
 * returns the smallest one found. */
struct subject *minimise(struct subject *subject, const struct target *target);

#endif
