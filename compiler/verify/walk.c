// SPDX-License-Identifier: Apache-2.0
/* The way from one cut point to the next ones. Ends because every cycle of a function holds a cut point and calls do
 * not recur; a limit on the steps makes it certain even if the cut points were wrong. */
#include <stdlib.h>

#include "invariant.h"

/* A state on its way, with the instructions executed since the cut point. */
struct traveller {
    struct state *state;
    uint64_t insns;
};

static uint64_t cost(const struct insn *insn)
{
    const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
    return 1 + (helper ? helper->cost_insns : 0);
}

void invariant_free(struct invariant *invariant)
{
    for (uint32_t i = 0; i < invariant->nodes.count; i++) {
        state_free(invariant->nodes.items[i].state);
        free(invariant->nodes.items[i].next);
    }
    vec_free(&invariant->nodes);
}

struct state *entry_state(const struct machine *m)
{
    const struct func *f = &m->program->funcs[m->entry];
    struct state *s = state_new(m->entry, f->first);
    state_frame(s)->regs[1] = value_pointer(KIND_CONTEXT, 0);
    if (!m->hook || m->hook->context == CONTEXT_TYPE)
        state_frame(s)->regs[2] = value_number(num_const(m->context_bytes));
    return s;
}

bool walk_block(struct walk *walk, const struct state *start)
{
    struct machine *m = walk->machine;
    VEC(struct traveller) waiting = {0};
    vec_push(&waiting, ((struct traveller){state_clone(start), 0}));
    uint64_t steps = 0, limit = 16 * (uint64_t)m->program->insn_count + 1024;
    bool ok = true;
    while (ok && waiting.count) {
        struct traveller t = waiting.items[--waiting.count];
        for (bool moving = true; ok && moving;) {
            struct state *other = NULL;
            if (++steps > limit * (waiting.count + 1))
                BUG("no cut point on the way from instruction %u", start->insn);
            t.insns += cost(&m->program->insns[t.state->insn]);
            enum outcome outcome = step(m, t.state, &other);
            walk->stepped++;
            if (outcome == STEP_BOTH)
                vec_push(&waiting, ((struct traveller){other, t.insns}));
            moving = outcome != STEP_DONE && outcome != STEP_FAILED && !walk->cfg->cut[t.state->insn];
            ok = outcome != STEP_FAILED;
            if (outcome == STEP_DONE)
                ok = walk->arrive(walk, NULL, t.insns);
            else if (ok && !moving) {
                ok = walk->arrive(walk, t.state, t.insns);
                t.state = NULL;
            }
        }
        state_free(t.state);
    }
    for (uint32_t i = 0; i < waiting.count; i++)
        state_free(waiting.items[i].state);
    vec_free(&waiting);
    return ok;
}
