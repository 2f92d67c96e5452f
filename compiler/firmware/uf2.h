// SPDX-License-Identifier: Apache-2.0
/* UF2 files: what boards take that show themselves as a drive. */
#ifndef BAREBPF_FIRMWARE_UF2_H
#define BAREBPF_FIRMWARE_UF2_H

#include "board.h"

/* Writes the image `elf` as a UF2 file to `path`; work files go to `work_dir`. Reports feature (2) when the board takes
 * none, and what reading and converting the image report. */
bool uf2_write(const char *elf, const char *path, const char *work_dir, const struct board *board, struct diag *d);

#endif
