// SPDX-License-Identifier: Apache-2.0
/* Invariants as text, so that the checker can be given one by itself: what exploring found, or what somebody changed.
 * A file holds, per program, the line "program ENTRY SHA-256", and for each root of the proof (the entry; programs that
 * tail calls lead to) "root FUNCTION NODES" and the nodes. Numbers are decimal or, with 0x, hexadecimal; NONE is -.
 * Reading trusts nothing; whether what was read can stand for states of this program at all asks the checker. */
#include "invariant_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void write_hash(FILE *out, const struct program *program)
{
    for (size_t i = 0; i < sizeof program->sha256; i++)
        fprintf(out, "%02x", program->sha256[i]);
}

void invariant_write_program(FILE *out, const struct program *program, uint32_t entry)
{
    fprintf(out, "program %s ", program->funcs[entry].name);
    write_hash(out, program);
    fputc('\n', out);
}

static void write_value(FILE *out, const struct value *v)
{
    fprintf(out, " %u %d %u %u %u %" PRId32 " %u", v->kind, v->maybe_null, v->object, v->id, v->ref, v->off,
            v->readable);
    fprintf(out, " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "\n",
            v->num.bits.value, v->num.bits.mask, v->num.all.low, v->num.all.span, v->num.low.low, v->num.low.span);
}

static void write_frame(FILE *out, const struct frame *f)
{
    fprintf(out, "frame %u %u %" PRId64 " %u %u ", f->func, f->return_insn,
            f->calling == NONE ? -1 : (int64_t)f->calling, f->rounds, f->held);
    for (uint32_t n = 0; n < f->stripe_count; n++)
        fprintf(out, "%016" PRIx64, frame_written(f, n));
    fprintf(out, " %u\n", frame_cell_count(f));
    for (int reg = 0; reg < REG_COUNT; reg++) {
        fprintf(out, "reg %d", reg);
        write_value(out, &f->regs[reg]);
    }
    struct cell_walk w = cells_of(f);
    for (const struct cell *cell; (cell = cell_next(&w));) {
        fprintf(out, "cell %d %u", cell->off, cell->size);
        write_value(out, &cell->value);
    }
}

static void write_node(FILE *out, const struct node *node)
{
    const struct state *s = node->state;
    fprintf(out, "node %u %u %u", s->insn, s->depth + 1, s->last_id);
    fprintf(out, " %d %u %u %u", s->lock.held, s->lock.map, s->lock.id, s->reference_count);
    for (uint32_t i = 0; i < s->reference_count; i++)
        fprintf(out, " %u", s->references[i].ref);
    fprintf(out, " %u", node->next_count);
    for (uint32_t i = 0; i < node->next_count; i++)
        fprintf(out, " %u", node->next[i]);
    fputc('\n', out);
    for (uint32_t depth = 0; depth <= s->depth; depth++)
        write_frame(out, s->frames[depth]);
}

void invariant_write(FILE *out, const char *root, const struct invariant *invariant)
{
    fprintf(out, "root %s %u\n", root, invariant->nodes.count);
    for (uint32_t i = 0; i < invariant->nodes.count; i++)
        write_node(out, &invariant->nodes.items[i]);
}

/* A text while it is read: words separated by white space. */
struct reader {
    const char *at;
    const struct program *program;
    struct meter *meter;
    bool failed;
};

/* The next word; false when it is not `word`. */
static bool take(struct reader *r, const char *word)
{
    r->at += strspn(r->at, " \n\r\t");
    size_t length = strcspn(r->at, " \n\r\t");
    bool same = length && length == strlen(word) && memcmp(r->at, word, length) == 0;
    if (same)
        r->at += length;
    return same;
}

/* The next word as a number in low..high. */
static int64_t number(struct reader *r, int64_t low, int64_t high)
{
    char *end;
    r->at += strspn(r->at, " \n\r\t");
    int64_t n = strtoll(r->at, &end, 10);
    bool whole = end != r->at && strchr(" \n\r\t", *end);
    r->failed = r->failed || !whole || n < low || n > high;
    r->at = end;
    return r->failed ? low : n;
}

static uint32_t index_below(struct reader *r, uint32_t count)
{
    r->failed = r->failed || count == 0;
    return (uint32_t)number(r, 0, count ? (int64_t)count - 1 : 0);
}

static uint64_t word(struct reader *r, uint64_t most)
{
    char *end;
    r->at += strspn(r->at, " \n\r\t");
    uint64_t n = strtoull(r->at, &end, 0);
    r->failed = r->failed || end == r->at || n > most;
    r->at = end;
    return n;
}

static struct value read_value(struct reader *r)
{
    struct value v = {.kind = (uint16_t)number(r, 1, UINT16_MAX), .origin = NONE};
    v.maybe_null = number(r, 0, 1) != 0;
    v.object = (uint32_t)number(r, 0, UINT32_MAX);
    v.id = (uint32_t)number(r, 0, UINT32_MAX);
    v.ref = (uint32_t)number(r, 0, UINT32_MAX);
    v.off = (int32_t)number(r, -(1 << 29), 1 << 29);
    v.readable = (uint32_t)number(r, 0, 1 << 29);
    v.num.bits.value = word(r, UINT64_MAX);
    v.num.bits.mask = word(r, UINT64_MAX);
    v.num.all.low = word(r, UINT64_MAX);
    v.num.all.span = word(r, UINT64_MAX);
    v.num.low.low = word(r, UINT32_MAX);
    v.num.low.span = word(r, UINT32_MAX);
    return v;
}

