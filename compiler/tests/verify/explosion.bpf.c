// SPDX-License-Identifier: Apache-2.0
/* Paths that multiply: numbers that decide nothing must not be told apart. */
#include <barebpf/bpf.h>

struct context {
    __u32 count;
    __u8 bytes[60];
    __u32 flags;
};

__u32 seen;

/* 2^24 paths, if each set of flags were followed by itself. */
SEC("raw")
__u64 collects_flags_in_a_loop(struct context *ctx)
{
    __u32 flags = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 24; i++) {
        if (ctx->bytes[i] > 7) {
            flags |= 1u << i;
            seen++;
        }
    }
    ctx->flags = flags;
    return 0;
}

/* A state machine with a hash beside it. */
SEC("raw")
__u64 runs_a_state_machine(struct context *ctx)
{
    __u32 count = ctx->count, state = 0;
    __u64 sum = 0;
    if (count > 60)
        count = 60;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < count; i++) {
        __u8 byte = ctx->bytes[i];
        if (state == 0 && byte == 'a')
            state = 1;
        else if (state == 1 && byte == 'b')
            state = 2;
        else if (byte == 'c')
            state = 0;
        sum = sum * 31 + byte;
        if (sum > 1000)
            sum -= 7;
    }
    seen = (__u32)sum;
    return state;
}

static __u8 crc8(__u8 crc, __u8 byte)
{
    crc ^= byte;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 8; i++)
        crc = crc & 0x80 ? (__u8)(crc << 1 ^ 0x07) : (__u8)(crc << 1);
    return crc;
}

SEC("raw")
__u64 computes_a_checksum(struct context *ctx)
{
    __u8 crc = 0x55;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 60; i++)
        crc = crc8(crc, ctx->bytes[i]);
    return crc;
}

/* The index is kept only as far as the array needs it. */
SEC("raw")
__u64 writes_behind_a_moving_index(struct context *ctx)
{
    __u32 position = ctx->count & 15;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 24; i++) {
        if (position < 60)
            ctx->bytes[position] = 1;
        if (ctx->bytes[i] & 1)
            position += ctx->bytes[i];
    }
    return position;
}

/* Insertion sort: what stands in the array decides nothing. */
SEC("raw")
__u64 sorts(struct context *ctx)
{
    __u32 values[60];
    volatile __u8 other[100];
#pragma clang loop unroll(disable)
    for (int i = 0; i < 100; i++)
        other[i] = (__u8)i;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 60; i++)
        values[i] = ctx->bytes[i] * 2654435761u >> (i & 7);
#pragma clang loop unroll(disable)
    for (int i = 1; i < 60; i++) {
        __u32 value = values[i];
        int j = i;
#pragma clang loop unroll(disable)
        for (int k = 0; k < 60; k++) {
            if (j <= 0 || j >= 60 || values[j - 1] <= value)
                break;
            values[j] = values[j - 1];
            j--;
        }
        if (j >= 0 && j < 60)
            values[j] = value;
    }
    return values[0] + other[ctx->count % 100];
}
