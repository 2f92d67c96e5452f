// SPDX-License-Identifier: Apache-2.0
/* Verification of one program: control flow, explore, check. */
#include "verify.h"

#include <time.h>

#include "invariant.h"

/* Instructions that the first, most exact try may step. */
#define FIRST_TRY 200000u

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* What the firmware's map code takes for granted: the type exists, keys of arrays are 4 bytes, nothing is empty. */
static bool check_map(const struct program *program, uint32_t insn, struct arena *arena, struct diag *d)
{
    const struct map *map = &program->maps[program->insns[insn].index];
    bool exists = map->type == MAP_ARRAY || map->type == MAP_HASH;
    bool short_key = map->type == MAP_ARRAY && map->key_bytes != 4;
    if (exists && !short_key && map->key_bytes && map->value_bytes && map->entries)
        return true;
    struct place place = program_place(program, insn, arena);
    const char *type = map_type_name(map->type);
    if (!exists)
        return diag_error(d, &place, D_MAP_TYPE, "map '%s' is of type %s, which is not available on bare metal",
                          map->name, type ? type : arena_printf(arena, "%u", (unsigned)map->type));
    if (short_key)
        return diag_error(d, &place, D_MAP_SHAPE, "the keys of array '%s' have %u bytes, must have 4", map->name,
                          map->key_bytes);
    return diag_error(d, &place, D_MAP_SHAPE,
                      "map '%s' has keys of %u bytes, values of %u bytes and %u entries; none may be 0", map->name,
                      map->key_bytes, map->value_bytes, map->entries);
}

/* The maps that the reachable code refers to. */
static bool check_maps(const struct program *program, const struct cfg *cfg, struct arena *arena, struct diag *d)
{
    for (uint32_t func = 0; func < program->func_count; func++) {
        const struct func *f = &program->funcs[func];
        for (uint32_t i = f->first; cfg->called[func] && i < f->first + f->count; i++)
            if (program->insns[i].op == OP_LDDW && program->insns[i].ref == REF_MAP && !check_map(program, i, arena, d))
                return false;
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

/* One try at exploring and checking. */
static bool attempt(struct machine *m, struct verified *v, const struct cfg *cfg, struct exploration *x,
                    struct verify_stats *stats)
{
    struct invariant invariant = {0};
    bool ok = explore(m, cfg, x, &invariant);
    stats->explored += x->explored;
    stats->states = invariant.nodes.count;
    m->facts = v;
    ok = ok && check_reachable(m->program, cfg, m->arena, m->d) && check_invariant(m, cfg, &invariant);
    m->facts = NULL;
    invariant_free(&invariant);
    return ok;
}

/* Remembering every number that a branch depends on gives the best facts and follows correlated branches, but can
 * explode. So it is tried first for a while; then with only what bounds need; then for as long as is allowed. */
static bool prove(struct machine *m, struct verified *v, struct verify_stats *stats)
{
    struct cfg cfg;
    uint64_t limit = m->limits->explored_insns ? m->limits->explored_insns : EXPLORED_DEFAULT;
    struct exploration tries[] = {{.care = CARE_BRANCHES, .limit = limit < FIRST_TRY ? limit : FIRST_TRY},
                                  {.care = CARE_BOUNDS, .limit = limit},
                                  {.care = CARE_BRANCHES, .limit = limit}};
    if (!cfg_build(&cfg, m->program, m->entry, m->arena, m->d) || !check_maps(m->program, &cfg, m->arena, m->d))
        return false;
    stats->insns = cfg.insn_count;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        diag_clear(m->d);
        if (attempt(m, v, &cfg, &tries[i], stats))
            return true;
        if (i != 1 && !tries[i].ran_out)
            return false; /* a reason that more patience does not change */
    }
    return false;
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
