// SPDX-License-Identifier: Apache-2.0
/* What this firmware offers to programs: read by the program, by the firmware's C, and by barebpf (--helpers). */
#ifndef SENSOR_H
#define SENSOR_H

#include <barebpf/own.h>

/* Fills `samples` with measurements of a channel; their number, or a negative error. */
HELPER(1001, 60, RET_LONG, sensor_read, ARG_U32 channel, ARG_MEM_OUT samples, ARG_SIZE bytes)
/* Milliseconds that the sensor has been on. */
HELPER(1002, 5, RET_U64, sensor_uptime, ARG_NONE)
/* Switches the alarm on or off, and says why. */
HELPER(1003, 20, RET_VOID, alarm_set, ARG_U32 on, ARG_STRING reason)
/* The mean of 16-bit samples, 0 of none. */
KFUNC(40, RET_U32, sensor_mean, ARG_MEM_OR_NULL samples, ARG_SIZE_OR_ZERO bytes)
/* Its contract is its prototype in the program; how long it takes is known here only. */
COST(250, sensor_calibrate)

#endif
