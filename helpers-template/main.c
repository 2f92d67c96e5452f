// SPDX-License-Identifier: Apache-2.0
/* The default main, replaced by `barebpf build --main`. With a run block behind the image (`barebpf run`, see run.h) it
 * works through that and ends; on its own it calls the program once with a zeroed context, says what it returned, and
 * idles. */
#include <barebpf/context.h>
#include <barebpf/program.h>
#include <barebpf/run.h>

#include "board.h"
#include "packet.h"
#include "rt.h"
#ifdef BAREBPF_EVENTS
#include "events.h"
#include "net.h"
#endif

#define PACKET_BYTES 64u /* of zeros, when nothing else is known: an Ethernet frame of minimal length */

/* From the linker script: the run block behind the image, and the RAM between .bss and the stack. */
extern const char __run_block[];
extern char __free_start[], __free_end[];

typedef uint64_t program_function(void *ctx, size_t ctx_size);

/* A call of the program: its memory and what came out of it. */
struct call {
    char *memory; /* the context, or the first byte of the packet */
    uint32_t bytes;
    void *ctx; /* what the program gets, */
    size_t ctx_size;
    uint64_t r0, insns;
};

/* The context of packet programs. Outside struct call, so that other programs do not pay for it. */
static union packet_context packet;

int main(void);

/* The pieces of machine lines. Out of line: they are used everywhere, and never where time matters. */
#define OUT_OF_LINE static __attribute__((noinline))

OUT_OF_LINE void machine_line(const char *word)
{
    board_putchar(BAREBPF_MACHINE_LINE);
    rt_print(word);
}

OUT_OF_LINE void field(uint64_t number)
{
    board_putchar(' ');
    rt_print_decimal(number);
}

OUT_OF_LINE void line_end(void)
{
    board_putchar('\n');
}

/* A field of bytes, the last of its line. */
OUT_OF_LINE void bytes_field(const void *bytes, size_t count)
{
    board_putchar(' ');
    rt_print_bytes(bytes, count);
    line_end();
}

static int finish(int status)
{
    machine_line("end");
    field((uint64_t)status);
    line_end();
    return status;
}

/* The tool says whether the program takes packets, so that what only those need is not in other images. */
#ifndef BAREBPF_MAY_BE_PACKET
#define BAREBPF_MAY_BE_PACKET 1
#endif

/* The same for timers: who has some runs them before each call of the program, after the last one, and while it idles.
 */
#ifdef BAREBPF_TIMERS
#include <barebpf/timers.h>
#else
#define barebpf_run_timers() ((void)0)
#endif

static inline bool is_packet(void)
{
    return BAREBPF_MAY_BE_PACKET && barebpf_program.context_kind != BAREBPF_CONTEXT_MEMORY;
}

/* Fills the free RAM with the context; false when it does not fit. */
static bool prepare(struct call *call, const void *from, uint32_t given, uint32_t bytes)
{
    uint32_t before = is_packet() ? BAREBPF_PACKET_HEADROOM : 0, behind = is_packet() ? BAREBPF_PACKET_TAILROOM : 0;
    char *start = __free_start + (is_packet() ? BAREBPF_PACKET_ALIGN : 0);
    size_t room = (size_t)(__free_end - start);
    if (room < before + behind || bytes > room - before - behind)
        return false;
    call->memory = start + before;
    call->bytes = bytes;
    __builtin_memset(start, 0, before + bytes + behind);
    __builtin_memcpy(call->memory, from, given < bytes ? given : bytes);
    call->ctx = call->memory;
    call->ctx_size = bytes;
    if (is_packet()) {
        char *end = room < BAREBPF_PACKET_ROOM ? __free_end : start + BAREBPF_PACKET_ROOM;
        char *least = call->memory + bytes + behind;
        call->ctx = &packet;
        call->ctx_size = packet_prepare(&packet, barebpf_program.context_kind, call->memory, bytes,
                                        start + BAREBPF_PACKET_RESERVED, end < least ? least : end);
    }
    return true;
}

/* Calls `function`, counting its instructions. Never inlined: the cost around the call must be that of the probe. */
static __attribute__((noinline)) void measure(struct call *call, program_function *function, void *ctx, size_t size)
{
    board_insns_start();
    call->r0 = function(ctx, size);
    call->insns = board_insns_stop();
}

static void run_program(struct call *call)
{
    struct call probe = *call;
    measure(&probe, board_insns_probe, call->ctx, call->ctx_size);
    measure(call, bpf_main, call->ctx, call->ctx_size);
    if (call->insns != BOARD_INSNS_UNKNOWN)
        call->insns -= probe.insns - BOARD_INSNS_PROBE;
}