static void read_written(struct reader *r, struct frame *f)
{
    r->at += strspn(r->at, " \n\r\t");
    for (uint32_t n = 0; !r->failed && n < f->stripe_count; n++, r->at += 16) {
        uint64_t written = 0;
        r->failed = strspn(r->at, "0123456789abcdef") < 16 || sscanf(r->at, "%16" SCNx64, &written) != 1;
        frame_set_written(f, n, written);
    }
}

/* Cells stand in ascending order, without overlap, inside the frame and inside one stripe each. */
static void read_cells(struct reader *r, struct frame *f, uint32_t count)
{
    int64_t end = -(int64_t)f->stripe_count * STRIPE_BYTES;
    for (uint32_t i = 0; !r->failed && i < count; i++) {
        r->failed = !take(r, "cell");
        int64_t off = number(r, end, -1), size = number(r, 1, 8);
        end = off + size;
        struct value v = read_value(r);
        r->failed = r->failed || end > 0 || (-1 - off) / STRIPE_BYTES != -end / STRIPE_BYTES;
        if (!r->failed)
            frame_add_cell(f, &(struct cell){(int16_t)off, (uint8_t)size, v});
    }
}

static void read_frame(struct reader *r, struct frame *f)
{
    const struct program *program = r->program;
    r->failed = r->failed || !take(r, "frame");
    f->func = index_below(r, program->func_count);
    f->return_insn = index_below(r, program->insn_count);
    int64_t calling = number(r, -1, (int64_t)program->insn_count - 1);
    f->calling = calling < 0 ? NONE : (uint32_t)calling;
    f->rounds = (uint32_t)number(r, 0, UINT32_MAX);
    f->held = (uint32_t)number(r, 0, REFERENCE_COUNT);
    read_written(r, f);
    uint32_t cells = (uint32_t)number(r, 0, STACK_MOST);
    for (int reg = 0; !r->failed && reg < REG_COUNT; reg++) {
        r->failed = !take(r, "reg") || number(r, reg, reg) != reg;
        f->regs[reg] = read_value(r);
    }
    read_cells(r, f, cells);
}

static struct state *read_state(struct reader *r)
{
    uint32_t insn = index_below(r, r->program->insn_count), depth = (uint32_t)number(r, 1, FRAME_COUNT) - 1;
    struct state *s = state_new(0, insn, r->meter);
    for (uint32_t i = 1; i <= depth; i++) {
        state_push_callback(s, 0, insn, 0);
    }
    s->last_id = (uint32_t)number(r, 0, UINT32_MAX);
    s->lock.held = number(r, 0, 1) != 0;
    s->lock.map = (uint32_t)number(r, 0, UINT32_MAX);
    s->lock.id = (uint32_t)number(r, 0, UINT32_MAX);
    s->reference_count = (uint32_t)number(r, 0, REFERENCE_COUNT);
    for (uint32_t i = 0; i < s->reference_count; i++)
        s->references[i] = (struct reference){(uint32_t)number(r, 1, UINT32_MAX), 0};
    return s;
}

static void read_node(struct reader *r, struct invariant *invariant, uint32_t node_count)
{
    r->failed = r->failed || !take(r, "node");
    struct node node = {.state = read_state(r)};
    uint32_t next_count = (uint32_t)number(r, 0, (int64_t)node_count * 2 + 1024);
    node.next = memory_alloc((next_count + 1) * sizeof *node.next);
    for (uint32_t i = 0; !r->failed && i < next_count; i++)
        node.next[node.next_count++] = index_below(r, node_count);
    for (uint32_t depth = 0; !r->failed && depth <= node.state->depth; depth++)
        read_frame(r, node.state->frames[depth]);
    vec_push(&invariant->nodes, node);
}

/* Leaves the reader behind "KEY NAME", wherever that stands next at the start of a line. */
static bool find_line(struct reader *r, const char *key, const char *name)
{
    for (const char *line = r->at; line; line = strchr(line, '\n')) {
        r->at = line + (*line == '\n');
        line = r->at;
        if (take(r, key) && take(r, name))
            return true;
        r->at = line;
    }
    return false;
}

bool invariant_read(const char *text, const struct program *program, uint32_t entry, const char *root,
                    struct meter *meter, struct invariant *invariant)
{
    struct reader r = {.at = text, .program = program, .meter = meter};
    char hash[2 * sizeof program->sha256 + 1];
    for (size_t i = 0; i < sizeof program->sha256; i++)
        snprintf(hash + 2 * i, 3, "%02x", program->sha256[i]);
    if (!find_line(&r, "program", program->funcs[entry].name) || !take(&r, hash) || !find_line(&r, "root", root))
        return false;
    uint32_t count = (uint32_t)number(&r, 1, INT32_MAX);
    for (uint32_t i = 0; !r.failed && i < count; i++)
        read_node(&r, invariant, count);
    return !r.failed;
}
