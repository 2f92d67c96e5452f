// SPDX-License-Identifier: Apache-2.0
/* Verification of one program: control flow, explore, check. */
#include "verify.h"

#include <stdlib.h>
#include <time.h>

#include "invariant_file.h"

/* Instructions that the first, most exact tries may step, and for each instruction of the program so many more. */
#define FIRST_TRY          50000u
#define FIRST_TRY_PER_INSN 4u

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Dead code is refused as Linux does; after exploring, so that an endless loop is told as such and not as the dead code
 * behind it. */
static bool check_reachable(const struct program *program, const struct cfg *cfg, struct arena *arena, struct diag *d)
{
    if (cfg->unreachable == NONE)
        return true;
    struct place place = program_place(program, cfg->unreachable, arena);
    diag_error(d, &place, D_UNREACHABLE, "no path reaches this instruction");
    diag_suggest(d, "compile with optimisation (-O2), or remove the dead code");
    return false;
}

/* What is being proved, as files of invariants call it. */
static const char *root_name(const struct machine *m)
{
    const char *name = m->program->funcs[m->entry].name;
    return m->timer == NONE ? name : arena_printf(m->arena, "%s@%u", name, m->timer);
}

/* Counts the states that a try kept. */
static void count_states(const struct machine *m, const struct invariant *invariant, struct verify_stats *stats)
{
    uint64_t *at = memory_alloc(m->program->insn_count * sizeof *at + 1);
    for (uint32_t i = 0; i < invariant->nodes.count; i++) {
        uint64_t count = ++at[invariant->nodes.items[i].state->insn];
        stats->states_at_insn = count > stats->states_at_insn ? count : stats->states_at_insn;
    }
    free(at);
    stats->states += invariant->nodes.count;
    if (invariant->nodes.count > stats->peak_states)
        stats->peak_states = invariant->nodes.count;
}

/* One try at exploring and checking. */
static bool attempt(struct machine *m, struct verified *v, const struct cfg *cfg, struct exploration *x,
                    struct verify_stats *stats)
{
    struct invariant invariant = {0};
    diag_clear(m->d);
    x->ran_out = false;
    m->unbounded = NONE;
    if (m->entry == v->entry && m->apart == NONE)
        verified_reset(v); /* later programs' attempts only widen what was recorded of the first ones */
    bool ok = explore(m, cfg, x, &invariant);
    stats->explored += x->explored;
    count_states(m, &invariant, stats);
    m->facts = v;
    ok = ok && check_reachable(m->program, cfg, m->arena, m->d) && check_invariant(m, cfg, &invariant);
    m->facts = NULL;
    if (ok && m->limits->invariant)
        invariant_write(m->limits->invariant, root_name(m), &invariant);
    invariant_free(&invariant);
    return ok;
}

/* Checks an invariant that was given. */
static bool check_given(struct machine *m, struct verified *v, const struct cfg *cfg, struct verify_stats *stats)
{
    struct invariant invariant = {0};
    bool ok = invariant_read(m->limits->check, m->program, v->entry, root_name(m), m->meter, &invariant);
    count_states(m, &invariant, stats);
    if (!ok) {
        struct place place = program_place(m->program, m->program->funcs[m->entry].first, m->arena);
        diag_error(m->d, &place, D_CHECK_FAILED, "the file holds no invariant of '%s' in this object",
                   m->program->funcs[m->entry].name);
    }
    m->facts = v;
    ok = ok && check_reachable(m->program, cfg, m->arena, m->d) && check_invariant(m, cfg, &invariant);
    m->facts = NULL;
    invariant_free(&invariant);
    return ok;
}

/* Tries with loops widened; a loop whose widening was in the way is followed round by round the next time. */
static bool attempt_widened(struct machine *m, struct verified *v, const struct cfg *cfg, struct exploration *x,
                            struct verify_stats *stats)
{
    x->exact = arena_array(m->arena, m->program->insn_count + 1, sizeof *x->exact);
    for (;;) {
        if (attempt(m, v, cfg, x, stats))
            return true;
        if (m->unbounded != NONE && !x->exact[m->unbounded])
            x->blamed = m->unbounded;
        if (x->blamed == NONE)
            return false;
        x->exact[x->blamed] = true;
    }
}

/* Remembering every number that a branch depends on and following loops round by round gives the best facts and follows
 * correlated branches, but can explode. So it is tried first for a while; then with loops widened and without stack
 * memory that nobody reads again; then also with only what bounds need; then exactly, for as long as is allowed. */
