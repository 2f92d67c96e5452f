/* SPDX-License-Identifier: Apache-2.0 */
/* For verify tests in BPF assembly, which no compiler changes. Each topic's file adds families: programs that differ in
 * one line. Included by *.bpf.c only. */
#ifndef BAREBPF_TESTS_VERIFY_SUITE_H
#define BAREBPF_TESTS_VERIFY_SUITE_H

#include <barebpf/bpf.h>

/* Some helpers are for programs under the GPL only, says Linux. */
static const char gpl[] SEC("license") = "GPL";

/* The context of plain memory: r1 at the entry. Assembly names no parameters, so its size is an option:
 * `// verify: --ctx-size 64`. */
struct context {
    __u64 words[8];
};

/* A program; the body is made of I(). */
#define PROGRAM(name) SEC("raw") __attribute__((naked)) int name(void)
/* The same over a packet. */
#define PACKET(name) SEC("xdp") __attribute__((naked)) int name(void)
/* A function that `call name` calls. */
#define FUNCTION(name) static __attribute__((naked, noinline, used)) int name(void)

/* Instructions. Labels are numbers (`1:`, `goto 1f`); `"i"(&map)` hands over an address for `r1 = %0 ll`. */
#define I(...) asm volatile(__VA_ARGS__)

/* A map; members as in <barebpf/bpf.h>. */
#define MAP(name, number, entries, key_type, value_type)                                                               \
    struct {                                                                                                           \
        __uint(type, number);                                                                                          \
        __uint(max_entries, entries);                                                                                  \
        __type(key, key_type);                                                                                         \
        __type(value, value_type);                                                                                     \
    } name SEC(".maps")

/* Numbers that nothing is known of in r1 to r4, the context in r6, and 0 in r0; then `code`, which jumps to 8 when what
 * must never be happens: there a register is read that holds nothing. Accepted only where the jump is proved
 * impossible. */
#define NEVER(name, code)                                                                                              \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r2 = *(u64 *)(r6 + 8); r3 = *(u64 *)(r6 + 16); r4 = *(u64 *)(r6 + 24)");    \
        I("r0 = 0");                                                                                                   \
        I(code);                                                                                                       \
        I("exit; 8: r0 = r9; exit");                                                                                   \
    }

#endif
