// SPDX-License-Identifier: Apache-2.0
/* UF2 files: what boards take that show themselves as a drive. */
#ifndef BAREBPF_FIRMWARE_UF2_H
#define BAREBPF_FIRMWARE_UF2_H

#include "board.h"

/* Does the board take UF2 files? Reports feature (2) when it does not. */
bool uf2_served(const struct board *board, struct diag *d);

/* Writes the image `elf` as a UF2 file to `path`; work files go to `work_dir`. needs: a board that
 * takes them. Reports what reading and converting the image report. */
bool uf2_write(const char *elf, const char *path, const char *work_dir, const struct board *board, struct diag *d);

#endif
