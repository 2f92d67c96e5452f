// SPDX-License-Identifier: Apache-2.0
/* The log of exploring in the kernel verifier's line format ("7: (85) call bpf_map_lookup_elem#1 ;
 * R0=map_value_or_null(...)"), which eBPF developers and their tools (veristat, bpfvv) read. Level 1 shows each path's
 * instructions, level 2 the whole state after each. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "log_value.h"

/* Column of the comment behind an instruction, as in the kernel. */
#define COMMENT_COLUMN 38

static FILE *log_file(const struct machine *m)
{
    return m->limits->log ? m->limits->log : stderr;
}

static bool is_logging(const struct machine *m, int level)
{
    return m->limits->log_level >= level && !m->facts;
}

static uint32_t slot_of(const struct machine *m, uint32_t insn)
{
    return m->pcs ? m->pcs[insn] : m->program->insns[insn].slot;
}

/* Numbers the functions that `func` calls or points to behind it, each where it is met first. */
static uint32_t number_func(const struct program *p, uint32_t func, uint32_t next, uint32_t *pcs)
{
    const struct func *f = &p->funcs[func];
    uint32_t end = f->first + f->count;
    if (pcs[f->first] != NONE)
        return next;
    for (uint32_t i = f->first; i < end; next += p->insns[i++].op == OP_LDDW ? 2 : 1)
        pcs[i] = next;
    for (uint32_t i = f->first; i < end; i++)
        if (p->insns[i].op == OP_CALL || p->insns[i].ref == REF_FUNC)
            next = number_func(p, p->insns[i].index, next, pcs);
    return next;
}

const uint32_t *log_pcs(const struct program *program, uint32_t entry, struct arena *arena)
{
    uint32_t *pcs = arena_array(arena, program->insn_count + 1, sizeof *pcs);
    for (uint32_t i = 0; i <= program->insn_count; i++)
        pcs[i] = NONE;
    number_func(program, entry, 0, pcs);
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (pcs[i] == NONE) /* of programs that tail calls lead to */
            pcs[i] = program->insns[i].slot;
    return pcs;
}

/* "; return *n; @ null.bpf.c:21" */
static void log_line(FILE *out, const struct line *line)
{
    if (line && line->text)
        fprintf(out, "; %s @ %s:%u\n", line->text + strspn(line->text, " \t"), line->file ? file_base(line->file) : "?",
                line->line);
}

/* True when the instruction is of another source line than the one before it. */
static bool begins_line(const struct program *p, uint32_t insn, const struct line *line)
{
    uint32_t func = program_func_at(p, insn);
    const struct line *before = func != NONE && insn > p->funcs[func].first ? program_line(p, insn - 1) : NULL;
    return line && (!before || before->line != line->line || before->file != line->file);
}

void log_path(const struct machine *m, const struct state *s)
{
    if (!is_logging(m, 1))
        return;
    FILE *out = log_file(m);
    const struct line *line = program_line(m->program, s->insn);
    if (s->trail[0] == NONE)
        fprintf(out, "%u:", slot_of(m, s->insn));
    else
        fprintf(out, "\nfrom %u to %u:", slot_of(m, s->trail[0] / 2), slot_of(m, s->insn));
    log_state(m, out, s);
    if (!begins_line(m->program, s->insn, line)) /* otherwise the instruction brings it */
        log_line(out, line);
}

/* The instruction as the kernel has it: addresses as numbers, which stand for nothing here, and distances of calls. */
static void insn_text(const struct machine *m, uint32_t at, char *text, size_t size)
{
    const struct insn *insn = &m->program->insns[at];
    if (insn->op == OP_LDDW && insn->ref != REF_NONE)
        snprintf(text, size, "r%u = 0x0", insn->dst);
    else if (insn->op == OP_CALL)
        snprintf(text, size, "call pc%+d",
                 (int)slot_of(m, m->program->funcs[insn->index].first) - (int)slot_of(m, at) - 1);
    else
        insn_print(text, size, m->program, at);
}

