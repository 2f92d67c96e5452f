// SPDX-License-Identifier: Apache-2.0
/* For the tests of the load room: compiles C with clang at test time, and loads the object. */
#ifndef BAREBPF_TESTS_LOAD_OBJECT_MAKER_H
#define BAREBPF_TESTS_LOAD_OBJECT_MAKER_H

#include "load/load.h"

/* What BPF sources need of libbpf's bpf_helpers.h, written out, so that the tests need no libbpf headers. */
#define PRELUDE                                                                                                        \
    "typedef unsigned int u32; typedef unsigned long long u64;\n"                                                      \
    "#define SEC(name) __attribute__((section(name), used))\n"                                                         \
    "#define __uint(name, val) int (*name)[val]\n"                                                                     \
    "#define __type(name, val) __typeof__(val) *name\n"                                                                \
    "#define __array(name, val) __typeof__(val) *name[]\n"                                                             \
    "#define noinline __attribute__((noinline))\n"

/* An object in memory, and what was made of it. */
struct made {
    struct arena arena;
    char *path;
    uint8_t *bytes;
    size_t size;
    struct diag *d;
    struct program program;
};

/* Compiles `source` (behind PRELUDE) for BPF with "-O2 -g" and the flags of `flags` (separated by spaces; "-g0" and
 * others override), into `made`; flags that begin with "bpf-gcc" call that compiler instead; the test ends with clang's
 * message when it does not compile. Free with made_free(). */
void make_object(struct made *made, const char *source, const char *flags);

/* Loads the object's (possibly changed) bytes; what was loaded before is freed. */
bool made_load(struct made *made);

/* make_object() and made_load(), which must succeed. */
const struct program *make_program(struct made *made, const char *source, const char *flags);

/* Name of the root error, "" when there is none; and its text. */
const char *made_error(const struct made *made);
const char *made_message(const struct made *made);

/* Output of a command that must succeed; owned by `made`. */
const char *made_command(struct made *made, const char *const argv[]);

void made_free(struct made *made);

#endif
