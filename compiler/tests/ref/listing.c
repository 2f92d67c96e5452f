// SPDX-License-Identifier: Apache-2.0
/* One line an instruction. */
#include "listing.h"

#include <stdio.h>

void listing_print(const struct program *program, uint32_t first, uint32_t count)
{
    char line[256];
    for (uint32_t i = 0; i < count; i++) {
        insn_print(line, sizeof line, program, first + i);
        printf("%4u: %s\n", i, line);
    }
}
