// SPDX-License-Identifier: Apache-2.0
/* The firmware of kfunc.bpf.c: the default main, and the functions and variables that the program uses by name. */
#include <stdint.h>

#include "../../helpers-template/main.c"

struct sample {
    uint32_t channel;
    uint64_t value;
};

uint32_t sensor_scans = 4;
struct sample sensor_last = {.value = 6};

int sensor_read(uint32_t channel, struct sample *sample);
int sensor_read(uint32_t channel, struct sample *sample)
{
    sensor_scans++;
    sample->channel = channel;
    sample->value = 100;
    return channel > 5 ? -1 : 0;
}

uint64_t sensor_scale(const struct sample *sample, uint8_t factor);
uint64_t sensor_scale(const struct sample *sample, uint8_t factor)
{
    return sample->value * factor + sample->channel;
}
