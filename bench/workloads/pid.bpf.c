// SPDX-License-Identifier: Apache-2.0
/* A PID controller in Q16.16 with anti-windup; the state is the context. */
// input: hex 00000a00 00800900 00000000 00000000 00800000 00100000 00040000 00000000
// input: hex 00000a00 00000c00 00001000 0000f8ff 00800000 00100000 00040000 00000000
#include "../workload.h"

struct pid {
    __s32 setpoint, measured, integral, previous, kp, ki, kd, output;
};

static __always_inline __s32 clamp(__s32 x, __s32 limit)
{
    return x > limit ? limit : x < -limit ? -limit : x;
}

static __always_inline __s32 scale(__s32 a, __s32 b)
{
    return (__s32)((__s64)a * b >> 16);
}

SEC("raw") int pid(struct pid *ctx)
{
    __s32 error = ctx->setpoint - ctx->measured;
    ctx->integral = clamp(ctx->integral + scale(error, ctx->ki), 100 << 16);
    __s32 slope = error - ctx->previous;
    ctx->previous = error;
    ctx->output = clamp(scale(error, ctx->kp) + ctx->integral + scale(slope, ctx->kd), 255 << 16);
    return ctx->output;
}
