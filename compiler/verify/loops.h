// SPDX-License-Identifier: Apache-2.0
/* Edges and loops of a function, as exploring needs them. Indices count from the function's first instruction. */
#ifndef BAREBPF_VERIFY_LOOPS_H
#define BAREBPF_VERIFY_LOOPS_H

#include "../program/program.h"

struct loops {
    uint32_t *first; /* per instruction its first entry in `from`; one more at the end */
    uint32_t *from;  /* the instructions that lead to it */
    bool *exits;     /* branches that stand in a loop and have a side outside it */
};

/* Looks at a function; release with loops_free. */
void loops_find(struct loops *loops, const struct program *program, const struct func *f);
void loops_free(struct loops *loops);

#endif
