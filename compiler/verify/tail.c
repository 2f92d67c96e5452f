// SPDX-License-Identifier: Apache-2.0
/* Tail calls (bpf_tail_call). A tail call that succeeds ends the program and starts another one with the same context;
 * one that fails (no program in the slot, no such slot, TAIL_CALL_LIMIT made) goes on behind the call. Each program
 * that can be reached so is proved by itself, with its entry state: nothing but the context passes from one to the
 * other. A tail call from a subprogram ends that subprogram: its caller goes on with whatever the other program
 * returned. Source: kernel documentation, bpf/prog_array; kernel/bpf/core.c for the limit. */
#include "tail.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

/* Programs of hooks with the same context can follow one another. */
static bool same_context(const struct hook *a, const struct hook *b)
{
    if (!hook_has_fields(a) || !hook_has_fields(b))
        return hook_has_fields(a) == hook_has_fields(b);
    return a->layout == b->layout && a->reader == b->reader && a->program_type == b->program_type;
}

/* One slot that the call may select; false: reported. */
static bool select_slot(struct machine *m, const struct state *s, const struct map *map, uint32_t slot, bool *succeeds)
{
    uint32_t target = map->progs[slot];
    if (target == NONE)
        return true;
    const struct func *f = &m->program->funcs[target];
    if (!same_context(m->hook, f->hook))
        return need_fail(m, s, D_HELPER_ARGUMENT, NULL,
                         "slot %u of '%s' holds '%s' of section '%s', whose context is another one", slot, map->name,
                         f->name, f->section);
    *succeeds = true;
    if (!m->facts)
        return true;
    root_add_target(m->facts, m->entry, target);
    if (s->depth > 0)
        m->facts->roots[m->entry].nested = true;
    return true;
}

bool tail_call_check(struct machine *m, const struct state *s, bool *succeeds)
{
    const struct map *map = &m->program->maps[state_reg(s, 2)->object];
    const struct value *index = state_reg(s, 3);
    uint64_t low = 0, high = UINT32_MAX;
    if (index->kind == KIND_NUMBER) {
        low = range_min(index->num.low, 32);
        high = range_max(index->num.low, 32);
    }
    *succeeds = false;
    for (uint64_t slot = low; map->progs && slot < map->entries && slot <= high; slot++)
        if (!select_slot(m, s, map, (uint32_t)slot, succeeds))
            return false;
    return true;
}

struct state *tail_call_return(struct machine *m, const struct state *s)
{
    struct state *caller = state_clone(s);
    state_set_reg(caller, 0, value_number(num_unknown()));
    state_pop(caller);
    state_forget_packets(caller);
    fact_result(m, caller->insn - 1, state_reg(caller, 0));
    return caller;
}

/* -- bounds of a chain of programs --------------------------------------------------------------------------------- */

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The greatest sum of weight[] over chains of at most TAIL_CALL_LIMIT tail calls that begin at the entry. */
static uint64_t heaviest_chain(const struct verified *v, const uint64_t *weight)
{
    uint32_t count = v->program->func_count;
    uint64_t *now = memory_alloc(count * sizeof *now), *next = memory_alloc(count * sizeof *next);
    memcpy(now, weight, count * sizeof *now);
    for (unsigned calls = 0; calls < TAIL_CALL_LIMIT; calls++) {
        for (uint32_t root = 0; root < count; root++) {
            uint64_t most = 0;
            for (uint32_t to = 0; v->roots[root].targets && to < count; to++)
                if (v->roots[root].targets[to] && now[to] > most)
                    most = now[to];
            next[root] = sum(weight[root], most);
        }
        memcpy(now, next, count * sizeof *now);
    }
    uint64_t result = now[v->entry];
    free(now);
    free(next);
    return result;
}

/* Each of the programs that run besides the entry may run anywhere between the others when tail calls nest: as many as
 * there can be, each as long as the longest. */
static uint64_t nested_insns(const struct verified *v)
{
    uint64_t longest = 0, total = v->roots[v->entry].max_insns;
    for (uint32_t i = 0; i < v->program->func_count; i++)
        if (v->roots[i].entered && v->roots[i].max_insns > longest)
            longest = v->roots[i].max_insns;
    for (unsigned calls = 0; calls < TAIL_CALL_LIMIT; calls++)
        total = sum(total, longest);
    return total;
}

void tail_bounds(struct verified *v, const uint32_t *stack_bytes)
{
    uint32_t count = v->program->func_count, deepest = 0;
    uint64_t *weight = memory_alloc(count * sizeof *weight);
    for (uint32_t i = 0; i < count; i++) {
        v->bounds.nested_tails = v->bounds.nested_tails || v->roots[i].nested;
        weight[i] = v->roots[i].max_insns;
        if (v->roots[i].entered && stack_bytes[i] > deepest)
            deepest = stack_bytes[i];
    }
    v->bounds.max_insns = v->bounds.nested_tails ? nested_insns(v) : heaviest_chain(v, weight);
    for (uint32_t i = 0; i < count; i++)
        weight[i] = stack_bytes[i];
    uint64_t nested_bytes = v->bounds.nested_tails ? heaviest_chain(v, weight) : deepest;
    v->bounds.stack_bytes = nested_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)nested_bytes;
    free(weight);
}
