// SPDX-License-Identifier: Apache-2.0
/* Global functions by contract: what their BTF prototype says of the arguments is what they may rely on, and all that
 * callers know afterwards is that a number came back. Such a function is proved once, by itself.
 * Sound because: every call is checked to hand over what the entry state of the function's own proof allows; what the
 * function may change of its caller's (memory that it got, the packet) is unknown or nothing afterwards; its bound and
 * its frames are counted at each call. Source: the kernel's verifier documentation and libbpf's argument tags. */
#include "contract.h"

#include <string.h>

#include "reference.h"

#define CONTRACT_DEPTH 8 /* calls that nest */

/* The tag `arg:NAME` of parameter `param` of a function stands in the BTF: a declaration tag of its FUNC. */
static bool has_tag(const struct program *program, const struct func *f, uint32_t param, const char *tag)
{
    for (uint32_t i = 1; i < program->type_count; i++) {
        const struct type *t = &program->types[i], *of = &program->types[t->target];
        if (t->kind == TYPE_TYPEDEF && t->count == param + 1 && of->kind == TYPE_TYPEDEF && of->target == f->proto &&
            strcmp(of->name, f->name) == 0 && strcmp(t->name, tag) == 0)
            return true;
    }
    return false;
}

/* Any tag that no contract here knows. */
static bool has_other_tag(const struct program *program, const struct func *f, uint32_t param)
{
    static const char *const others[] = {"arg:trusted", "arg:untrusted", "arg:arena", "arg:nullable"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (has_tag(program, f, param, others[i]))
            return true;
    return false;
}

static bool is_context_type(const struct machine *m, const struct type *t)
{
    const char *type = m->hook && hook_has_fields(m->hook) ? m->hook->layout->type : NULL;
    const char *prefix = "struct ";
    return type && t->kind == TYPE_STRUCT && strncmp(type, prefix, strlen(prefix)) == 0 &&
           strcmp(type + strlen(prefix), t->name) == 0;
}

/* What parameter `param` demands; false: nothing that a contract can say. */
static bool read_param(const struct machine *m, const struct func *f, uint32_t param, struct param *p)
{
    const struct type *t = type_resolve(m->program, m->program->types[f->proto].members[param].type);
    if (!t || has_other_tag(m->program, f, param))
        return false;
    if (t->kind == TYPE_INT || t->kind == TYPE_ENUM) {
        *p = (struct param){.kind = PARAM_NUMBER};
        return t->size_bytes <= 8;
    }
    if (t->kind != TYPE_POINTER)
        return false;
    uint32_t target = t->target;
    const struct type *pointee = type_resolve(m->program, target);
    if (has_tag(m->program, f, param, "arg:ctx") || (pointee && is_context_type(m, pointee))) {
        *p = (struct param){.kind = PARAM_CONTEXT};
        return true;
    }
    if (pointee && strcmp(pointee->name, "bpf_dynptr") == 0) {
        *p = (struct param){.kind = PARAM_DYNPTR};
        return !has_tag(m->program, f, param, "arg:nonnull"); /* says nothing: Linux refuses it */
    }
    *p = (struct param){.kind = PARAM_MEMORY,
                        .bytes = type_size(m->program, target),
                        .align_log2 = type_align_log2(m->program, target, 0),
                        .maybe_null = !has_tag(m->program, f, param, "arg:nonnull")};
    return pointee && p->bytes > 0;
}

/* What a function and all that it calls do besides. False: something that the caller has to be looked at for. */
static bool scan_body(const struct program *program, uint32_t func, struct contract *c, unsigned depth)
{
    const struct func *f = &program->funcs[func];
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        const struct insn *insn = &program->insns[i];
        bool calls = insn->op == OP_CALL || (insn->op == OP_LDDW && insn->ref == REF_FUNC);
        if (insn->op == OP_CALLX || insn->op == OP_LDABS || insn->op == OP_LDIND ||
            (insn->op == OP_HELPER && insn->imm == HELPER_TAIL_CALL))
            return false;
        if (insn->op == OP_HELPER && helper_moves_packet((uint32_t)insn->imm))
            c->moves_packet = true;
        if (calls && (depth == CONTRACT_DEPTH || !scan_body(program, insn->index, c, depth + 1)))
            return false;
    }
    return true;
}

static bool read_contract(const struct machine *m, uint32_t func, struct contract *c)
{
    const struct func *f = &m->program->funcs[func];
    const struct type *proto = &m->program->types[f->proto], *result;
    if (!f->is_global || f->is_program || !f->proto || proto->kind != TYPE_FUNC || proto->member_count > 5)
        return false;
    result = type_resolve(m->program, proto->target);
    c->count = proto->member_count;
    c->returns = proto->target != 0;
    if (c->returns && (!result || (result->kind != TYPE_INT && result->kind != TYPE_ENUM)))
        return false;
    for (uint32_t param = 0; param < c->count; param++)
        if (!read_param(m, f, param, &c->params[param]))
            return false;
    return scan_body(m->program, func, c, 0);
}

const struct contract *contract_of(struct machine *m, uint32_t func)
{
    if (!m->contracts)
        m->contracts = arena_array(m->arena, m->program->func_count, sizeof *m->contracts);
    struct contract *c = &m->contracts[func];
    if (!c->known) {
        c->exists = read_contract(m, func, c);
        c->known = true;
    }
    return c->exists ? c : NULL;
}

