// SPDX-License-Identifier: Apache-2.0
/* A main that works through random operations on maps of every type and prints a digest of the answers for each. */
#include <board.h>

#include "tests/map_steps.h"

#ifndef STEPS
#define STEPS 5000u
#endif

int main(void)
{
    for (uint32_t i = 0; i < STEP_SUBJECTS; i++) {
        rt_print(step_subjects[i].name);
        rt_print(" ");
        rt_print_hex(steps_digest(&step_subjects[i], STEPS), 8);
        rt_print("\n");
    }
    for (;;)
        board_idle();
}
