// SPDX-License-Identifier: Apache-2.0
/* The Linux kernel as judge of random programs (kernel_load.h).
 *   - A program that we accept and Linux rejects for memory, initialisation, pointer or termination reasons is a
 *     failure. What Linux rejects and we accept on purpose is listed in expected_difference().
 *   - A program that both accept runs in the reference interpreter and in Linux, compiled by its JIT, on several
 * contexts: r0, the context and the contents of the maps afterwards must be the same. Not compared is what reads stack
 * memory that was never written (random in Linux, zeros in images) or a pointer into a hash after an update; numbers
 * that pointers gave are not in generated programs at all. Linux's time and random numbers are replaced by the number
 * of the processor, on which we stay: 0.
 *
 * Each difference is to be looked at: Linux also rejects what it knows less of than we do (seed 4894: it follows r8 >=
 * 2^55 into r8 < 32).
 *
 *     kernel_diff [FIRST_SEED [COUNT [x]]]      exit 0 no difference, 1 a difference (the seed is printed), 77 no bpf()
 * here; x: says why we reject what Linux accepts */
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "../ref/listing.h"
#include "base/memory.h"
#include "kernel_answers.h"
#include "kernel_load.h"
#include "verify/verify.h"

#define RUNS             3 /* of each program that both accept */
#define KERNEL_DIFF_MAPS 4 /* of generate.h; more: tail calls */

/* Linux 6.18 takes the distance of a number from another that it is linked to ("R8=scalar(id=1+1354461102, …umax=8)")
 * for an offset of the pointer that the number is added to (seeds 9015413, 9018135). */
static bool is_offset_of_link(const char *log)
{
    static const char message[] = "pointer offset ";
    const char *at = strstr(log, message);
    char link[40];
    if (!at)
        return false;
    snprintf(link, sizeof link, "%+lld", strtoll(at + sizeof message - 1, NULL, 10));
    const char *linked = strstr(log, link);
    return linked && strstr(at, "is not allowed") && linked > log && linked[-1] >= '0' && linked[-1] <= '9';
}

/* Reasons of Linux's that do not bind us; the message's beginning or part. */
static bool expected_difference(const char *log)
{
    static const char *const reasons[] = {
        "variable ctx access",                            /* a context of plain memory may be indexed here */
        "variable offset stack pointer cannot be passed", /* an atomic operation on it: bounded as any other access */
        "verifier bug: No program to jit",                /* a callback that only dead code names */
        "dereference of modified ctx",                    /* the same */
        "misaligned context access", /* context memory may be read at any alignment that code generation is told about
                                      */
        "misaligned access off (0x0; 0x", "The sequence of", /* the sequence of jumps is too complex */
        "BPF program is too large",
        /* Bounds that we know better: constants folded through division and x - x; the soundness test runs these
           programs. */
        "unbounded memory access", "unbounded min value", "unbounded variable", "invalid access to map value",
        "min value is", "max value is", "invalid variable-offset", "value is outside of the",
        "invalid size of register spill", /* part of an address: an unknown number */
        "attempt to corrupt spilled",     /* the same */
        "infinite loop detected",         /* judged by our own bound */
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(log, reasons[i]))
            return true;
    return is_offset_of_link(log);
}

/* The instruction that stands in a slot of the stream that the kernel was given, or NONE. */
static uint32_t insn_in_slot(const struct program *p, unsigned long slot)
{
    unsigned long start = 0;
    for (uint32_t func = 0; func < p->func_count; func++) {
        const struct func *f = &p->funcs[func];
        for (uint32_t i = f->first; i < f->first + f->count; i++)
            if (start + p->insns[i].slot == slot)
                return i;
        start += p->insns[f->first + f->count - 1].slot + 1;
    }
    return NONE;
}

/* True when the kernel's path goes from one slot to another over a side of a branch that we proved impossible. */
static bool is_impossible(const struct program *p, const struct verified *v, unsigned long from, unsigned long to)
{
    uint32_t at = insn_in_slot(p, from), next = insn_in_slot(p, to);
    if (at == NONE || next == NONE)
        return false;
    const struct fact *f = verified_fact(v, at);
    if (!f->reachable)
        return true;
    return insn_is_branch(&p->insns[at]) && !(next == p->insns[at].target ? f->can_jump : f->can_fall);
}

/* True when Linux followed paths that we proved impossible: then it may reject what no run does. */
static bool went_where_we_do_not(const struct program *p, const struct verified *v, const char *log)
{
    unsigned long last = ULONG_MAX;
    for (const char *line = log; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        char *end;
        unsigned long from, to, number = strtoul(line, &end, 10);
        if (sscanf(line, "from %lu to %lu", &from, &to) == 2) {
            last = from;
            number = to;
        } else if (end == line || strncmp(end, ": (", 3) != 0) {
            continue;
        }
        if (last != ULONG_MAX && is_impossible(p, v, last, number))
            return true;
        last = number;
    }
    return false;
}

/* Random bytes, bytes of ones and zeros, small numbers. */
static void fill_context(uint8_t context[GENERATED_CONTEXT_BYTES], uint64_t *seed, uint32_t run)
{
    for (int i = 0; i < GENERATED_CONTEXT_BYTES; i++) {
        uint64_t r = generate_random(seed) >> 20;
        context[i] = (uint8_t)(run == 0 ? r : run == 1 ? 0xff * (r & 1) : i % 8 == 0 ? r & 31 : 0);
    }
}