static void report_packet(const struct call *call, uint32_t index)
{
    const char *begin = (const char *)packet_begin(&packet, barebpf_program.context_kind);
    const char *meta = (const char *)packet_meta(&packet, barebpf_program.context_kind);
    const char *end = (const char *)packet_end(&packet, barebpf_program.context_kind);
    machine_line("packet");
    field(index);
    board_putchar(' ');
    if (begin < call->memory)
        board_putchar('-');
    rt_print_decimal((uint64_t)(begin < call->memory ? call->memory - begin : begin - call->memory));
    bytes_field(begin, (size_t)(end - begin));
    if (meta >= begin)
        return;
    machine_line("meta");
    field(index);
    bytes_field(meta, (size_t)(begin - meta));
}

static void report_call(const struct call *call, uint32_t index, bool show_context)
{
    machine_line("run");
    field(index);
    board_putchar(' ');
    rt_print_hex(call->r0, 16);
    if (call->insns == BOARD_INSNS_UNKNOWN)
        rt_print(" -");
    else
        field(call->insns);
    line_end();
    if (!show_context)
        return;
    if (is_packet()) {
        report_packet(call, index);
        return;
    }
    machine_line("context");
    field(index);
    bytes_field(call->memory, call->bytes);
}

/* Calls the program once per context; the result is the status. */
static int run_contexts(const struct barebpf_run_block *block)
{
    static const struct barebpf_run_context zeros = {0, 0};
    const struct barebpf_run_context *contexts = block->context_count ? (const void *)(block + 1) : &zeros;
    uint32_t count = block->context_count ? block->context_count : 1, repeat = block->repeat ? block->repeat : 1;
    uint32_t index = 0;
    for (uint32_t r = 0; r < repeat; r++)
        for (uint32_t c = 0; c < count; c++) {
            struct call call;
            uint32_t bytes = is_packet() ? contexts[c].bytes : block->context_bytes;
            if (!prepare(&call, (const char *)block + contexts[c].offset, contexts[c].bytes, bytes)) {
                machine_line("error the context does not fit into the free RAM\n");
                return BAREBPF_STATUS_NO_ROOM;
            }
            barebpf_run_timers();
            run_program(&call);
            report_call(&call, index++, block->flags & BAREBPF_RUN_SHOW_CONTEXT);
        }
    barebpf_run_timers();
    return BAREBPF_STATUS_OK;
}

#ifdef BAREBPF_EVENTS
/* Lets events start programs, and tells of each how that went. */
static void run_events(const struct barebpf_run_block *block)
{
    rt_events_loop(block->for_ns, block->for_events);
    for (uint32_t i = 0; i < rt_hook_count; i++) {
        machine_line("hook");
        field(rt_hooks[i].part);
        field(rt_hook_states[i].count);
        field(rt_hook_states[i].missed);
        board_putchar(' ');
        rt_print_hex(rt_hook_states[i].r0, 16);
        line_end();
    }
#ifdef BAREBPF_EVENT_NIC
    machine_line("packets");
    for (unsigned i = 0; i < sizeof rt_net_counts.verdicts / sizeof *rt_net_counts.verdicts; i++)
        field(rt_net_counts.verdicts[i]);
    field(rt_net_counts.sent);
    field(rt_net_counts.lost);
    line_end();
#endif
}
#else
#define run_events(block) ((void)(block))
#endif

static void dump_memory(const struct barebpf_run_block *block)
{
    const struct barebpf_run_context *contexts = (const void *)(block + 1);
    const struct barebpf_run_dump *dumps = (const void *)(contexts + block->context_count);
    for (uint32_t i = 0; i < block->dump_count; i++) {
        machine_line("dump");
        field(i);
        bytes_field((const void *)(uintptr_t)dumps[i].address, dumps[i].bytes);
    }
}

static int run_block(const struct barebpf_run_block *block)
{
    machine_line("begin");
    field(BAREBPF_RUN_VERSION);
    line_end();
    if (block->version != BAREBPF_RUN_VERSION) {
        machine_line("error the run block is of another version\n");
        return finish(BAREBPF_STATUS_BLOCK);
    }
    rt_random_seed(block->seed);
    int status = BAREBPF_STATUS_OK;
    if (block->flags & BAREBPF_RUN_EVENTS)
        run_events(block);
    else
        status = run_contexts(block);
    dump_memory(block);
    return finish(status);
}

/* What the image does without a host. */
static void run_deployed(void)
{
    struct call call;
    rt_print(barebpf_program.name);
    if (!prepare(&call, NULL, 0, is_packet() ? PACKET_BYTES : barebpf_program.context_bytes)) {
        rt_print(": its context does not fit into the free RAM\n");
        return;
    }
    rt_print(": started\n");
    call.r0 = bpf_main(call.ctx, call.ctx_size);
    rt_print(barebpf_program.name);
    rt_print(": r0 = ");
    rt_print_decimal(call.r0);
    rt_print(" (0x");
    rt_print_hex(call.r0, 16);
    rt_print(")\n");
}

int main(void)
{
    if (board_in_emulator())
        return run_block((const void *)__run_block);
#ifdef BAREBPF_EVENTS
    rt_events_loop(0, 0);
#else
    run_deployed();
#endif
    for (;;) {
        barebpf_run_timers();
#ifndef BAREBPF_TIMERS /* whose time no interrupt tells */
        board_idle();
#endif
    }
}
