// SPDX-License-Identifier: Apache-2.0
/* The way from one cut point to the next ones. Ends because every cycle of a function holds a cut point and calls do
 * not recur; a limit on the steps makes it certain even if the cut points were wrong. */
#include <stdlib.h>

#include "../program/kfunc.h"
#include "contract.h"
#include "invariant.h"

/* A state on its way, with the instructions executed since the cut point. */
struct traveller {
    struct state *state;
    uint64_t insns;
};

/* Those that wait for their turn, the newest last. */
struct travellers {
    struct traveller *items;
    uint32_t count, capacity;
};

/* Instructions that a step of `s` counts for. A helper that calls back is stepped once more for each round. */
static uint64_t cost(const struct program *program, const struct state *s)
{
    const struct insn *insn = &program->insns[s->insn];
    if (callback_is_call(insn) && state_frame(s)->calling == s->insn)
        return 1;
    const struct helper *helper = insn->op == OP_HELPER ? program_helper(program, insn->imm) : NULL;
    return 1 + (helper ? helper->cost_insns : insn->op == OP_KFUNC ? kfunc_cost(program, insn->index) : 0);
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
    if (m->timer != NONE)
        return timer_entry_state(m);
    if (m->apart != NONE)
        return contract_entry_state(m);
    struct state *s = state_new(m->entry, f->first, m->meter);
    state_frame(s)->regs[1] = value_pointer(KIND_CONTEXT, 0);
    if (!m->hook || m->hook->start == START_MEMORY)
        state_frame(s)->regs[2] = value_number(num_const(m->context_bytes));
    return s;
}

/* Keeps the other sides of a branch; refused when too much waits. */
static bool add_waiting(struct walk *walk, struct travellers *waiting, struct state *other, uint64_t insns)
{
    struct state *last = other;
    for (struct state *next; other; other = next) {
        next = other->also;
        other->also = NULL;
        last = other;
        vec_push(waiting, ((struct traveller){other, insns}));
    }
    if (walk->machine->meter->bytes <= machine_memory(walk->machine))
        return true;
    return need_fail(walk->machine, last, D_TOO_COMPLEX, "gave up here",
                     "too complex to prove: the states on the way take more than %llu MB",
                     (unsigned long long)machine_memory(walk->machine) >> 20);
}

/* True in functions that cfg.c looked at. Only an invariant that was given can name others: nothing leads there. */
static bool is_known(const struct walk *walk, const struct state *s)
{
    return walk->cfg->called[state_frame(s)->func] ||
           need_fail(walk->machine, s, D_CHECK_FAILED, NULL, "the invariant is in a function that nothing refers to");
}

/* Moves one traveller to its next cut point or to the end of the program; the other sides of branches on the way wait.
 */
static bool travel(struct walk *walk, struct travellers *waiting, struct traveller t)
{
    struct machine *m = walk->machine;
    uint64_t limit = 2 * (uint64_t)m->program->insn_count + 16;
    for (uint64_t steps = 0; steps < limit; steps++) {
        struct state *other = NULL;
        if (!is_known(walk, t.state)) {
            state_free(t.state);
            return false;
        }
        t.insns += cost(m->program, t.state);
        struct state *before = log_before(m, t.state);
        enum outcome outcome = step(m, t.state, &other);
        if (before)
            log_insn(m, before, outcome == STEP_FAILED || outcome == STEP_DONE ? NULL : t.state);
        state_free(before);
        walk->stepped++;
        t.insns = t.insns > UINT64_MAX - m->charge ? UINT64_MAX : t.insns + m->charge;
        m->charge = 0;
        if (outcome == STEP_BOTH && !add_waiting(walk, waiting, other, t.insns))
            outcome = STEP_FAILED;
        if (outcome == STEP_FAILED || outcome == STEP_DONE) {
            state_free(t.state);
            return outcome == STEP_DONE && walk->arrive(walk, NULL, t.insns);
        }
        if (walk->cfg->cut[t.state->insn])
            return walk->arrive(walk, t.state, t.insns);
    }
    BUG("no cut point on the way to instruction %u", t.state->insn);
}

bool walk_block(struct walk *walk, const struct state *start)
{
    struct travellers waiting = {0};
    bool ok = travel(walk, &waiting, (struct traveller){state_clone(start), 0});
    while (ok && waiting.count) {
        struct traveller t = waiting.items[--waiting.count];
        bool arrives = walk->cfg->cut[t.state->insn];
        if (!arrives)
            log_path(walk->machine, t.state);
        ok = arrives ? walk->arrive(walk, t.state, t.insns) : travel(walk, &waiting, t);
    }
    for (uint32_t i = 0; i < waiting.count; i++)
        state_free(waiting.items[i].state);
    vec_free(&waiting);
    return ok;
}
