// SPDX-License-Identifier: Apache-2.0
/* Values and states in the words of the kernel verifier's log: "R1=scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))",
 * "fp-8=mmmm????". */
#include "log_value.h"

#include <inttypes.h>

#define SLOT_BYTES 8

/* An end of a range, as the log shows it. */
struct end {
    const char *name;
    uint64_t value;
    bool said; /* or not worth saying */
};

enum { END_COUNT = 8 };

/* In decimal while that is short, as the kernel. */
static void log_word(FILE *out, uint64_t word, bool is_signed)
{
    bool negative = is_signed && (int64_t)word < 0;
    if (negative && (int64_t)word > INT16_MIN)
        fprintf(out, "%" PRId64, (int64_t)word);
    else if (!negative && word < (is_signed ? (uint64_t)INT16_MAX : UINT16_MAX))
        fprintf(out, "%" PRIu64, word);
    else
        fprintf(out, "0x%" PRIx64, word);
}

static bool is_signed_end(const struct end *end)
{
    return end->name[0] == 's';
}

/* Least ends stand at even places of `ends`, greatest at odd ones; equal ones are said together: "smax=umax=7". */
static void log_ends(FILE *out, struct end ends[END_COUNT], const char **separator)
{
    for (unsigned i = 0; i < END_COUNT; i++) {
        if (ends[i].said)
            continue;
        bool negative = is_signed_end(&ends[i]) && (int64_t)ends[i].value < 0;
        fprintf(out, "%s%s=", *separator, ends[i].name);
        *separator = ",";
        for (unsigned k = i + 2; k < END_COUNT; k += 2) {
            bool other_negative = is_signed_end(&ends[k]) && (int64_t)ends[k].value < 0;
            if (ends[k].said || ends[k].value != ends[i].value || negative != other_negative)
                continue;
            ends[k].said = true;
            fprintf(out, "%s=", ends[k].name);
        }
        log_word(out, ends[i].value, is_signed_end(&ends[i]));
    }
}

/* Ranges and bits of a number that is not constant, without what follows from the width. */
static void log_ranges(FILE *out, const struct num *n, const char **separator)
{
    int64_t least = range_signed_min(n->all, 64), most = range_signed_max(n->all, 64);
    int64_t least32 = range_signed_min(n->low, 32), most32 = range_signed_max(n->low, 32);
    uint64_t low = range_min(n->all, 64), high = range_max(n->all, 64);
    uint64_t low32 = range_min(n->low, 32), high32 = range_max(n->low, 32);
    struct end ends[END_COUNT] = {{"smin", (uint64_t)least, least == INT64_MIN},
                                  {"smax", (uint64_t)most, most == INT64_MAX},
                                  {"umin", low, low == 0},
                                  {"umax", high, high == UINT64_MAX},
                                  {"smin32", (uint64_t)least32, least32 == INT32_MIN},
                                  {"smax32", (uint64_t)most32, most32 == INT32_MAX},
                                  {"umin32", low32, low32 == 0},
                                  {"umax32", high32, high32 == UINT32_MAX}};
    log_ends(out, ends, separator);
    if (n->bits.mask != UINT64_MAX)
        fprintf(out, "%svar_off=(0x%" PRIx64 "; 0x%" PRIx64 ")", *separator, n->bits.value, n->bits.mask);
}

static void log_number(FILE *out, const struct value *v)
{
    uint64_t known;
    const char *separator = "";
    if (num_is_const(&v->num, &known)) {
        log_word(out, known, true);
        return;
    }
    fputs("scalar(", out);
    if (v->id) {
        fprintf(out, "id=%u", v->id);
        if (v->off)
            fprintf(out, "%+d", v->off);
        separator = ",";
    }
    log_ranges(out, &v->num, &separator);
    fputc(')', out);
}

static const char *pointer_name(const struct value *v)
{
    switch (v->kind) {
    case KIND_STACK: return "fp";
    case KIND_CONTEXT: return "ctx";
    case KIND_PACKET: return "pkt";
    case KIND_PACKET_META: return "pkt_meta";
    case KIND_PACKET_END: return "pkt_end";
    case KIND_OBJECT: return "ptr_";
    case KIND_MAP: return "map_ptr";
    case KIND_MAP_VALUE: return "map_value";
    case KIND_FUNC: return "func";
    case KIND_TABLE: return "jump_table";
    case KIND_LABEL: return "insn";
    case KIND_DYNPTR: return "dynptr";
    case KIND_ITER: return "iter_num";
    case KIND_MEM:
        if (v->object & MEM_DYNPTR)
            return "dynptr_ptr";
        return v->object & MEM_RINGBUF ? "ringbuf_mem" : v->object & MEM_READ_ONLY ? "rdonly_mem" : "mem";
    default: return "?";
    }
}

