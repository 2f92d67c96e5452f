// SPDX-License-Identifier: Apache-2.0
/* NAME.stubs.c: the program's maps and data sections as C objects, and the stubs of the ABI that it calls. */
#ifndef BAREBPF_FIRMWARE_STUBS_H
#define BAREBPF_FIRMWARE_STUBS_H

#include "../base/text.h"
#include "../verify/verify.h"
#include "board.h"
#include "firmware.h"

/* Appends the file. Options: whether interrupt handlers may use the maps while a program runs (shares_maps);
 * native code also gets helpers that lifted code needs no function for. Reports map-type or extern (status 2) when the
 * program uses what has no counterpart. */
bool stubs_generate(struct text *out, const struct verified *v, const struct board *board,
                    const struct build_options *options, struct diag *d);

/* Does the program call helper `id`? */
bool stubs_use_helper(const struct verified *v, uint32_t id);

#endif
