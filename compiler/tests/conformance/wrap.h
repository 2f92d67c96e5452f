// SPDX-License-Identifier: Apache-2.0
/* What the conformance tests share: the public suite's JSON, hexadecimal bytes, and bytes as an ELF object. */
#ifndef BAREBPF_TESTS_CONFORMANCE_WRAP_H
#define BAREBPF_TESTS_CONFORMANCE_WRAP_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"

/* The cases of FOLDER/NAME; NULL, said on stdout, when the file is not there. */
json_t *public_cases(const char *folder, const char *name);

/* Hexadecimal digits (blanks between bytes are skipped) to bytes in the arena. */
uint8_t *bytes_of_hex(struct arena *arena, const char *hex, uint32_t *count);

/* A BPF ELF object in the arena whose section "raw" holds these instructions as one function. */
uint8_t *wrap_object(struct arena *arena, const uint8_t *code, uint32_t code_bytes, size_t *size);

#endif