/* What a pointer points into: "map=counts,ks=4,vs=8", "sz=64", "r=14". */
static void log_object(const struct machine *m, FILE *out, const struct value *v, const char **separator)
{
    if (v->kind & (KIND_MAP | KIND_MAP_VALUE)) {
        const struct map *map = &m->program->maps[v->object];
        fprintf(out, "%smap=%s,ks=%u,vs=%u", *separator, map->name, map->key_bytes, map->value_bytes);
    } else if (v->kind & (KIND_TABLE | KIND_LABEL)) {
        fprintf(out, "%stable=%s", *separator, m->program->tables[v->object].name);
    } else if (v->kind == KIND_FUNC) {
        fprintf(out, "%sname=%s", *separator, m->program->funcs[v->object].name);
    } else if (v->kind & KIND_PACKETS) {
        fprintf(out, "%sr=%u", *separator, v->readable);
    } else if (v->kind == KIND_MEM) {
        fprintf(out, "%ssz=%u", *separator, v->readable);
    } else {
        return;
    }
    *separator = ",";
}

/* The constant offset as "off=8", a variable one by its ranges. */
static void log_offset(FILE *out, const struct value *v, const char **separator)
{
    uint64_t offset;
    bool known = num_is_const(&v->num, &offset);
    int64_t constant = (known ? (int64_t)offset : 0) + (v->kind & KIND_PACKETS ? v->off : 0);
    if (constant) {
        fprintf(out, "%soff=%" PRId64, *separator, constant);
        *separator = ",";
    }
    if (!known)
        log_ranges(out, &v->num, separator);
}

static void log_pointer(const struct machine *m, FILE *out, const struct state *s, const struct value *v)
{
    uint64_t offset;
    const char *separator = "";
    fprintf(out, "%s%s", pointer_name(v), v->maybe_null ? "_or_null" : "");
    if (v->kind == KIND_STACK && v->object != s->depth)
        fprintf(out, "[%u]", v->object);
    if (v->kind == KIND_STACK && num_is_const(&v->num, &offset)) {
        fprintf(out, "%" PRId64, (int64_t)offset);
        return;
    }
    fputc('(', out);
    if (v->id)
        fprintf(out, "id=%u", v->id), separator = ",";
    if (v->ref)
        fprintf(out, "%sref_obj_id=%u", separator, v->ref), separator = ",";
    log_object(m, out, v, &separator);
    log_offset(out, v, &separator);
    fputc(')', out);
}

static void log_value(const struct machine *m, FILE *out, const struct state *s, const struct value *v)
{
    if (v->kind == KIND_NUMBER)
        log_number(out, v);
    else
        log_pointer(m, out, s, v);
}

void log_register(const struct machine *m, FILE *out, const struct state *s, unsigned reg)
{
    if (state_reg(s, reg)->kind == KIND_UNINIT)
        return;
    fprintf(out, " R%u=", reg);
    log_value(m, out, s, state_reg(s, reg));
}

/* The cell that begins at the foot of a slot; NULL: none. */
static const struct cell *spilled_at(const struct frame *f, int slot)
{
    struct cell_walk w = cells_of(f);
    for (const struct cell *cell; (cell = cell_next(&w));)
        if (cell->off == slot)
            return cell;
    return NULL;
}

/* '?' never written, '0' zero, 'm' anything. */
static char byte_letter(const struct frame *f, int off)
{
    uint8_t byte;
    if (!frame_is_written(f, off, off + 1))
        return '?';
    return frame_byte(f, off, &byte) && byte == 0 ? '0' : 'm';
}

static bool is_slot_used(const struct frame *f, int slot)
{
    for (int at = slot; at < slot + SLOT_BYTES; at++)
        if (frame_is_written(f, at, at + 1))
            return true;
    return false;
}

void log_slot(const struct machine *m, FILE *out, const struct state *s, int off)
{
    const struct frame *f = state_frame(s);
    int slot = -((-off + SLOT_BYTES - 1) / SLOT_BYTES) * SLOT_BYTES;
    const struct cell *spilled = spilled_at(f, slot);
    if (!is_slot_used(f, slot))
        return;
    fprintf(out, " fp%d=", slot);
    for (int at = slot + SLOT_BYTES - 1; at >= slot + (spilled ? spilled->size : 0); at--)
        fputc(byte_letter(f, at), out);
    if (spilled)
        log_value(m, out, s, &spilled->value);
}

void log_state(const struct machine *m, FILE *out, const struct state *s)
{
    if (s->depth)
        fprintf(out, " frame%u:", s->depth);
    for (unsigned reg = 0; reg < REG_COUNT; reg++)
        log_register(m, out, s, reg);
    int end = (int)state_frame(s)->stripe_count * STRIPE_BYTES;
    for (int slot = -SLOT_BYTES; slot >= -end; slot -= SLOT_BYTES)
        log_slot(m, out, s, slot);
    for (uint32_t i = 0; i < s->reference_count; i++)
        fprintf(out, "%s%u", i ? "," : " refs=", s->references[i].ref);
    fputc('\n', out);
}
