// SPDX-License-Identifier: Apache-2.0
/* A second opinion on containment, by witnesses: independent of verify/include.c, and only where it is sure. */
#ifndef BAREBPF_TESTS_VERIFY_ESCAPES_H
#define BAREBPF_TESTS_VERIFY_ESCAPES_H

#include "verify/state.h"

/* True when it found a situation that `inner` allows and `outer` does not. False: there is none, or none was found. */
bool escapes(const struct state *inner, const struct state *outer);

#endif
