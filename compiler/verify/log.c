// SPDX-License-Identifier: Apache-2.0
/* The log of exploring in the kernel verifier's line format ("7: (85) call bpf_map_lookup_elem#1 ;
 * R0=map_value_or_null(...)"), which eBPF developers and their tools read. Level 1 shows each path's instructions,
 * level 2 the whole state before each. */
#include <inttypes.h>
#include <stdlib.h>

#include "machine.h"

/* Column of the comment behind an instruction, as in the kernel. */
#define COMMENT_COLUMN 40

static FILE *log_file(const struct machine *m)
{
    return m->limits->log ? m->limits->log : stderr;
}

static bool is_logging(const struct machine *m, int level)
{
    return m->limits->log_level >= level && !m->facts;
}

/* "smin=0,umax=255," for a number that is not constant; nothing of what follows from the width. */
static void log_number(FILE *out, const struct num *n)
{
    uint64_t known;
    if (num_is_const(n, &known)) {
        fprintf(out, "%" PRId64, (int64_t)known);
        return;
    }
    const char *separator = "";
    int64_t least = range_signed_min(n->all, 64), most = range_signed_max(n->all, 64);
    uint64_t low = range_min(n->all, 64), high = range_max(n->all, 64);
    fputs("scalar(", out);
    if (least != INT64_MIN)
        fprintf(out, "%ssmin=%" PRId64, separator, least), separator = ",";
    if (most != INT64_MAX)
        fprintf(out, "%ssmax=%" PRId64, separator, most), separator = ",";
    if (low != 0)
        fprintf(out, "%sumin=%" PRIu64, separator, low), separator = ",";
    if (high != UINT64_MAX)
        fprintf(out, "%sumax=%" PRIu64, separator, high), separator = ",";
    if (n->bits.mask != UINT64_MAX)
        fprintf(out, "%svar_off=(0x%" PRIx64 "; 0x%" PRIx64 ")", separator, n->bits.value, n->bits.mask);
    fputc(')', out);
}

/* ",off=8" or ",off=scalar(…)" behind the parts of a pointer. */
static void log_offset(FILE *out, const struct value *v)
{
    if (num_is(&v->num, 0))
        return;
    fputs(",off=", out);
    log_number(out, &v->num);
}

static void log_map(const struct machine *m, FILE *out, const char *name, const struct value *v)
{
    const struct map *map = &m->program->maps[v->object];
    fprintf(out, "%s(", name);
    if (v->maybe_null)
        fprintf(out, "id=%u,", v->id);
    fprintf(out, "map=%s,ks=%u,vs=%u", map->name, map->key_bytes, map->value_bytes);
    log_offset(out, v);
    fputc(')', out);
}

static void log_value(const struct machine *m, FILE *out, const struct value *v)
{
    uint64_t offset;
    switch (v->kind) {
    case KIND_NUMBER: log_number(out, &v->num); break;
    case KIND_STACK:
        if (num_is_const(&v->num, &offset))
            fprintf(out, "fp%" PRId64, (int64_t)offset);
        else
            fputs("fp(off=", out), log_number(out, &v->num), fputc(')', out);
        break;
    case KIND_CONTEXT: fputs("ctx()", out); break;
    case KIND_PACKET: fprintf(out, "pkt(id=%u,off=%d,r=%u)", v->id, v->off, v->readable); break;
    case KIND_PACKET_META: fprintf(out, "pkt_meta(id=%u,off=%d,r=%u)", v->id, v->off, v->readable); break;
    case KIND_PACKET_END: fputs("pkt_end()", out); break;
    case KIND_OBJECT: fputs(v->maybe_null ? "ptr_or_null_()" : "ptr_()", out); break;
    case KIND_MAP: log_map(m, out, "map_ptr", v); break;
    case KIND_MAP_VALUE: log_map(m, out, v->maybe_null ? "map_value_or_null" : "map_value", v); break;
    case KIND_FUNC: fputs("func()", out); break;
    case KIND_TABLE:
    case KIND_LABEL:
        fprintf(out, "%s(table=%s", v->kind == KIND_TABLE ? "jump_table" : "insn", m->program->tables[v->object].name);
        log_offset(out, v);
        fputc(')', out);
        break;
    case KIND_DYNPTR: fputs("dynptr()", out); break;
    case KIND_ITER: fputs("iter_num()", out); break;
    case KIND_MEM:
        fprintf(out, "%s(sz=%u", v->maybe_null ? "mem_or_null" : "mem", v->readable);
        log_offset(out, v);
        fputc(')', out);
        break;
    default: fputs("?", out); break;
    }
}

static void log_register(const struct machine *m, FILE *out, const struct state *s, unsigned reg)
{
    if (state_reg(s, reg)->kind == KIND_UNINIT)
        return;
    fprintf(out, " R%u=", reg);
    log_value(m, out, state_reg(s, reg));
}

static void log_whole(const struct machine *m, FILE *out, const struct state *s)
{
    for (unsigned reg = 0; reg < REG_COUNT; reg++)
        log_register(m, out, s, reg);
    const struct frame *f = state_frame(s);
    struct cell_walk w = cells_of(f);
    for (const struct cell *cell; (cell = cell_next(&w));) {
        fprintf(out, " fp%d=", cell->off);
        log_value(m, out, &cell->value);
    }
    fputc('\n', out);
}

static uint32_t slot_of(const struct machine *m, uint32_t insn)
{
    return m->program->insns[insn].slot;
}

void log_path(const struct machine *m, uint32_t from, const struct state *s)
{
    if (!is_logging(m, 1))
        return;
    FILE *out = log_file(m);
    if (from == NONE)
        fprintf(out, "%u:", slot_of(m, s->insn));
    else
        fprintf(out, "\nfrom %u to %u:", slot_of(m, from), slot_of(m, s->insn));
    log_whole(m, out, s);
}

void log_insn(const struct machine *m, uint32_t insn, const struct state *after)
{
    char text[256];
    if (!is_logging(m, 1))
        return;
    FILE *out = log_file(m);
    const struct insn *i = &m->program->insns[insn];
    insn_print(text, sizeof text, m->program, insn);
    int column = fprintf(out, "%u: (%02x) %s", i->slot, insn_opcode(i), text);
    fprintf(out, "%*s;", column < COMMENT_COLUMN ? COMMENT_COLUMN - column : 1, "");
    if (op_class(i->op) == CLASS_CALL) {
        log_register(m, out, after, 0);
    } else {
        log_register(m, out, after, i->dst);
        if (!i->use_imm && i->src != i->dst)
            log_register(m, out, after, i->src);
    }
    fputc('\n', out);
    if (is_logging(m, 2)) {
        fprintf(out, "%u:", slot_of(m, after->insn));
        log_whole(m, out, after);
    }
}

void log_end(const struct machine *m, uint64_t explored, uint64_t states)
{
    if (m->limits->log_level < 1)
        return;
    uint64_t limit = m->limits->explored_insns ? m->limits->explored_insns : EXPLORED_DEFAULT;
    fprintf(log_file(m),
            "processed %" PRIu64 " insns (limit %" PRIu64 ") max_states_per_insn 0 total_states %" PRIu64
            " peak_states %" PRIu64 " mark_read 0\n",
            explored, limit, states, states);
}
