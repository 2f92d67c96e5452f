// SPDX-License-Identifier: Apache-2.0
/* Does the image fit the board and the user's budgets, and who is to blame when it does not? */
#ifndef BAREBPF_FIRMWARE_FIT_H
#define BAREBPF_FIRMWARE_FIT_H

#include "binary.h"
#include "firmware.h"

/* Allowance for the machine stack around the program, in bytes: reset, main and printing (556 at most, measured by
 * painting the stack on the boards in a program that prints), a timer interrupt's frame (104, by the architecture), a
 * fault's report (200, an estimate). */
#define STACK_MAIN_BYTES 896

/* A length for `region` that reaches to the next region, for linking what does not fit. */
uint64_t fit_roomy_bytes(const struct board *board, const struct memory_region *region);

/* Fills the image's report from what was linked; `binary` belongs to the image's arena. */
void fit_measure(struct image *image, const struct binary *binary, const struct object *object,
                 const struct board *board);

/* Compares the report with the board and the budgets. Reports does-not-fit (status 2). */
bool fit_check(const struct image *image, const struct object *object, const struct board *board,
               const struct build_options *options, struct diag *d);

/* The same for a relocatable object, which has no regions: flash and RAM that it takes; the stack is the programs'
 * alone. Checked against the budgets only. */
bool fit_measure_relocatable(struct image *image, const char *path, const struct object *object, struct diag *d);
bool fit_check_relocatable(const struct image *image, const struct object *object, const struct build_options *options,
                           struct diag *d);

/* Before anything is compiled: refuses maps, or a context, that alone are larger than the board's RAM, which no
 * compiler could lay out. Reports does-not-fit. */
bool fit_maps(const struct verified *v, const struct board *board, struct diag *d);

#endif
