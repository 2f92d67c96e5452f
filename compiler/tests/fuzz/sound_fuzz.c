// SPDX-License-Identifier: Apache-2.0
/* Soundness: a random program (every fourth over a packet) that the verifier accepts runs in the reference interpreter
 * on random contexts. Every access must lie inside its object, every register inside its fact, every access inside the
 * bytes its fact names, and the executed instructions below the bound.
 *
 *     sound_fuzz [FIRST_SEED [COUNT [RUNS]]]      prints the counts; exit 1 with the seed at the first violation */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../ref/generate.h"
#include "../ref/ref.h"
#include "verify/verify.h"

/* The program under test and what was proved of it. */
struct subject {
    const struct verified *v;
    const struct program *program;
    const char *violation;
};

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
                                     [REF_SPACE_PACKET] = KIND_PACKET | KIND_PACKET_END,
                                     [REF_SPACE_MAP] = KIND_MAP,
                                     [REF_SPACE_VALUE] = KIND_MAP_VALUE,
                                     [REF_SPACE_FUNC] = KIND_FUNC};
    uint64_t space = word >> 56;
    if (f->kinds & (KIND_NUMBER | KIND_UNINIT))
        return true;
    if (word == 0)
        return f->may_be_null;
    return space >= REF_SPACE_CONTEXT && space <= REF_SPACE_FUNC && (f->kinds & kinds[space]);
}

static bool reads_dst(enum op op)
{
    return !(op == OP_MOV || op == OP_MOVSX || op == OP_LDDW || op == OP_JA || op_class(op) == CLASS_LOAD ||
             op_class(op) == CLASS_CALL || op == OP_EXIT);
}

static bool reads_src(const struct insn *insn)
{
    return !insn->use_imm && insn->op != OP_JA && op_class(insn->op) != CLASS_CALL && insn->op != OP_EXIT;
}

static void check_before(struct ref_machine *m, struct subject *s, uint32_t at)
{
    const struct fact *f = verified_fact(s->v, at);
    const struct insn *insn = &s->program->insns[at];
    if (!f->reachable)
        s->violation = "reached an instruction that was proved dead";
    else if (reads_dst(insn->op) && !(in_fact(&f->dst, m->regs[insn->dst]) && right_kind(&f->dst, m->regs[insn->dst])))
        s->violation = "dst outside its fact";
    else if (reads_src(insn) && !(in_fact(&f->src, m->regs[insn->src]) && right_kind(&f->src, m->regs[insn->src])))
        s->violation = "src outside its fact";
    for (int arg = 0; f->args && arg < 5; arg++)
        if (!(f->args[arg].kinds & KIND_UNINIT) && !in_fact(&f->args[arg], m->regs[arg + 1]))
            s->violation = "argument outside its fact";
}

static bool right_region(const struct fact *f, const struct ref_access *a)
{
    static const uint16_t regions[] = {[REF_SPACE_CONTEXT] = KIND_CONTEXT,
                                       [REF_SPACE_STACK] = KIND_STACK,
                                       [REF_SPACE_PACKET] = KIND_PACKET | KIND_PACKET_END,
                                       [REF_SPACE_VALUE] = KIND_MAP_VALUE,
                                       [REF_SPACE_MAP] = 0,
                                       [REF_SPACE_FUNC] = 0};
    return (f->region & regions[a->space]) && a->low >= f->low && a->high <= f->high &&
           (f->object == NONE || f->object == a->object) && (a->low & ((1 << f->align_log2) - 1)) == 0;
}

static void check_after(struct ref_machine *m, struct subject *s, uint32_t at)
{
    const struct fact *f = verified_fact(s->v, at);
    const struct insn *insn = &s->program->insns[at];
    enum op_class class = op_class(insn->op);
    if ((class == CLASS_LOAD || class == CLASS_STORE || class == CLASS_ATOMIC) && !right_region(f, &m->access))
        s->violation = "access outside its fact";
    if (class == CLASS_STORE || class == CLASS_LOAD || class == CLASS_ATOMIC)
        if (m->access.space == REF_SPACE_STACK && m->access.object == m->depth) {
            uint32_t func = program_func_at(s->program, at);
            if (-m->access.low > verified_func(s->v, func)->frame_bytes)
                s->violation = "access below the proved frame";
        }
    if ((class == CLASS_ALU || class == CLASS_LOAD) &&
        !(in_fact(&f->result, m->regs[insn->dst]) && right_kind(&f->result, m->regs[insn->dst])))
        s->violation = "result outside its fact";
    if (insn->op == OP_HELPER && !(in_fact(&f->result, m->regs[0]) && right_kind(&f->result, m->regs[0])))
        s->violation = "r0 outside its fact";
}

