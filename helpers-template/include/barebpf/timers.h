// SPDX-License-Identifier: Apache-2.0
/* For firmware: runs the timers (bpf_timer_start) of the program's maps. Images whose program sets a timer's callback
 * have this function. It is called from one place: the main loop, or one interrupt handler. Callbacks run there, one
 * after the other, on that stack; the program itself may be interrupted by them only if that place is an interrupt. */
#ifndef BAREBPF_TIMERS_H
#define BAREBPF_TIMERS_H

#include <stdint.h>

/* Calls what is due. Returns when to call again at the latest, in nanoseconds as board_time_ns() counts them;
 * UINT64_MAX: no timer runs. */
uint64_t barebpf_run_timers(void);

#endif
