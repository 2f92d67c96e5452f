// SPDX-License-Identifier: Apache-2.0
/* Concrete states against facts. */
#include "watch.h"

static bool in_fact(const struct reg_fact *f, uint64_t word)
{
    if (f->kinds != KIND_NUMBER)
        return f->kinds != 0;
    return word >= f->low && word <= f->high && (int64_t)word >= f->signed_low && (int64_t)word <= f->signed_high &&
           (uint32_t)word >= f->low32 && (uint32_t)word <= f->high32 && (word & f->known_mask) == f->known_bits;
}

/* Kinds as the interpreter's addresses show them. */
static bool right_kind(const struct reg_fact *f, uint64_t word)
{
    static const uint16_t kinds[] = {[REF_SPACE_CONTEXT] = KIND_CONTEXT,
                                     [REF_SPACE_STACK] = KIND_STACK,
                                     [REF_SPACE_PACKET] = KIND_PACKET | KIND_PACKET_META | KIND_PACKET_END,
                                     [REF_SPACE_MAP] = KIND_MAP,
                                     [REF_SPACE_VALUE] = KIND_MAP_VALUE,
                                     [REF_SPACE_FUNC] = KIND_FUNC,
                                     [REF_SPACE_KEY] = KIND_MEM,
                                     [REF_SPACE_TABLE] = KIND_TABLE,
                                     [REF_SPACE_LABEL] = KIND_LABEL,
                                     [REF_SPACE_RECORD] = KIND_MEM};
    uint64_t space = (word + (1ull << 39)) >> 56; /* also of a pointer a little before its object */
    if (f->kinds & (KIND_NUMBER | KIND_UNINIT))
        return true;
    if (word == 0)
        return f->may_be_null;
    /* Memory that a global function gets by its contract may be any. */
    return space >= REF_SPACE_CONTEXT && space < REF_SPACE_COUNT && (f->kinds & (kinds[space] | KIND_MEM));
}

static void add_base(struct watch *s, uint64_t where)
{
    for (uint32_t i = s->bases.count; i-- > 0;)
        if (s->bases.items[i] == where)
            return;
    vec_push(&s->bases, where);
}

/* At the first instruction of a function its arguments are where memory may begin; behind a call its result. */
static void note_bases(const struct ref_machine *m, struct watch *s, uint32_t at, bool after)
{
    const struct func *f = &s->program->funcs[program_func_at(s->program, at)];
    bool called = op_class(s->program->insns[at].op) == CLASS_CALL;
    for (int arg = 1; !after && at == f->first && arg <= 5; arg++)
        if (m->regs[arg] >> 56 && m->regs[arg] >> 56 < REF_SPACE_COUNT)
            add_base(s, m->regs[arg]);
    if (after && called && verified_fact(s->v, at)->result.kinds & KIND_MEM)
        add_base(s, m->regs[0]);
}

void watch_end(struct watch *s)
{
    vec_free(&s->bases);
}

static void check_before(struct ref_machine *m, struct watch *s, uint32_t at)
{
    const struct fact *f = verified_fact(s->v, at);
    const struct insn *insn = &s->program->insns[at];
    if (!f->reachable)
        s->violation = "reached an instruction that was proved dead";
    else if (insn_reads_dst(insn) && !(in_fact(&f->dst, m->regs[insn->dst]) && right_kind(&f->dst, m->regs[insn->dst])))
        s->violation = "dst outside its fact";
    else if (insn_reads_src(insn) && !(in_fact(&f->src, m->regs[insn->src]) && right_kind(&f->src, m->regs[insn->src])))
        s->violation = "src outside its fact";
    uint64_t entry = m->regs[insn->dst] & 0xffffffff;
    if (insn->op == OP_GOTOX && ((int64_t)entry < f->low || (int64_t)entry >= f->high))
        s->violation = "gotox by an entry outside its fact";
    for (int arg = 0; f->args && arg < 5; arg++)
        if (!(f->args[arg].kinds & KIND_UNINIT) && !in_fact(&f->args[arg], m->regs[arg + 1]))
            s->violation = "argument outside its fact";
}

