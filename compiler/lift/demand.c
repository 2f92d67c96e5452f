// SPDX-License-Identifier: Apache-2.0
/* Which bits of a result can anything observe? A backward walk over the function, to a fixpoint: 32-bit targets need
 * not compute the upper half of a 64-bit result whose upper half nothing reads, as in objects without 32-bit arithmetic
 * (-mcpu=v2). needs: l->func. fills: l->wanted.
 * Sound because: every bit that an instruction's own wanted bits depend on is wanted of its operands; what leaves the
 * analysis (memory, calls, comparisons, divisions, addresses) wants all bits; so each wanted bit is computed exactly as
 * before, and no other bit is ever looked at. No fact is used. */
#include "lifter.h"

#define ALL UINT64_MAX
#define LOW UINT64_C(0xffffffff)

/* Sweeps after which everything counts as wanted. Masks only grow; a few sweeps do for real code. */
#define SWEEPS 16

/* Wanted bits of every register before an instruction. */
struct demand {
    uint64_t regs[REG_COUNT];
};

/* All bits from the lowest to the highest of `mask`: what sums and products depend on. */
static uint64_t fill_down(uint64_t mask)
{
    for (unsigned by = 1; by < 64; by *= 2)
        mask |= mask >> by;
    return mask;
}

static void want_second(struct demand *d, const struct insn *insn, uint64_t mask)
{
    if (!insn->use_imm)
        d->regs[insn->src] |= mask;
}

/* A shift by `count`: which bits of the operand end at the wanted bits of the result. */
static uint64_t shifted(const struct insn *insn, uint64_t wanted, unsigned count)
{
    uint64_t width = insn->bits == 32 ? LOW : ALL, sign = UINT64_C(1) << (insn->bits - 1);
    if (insn->op == OP_LSH)
        return wanted >> count;
    uint64_t from = wanted << count & width;
    bool copies_sign = insn->op == OP_ARSH && count > 0 && wanted >> (insn->bits - count);
    return copies_sign ? from | sign : from;
}

static bool is_shift(enum op op)
{
    return op == OP_LSH || op == OP_RSH || op == OP_ARSH;
}

static void step_shift(struct demand *d, const struct insn *insn, uint64_t wanted)
{
    if (insn->use_imm) {
        d->regs[insn->dst] |= shifted(insn, wanted, (unsigned)insn->imm & (insn->bits - 1u));
        return;
    }
    d->regs[insn->dst] |= insn->op == OP_LSH ? fill_down(wanted) : ALL;
    d->regs[insn->src] |= ALL;
}

/* dst = dst op operand, or dst = operand. `wanted`: of the result. */
static void step_alu(struct demand *d, const struct insn *insn, uint64_t wanted)
{
    uint64_t imm = (uint64_t)insn->imm;
    if (insn->bits == 32)
        wanted &= LOW;
    d->regs[insn->dst] = 0;
    if (insn->op == OP_LDDW)
        return;
    if (insn->op == OP_MOV || insn->op == OP_XOR) {
        d->regs[insn->dst] = insn->op == OP_XOR ? wanted : 0;
        want_second(d, insn, wanted);
    } else if (insn->op == OP_AND || insn->op == OP_OR) {
        uint64_t decided = !insn->use_imm ? 0 : insn->op == OP_OR ? imm : ~imm;
        d->regs[insn->dst] = wanted & ~decided;
        want_second(d, insn, wanted);
    } else if (insn->op == OP_ADD || insn->op == OP_SUB || insn->op == OP_MUL) {
        d->regs[insn->dst] = fill_down(wanted);
        want_second(d, insn, fill_down(wanted));
    } else if (is_shift(insn->op)) {
        step_shift(d, insn, wanted);
    } else { /* divisions, byte swaps, sign extensions: all of both */
        d->regs[insn->dst] = ALL;
        want_second(d, insn, ALL);
    }
}

/* Writes r0, keeps nothing in r1 to r5. */
static void step_packet_load(struct demand *d, const struct insn *insn)
{
    for (unsigned reg = 0; reg <= ARG_REGS; reg++)
        d->regs[reg] = 0;
    d->regs[PACKET_LOAD_CONTEXT] = ALL;
    want_second(d, insn, LOW);
}