struct state *contract_entry_state(const struct machine *m)
{
    struct contract contract = {0}, *c = &contract;
    const struct apart *apart = NULL;
    struct state *s = state_new(m->entry, m->program->funcs[m->entry].first, m->meter);
    read_contract(m, m->entry, c);
    if (m->proof)
        apart = &m->proof->aparts.items[m->apart];
    for (uint32_t i = 0; i < c->count; i++) {
        const struct param *p = &c->params[i];
        struct value v = value_number(num_unknown());
        if (p->kind == PARAM_CONTEXT)
            v = value_pointer(KIND_CONTEXT, 0);
        if (p->kind == PARAM_DYNPTR)
            v = dynptr_lent();
        if (p->kind == PARAM_MEMORY) {
            uint32_t aligned = p->align_log2 == 3 ? MEM_ALIGNED : p->align_log2 == 2 ? MEM_ALIGNED_4 : 0;
            v = value_pointer(KIND_MEM, apart && apart->unaligned ? 0 : aligned);
            v.readable = p->bytes;
            v.maybe_null = p->maybe_null;
            v.id = p->maybe_null ? state_new_id(s) : 0;
        }
        state_frame(s)->regs[i + 1] = v;
    }
    return s;
}

bool contract_return(struct machine *m, const struct state *s)
{
    const struct value *r0 = state_reg(s, 0);
    if (!contract_of(m, m->entry)->returns || r0->kind == KIND_NUMBER)
        return true;
    const char *what = need_describe(m, r0);
    need_fail(m, s, D_RETURN_VALUE, arena_printf(m->arena, "r0 is %s", what),
              "the global function returns %s, must be a number", what);
    diag_suggest(m->d, "make the function static: then it is judged where it is called");
    return false;
}

static bool refuse(struct machine *m, const struct state *s, uint32_t func, unsigned reg, const char *needs)
{
    const char *what = need_describe(m, state_reg(s, reg));
    need_fail(m, s, D_HELPER_ARGUMENT, arena_printf(m->arena, "argument %u is %s", reg, what),
              "argument %u of global function '%s' is %s, must be %s", reg, m->program->funcs[func].name, what, needs);
    diag_suggest(m->d, "make the function static: then it is judged where it is called");
    return false;
}

/* Memory that the function may read and write; *aligned: as its type demands. */
static bool check_memory(struct machine *m, struct state *s, uint32_t func, unsigned reg, bool *aligned)
{
    const struct contract *c = contract_of(m, func);
    const struct param *p = &c->params[reg - 1];
    struct value v = *state_reg(s, reg);
    struct access a;
    if (p->maybe_null && value_is(&v, 0))
        return true;
    if (v.maybe_null && !p->maybe_null)
        return refuse(m, s, func, reg, "tested for NULL first");
    v.maybe_null = false;
    if (!(v.kind & KIND_MEMORY) || (v.kind == KIND_CONTEXT && hook_has_fields(m->hook)) ||
        ((v.kind & KIND_PACKETS) && c->moves_packet))
        return refuse(m, s, func, reg, "memory that lasts as long as the call");
    const struct request reads = {&v, reg, NULL, 0, p->bytes, USE_READ},
                         writes = {&v, reg, NULL, 0, p->bytes, USE_WRITE};
    if (!access_check(m, s, &reads, &a) || !access_check(m, s, &writes, &a))
        return false;
    *aligned = *aligned && a.align_log2 >= p->align_log2;
    if (a.region == KIND_STACK) {
        struct frame *f = s->frames[a.object];
        if (!frame_is_written(f, (int)a.low, (int)a.high))
            fact_unwritten_read(m, s, a.object);
        frame_forget(f, (int)a.low, (int)a.high, false);
    }
    fact_access(m, s, &a);
    return true;
}

static bool check_argument(struct machine *m, struct state *s, uint32_t func, unsigned reg, bool *aligned)
{
    const struct value *v = state_reg(s, reg);
    if (!need_written(m, s, reg))
        return false;
    switch (contract_of(m, func)->params[reg - 1].kind) {
    case PARAM_NUMBER: return v->kind == KIND_NUMBER || refuse(m, s, func, reg, "a number");
    case PARAM_CONTEXT:
        return (v->kind == KIND_CONTEXT && num_is(&v->num, 0)) ||
               refuse(m, s, func, reg, "the context as it was given");
    case PARAM_MEMORY: return check_memory(m, s, func, reg, aligned);
    case PARAM_DYNPTR: return dynptr_lend(m, s, reg) || refuse(m, s, func, reg, "a dynptr");
    }
    BUG("a parameter of no kind");
}

/* While the checker runs: the function is proved, now if it was not yet, and its bound is charged. */
static bool charge(struct machine *m, const struct state *s, uint32_t func, bool aligned)
{
    if (!m->facts)
        return true;
    fact_enter(m, s, func);
    uint32_t apart = verified_add_global(m->facts, func);
    struct apart *a = &m->facts->aparts.items[apart];
    if (!aligned && !a->unaligned) {
        a->unaligned = true;
        a->proved = false;
    }
    if (!a->proved && !m->prove_global(m, apart))
        return false;
    m->charge += m->facts->aparts.items[apart].max_insns;
    return true;
}

bool contract_call(struct machine *m, struct state *s, uint32_t func)
{
    const struct contract *c = contract_of(m, func);
    bool aligned = true;
    if (!lock_none(m, s, "a global function is called"))
        return false;
    for (unsigned reg = 1; reg <= c->count; reg++)
        if (!check_argument(m, s, func, reg, &aligned))
            return false;
    if (!charge(m, s, func, aligned))
        return false;
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, c->returns ? value_number(num_unknown()) : value_uninit());
    if (c->moves_packet)
        state_forget_packets(s);
    fact_result(m, s->insn, state_reg(s, 0));
    s->insn++;
    return true;
}
