// SPDX-License-Identifier: Apache-2.0
/* Programs for people who look at a failure. */
#ifndef BAREBPF_TESTS_LISTING_H
#define BAREBPF_TESTS_LISTING_H

#include "program/program.h"

/* Prints `count` instructions from `first` on, a line each, numbered from 0. */
void listing_print(const struct program *program, uint32_t first, uint32_t count);

#endif
