// SPDX-License-Identifier: Apache-2.0
/* Functions of the firmware that the program calls by name (kfuncs), in C: their prototypes from BTF, and the stubs
 * through which the program calls them. */
#ifndef BAREBPF_FIRMWARE_KFUNCS_H
#define BAREBPF_FIRMWARE_KFUNCS_H

#include "../base/text.h"
#include "../verify/verify.h"

/* Appends a prototype for every function that the verified program reaches; nothing when it reaches none. The
 * firmware's sources are compiled with these in front, so that a definition of another type is an error of the C
 * compiler. */
void kfuncs_prototypes(struct text *out, const struct verified *v);

/* Appends the stubs barebpf_kfunc_NAME, which pass numbers as 64 bits and pointers as pointers. */
void kfuncs_stubs(struct text *out, const struct verified *v);

/* The prototype of extern `index` in C, one line. False: it has none that a call could have. */
bool kfuncs_prototype(struct text *out, const struct program *program, uint32_t index);

#endif
