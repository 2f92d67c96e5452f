// SPDX-License-Identifier: Apache-2.0
/* Measures: calls each workload of the generated table with its input, and prints per call a line
 * "case INDEX R0 INSNS STACK DIGEST": the low word of the result, executed instructions (exact under QEMU's -icount),
 * bytes of machine stack below the caller, and FNV-1a of the input's memory after the call. */
#include <barebpf/context.h>

#include "bench.h"
#include "board.h"
#include "rt.h"

#define PAINTED_WORDS 512u
#define PAINT         0xa5c39e71u

int main(void);

static _Alignas(8) uint8_t memory[BENCH_MEMORY_BYTES];

struct measured {
    uint64_t result;
    uint32_t insns, stack_bytes;
};

static inline __attribute__((always_inline)) uint32_t *stack_pointer(void)
{
    uint32_t *sp;
#ifdef __arm__
    __asm__ volatile("mov %0, sp" : "=r"(sp));
#else
    __asm__ volatile("mv %0, sp" : "=r"(sp));
#endif
    return sp;
}

/* Calls the program below the depth that counting itself reaches. */
static __attribute__((noinline)) uint64_t call_deep(bench_function *function, void *ctx, size_t size)
{
    volatile uint32_t room[80];
    room[0] = 0;
    uint64_t result = function(ctx, size);
    room[79] = 0;
    return result;
}

/* The stack below this function is painted, and where the paint is gone the program was. Never inlined: what is around
 * the call must be the same for the probe and for every program. */
static __attribute__((noinline)) void measure(struct measured *m, bench_function *function, void *ctx, size_t size)
{
    uint32_t *top = stack_pointer(), *low = top - PAINTED_WORDS;
    for (volatile uint32_t *at = low; at < (volatile uint32_t *)top; at++)
        *at = PAINT;
    board_insns_start();
    m->result = call_deep(function, ctx, size);
    m->insns = (uint32_t)board_insns_stop();
    uint32_t clean = 0;
    while (clean < PAINTED_WORDS && low[clean] == PAINT)
        clean++;
    m->stack_bytes = (PAINTED_WORDS - clean) * (uint32_t)sizeof *low;
}

static uint32_t digest(const uint8_t *bytes, uint32_t count)
{
    uint32_t hash = 0x811c9dc5;
    while (count--)
        hash = (hash ^ *bytes++) * 0x01000193;
    return hash;
}

/* Calls the program with a copy of its input. Packets lie at 2 mod 4, as drivers place them so that the IP header is
 * aligned. */
static struct measured run(bench_function *function, const struct bench_case *c)
{
    uint8_t *at = memory + (c->is_packet ? BENCH_HEADROOM : 0);
    struct barebpf_xdp_md packet = {.data = at, .data_end = at + c->bytes, .data_meta = at};
    struct measured m;
    __builtin_memset(memory, 0, sizeof memory);
    __builtin_memcpy(at, c->input, c->bytes);
    measure(&m, function, c->is_packet ? (void *)&packet : at, c->is_packet ? sizeof packet : c->bytes);
    return m;
}

static void print(uint64_t number)
{
    board_putchar(' ');
    rt_print_decimal(number);
}

int main(void)
{
    for (uint32_t i = 0; i < bench_case_count; i++) {
        struct measured probe = run(board_insns_probe, &bench_cases[i]),
                        m = run(bench_cases[i].function, &bench_cases[i]);
        rt_print("case");
        print(i);
        print((uint32_t)m.result);
        print(m.insns - (probe.insns - BOARD_INSNS_PROBE));
        print(m.stack_bytes - probe.stack_bytes);
        print(digest(memory, sizeof memory));
        board_putchar('\n');
    }
    return 0;
}
