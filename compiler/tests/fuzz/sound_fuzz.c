// SPDX-License-Identifier: Apache-2.0
/* Soundness: a random program (every fourth over a packet, every fourth with resources) that the verifier accepts runs
 * in the reference interpreter on random contexts. Every access must lie inside its object, every register inside its
 * fact, every access inside the bytes its fact names, and the executed instructions below the bound.
 *
 *     sound_fuzz [FIRST_SEED [COUNT [RUNS]]]      prints the counts; exit 1 with the seed at the first violation */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "../ref/listing.h"
#include "../ref/ref.h"
#include "../ref/watch.h"
#include "verify/verify.h"

#define LONGEST_RUN 30000 /* instructions; longer ones are cut off */

static void random_context(uint8_t *context, uint64_t *seed)
{
    uint64_t style = generate_random(seed) % 4;
    for (int i = 0; i < GENERATED_CONTEXT_BYTES; i++) {
        uint64_t r = generate_random(seed) >> 20;
        context[i] = (uint8_t)(style == 0   ? 0
                               : style == 1 ? 0xff * (r & 1)
                               : style == 2 ? (i % 8 == 0 ? r & 31 : 0)
                                            : r);
    }
}

static bool run_once(struct watch *s, uint64_t seed, uint64_t *executed)
{
    uint8_t context[4 * GENERATED_CONTEXT_BYTES]; /* of packet programs: struct __sk_buff at most */
    struct ref_machine *m = calloc(1, sizeof *m);
    for (unsigned part = 0; part < 4; part++)
        random_context(context + part * GENERATED_CONTEXT_BYTES, &seed);
    uint8_t packet[64];
    random_context(packet, &seed);
    m->context = context;
    m->context_bytes = verified_context_bytes(s->v);
    const struct hook *hook = s->program->funcs[0].hook;
    if (hook_takes_packets(hook))
        ref_give_packet(m, hook, packet, (uint32_t)(generate_random(&seed) >> 40) % sizeof packet);
    uint64_t bound = verified_bounds(s->v)->max_insns;
    m->budget = bound < LONGEST_RUN ? bound : LONGEST_RUN;
    m->random_state = m->whims = seed;
    m->observe = watch_observe;
    m->owner = s;
    ref_init(m, s->program);
    bool ok = ref_run(m, verified_entry(s->v)), cut = m->executed > LONGEST_RUN;
    *executed = m->executed;
    ok = cut || (ok && ref_run_timers(m, verified_bounds(s->v)->timer_insns, 4));
    if (!ok)
        printf("violation: %s at instruction %u\n", m->fault, m->fault_insn);
    ref_free(m);
    free(m);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 3000;
    uint64_t runs = argc > 3 ? strtoull(argv[3], NULL, 0) : 20, accepted = 0, executions = 0;
    const struct limits limits = {.context_bytes = GENERATED_CONTEXT_BYTES, .explored_insns = 200000};
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct program program = {0};
        struct diag *d = diag_new(NULL);
        if (seed % 4 == 0)
            generate_packet_program(&program, seed);
        else if (seed % 4 == 1)
            generate_resource_program(&program, seed);
        else
            generate_program(&program, seed);
        struct verified *v = verify_program(&program, 0, &limits, NULL, d);
        struct watch subject = {.v = v, .program = &program};
        bool ok = true;
        for (uint64_t run = 0; ok && v && run < runs; run++, executions++) {
            uint64_t executed;
            ok = run_once(&subject, seed * 1000 + run + 1, &executed);
        }
        const char *id = "", *message;
        struct place place;
        bool broken = !v && diag_root(d, &id, &message, &place) && diag_status(d) == STATUS_REJECTED &&
                      !strcmp(id, "check-failed");
        if (!ok || broken) {
            listing_print(&program, 0, program.insn_count);
            printf("seed %" PRIu64 ": %s\n", seed, broken ? "the checker refuses what exploring found" : "unsound");
            return 1;
        }
        accepted += v != NULL;
        watch_end(&subject);
        if (argc > 4 && !v)
            diag_print(d, stdout, false);
        verified_free(v);
        diag_free(d);
        program_free(&program);
    }
    printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " accepted, %" PRIu64 " runs, 0 violations\n", first,
           first + count - 1, accepted, executions);
    return accepted == 0; /* a run that accepts nothing tests nothing */
}
