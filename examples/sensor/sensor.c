// SPDX-License-Identifier: Apache-2.0
/* The firmware's side of sensor.h. Types are checked: a definition that differs from sensor.h does not compile. */
#include "sensor.h"

#include <board.h>
#include <rt.h>

struct calibration {
    int32_t offset, factor;
};

long sensor_read(uint32_t channel, void *samples, uint32_t bytes)
{
    uint8_t *to = samples;
    if (channel > 3)
        return -RT_ENOENT;
    for (uint32_t i = 0; i + 2 <= bytes; i += 2) { /* the program's memory is aligned as it likes */
        to[i] = (uint8_t)(100 * channel + i);
        to[i + 1] = (uint8_t)((100 * channel + i) >> 8);
    }
    return (long)(bytes / 2);
}

uint64_t sensor_uptime(void)
{
    return 5000000000; /* the sensor of this example is always on */
}

void alarm_set(uint32_t on, const void *reason)
{
    rt_print(on ? "alarm: " : "no alarm: ");
    rt_print(reason);
    rt_print("\n");
}

uint32_t sensor_mean(const void *samples, uint32_t bytes)
{
    const uint8_t *at = samples;
    uint32_t sum = 0, count = bytes / 2;
    for (uint32_t i = 0; i < count; i++)
        sum += at[2 * i] | (uint32_t)at[2 * i + 1] << 8;
    return count ? sum / count : 0;
}

int32_t sensor_calibrate(uint32_t channel, struct calibration *out)
{
    *out = (struct calibration){.offset = (int32_t)channel, .factor = 2};
    return 0;
}