/* Memory that was handed over: the fact's bytes are counted from where it began then. */
static bool is_handed_over(const struct watch *s, const struct fact *f, const struct ref_access *a)
{
    uint64_t size = (uint64_t)(a->high - a->low);
    for (uint32_t i = 0; i < s->bases.count; i++) {
        uint64_t base = s->bases.items[i];
        if ((int64_t)(a->where - base) >= f->low && (int64_t)(a->where + size - base) <= f->high)
            return true;
    }
    return false;
}

static bool right_region(const struct watch *s, const struct fact *f, const struct ref_access *a)
{
    static const uint16_t regions[] = {[REF_SPACE_CONTEXT] = KIND_CONTEXT,
                                       [REF_SPACE_STACK] = KIND_STACK,
                                       [REF_SPACE_PACKET] = KIND_PACKET | KIND_PACKET_META | KIND_PACKET_END,
                                       [REF_SPACE_VALUE] = KIND_MAP_VALUE,
                                       [REF_SPACE_MAP] = 0,
                                       [REF_SPACE_FUNC] = 0,
                                       [REF_SPACE_KEY] = KIND_MEM,
                                       [REF_SPACE_TABLE] = KIND_TABLE,
                                       [REF_SPACE_LABEL] = 0,
                                       [REF_SPACE_RECORD] = KIND_MEM};
    if (a->low & ((1 << f->align_log2) - 1))
        return false;
    if (f->region & KIND_MEM && is_handed_over(s, f, a))
        return true;
    return (f->region & regions[a->space]) && a->low >= f->low && a->high <= f->high &&
           (f->object == NONE || f->object == a->object);
}

/* Locks and timers are for helpers only. */
static bool touches_special(const struct program *p, const struct ref_access *a)
{
    uint32_t lock = map_special_field(p, a->object, "bpf_spin_lock"),
             timer = map_special_field(p, a->object, "bpf_timer");
    return (lock != NONE && a->low < (int64_t)lock + 4 && a->high > lock) ||
           (timer != NONE && a->low < (int64_t)timer + 16 && a->high > timer);
}

/* Does the instruction access memory that something is proved of? Packet loads look for their bytes themselves. */
static bool is_access(enum op op)
{
    enum op_class class = op_class(op);
    return (class == CLASS_LOAD && op != OP_LDABS && op != OP_LDIND) || class == CLASS_STORE || class == CLASS_ATOMIC;
}

static void check_after(struct ref_machine *m, struct watch *s, uint32_t at)
{
    const struct fact *f = verified_fact(s->v, at);
    const struct insn *insn = &s->program->insns[at];
    enum op_class class = op_class(insn->op);
    if (is_access(insn->op) && !right_region(s, f, &m->access))
        s->violation = "access outside its fact";
    if (is_access(insn->op) && m->access.space == REF_SPACE_VALUE && touches_special(s->program, &m->access))
        s->violation = "access to a lock or a timer";
    if (is_access(insn->op))
        if (m->access.space == REF_SPACE_STACK && m->access.object == m->depth) {
            uint32_t func = program_func_at(s->program, at);
            if (-m->access.low > verified_func(s->v, func)->frame_bytes)
                s->violation = "access below the proved frame";
        }
    if ((class == CLASS_ALU || class == CLASS_LOAD) &&
        !(in_fact(&f->result, m->regs[insn->dst]) && right_kind(&f->result, m->regs[insn->dst])))
        s->violation = "result outside its fact";
    if ((insn->op == OP_HELPER || insn->op == OP_KFUNC) &&
        !(in_fact(&f->result, m->regs[0]) && right_kind(&f->result, m->regs[0])))
        s->violation = "r0 outside its fact";
}

void watch_observe(struct ref_machine *m, uint32_t at, bool after)
{
    struct watch *s = m->owner;
    if (s->violation)
        return;
    note_bases(m, s, at, after);
    if (after)
        check_after(m, s, at);
    else
        check_before(m, s, at);
    if (s->violation) {
        m->fault = s->violation;
        m->fault_insn = at;
    }
}