/* One run in both. */
static bool same_run(const struct loaded *k, const struct verified *v, uint64_t *seed, uint32_t run)
{
    uint8_t ours[GENERATED_CONTEXT_BYTES], theirs[GENERATED_CONTEXT_BYTES];
    uint32_t r0 = 0;
    const char *map = NULL;
    fill_context(ours, seed, run);
    memcpy(theirs, ours, sizeof ours);
    struct ref_machine *m = memory_alloc(sizeof *m);
    m->context = ours;
    m->context_bytes = sizeof ours;
    m->budget = verified_bounds(v)->max_insns;
    ref_init(m, k->program);
    bool ok = ref_run(m, 0) && kernel_run(k, theirs, sizeof theirs, &r0);
    if (ok)
        map = kernel_differing_map(k, m);
    if (!ok)
        printf("%s\n", m->fault ? m->fault : "no run");
    else if ((uint32_t)m->regs[0] != r0 || map || memcmp(ours, theirs, sizeof ours) != 0) {
        printf("run %u: r0: ours 0x%x, Linux 0x%x; context %s; map %s\n", run, (uint32_t)m->regs[0], r0,
               memcmp(ours, theirs, sizeof ours) ? "differs" : "same", map ? map : "-");
        ok = false;
    }
    ref_free(m);
    free(m);
    return ok;
}

static bool same_results(const struct loaded *k, const struct verified *v, uint64_t seed)
{
    seed = seed * 0x9E3779B97F4A7C15 + 7;
    for (uint32_t run = 0; run < RUNS; run++)
        if (!same_run(k, v, &seed, run))
            return false;
    return true;
}

/* False when stack memory may be read that was never written. */
static bool is_comparable(const struct program *p, const struct verified *v)
{
    for (uint32_t i = 0; i < p->func_count; i++)
        if (verified_func(v, i)->zero_frame)
            return false;
    return true;
}

/* bpf_ktime_get_ns and bpf_get_prandom_u32 become bpf_get_smp_processor_id. */
static void replace_chance(struct program *p)
{
    for (uint32_t i = 0; i < p->insn_count; i++)
        if (p->insns[i].op == OP_HELPER && (p->insns[i].imm == 5 || p->insns[i].imm == 7))
            p->insns[i].imm = 8;
}

static void stay_on_processor_0(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        printf("processor 0 is not ours: %s\n", strerror(errno));
}

static void show(const struct program *p, const char *log)
{
    listing_print(p, 0, p->insn_count);
    size_t length = strlen(log);
    printf("%s\n", log + (length > 1500 ? length - 1500 : 0));
}

struct tally {
    uint64_t both, neither, only_linux, only_us, compared, differences;
};

static void judge(struct tally *t, struct loaded *k, uint64_t seed, bool explain)
{
    const struct limits limits = {.context_bytes = GENERATED_CONTEXT_BYTES, .explored_insns = 1000000};
    struct program p = {0};
    struct diag *d = diag_new(NULL);
    bool comparable = generate_program(&p, seed);
    if (p.map_count > KERNEL_DIFF_MAPS) { /* tail calls: there are none in programs of this type */
        diag_free(d);
        program_free(&p);
        return;
    }
    replace_chance(&p);
    struct verified *v = verify_program(&p, 0, &limits, NULL, d);
    kernel_load(k, &p);
    bool both = v && k->fd >= 0, compare = both && comparable && is_comparable(&p, v);
    bool wrong = v && k->fd < 0 && !expected_difference(k->log) && !went_where_we_do_not(&p, v, k->log);
    t->both += both;
    t->neither += !v && k->fd < 0;
    t->only_linux += !v && k->fd >= 0;
    t->only_us += v && k->fd < 0;
    t->compared += compare;
    if (explain && !v && k->fd >= 0)
        diag_print(d, stdout, false);
    if (wrong || (compare && !same_results(k, v, seed))) {
        if (t->differences++ == 0)
            show(&p, k->log);
        printf("seed %" PRIu64 ": %s\n", seed, wrong ? "we accept what Linux rejects" : "the results differ");
    }
    kernel_unload(k);
    verified_free(v);
    diag_free(d);
    program_free(&p);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 500;
    struct tally t = {0};
    libbpf_set_print(NULL);
    if (!kernel_answers()) {
        printf("skipped: this kernel does not take BPF programs from us (%s)\n", strerror(errno));
        return 77;
    }
    stay_on_processor_0();
    struct loaded *k = memory_alloc(sizeof *k);
    for (uint64_t seed = first; seed < first + count; seed++)
        judge(&t, k, seed, argc > 3);
    printf("seeds %" PRIu64 "..%" PRIu64 ": both accept %" PRIu64 " (%" PRIu64
           " results compared), both reject %" PRIu64 ", only Linux accepts %" PRIu64 ", only we accept %" PRIu64
           " (for listed reasons)\n",
           first, first + count - 1, t.both, t.compared, t.neither, t.only_linux, t.only_us);
    free(k);
    return t.differences != 0;
}
