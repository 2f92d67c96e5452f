// SPDX-License-Identifier: Apache-2.0
/* Events of an image, planned before anything is compiled. */
#include "hooks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../program/helper.h"
#include "stubs.h"

#define TICK_LEAST_NS 50000u    /* shorter ticks would leave little time to programs */
#define TICK_MOST_NS  50000000u /* so that it fits into 24 bits at 168 MHz, and 16 bits of microseconds */

/* One planning. */
struct planner {
    struct hook_plan *plan;
    const struct verified *v;
    const struct board *board;
    const struct build_options *options;
    struct diag *d;
};

static const struct func *part_func(const struct verified *v, uint32_t part)
{
    return &verified_program(v)->funcs[verified_entry(verified_part(v, part))];
}

static bool not_served(const struct planner *p, const struct func *func, const char *why)
{
    return diag_error(p->d, &FILE_PLACE(verified_program(p->v)->path), D_HOOK_NOT_SERVED,
                      "'%s' of section '%s': board '%s' has %s", func->name, func->section, p->board->name, why);
}

/* -- levels -------------------------------------------------------------------------------------------------------- */

static bool is_interrupt(enum event_kind kind)
{
    return kind != EVENT_BOOT && kind != EVENT_IDLE;
}

/* The hook of the program that a --priority names; NULL. */
static struct planned_hook *named_hook(const struct hook_plan *plan, const char *name, size_t length)
{
    for (uint32_t i = 0; i < plan->count; i++)
        if (strlen(plan->items[i].function) == length && strncmp(plan->items[i].function, name, length) == 0)
            return &plan->items[i];
    return NULL;
}

/* --priority PROGRAM=LEVEL */
static bool set_levels(const struct planner *p)
{
    for (string_list one = p->options->priorities; one && *one; one++) {
        size_t length = strcspn(*one, "=");
        const char *level = *one + length + ((*one)[length] == '=');
        struct planned_hook *hook = named_hook(p->plan, *one, length);
        if (!hook || !is_interrupt(hook->event.kind)) {
            diag_error(p->d, &NO_PLACE, D_OPTION, "--priority %s: no interrupt starts a program of that name", *one);
            diag_suggest(p->d, "programs with a level are those of timer/, uart/, gpio/ and irq/");
            return false;
        }
        if (level[0] < '1' || level[0] > '0' + HOOK_LEVELS || level[1])
            return diag_error(p->d, &NO_PLACE, D_OPTION, "--priority %s: the level must be from 1 (lowest) to %d", *one,
                              HOOK_LEVELS);
        hook->level = (uint32_t)(level[0] - '0');
    }
    return true;
}

/* -- what the board must have -------------------------------------------------------------------------------------- */

static bool find_interrupt(const struct planner *p, const struct func *func, struct planned_hook *hook)
{
    struct arena arena = {0};
    const char *names = "no interrupts with names";
    for (uint32_t i = 0; i < p->board->interrupt_count; i++) {
        const struct board_interrupt *one = &p->board->interrupts[i];
        if (strcmp(one->name, hook->event.name) == 0) {
            hook->number = one->number;
            arena_free(&arena);
            return true;
        }
        names = arena_printf(&arena, "%s%s%s", i ? names : "", i ? ", " : "the interrupts ", one->name);
    }
    not_served(p, func, names);
    arena_free(&arena);
    return false;
}

/* Pins that share what detects edges cannot be listened to at once. */
static bool find_pin(const struct planner *p, const struct func *func, struct planned_hook *hook)
{
    uint32_t lines = p->board->gpio_lines;
    hook->number = hook->event.pin;
    if (hook->number >= p->board->gpio_pins) {
        struct arena arena = {0};
        not_served(p, func, arena_printf(&arena, "no such pin; there are %u", p->board->gpio_pins));
        arena_free(&arena);
        return false;
    }
    for (uint32_t i = 0; lines && i < p->plan->count; i++) {
        const struct planned_hook *other = &p->plan->items[i];
        if (other->event.kind == EVENT_GPIO && other->number != hook->number &&
            other->number % lines == hook->number % lines)
            return not_served(p, func, "one detector of edges for this pin and another program's");
    }
    return true;
}

static bool add_hook(const struct planner *p, uint32_t part)
{
    const struct func *func = part_func(p->v, part);
    struct planned_hook hook = {.function = func->name, .part = part};
    if (!func->hook || func->hook->start != START_EVENT)
        return true;
    if (!event_read(&hook.event, func->section))
        BUG("section '%s' has a hook but cannot be read", func->section);
    hook.level = is_interrupt(hook.event.kind);
    bool ok = hook.event.kind != EVENT_IRQ || find_interrupt(p, func, &hook);
    ok = ok && (hook.event.kind != EVENT_GPIO || find_pin(p, func, &hook));
    p->plan->items[p->plan->count++] = hook;
    return ok;
}

/* -- timers -------------------------------------------------------------------------------------------------------- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* All timers count one tick: the longest that every period is a multiple of, and that the hardware can count. */
static bool find_tick(const struct planner *p)
{
    struct hook_plan *plan = p->plan;
    uint64_t tick = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        tick = common_divisor(tick, plan->items[i].event.period_ns);
    uint64_t parts = (tick + TICK_MOST_NS - 1) / TICK_MOST_NS;
    while (tick && tick % parts && tick / parts >= TICK_LEAST_NS)
        parts++;
    if (tick && tick / parts < TICK_LEAST_NS) {
        diag_error(p->d, &FILE_PLACE(verified_program(p->v)->path), D_HOOK_NOT_SERVED,
                   "the timers' periods have a common tick of %" PRIu64 " ns, it must be at least %u ns", tick / parts,
                   TICK_LEAST_NS);
        diag_suggest(p->d, "periods that are multiples of a longer time, such as 1ms");
        return false;
    }
    plan->tick_ns = tick ? tick / parts : 0;
    for (uint32_t i = 0; tick && i < plan->count; i++) {
        uint64_t ticks = plan->items[i].event.period_ns / plan->tick_ns;
        if (ticks > UINT32_MAX)
            return diag_error(p->d, &NO_PLACE, D_HOOK_NOT_SERVED,
                              "the period of '%s' is too many ticks of %" PRIu64 " ns", plan->items[i].function,
                              plan->tick_ns);
        plan->items[i].ticks = (uint32_t)ticks;
    }
    return true;
}

