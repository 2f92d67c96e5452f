// SPDX-License-Identifier: Apache-2.0
/* Every program of the suite that the verifier accepts runs in the reference interpreter on many contexts: each step
 * inside its facts, and never more instructions than the proven bound. Prints, for programs without and with loops, the
 * median of bound / worst count seen.
 *
 *     suite_runs RUNS OBJ...      exit 1 at a violation, or when a median is above the aim (1.2 and 2) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "../ref/ref.h"
#include "../ref/watch.h"
#include "each_program.h"

#define CONTEXT_BYTES 64
#define PACKET_BYTES  160
#define TIMER_ROUNDS  4      /* callbacks of timers behind each run */
#define LONGEST_RUN   100000 /* instructions; programs whose bound is above are not run */

/* bound / worst count of the programs of one kind. */
struct ratios {
    double *items;
    size_t count;
};

struct tally {
    uint64_t runs_each;                /* of each program */
    uint64_t runs, programs, unserved; /* unserved: too long, or the interpreter lacks a helper or a context */
    struct ratios straight, loops;
    bool failed;
};

static void add_ratio(struct ratios *r, double ratio)
{
    r->items = realloc(r->items, (r->count + 1) * sizeof *r->items);
    r->items[r->count++] = ratio;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(struct ratios *r)
{
    if (r->count == 0)
        return 1;
    qsort(r->items, r->count, sizeof *r->items, compare_doubles);
    return r->items[r->count / 2];
}

static bool has_loop(const struct program *p, const struct verified *v)
{
    for (uint32_t i = 0; i < p->insn_count; i++)
        if (verified_fact(v, i)->reachable && insn_is_branch(&p->insns[i]) && p->insns[i].target <= i)
            return true;
    return false;
}

/* True when the interpreter has no context of that kind: it knows plain memory and packets. */
static bool is_beyond_interpreter(const struct program *p, uint32_t entry)
{
    const struct hook *hook = p->funcs[entry].hook;
    return hook_has_fields(hook) && hook->start == START_NOWHERE;
}

/* A number near those that the program itself names, or any. */
static uint64_t some_word(const struct program *p, uint64_t *seed)
{
    uint64_t r = generate_random(seed) >> 8;
    const struct insn *insn = &p->insns[(r >> 8) % p->insn_count];
    switch (r % 6) {
    case 0: return 0;
    case 1: return insn->use_imm ? (uint64_t)insn->imm + (r >> 40) % 3 - 1 : 1;
    case 2: return (r >> 20) & 63;
    case 3: return (uint64_t)0 - ((r >> 20) & 63);
    case 4: return (uint64_t)1 << ((r >> 20) & 63);
    }
    return generate_random(seed);
}

static void fill(const struct program *p, uint8_t *bytes, size_t size, uint64_t *seed)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word = some_word(p, seed);
        memcpy(bytes + i, &word, sizeof word);
    }
}

/* One run; the instructions executed, or 0 where it faulted (told). */
static uint64_t run_once(const struct program *p, const struct verified *v, uint32_t entry, uint64_t seed,
                         const char **fault)
{
    uint32_t bytes = verified_context_bytes(v);
    uint8_t *context = calloc(1, bytes + 8u), packet[PACKET_BYTES];
    struct watch watch = {.v = v, .program = p};
    struct ref_machine *m = calloc(1, sizeof *m);
    const struct hook *hook = p->funcs[entry].hook;
    fill(p, context, bytes, &seed);
    fill(p, packet, sizeof packet, &seed);
    m->context = context;
    m->context_bytes = bytes;
    if (hook_takes_packets(hook))
        ref_give_packet(m, hook, packet, (uint32_t)(generate_random(&seed) >> 40) % sizeof packet);
    m->budget = verified_bounds(v)->max_insns;
    m->random_state = m->whims = seed | 1;
    m->observe = watch_observe;
    m->owner = &watch;
    ref_init(m, p);
    bool ok = ref_run(m, entry);
    uint64_t executed = ok ? m->executed : 0;
    ok = ok && ref_run_timers(m, verified_bounds(v)->timer_insns, TIMER_ROUNDS);
    *fault = ok ? NULL : m->fault;
    ref_free(m);
    watch_end(&watch);
    free(m);
    free(context);
    return executed;
}

static void run_program(struct tally *t, const struct program *p, const struct verified *v, uint32_t entry)
{
    uint64_t worst = 0, bound = verified_bounds(v)->max_insns;
    const char *fault = NULL;
    t->programs++;
    if (is_beyond_interpreter(p, entry) || bound > LONGEST_RUN) {
        t->unserved++;
        return;
    }
    for (uint64_t run = 0; run < t->runs_each && !fault; run++) {
        uint64_t executed = run_once(p, v, entry, (run + 1) * 0x9e3779b97f4a7c15u | 1, &fault);
        worst = executed > worst ? executed : worst;
        t->runs++;
    }
    if (fault && strstr(fault, "helper")) {
        t->unserved++;
    } else if (fault) {
        printf("violation: %s: %s\n", p->funcs[entry].name, fault);
        t->failed = true;
    } else {
        add_ratio(has_loop(p, v) ? &t->loops : &t->straight, (double)bound / (double)worst);
        if ((double)bound > 8 * (double)worst)
            printf("loose: %s: at most %" PRIu64 " instructions, %" PRIu64 " seen\n", p->funcs[entry].name, bound,
                   worst);
    }
}

static void judge_program(void *owner, const struct program *p, uint32_t entry, struct diag *d)
{
    const struct limits limits = {
        .context_bytes = CONTEXT_BYTES, .explored_insns = 1000000, .stack_bytes = REF_STACK_BYTES};
    struct verified *v = verify_program(p, entry, &limits, NULL, d);
    if (v)
        run_program(owner, p, v, entry);
    verified_free(v);
}

int main(int argc, char **argv)
{
    struct tally t = {.runs_each = argc > 1 ? strtoull(argv[1], NULL, 0) : 100};
    for (int i = 2; i < argc; i++)
        t.failed |= !each_program(argv[i], judge_program, &t);
    double straight = median(&t.straight), loops = median(&t.loops);
    printf("%" PRIu64 " accepted programs, %" PRIu64 " runs (%" PRIu64 " programs are too long or need what the "
           "interpreter lacks); bound / worst seen, median: %.2f without loops (%zu), %.2f with loops (%zu)\n",
           t.programs, t.runs, t.unserved, straight, t.straight.count, loops, t.loops.count);
    free(t.straight.items);
    free(t.loops.items);
    return t.failed || t.programs == 0 || straight > 1.2 || loops > 2;
}