/* What is wanted before `insn`, from what is wanted behind it. */
static void step(struct demand *d, const struct insn *insn)
{
    switch (op_class(insn->op)) {
    case CLASS_ALU: step_alu(d, insn, d->regs[insn->dst]); return;
    case CLASS_LOAD:
        if (insn->op == OP_LDABS || insn->op == OP_LDIND)
            step_packet_load(d, insn);
        else
            d->regs[insn->dst] = 0, d->regs[insn->src] |= ALL;
        return;
    case CLASS_STORE:
        d->regs[insn->dst] |= ALL;
        want_second(d, insn, insn->bits == 64 ? ALL : LOW);
        return;
    case CLASS_EXIT: *d = (struct demand){.regs = {ALL}}; return;
    case CLASS_ATOMIC: d->regs[0] = d->regs[insn->dst] = d->regs[insn->src] = ALL; return;
    case CLASS_CALL:
        if (insn->op == OP_CALLX)
            break;
        d->regs[0] = 0; /* r6 to r9 are kept */
        for (unsigned reg = 1; reg <= ARG_REGS; reg++)
            d->regs[reg] = ALL;
        return;
    case CLASS_JUMP:
        if (insn->op == OP_JA || insn->op == OP_JCOND)
            return;
        d->regs[insn->dst] |= ALL;
        if (insn->op != OP_GOTOX)
            want_second(d, insn, ALL);
        return;
    }
    for (unsigned reg = 0; reg < REG_COUNT; reg++)
        d->regs[reg] = ALL;
}

static void add_successor(struct demand *d, const struct demand *before, uint32_t count, uint32_t at)
{
    for (unsigned reg = 0; reg < REG_COUNT; reg++)
        d->regs[reg] |= at < count ? before[at].regs[reg] : ALL;
}

/* What is wanted behind instruction `i` of the function. */
static struct demand behind(const struct lifter *l, const struct demand *before, uint32_t i)
{
    const struct func *func = &l->program->funcs[l->func];
    const struct insn *insn = &l->program->insns[func->first + i];
    struct demand d = {0};
    if (insn_has_target(insn))
        add_successor(&d, before, func->count, insn->target - func->first);
    for (uint32_t way = 0; insn->op == OP_GOTOX && way < insn->index; way++)
        add_successor(&d, before, func->count, l->program->jump_targets[insn->target + way] - func->first);
    if (!insn_ends_block(insn))
        add_successor(&d, before, func->count, i + 1);
    return d;
}

/* One walk over the function, from its end; true when something changed. */
static bool sweep(struct lifter *l, struct demand *before)
{
    const struct func *func = &l->program->funcs[l->func];
    bool changed = false;
    for (uint32_t i = func->count; i-- > 0;) {
        const struct insn *insn = &l->program->insns[func->first + i];
        struct demand d = behind(l, before, i);
        l->wanted[i] = d.regs[insn->dst];
        step(&d, insn);
        for (unsigned reg = 0; reg < REG_COUNT; reg++) {
            changed = changed || (d.regs[reg] & ~before[i].regs[reg]);
            before[i].regs[reg] |= d.regs[reg];
        }
    }
    return changed;
}

void demand_find(struct lifter *l)
{
    const struct func *func = &l->program->funcs[l->func];
    l->wanted = NULL;
    /* Checks look at all of a register. */
    if (!l->narrow || l->options->check_facts)
        return;
    struct arena arena = {0};
    struct demand *before = arena_array(&arena, func->count, sizeof *before);
    l->wanted = arena_array(&l->arena, func->count, sizeof *l->wanted);
    unsigned sweeps = 0;
    while (sweep(l, before) && sweeps < SWEEPS)
        sweeps++;
    if (sweeps == SWEEPS)
        l->wanted = NULL;
    arena_free(&arena);
}

uint64_t demand_of(const struct lifter *l)
{
    return l->wanted ? l->wanted[l->insn - l->program->funcs[l->func].first] : ALL;
}

bool demand_is_low(const struct lifter *l, const struct insn *insn)
{
    uint64_t wanted = demand_of(l);
    bool by_constant = insn->use_imm && insn->imm >= 0 && insn->imm < 32;
    if (wanted & ~LOW)
        return false;
    if (is_shift(insn->op))
        return by_constant && !(shifted(insn, wanted, (unsigned)insn->imm) & ~LOW);
    return insn->op == OP_ADD || insn->op == OP_SUB || insn->op == OP_MUL || insn->op == OP_OR || insn->op == OP_AND ||
           insn->op == OP_XOR;
}
