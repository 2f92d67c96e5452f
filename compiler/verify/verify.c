// SPDX-License-Identifier: Apache-2.0
/* Verification of one program: control flow, explore, check. */
#include "verify.h"

#include <time.h>

#include "invariant.h"

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Maps that the reachable code refers to must be of a type that exists on bare metal. */
static bool check_maps(const struct program *program, const struct cfg *cfg, struct arena *arena, struct diag *d)
{
    for (uint32_t func = 0; func < program->func_count; func++) {
        const struct func *f = &program->funcs[func];
        for (uint32_t i = f->first; cfg->called[func] && i < f->first + f->count; i++) {
            const struct insn *insn = &program->insns[i];
            if (insn->op != OP_LDDW || insn->ref != REF_MAP)
                continue;
            const struct map *map = &program->maps[insn->index];
            if (map->type == MAP_ARRAY || map->type == MAP_HASH)
                continue;
            struct place place = program_place(program, i, arena);
            const char *type = map_type_name(map->type);
            return diag_error(d, &place, D_MAP_TYPE, "map '%s' is of type %s, which is not available on bare metal",
                              map->name, type ? type : arena_printf(arena, "%u", (unsigned)map->type));
        }
    }
    return true;
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

static bool prove(struct machine *m, struct verified *v, struct verify_stats *stats)
{
    struct cfg cfg;
    struct invariant invariant = {0};
    bool ok = cfg_build(&cfg, m->program, m->entry, m->arena, m->d) && check_maps(m->program, &cfg, m->arena, m->d);
    if (!ok)
        return false;
    stats->insns = cfg.insn_count;
    ok = explore(m, &cfg, &invariant, &stats->explored);
    stats->states = invariant.nodes.count;
    m->facts = v;
    ok = ok && check_reachable(m->program, &cfg, m->arena, m->d) && check_invariant(m, &cfg, &invariant);
    invariant_free(&invariant);
    return ok;
}

struct verified *verify_program(const struct program *program, uint32_t entry, const struct limits *limits,
                                struct verify_stats *stats, struct diag *d)
{
    struct verify_stats unused, *counts = stats ? stats : &unused;
    struct arena arena = {0};
    uint64_t start = now_us();
    *counts = (struct verify_stats){0};
    uint32_t context_bytes;
    if (!context_size(program, entry, limits, &context_bytes, d))
        return NULL;
    struct verified *v = verified_new(program, entry, context_bytes);
    struct machine m = {.program = program,
                        .entry = entry,
                        .hook = program->funcs[entry].hook,
                        .context_bytes = context_bytes,
                        .limits = limits,
                        .d = d,
                        .arena = &arena};
    v->proved = prove(&m, v, counts);
    counts->time_us = now_us() - start;
    arena_free(&arena);
    if (v->proved)
        return v;
    verified_free(v);
    return NULL;
}
