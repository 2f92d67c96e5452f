// SPDX-License-Identifier: Apache-2.0
/* Reads a context of the firmware's whose layout is known only when an image is built (CO-RE); see command_line.py. */
#include <barebpf/bpf.h>

#define EXISTS(field) __builtin_preserve_field_info(field, 2)

struct sensor {
    unsigned channel : 9;
    int level;
    struct {
        unsigned char scale;
    } range;
    unsigned trim;
} __attribute__((preserve_access_index));

/* A member of any width, bit-field or not, as the firmware has it. */
#define READ(s, field)                                                                                                 \
    ({                                                                                                                 \
        const char *at_ = (const char *)(s) + __builtin_preserve_field_info((s)->field, 0);                            \
        asm volatile("" : "+r"(at_)); /* else each case's load gets the relocation, whatever its width */              \
        __u64 bits_ = 0;                                                                                               \
        switch (__builtin_preserve_field_info((s)->field, 1)) {                                                        \
        case 1: bits_ = *(const __u8 *)at_; break;                                                                     \
        case 2: bits_ = *(const __u16 *)at_; break;                                                                    \
        case 4: bits_ = *(const __u32 *)at_; break;                                                                    \
        case 8: bits_ = *(const __u64 *)at_; break;                                                                    \
        }                                                                                                              \
        bits_ <<= __builtin_preserve_field_info((s)->field, 4);                                                        \
        __builtin_preserve_field_info((s)->field, 3) ? (__s64)bits_ >> __builtin_preserve_field_info((s)->field, 5)    \
                                                     : (__s64)(bits_ >> __builtin_preserve_field_info((s)->field, 5)); \
    })

SEC("hook/sensor") __u64 sensor(struct sensor *s)
{
    __u64 trimmed = EXISTS(s->trim) ? 100000 : 0;
    return READ(s, channel) * 1000 + READ(s, level) + READ(s, range.scale) + trimmed;
}