/* -- the plan ------------------------------------------------------------------------------------------------------ */

bool hooks_plan(struct hook_plan *plan, const struct verified *v, const struct board *board,
                const struct build_options *options, struct arena *arena, struct diag *d)
{
    const struct planner p = {plan, v, board, options, d};
    uint32_t count = verified_part_count(v);
    *plan = (struct hook_plan){.items = arena_array(arena, count + 1, sizeof *plan->items)};
    for (uint32_t i = 0; i < count; i++) {
        if (!add_hook(&p, i))
            return false;
        plan->uses_nic |= board->nic && !options->main_file && hook_takes_packets(part_func(v, i)->hook);
    }
    return set_levels(&p) && find_tick(&p);
}

uint32_t hooks_entry_bytes(const struct board *board)
{
    static const struct {
        const char *family;
        uint32_t bytes;
    } entries[] = {{"aarch64", 528}, {"x86", 512}}; /* boards/arch/FAMILY/start.c, beyond RISC-V's 160 bytes */
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (strcmp(entries[i].family, board->family) == 0)
            return entries[i].bytes;
    return 0;
}

bool hooks_any(const struct hook_plan *plan)
{
    return plan->count > 0 || plan->uses_nic;
}

/* The hook of a part; NULL: no event starts it. */
static const struct planned_hook *hook_of(const struct hook_plan *plan, uint32_t part)
{
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->items[i].part == part)
            return &plan->items[i];
    return NULL;
}

uint32_t hooks_level(const struct hook_plan *plan, uint32_t part)
{
    const struct planned_hook *hook = hook_of(plan, part);
    return hook ? hook->level : 0;
}

/* Boot programs run before there are events. Timers of maps run in the main loop. */
bool hooks_share_maps(const struct hook_plan *plan, const struct verified *v, const struct build_options *options)
{
    uint32_t levels = stubs_use_helper(v, HELPER_TIMER_SET_CALLBACK); /* a set of bits */
    for (uint32_t i = 0; i < verified_part_count(v); i++) {
        const struct planned_hook *hook = hook_of(plan, i);
        if (!hook || hook->event.kind != EVENT_BOOT)
            levels |= 1u << (hook ? hook->level : 0);
    }
    return options->main_file || (options->with && options->with[0]) || (levels & (levels - 1)) != 0;
}

static const char *edge(bool is)
{
    return is ? "true" : "false";
}

void hooks_c(struct text *out, const struct hook_plan *plan)
{
    static const char *const kinds[] = {[EVENT_BOOT] = "BOOT", [EVENT_IDLE] = "IDLE", [EVENT_TIMER] = "TIMER",
                                        [EVENT_UART] = "UART", [EVENT_GPIO] = "GPIO", [EVENT_IRQ] = "IRQ"};
    text_printf(out, "/* Generated by barebpf: what starts the programs of this image. */\n#include \"events.h\"\n\n");
    for (uint32_t i = 0; i < plan->count; i++)
        text_printf(out, "uint64_t bpf_prog_%s(void *ctx, size_t ctx_size);\n", plan->items[i].function);
    text_printf(out,
                "\nconst uint32_t rt_hook_count = %u;\nstruct rt_hook_state rt_hook_states[%u];\n"
                "const struct rt_hook rt_hooks[%u] = {\n",
                plan->count, plan->count ? plan->count : 1, plan->count ? plan->count : 1);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct planned_hook *h = &plan->items[i];
        text_printf(out,
                    "    {.run = bpf_prog_%s, .kind = RT_EVENT_%s, .level = %u, .number = %u, .period_ns = %" PRIu64
                    "u, .ticks = %u, .rising = %s, .falling = %s, .part = %u},\n",
                    h->function, kinds[h->event.kind], h->level, h->number, h->event.period_ns, h->ticks,
                    edge(h->event.rising), edge(h->event.falling), h->part);
    }
    text_printf(out, "};\n");
}

void hooks_defines(struct command *command, const struct hook_plan *plan, struct arena *arena)
{
    static const char *const uses[] = {[EVENT_BOOT] = NULL,
                                       [EVENT_IDLE] = NULL,
                                       [EVENT_TIMER] = NULL,
                                       [EVENT_UART] = "-DBAREBPF_EVENT_UART=1",
                                       [EVENT_GPIO] = "-DBAREBPF_EVENT_GPIO=1",
                                       [EVENT_IRQ] = "-DBAREBPF_EVENT_IRQ=1"};
    if (!hooks_any(plan))
        return;
    command_add(command, "-DBAREBPF_EVENTS=1");
    for (uint32_t kind = 0; kind < sizeof uses / sizeof *uses; kind++) {
        bool used = false;
        for (uint32_t i = 0; i < plan->count; i++)
            used |= plan->items[i].event.kind == kind;
        if (used && uses[kind])
            command_add(command, uses[kind]);
    }
    if (plan->tick_ns)
        command_add(command, arena_printf(arena, "-DBAREBPF_TICK_NS=%" PRIu64 "u", plan->tick_ns));
    if (plan->uses_nic)
        command_add(command, "-DBAREBPF_EVENT_NIC=1");
}
