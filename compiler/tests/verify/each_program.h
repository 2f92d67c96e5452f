// SPDX-License-Identifier: Apache-2.0
/* The programs of an object, one after the other. */
#ifndef BAREBPF_TESTS_EACH_PROGRAM_H
#define BAREBPF_TESTS_EACH_PROGRAM_H

#include "program/program.h"

/* Loads the object at `path` and hands each of its programs (function `entry`) to `judge`; what that reports in `d` is
 * forgotten. False, with the reason on stdout, when the object cannot be loaded. */
bool each_program(const char *path, void (*judge)(void *owner, const struct program *p, uint32_t entry, struct diag *d),
                  void *owner);

#endif
