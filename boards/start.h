// SPDX-License-Identifier: Apache-2.0
/* What the start-up code of every family does alike, in terms of the linker script's symbols. */
#ifndef START_H
#define START_H

#include <barebpf/run.h>

#include "board.h"

/* From linker-scripts/sections-FAMILY.ld. */
extern uint32_t __data_start[], __data_end[], __bss_start[], __bss_end[];
extern const uint32_t __data_load[];
extern const char __run_block[], __flash_end[];

int main(void);

/* Copies .data out of flash and clears .bss; both are multiples of 4 bytes. */
static inline void start_memory(void)
{
    const uint32_t *from = __data_load;
    for (uint32_t *to = __data_start; to < __data_end;)
        *to++ = *from++;
    for (uint32_t *to = __bss_start; to < __bss_end;)
        *to++ = 0;
}

/* Weak: for boards that need none. */
__attribute__((weak)) void board_clocks(void)
{
}

/* Is there a run block behind the image? */
static inline bool start_run_block(void)
{
    const struct barebpf_run_block *block = (const void *)__run_block;
    return (size_t)(__flash_end - __run_block) > sizeof *block && block->magic == BAREBPF_RUN_MAGIC;
}

#endif