static void observe(struct ref_machine *m, uint32_t at, bool after)
{
    struct subject *s = m->owner;
    if (s->violation)
        return;
    if (after)
        check_after(m, s, at);
    else
        check_before(m, s, at);
    if (s->violation) {
        m->fault = s->violation;
        m->fault_insn = at;
    }
}

static void random_context(uint8_t *context, uint64_t *seed)
{
    uint64_t style = generate_random(seed) % 4;
    for (int i = 0; i < GENERATED_CONTEXT_BYTES; i++) {
        uint64_t r = generate_random(seed) >> 20;
        context[i] = (uint8_t)(style == 0   ? 0
                               : style == 1 ? 0xff * (r & 1)
                               : style == 2 ? (i % 8 == 0 ? r & 31 : 0)
                                            : r);
    }
}

static bool is_packet_program(const struct program *p)
{
    return hook_has_fields(p->funcs[0].hook);
}

static bool run_once(struct subject *s, uint64_t seed, uint64_t *executed)
{
    uint8_t context[GENERATED_CONTEXT_BYTES];
    struct ref_machine *m = calloc(1, sizeof *m);
    random_context(context, &seed);
    uint8_t packet[64];
    random_context(packet, &seed);
    m->context = context;
    m->context_bytes = verified_context_bytes(s->v);
    if (is_packet_program(s->program)) {
        m->packet = packet;
        m->packet_bytes = (uint32_t)(generate_random(&seed) >> 40) % sizeof packet;
    }
    m->budget = verified_bounds(s->v)->max_insns;
    m->random_state = seed;
    m->observe = observe;
    m->owner = s;
    ref_init(m, s->program);
    bool ok = ref_run(m, verified_entry(s->v));
    if (!ok)
        printf("violation: %s at instruction %u\n", m->fault, m->fault_insn);
    *executed = m->executed;
    ref_free(m);
    free(m);
    return ok;
}

static void print_program(const struct program *p)
{
    char line[256];
    for (uint32_t i = 0; i < p->insn_count; i++) {
        insn_print(line, sizeof line, p, i);
        printf("%4u: %s\n", i, line);
    }
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 3000;
    uint64_t runs = argc > 3 ? strtoull(argv[3], NULL, 0) : 20, accepted = 0, executions = 0;
    const struct limits limits = {.context_bytes = GENERATED_CONTEXT_BYTES, .explored_insns = 200000};
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct program program = {0};
        struct diag *d = diag_new(NULL);
        if (seed % 4 == 0)
            generate_packet_program(&program, seed);
        else
            generate_program(&program, seed);
        struct verified *v = verify_program(&program, 0, &limits, NULL, d);
        struct subject subject = {v, &program, NULL};
        bool ok = true;
        for (uint64_t run = 0; ok && v && run < runs; run++, executions++) {
            uint64_t executed;
            ok = run_once(&subject, seed * 1000 + run + 1, &executed);
        }
        const char *id = "", *message;
        struct place place;
        bool broken = !v && diag_root(d, &id, &message, &place) && diag_status(d) == STATUS_REJECTED &&
                      !strcmp(id, "check-failed");
        if (!ok || broken) {
            print_program(&program);
            printf("seed %" PRIu64 ": %s\n", seed, broken ? "the checker refuses what exploring found" : "unsound");
            return 1;
        }
        accepted += v != NULL;
        if (argc > 4 && !v)
            diag_print(d, stdout, false);
        verified_free(v);
        diag_free(d);
        program_free(&program);
    }
    printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " accepted, %" PRIu64 " runs, 0 violations\n", first,
           first + count - 1, accepted, executions);
    return accepted == 0; /* a run that accepts nothing tests nothing */
}
