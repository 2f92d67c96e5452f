// SPDX-License-Identifier: Apache-2.0
/* Which events start the programs of an image, at which level, and what that asks of the board and of the stack. The
 * target's side is helpers-template/events.h. */
#ifndef BAREBPF_FIRMWARE_HOOKS_H
#define BAREBPF_FIRMWARE_HOOKS_H

#include "../base/text.h"
#include "../program/event.h"
#include "firmware.h"
#include "target.h"

/* A program that an event starts. */
struct planned_hook {
    const char *function; /* of the program */
    struct event event;
    uint32_t level;  /* 1 to HOOK_LEVELS; 0: the main loop calls it */
    uint32_t number; /* gpio: pin; irq: number */
    uint32_t ticks;  /* timer: period in ticks */
    uint32_t part;   /* of the verified programs */
};

struct hook_plan {
    struct planned_hook *items;
    uint32_t count;
    uint64_t tick_ns; /* the common tick of all timers; 0: there are none */
    bool uses_nic;    /* the default main hands packets of the board's interface to the program */
};

/* Machine stack of an interrupt at a program's level, and of a driver's handler above all of them: what the processor
 * and the entry push (Cortex-M: 26 words with floating point and a word of alignment; RISC-V: 20 registers of 8 bytes),
 * then the dispatcher's or the driver's frames. Entries that save vector registers take hooks_entry_bytes() more. */
#define HOOK_LEVEL_BYTES  384
#define HOOK_DRIVER_BYTES 320

uint32_t hooks_entry_bytes(const struct board *board);

/* Plans the image's events, in the arena. Reports hook-not-served (2): the board has no such pin or interrupt, the
 * timers have no common tick; option (3): --priority. */
bool hooks_plan(struct hook_plan *plan, const struct verified *v, const struct board *board,
                const struct build_options *options, struct arena *arena, struct diag *d);

/* True when the image has what events need: one of its programs waits for some, or for packets. */
bool hooks_any(const struct hook_plan *plan);

/* True when programs may interrupt each other, or firmware that we do not know (--main, --with) may call them from
 * anywhere: then what they do with maps must not be interrupted. */
bool hooks_share_maps(const struct hook_plan *plan, const struct verified *v, const struct build_options *options);

/* The level at which the program `part` runs; 0: in the main loop. */
uint32_t hooks_level(const struct hook_plan *plan, uint32_t part);

/* The table of hooks as C (helpers-template/events.h), and what the runtime's and the board's C is compiled with. */
void hooks_c(struct text *out, const struct hook_plan *plan);
void hooks_defines(struct command *command, const struct hook_plan *plan, struct arena *arena);

#endif
