// SPDX-License-Identifier: Apache-2.0
/* Values of variables and kconfig settings, written into the loaded program before it is verified, so that what they
 * switch off disappears from the code. */
#ifndef BAREBPF_SETTINGS_H
#define BAREBPF_SETTINGS_H

#include "firmware/board.h"
#include "program/program.h"

/* The board's settings ("CONFIG_NAME=VALUE"; NULL: none), as far as the program asks for them. */
bool settings_apply_board(struct program *program, string_list kconfig, struct diag *d);

/* --set NAME=VALUE, for variables and kconfig settings. Reports `option` (status 3) for what has no such name, is no
 * value, or does not fit. */
bool settings_apply(struct program *program, string_list sets, struct diag *d);

/* Settings that nobody has given: weak ones and those that say no stay 0; others are reported (`extern`, status 2). */
bool settings_complete(const struct program *program, struct diag *d);

#endif
