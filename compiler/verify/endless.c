// SPDX-License-Identifier: Apache-2.0
/* The message about a loop without an end: which values that its branches test are the same each time. */
#include "endless.h"

/* May control come from instruction `from` to `to` inside their function, in one step or more? */
static bool leads_to(struct machine *m, uint32_t from, uint32_t to)
{
    bool *seen = arena_array(m->arena, m->program->insn_count, sizeof *seen);
    uint32_t *waiting = arena_array(m->arena, m->program->insn_count + 1, sizeof *waiting);
    uint32_t count = 1, next;
    waiting[0] = from;
    while (count > 0) {
        uint32_t at = waiting[--count];
        for (uint32_t way = 0; (next = cfg_successor(m->program, at, way)) != NONE; way++) {
            if (next == to)
                return true;
            if (!seen[next])
                waiting[count++] = next;
            seen[next] = true;
        }
    }
    return false;
}

static bool is_in_loop(struct machine *m, uint32_t head, uint32_t at)
{
    return at == head || (leads_to(m, head, at) && leads_to(m, at, head));
}

/* What the branch reads of what stands in registers where the loop begins anew. */
static void tell_tested(struct machine *m, const struct cfg *cfg, const struct state *s, uint32_t branch)
{
    const struct insn *insn = &m->program->insns[branch];
    const bool reads[] = {insn_reads_dst(insn), insn_reads_src(insn)};
    const uint8_t regs[] = {insn->dst, insn->src};
    struct place place = program_place(m->program, branch, m->arena);
    for (int i = 0; i < 2; i++)
        if (reads[i] && cfg->live[s->insn] >> regs[i] & 1)
            diag_cause(m->d, &place, "tests r%u, which is %s each time", regs[i],
                       need_describe(m, state_reg(s, regs[i])));
}

bool endless_refuse(struct machine *m, const struct cfg *cfg, const struct state *s)
{
    bool tested = false;
    need_fail(m, s, D_ENDLESS_LOOP, "comes back here with nothing changed",
              "the loop does not end: nothing it tests changes");
    for (int i = TRAIL_COUNT; i-- > 0;) {
        uint32_t branch = s->trail[i] / 2;
        if (s->trail[i] == NONE || !is_in_loop(m, s->insn, branch))
            continue;
        bool again = false;
        for (int newer = 0; newer < i; newer++)
            again |= s->trail[newer] / 2 == branch;
        if (!again)
            tell_tested(m, cfg, s, branch);
        tested = true;
    }
    if (!tested) {
        struct place place = program_place(m->program, s->insn, m->arena);
        diag_cause(m->d, &place, "no branch that could go the other way is on the way round");
    }
    diag_suggest(m->d, "give the loop a constant upper bound: for (i = 0; i < n && i < 64; i++)");
    return false;
}
