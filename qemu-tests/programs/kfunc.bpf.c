// SPDX-License-Identifier: Apache-2.0
/* Calls functions of the firmware by name: numbers, memory that is read and written, a weak one that may be missing.
 * Reads its variables: a number, a struct, and a weak one that may be missing. */
#include <barebpf/bpf.h>

struct sample {
    __u32 channel;
    __u64 value;
};

extern int sensor_read(__u32 channel, struct sample *sample) __ksym;
extern __u64 sensor_scale(const struct sample *sample, __u8 factor) __ksym;
extern int sensor_extra(int number) __ksym __weak;
extern const __u32 sensor_scans __ksym;
extern const struct sample sensor_last __ksym;
extern const __u64 sensor_offset __ksym __weak;

SEC("raw")
int kfunc(void *ctx)
{
    struct sample sample = {};
    if (sensor_read(3, &sample) < 0)
        return 1;
    if (sensor_extra)
        return sensor_extra(7);
    __u64 offset = &sensor_offset ? sensor_offset : 0;
    return sensor_scale(&sample, 2) + 1000 * sensor_scans + 10000 * sensor_last.value + offset;
}
