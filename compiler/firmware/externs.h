// SPDX-License-Identifier: Apache-2.0
/* Functions and variables of the firmware (`extern … __ksym`) that a program uses: are they in the image, and right? */
#ifndef BAREBPF_FIRMWARE_EXTERNS_H
#define BAREBPF_FIRMWARE_EXTERNS_H

#include "firmware.h"

/* Reports (`extern`) the first extern of the program that the linker, whose output is `said`, calls undefined: who uses
 * it, where it must be defined, its prototype. True: it is none of the program's. */
bool externs_found(const struct verified *v, const char *said, const struct build_options *options, struct diag *d);

/* Compares the variables that the program reads with those in the linked ELF: size and alignment are what the proof
 * relies on. Reports `link`. */
bool externs_agree(const struct verified *v, const char *elf, struct diag *d);

#endif
