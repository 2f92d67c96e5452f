// SPDX-License-Identifier: Apache-2.0
/* Facts: the join, over everything the checker steps through, of what it knows. */
#include <string.h>

#include "machine.h"

static void set_vague(struct reg_fact *f)
{
    f->low = f->low32 = 0;
    f->high = UINT64_MAX;
    f->high32 = UINT32_MAX;
    f->signed_low = INT64_MIN;
    f->signed_high = INT64_MAX;
    f->known_mask = f->known_bits = 0;
}

static void join_number(struct reg_fact *f, const struct num *n)
{
    uint64_t low = range_min(n->all, 64), high = range_max(n->all, 64);
    int64_t signed_low = range_signed_min(n->all, 64), signed_high = range_signed_max(n->all, 64);
    uint32_t low32 = (uint32_t)range_min(n->low, 32), high32 = (uint32_t)range_max(n->low, 32);
    if (!(f->kinds & KIND_NUMBER)) {
        *f = (struct reg_fact){f->kinds, f->may_be_null, low,           high,          signed_low,   signed_high,
                               low32,    high32,         ~n->bits.mask, n->bits.value, f->stack_low, f->stack_high};
        return;
    }
    f->low = low < f->low ? low : f->low;
    f->high = high > f->high ? high : f->high;
    f->signed_low = signed_low < f->signed_low ? signed_low : f->signed_low;
    f->signed_high = signed_high > f->signed_high ? signed_high : f->signed_high;
    f->low32 = low32 < f->low32 ? low32 : f->low32;
    f->high32 = high32 > f->high32 ? high32 : f->high32;
    f->known_mask &= ~n->bits.mask & ~(f->known_bits ^ n->bits.value);
    f->known_bits &= f->known_mask;
}

/* `depth`: of the function's own frame. */
static void join_stack_offset(struct reg_fact *f, const struct value *v, uint32_t depth)
{
    int64_t low = range_signed_min(v->num.all, 64), high = range_signed_max(v->num.all, 64);
    bool known = v->object == depth && !v->maybe_null && low >= -STACK_MOST && high <= STACK_MOST;
    int32_t from = known ? (int32_t)low : INT32_MIN, to = known ? (int32_t)high : INT32_MAX;
    bool first = !(f->kinds & KIND_STACK);
    f->stack_low = first || from < f->stack_low ? from : f->stack_low;
    f->stack_high = first || to > f->stack_high ? to : f->stack_high;
}

/* `depth`: of the frame of the function whose register it is; NONE: offsets into it are not asked for. */
static void join_value(struct reg_fact *f, const struct value *v, uint32_t depth)
{
    if (v->kind == KIND_NUMBER)
        join_number(f, &v->num);
    if (v->kind == KIND_STACK)
        join_stack_offset(f, v, depth);
    f->kinds |= v->kind;
    f->may_be_null = f->may_be_null || v->maybe_null;
}

static struct fact *fact_at(struct machine *m, uint32_t insn)
{
    return &m->facts->facts[insn];
}

/* Joins the argument registers of a call. */
static void join_arguments(struct machine *m, struct fact *f, const struct state *s)
{
    if (!f->args)
        f->args = arena_array(&m->facts->arena, 5, sizeof *f->args);
    for (unsigned reg = 1; reg <= 5; reg++)
        join_value(&f->args[reg - 1], state_reg(s, reg), s->depth);
}

void fact_visit(struct machine *m, const struct state *s)
{
    if (!m->facts)
        return;
    const struct insn *insn = &m->program->insns[s->insn];
    struct fact *f = fact_at(m, s->insn);
    if (!f->reachable) {
        f->object = f->map = f->callback = NONE;
        f->align_log2 = 3;
    }
    f->reachable = true;
    m->facts->func_facts[state_frame(s)->func].reachable = true;
    if (op_class(insn->op) == CLASS_CALL) {
        join_arguments(m, f, s);
        return;
    }
    join_value(&f->dst, state_reg(s, insn->op == OP_EXIT ? 0 : insn->dst), s->depth);
    if (!insn->use_imm)
        join_value(&f->src, state_reg(s, insn->src), s->depth);
}

bool fact_one_layout(const struct machine *m, const struct state *s, const struct access *a)
{
    if (!m->facts)
        return true;
    uint16_t before = m->facts->facts[s->insn].region, alone = hook_has_fields(m->hook) ? KIND_CONTEXT : 0;
    return before == 0 || before == a->region || !((before | a->region) & (alone | KIND_TABLE));
}