/* The stack memory that the instruction touched. */
static void log_touched_slot(const struct machine *m, FILE *out, const struct state *before, const struct state *after)
{
    const struct insn *insn = &m->program->insns[before->insn];
    enum op_class class = op_class(insn->op);
    const struct value *base = state_reg(before, class == CLASS_LOAD ? insn->src : insn->dst);
    uint64_t offset;
    bool touches = class == CLASS_STORE || class == CLASS_ATOMIC || insn->op == OP_LDX || insn->op == OP_LDXS;
    if (touches && base->kind == KIND_STACK && base->object == after->depth && num_is_const(&base->num, &offset))
        log_slot(m, out, after, (int)(int64_t)offset + insn->off);
}

/* The registers that the instruction is about, in order, and stack memory; nothing for jumps without a condition. */
static void log_effect(const struct machine *m, FILE *out, const struct state *before, const struct state *after)
{
    const struct insn *insn = &m->program->insns[before->insn];
    if (after->depth)
        fprintf(out, " frame%u:", after->depth);
    if (op_class(insn->op) == CLASS_CALL) {
        log_register(m, out, after, 0);
        return;
    }
    unsigned first = insn->dst, second = insn->use_imm ? insn->dst : insn->src;
    log_register(m, out, after, first < second ? first : second);
    if (first != second)
        log_register(m, out, after, first < second ? second : first);
    log_touched_slot(m, out, before, after);
}

static bool has_effect(const struct insn *insn)
{
    return insn->op != OP_JA && insn->op != OP_JCOND && insn->op != OP_GOTOX && insn->op != OP_EXIT &&
           insn->op != OP_CALL && insn->op != OP_CALLX;
}

/* A frame was entered or left. */
static void log_frames(const struct machine *m, FILE *out, const struct state *before, const struct state *after)
{
    bool enters = after->depth > before->depth;
    fputs(enters ? "caller:\n" : "returning from callee:\n", out);
    log_state(m, out, before);
    if (enters)
        fputs("callee:\n", out);
    else
        fprintf(out, "to caller at %u:\n", slot_of(m, after->insn));
    log_state(m, out, after);
}

void log_insn(const struct machine *m, const struct state *before, const struct state *after)
{
    char text[256];
    FILE *out = log_file(m);
    const struct insn *insn = &m->program->insns[before->insn];
    const struct line *line = program_line(m->program, before->insn);
    if (begins_line(m->program, before->insn, line))
        log_line(out, line);
    insn_text(m, before->insn, text, sizeof text);
    int column = fprintf(out, "%u: (%02x) %s", slot_of(m, before->insn), insn_opcode(insn), text);
    if (after && after->depth == before->depth && has_effect(insn)) {
        fprintf(out, "%*s;", column < COMMENT_COLUMN ? COMMENT_COLUMN - column : 1, "");
        log_effect(m, out, before, after);
    }
    fputc('\n', out);
    if (after && insn->op == OP_CALL && after->depth == before->depth)
        fprintf(out, "Func#%u ('%s') is global and assumed valid.\n", insn->index, m->program->funcs[insn->index].name);
    if (after && after->depth != before->depth)
        log_frames(m, out, before, after);
    if (after && is_logging(m, 2)) {
        fprintf(out, "%u:", slot_of(m, after->insn));
        log_state(m, out, after);
    }
}

struct state *log_before(const struct machine *m, const struct state *s)
{
    return is_logging(m, 1) ? state_clone(s) : NULL;
}

void log_apart(const struct machine *m)
{
    if (is_logging(m, 1))
        fprintf(log_file(m), "Validating %s() func#%u...\n", m->program->funcs[m->entry].name, m->entry);
}

void log_end(const struct machine *m, const struct verify_stats *stats)
{
    const char *id, *message;
    struct place place;
    FILE *out = log_file(m);
    if (m->limits->log_level < 1)
        return;
    uint64_t limit = m->limits->explored_insns ? m->limits->explored_insns : EXPLORED_DEFAULT;
    if (diag_root(m->d, &id, &message, &place))
        fprintf(out, "%s [%s]\n", message, id);
    fprintf(out, "verification time %" PRIu64 " usec\n", stats->time_us);
    if (m->proof && m->proof->proved)
        fprintf(out, "stack depth %u\n", m->proof->bounds.stack_bytes);
    fprintf(out,
            "processed %" PRIu64 " insns (limit %" PRIu64 ") max_states_per_insn %" PRIu64 " total_states %" PRIu64
            " peak_states %" PRIu64 " mark_read 0\n",
            stats->explored, limit, stats->states_at_insn, stats->states, stats->peak_states);
}