static bool prove(struct machine *m, struct verified *v, struct verify_stats *stats)
{
    struct cfg cfg;
    uint64_t limit = m->limits->explored_insns ? m->limits->explored_insns : EXPLORED_DEFAULT;
    if (!cfg_build(&cfg, m->program, m->entry, m->arena, m->d) || !maps_check(m->program, &cfg, m->arena, m->d))
        return false;
    uint64_t first = FIRST_TRY + (uint64_t)FIRST_TRY_PER_INSN * cfg.insn_count;
    first = limit < first ? limit : first;
    stats->insns += cfg.insn_count;
    if (m->limits->check)
        return check_given(m, v, &cfg, stats);
    struct exploration exact = {.care = CARE_BRANCHES, .limit = first};
    if (attempt(m, v, &cfg, &exact, stats))
        return true;
    if (!exact.ran_out)
        return false; /* a reason that more patience does not change */
    struct exploration tries[] = {{.care = CARE_BRANCHES, .keep = KEEP_READ, .limit = first},
                                  {.care = CARE_BOUNDS, .keep = KEEP_CONSTANTS, .limit = limit / 4},
                                  {.care = CARE_BOUNDS, .keep = KEEP_NONE, .limit = limit / 4}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct exploration followed = tries[i];
        if (attempt_widened(m, v, &cfg, &tries[i], stats) ||
            (!tries[i].ran_out && attempt(m, v, &cfg, &followed, stats)))
            return true;
    }
    exact.limit = limit;
    return attempt(m, v, &cfg, &exact, stats);
}

/* Proves a function that is no program. */
static bool prove_apart(struct machine *m, struct verified *v, uint32_t apart, struct verify_stats *stats)
{
    m->proof = v;
    m->apart = apart;
    m->entry = v->aparts.items[apart].func;
    m->timer = v->aparts.items[apart].map;
    log_apart(m);
    bool ok = prove(m, v, stats);
    v->aparts.items[apart].proved = ok;
    m->apart = m->timer = NONE;
    return ok;
}

/* The checker is at a call of a global function that was not proved yet. */
static bool prove_called(struct machine *m, uint32_t apart)
{
    struct machine callee = *m;
    callee.facts = NULL;
    callee.charge = 0;
    struct verify_stats unused = {0};
    bool ok = prove_apart(&callee, m->facts, apart, m->stats ? m->stats : &unused);
    m->contracts = callee.contracts;
    return ok;
}

/* Proves the entry, then each program that a tail call of a proved one may lead to. */
static bool prove_roots(struct machine *m, struct verified *v, struct verify_stats *stats)
{
    uint32_t count = m->program->func_count;
    if (m->limits->invariant)
        invariant_write_program(m->limits->invariant, m->program, v->entry);
    for (uint32_t next = m->entry; next != count;) {
        m->entry = next;
        if (!prove(m, v, stats))
            return false;
        v->roots[next].proved = true;
        for (next = 0; next < count && (!v->roots[next].entered || v->roots[next].proved);)
            next++;
    }
    for (uint32_t i = 0; i < v->aparts.count; i++)
        if (!v->aparts.items[i].proved && !prove_apart(m, v, i, stats))
            return false;
    fact_finish(v);
    m->facts = v;
    return check_bounds(m);
}

/* fills: machine.specials. */
static const struct special *find_specials(const struct program *program, struct arena *arena)
{
    struct special *specials = arena_array(arena, program->map_count + 1, sizeof *specials);
    for (uint32_t map = 0; map < program->map_count; map++) {
        bool writable = program->maps[map].role != MAP_EXTERN; /* locks of the firmware are its own business */
        specials[map].lock = writable ? map_special_field(program, map, "bpf_spin_lock") : NONE;
        specials[map].timer = writable ? map_special_field(program, map, "bpf_timer") : NONE;
    }
    return specials;
}

/* A program that tail calls lead to sees what the one before it did: all functions count. */
static bool moves_packets(const struct program *program)
{
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_HELPER && helper_moves_packet((uint32_t)program->insns[i].imm))
            return true;
    return false;
}

bool machine_init(struct machine *m, const struct program *program, uint32_t entry, const struct limits *limits,
                  struct diag *d, struct arena *arena)
{
    *m = (struct machine){.program = program,
                          .entry = entry,
                          .apart = NONE,
                          .timer = NONE,
                          .prove_global = prove_called,
                          .hook = program->funcs[entry].hook,
                          .limits = limits,
                          .d = d,
                          .arena = arena,
                          .pcs = limits->log_level ? log_pcs(program, entry, arena) : NULL,
                          .packets_aligned = limits->net_ip_align && !moves_packets(program),
                          .specials = find_specials(program, arena)};
    return context_size(program, entry, limits, &m->context_bytes, d);
}

struct verified *verify_program(const struct program *program, uint32_t entry, const struct limits *limits,
                                struct verify_stats *stats, struct diag *d)
{
    struct verify_stats unused, *counts = stats ? stats : &unused;
    struct arena arena = {0};
    struct meter meter = {0};
    uint64_t start = now_us();
    *counts = (struct verify_stats){0};
    struct machine m;
    if (!machine_init(&m, program, entry, limits, d, &arena)) {
        arena_free(&arena);
        return NULL;
    }
    m.meter = &meter;
    meter.frame_bytes = limits->stack_bytes;
    struct verified *v = verified_new(program, entry, m.context_bytes);
    m.stats = counts;
    v->proved = prove_roots(&m, v, counts);
    counts->time_us = now_us() - start;
    m.facts = NULL;
    m.proof = v;
    log_end(&m, counts);
    meter_end(&meter);
    arena_free(&arena);
    if (v->proved)
        return v;
    verified_free(v);
    return NULL;
}