static void touch(struct arena *arena, struct func_fact *func, const struct access *a)
{
    uint32_t depth = (uint32_t)-a->low;
    func->frame_bytes = depth > func->frame_bytes ? depth : func->frame_bytes;
    if (!func->touched)
        func->touched = arena_array(arena, STACK_MOST, sizeof *func->touched);
    for (int64_t at = a->low; at < a->high; at++) {
        uint8_t *byte = &func->touched[-at - 1], how = at + 1 < a->high ? TOUCH_WITHIN : TOUCH_LAST;
        *byte = *byte > how ? *byte : how;
    }
}

void fact_access(struct machine *m, const struct state *s, const struct access *a)
{
    if (!m->facts)
        return;
    if (a->region == KIND_STACK)
        touch(&m->facts->arena, &m->facts->func_facts[s->frames[a->object]->func], a);
    struct fact *f = fact_at(m, s->insn);
    if (op_class(m->program->insns[s->insn].op) == CLASS_CALL)
        return;
    uint32_t object = a->region == KIND_MAP_VALUE ? a->object : NONE;
    bool first = f->region == 0;
    f->object = first || f->object == object ? object : NONE;
    f->low = first || a->low < f->low ? a->low : f->low;
    f->high = first || a->high > f->high ? a->high : f->high;
    f->align_log2 = a->align_log2 < f->align_log2 ? a->align_log2 : f->align_log2;
    f->region |= a->region;
}

void fact_result(struct machine *m, uint32_t insn, const struct value *v)
{
    if (m->facts)
        join_value(&fact_at(m, insn)->result, v, NONE);
}

void fact_branch(struct machine *m, uint32_t insn, bool jumps, bool falls)
{
    if (!m->facts)
        return;
    fact_at(m, insn)->can_jump |= jumps;
    fact_at(m, insn)->can_fall |= falls;
}

void fact_targets(struct machine *m, const struct state *s, uint32_t low, uint32_t high)
{
    if (!m->facts)
        return;
    struct fact *f = fact_at(m, s->insn);
    bool first = f->low == f->high;
    f->low = first || low < f->low ? low : f->low;
    f->high = first || high > f->high ? high : f->high;
}

void fact_map(struct machine *m, const struct state *s, uint32_t map)
{
    if (!m->facts)
        return;
    struct fact *f = fact_at(m, s->insn);
    bool first = f->region == 0; /* calls touch no region of their own: the field marks that a map was seen */
    f->region = KIND_MAP;
    f->map = first || f->map == map ? map : NONE;
}

void fact_callback(struct machine *m, const struct state *s, uint32_t func)
{
    fact_enter(m, s, func);
    if (!m->facts)
        return;
    struct fact *f = fact_at(m, s->insn);
    f->callback = !f->calls_back || f->callback == func ? func : NONE;
    f->calls_back = true;
}

void fact_format(struct machine *m, const struct state *s, const char *format)
{
    if (!m->facts)
        return;
    struct fact *f = fact_at(m, s->insn);
    f->format_varies = f->format_varies || (f->format && strcmp(f->format, format) != 0);
    f->format = f->format ? f->format : arena_strdup(&m->facts->arena, format);
}

void fact_enter(struct machine *m, const struct state *s, uint32_t func)
{
    if (!m->facts)
        return;
    size_t bit = (size_t)state_frame(s)->func * m->program->func_count + func;
    m->facts->enters[bit / 8] |= (uint8_t)(1 << bit % 8);
}

void fact_unwritten_read(struct machine *m, const struct state *s, uint32_t depth)
{
    if (m->facts)
        m->facts->func_facts[s->frames[depth]->func].zero_frame = true;
}

static void finish_register(struct reg_fact *f)
{
    if (f->kinds != KIND_NUMBER)
        set_vague(f);
}

void fact_finish(struct verified *v)
{
    for (uint32_t i = 0; i < v->program->insn_count; i++) {
        struct fact *f = &v->facts[i];
        finish_register(&f->dst);
        finish_register(&f->src);
        finish_register(&f->result);
        for (int arg = 0; f->args && arg < 5; arg++)
            finish_register(&f->args[arg]);
        if (f->args)
            f->region = 0;
        if (!(f->region & (f->region - 1)) && f->region != KIND_MAP_VALUE)
            f->object = NONE;
    }
    for (uint32_t i = 0; i < v->program->func_count; i++)
        v->func_facts[i].frame_bytes = (v->func_facts[i].frame_bytes + 7) & ~7u;
}
