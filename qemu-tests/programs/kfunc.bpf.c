// SPDX-License-Identifier: Apache-2.0
/* Calls functions of the firmware by name: numbers, memory that is read and written, a weak one that may be missing. */
#include <barebpf/bpf.h>

struct sample {
    __u32 channel;
    __u64 value;
};

extern int sensor_read(__u32 channel, struct sample *sample) __ksym;
extern __u64 sensor_scale(const struct sample *sample, __u8 factor) __ksym;
extern int sensor_extra(int number) __ksym __weak;

SEC("raw")
int kfunc(void *ctx)
{
    struct sample sample = {};
    if (sensor_read(3, &sample) < 0)
        return 1;
    if (sensor_extra)
        return sensor_extra(7);
    return sensor_scale(&sample, 2);
}
