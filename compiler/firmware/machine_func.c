// SPDX-License-Identifier: Apache-2.0
/* The instructions of a function: those that its first one leads to. Data between them is never looked at, and nothing
 * depends on what a compiler would do; what leads to an unknown place makes the function unknown. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define INSNS_MOST          65536 /* of a function; more: unknown */
#define FUNCTION_BYTES_MOST (1u << 20)
#define TABLE_MOST          1024 /* entries of a jump table */

bool machine_is_read(const struct board *board)
{
    return board->pointer_bytes == 4 && (strcmp(board->family, "arm-m") == 0 || strcmp(board->family, "riscv") == 0);
}

/* A function while it is read. Indices are those of the order in which the instructions were found. */
struct reader {
    const struct machine_code *code;
    struct machine_func *f;
    VEC(struct machine_insn) insns;
    VEC(struct machine_edge) edges; /* `to` is an index into `targets` until the end */
    VEC(uint64_t) targets;
    VEC(uint64_t) todo;
    uint32_t *index; /* per half word of the function: 1 + index of the instruction there; 0: none yet */
};

static void unknown(struct reader *r, const struct machine_insn *insn, const char *why)
{
    if (r->f->unknown)
        return;
    r->f->unknown = why;
    r->f->unknown_at = insn->address;
}

/* The bytes at an address and how many are left there; NULL: none. */
static const uint8_t *bytes_at(const struct binary *binary, uint64_t address, uint64_t *left)
{
    for (uint32_t i = 0; i < binary->section_count; i++) {
        const struct binary_section *s = &binary->sections[i];
        if (!s->contents || address < s->address || address - s->address >= s->size_bytes)
            continue;
        *left = s->size_bytes - (address - s->address);
        return s->contents + (address - s->address);
    }
    return NULL;
}

void machine_decode(const struct machine_code *code, struct machine_insn *insn, struct machine_line *line)
{
    uint64_t left = 0;
    const uint8_t *bytes = bytes_at(code->binary, insn->address, &left);
    if (!bytes)
        insn->flow = FLOW_UNKNOWN;
    else if (strcmp(code->board->family, "riscv") == 0)
        machine_riscv(insn, bytes, left, line);
    else
        machine_thumb(insn, bytes, left, line);
}

static bool is_inside(const struct machine_func *f, uint64_t address)
{
    return address >= f->start && address < f->end;
}

/* Index of an instruction that was found; NONE: none yet. */
static uint32_t found_at(const struct reader *r, uint64_t address)
{
    return is_inside(r->f, address) ? r->index[(address - r->f->start) / 2] - 1 : NONE;
}

static void add_edge(struct reader *r, uint32_t from, uint64_t target, bool is_jump)
{
    vec_push(&r->edges, ((struct machine_edge){.from = from, .to = r->targets.count, .is_jump = is_jump}));
    vec_push(&r->targets, target);
    if (is_jump)
        vec_push(&r->todo, target);
}

/* Entries of tbb, tbh: half the distance from the table, which lies behind the instruction. All of them lead behind the
 * table; so it ends before the nearest target. */
static void add_table(struct reader *r, uint32_t from)
{
    const struct machine_insn insn = r->insns.items[from];
    uint64_t left = 0, table = insn.address + 4, nearest = UINT64_MAX;
    const uint8_t *bytes = bytes_at(r->code->binary, table, &left);
    for (uint64_t at = 0; bytes && at + insn.table_entry <= left && table + at < nearest; at += insn.table_entry) {
        uint64_t entry = insn.table_entry == 1 ? bytes[at] : bytes[at] | (uint64_t)bytes[at + 1] << 8;
        uint64_t target = table + 2 * entry;
        if (target < table + at + insn.table_entry) /* padding */
            continue;
        if (!is_inside(r->f, target) || at / insn.table_entry >= TABLE_MOST) {
            unknown(r, &insn, "a jump table that cannot be read");
            return;
        }
        nearest = target < nearest ? target : nearest;
        add_edge(r, from, target, true);
    }
    if (nearest == UINT64_MAX)
        unknown(r, &insn, "a jump table that cannot be read");
}

/* Where an instruction leads; true when the next one is one of these places. */
static bool follow(struct reader *r, uint32_t index)
{
    struct machine_insn *insn = &r->insns.items[index];
    /* Thumb-1 jumps to far places of the same function with bl. */
    if (insn->flow == FLOW_CALL && is_inside(r->f, insn->target) && insn->target != r->f->start)
        insn->flow = FLOW_JUMP;
    switch (insn->flow) {
    case FLOW_NEXT:
    case FLOW_CALL:
    case FLOW_CALL_ANY: return true;
    case FLOW_BRANCH:
    case FLOW_JUMP: {
        bool goes_on = insn->flow == FLOW_BRANCH || insn->conditional;
        if (is_inside(r->f, insn->target))
            add_edge(r, index, insn->target, true);
        return goes_on;
    }
    case FLOW_RETURN: return insn->conditional;
    case FLOW_TABLE: add_table(r, index); return false;
    case FLOW_JUMP_ANY: unknown(r, insn, "a jump to a computed place"); return insn->conditional;
    case FLOW_UNKNOWN: unknown(r, insn, "an instruction that is not recognised"); return false;
    case FLOW_STOP: return insn->conditional;
    }
    BUG("flow %d", (int)insn->flow);
}

/* Reads on from an address until the line of instructions ends or joins what was read. */
static void read_line(struct reader *r, uint64_t address)
{
    struct machine_line line = {0};
    uint32_t before = NONE;
    for (bool on = true; on;) {
        uint32_t index = found_at(r, address);
        if (before != NONE)
            add_edge(r, before, address, false);
        if (index != NONE)
            return;
        struct machine_insn insn = {.address = address};
        if (is_inside(r->f, address) && r->insns.count < INSNS_MOST)
            machine_decode(r->code, &insn, &line);
        else
            insn.flow = FLOW_UNKNOWN;
        vec_push(&r->insns, insn);
        if (is_inside(r->f, address))
            r->index[(address - r->f->start) / 2] = r->insns.count;
        before = r->insns.count - 1;
        on = follow(r, before);
        address += insn.bytes;
    }
}

static int by_address(const void *a, const void *b)
{
    const struct machine_insn *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static int by_origin(const void *a, const void *b)
{
    const struct machine_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

uint32_t machine_insn_at(const struct machine_func *f, uint64_t address)
{
    const struct machine_insn key = {.address = address};
    const struct machine_insn *found =
        f->insn_count ? bsearch(&key, f->insns, f->insn_count, sizeof *f->insns, by_address) : NULL;
    return found ? (uint32_t)(found - f->insns) : NONE;
}

/* Hands the function its instructions and edges, in the order of addresses. */
static void finish(struct reader *r)
{
    struct machine_func *f = r->f;
    uint64_t *origins = memory_alloc((r->insns.count + 1) * sizeof *origins);
    for (uint32_t i = 0; i < r->insns.count; i++)
        origins[i] = r->insns.items[i].address;
    f->insn_count = r->insns.count;
    f->insns = arena_array(r->code->arena, f->insn_count, sizeof *f->insns);
    memcpy(f->insns, r->insns.items, f->insn_count * sizeof *f->insns);
    qsort(f->insns, f->insn_count, sizeof *f->insns, by_address);
    f->edge_count = r->edges.count;
    f->edges = arena_array(r->code->arena, f->edge_count, sizeof *f->edges);
    for (uint32_t i = 0; i < f->edge_count; i++) {
        const struct machine_edge *e = &r->edges.items[i];
        f->edges[i] = (struct machine_edge){machine_insn_at(f, origins[e->from]),
                                            machine_insn_at(f, r->targets.items[e->to]), e->is_jump};
    }
    if (f->edge_count)
        qsort(f->edges, f->edge_count, sizeof *f->edges, by_origin);
    free(origins);
}

/* Where the function at `start` ends: by its symbol, or else where the next one begins. */
static bool find_symbol(const struct machine_code *code, struct machine_func *f)
{
    uint64_t next = UINT64_MAX, size = 0;
    for (uint32_t i = 0; i < code->binary->symbol_count; i++) {
        const struct binary_symbol *s = &code->binary->symbols[i];
        uint64_t address = s->is_func && strcmp(code->board->family, "arm-m") == 0 ? s->address & ~1ull : s->address;
        if (!s->is_func)
            continue;
        if (address > f->start && address < next)
            next = address;
        if (address != f->start || (f->name && s->size_bytes <= size))
            continue;
        f->name = s->name;
        size = s->size_bytes;
    }
    f->end = size ? f->start + size : next;
    if (f->end - f->start > FUNCTION_BYTES_MOST)
        f->end = f->start + FUNCTION_BYTES_MOST;
    return f->name != NULL;
}

struct machine_func *machine_func_at(struct machine_code *code, uint64_t address)
{
    for (uint32_t i = 0; i < code->funcs.count; i++)
        if (code->funcs.items[i]->start == address)
            return code->funcs.items[i];
    struct machine_func *f = arena_alloc(code->arena, sizeof *f);
    *f = (struct machine_func){.start = address};
    if (!find_symbol(code, f))
        return NULL;
    vec_push(&code->funcs, f);
    struct reader r = {.code = code, .f = f};
    r.index = memory_alloc(((f->end - f->start) / 2 + 1) * sizeof *r.index);
    vec_push(&r.todo, address);
    while (r.todo.count) {
        uint64_t next = r.todo.items[--r.todo.count];
        if (found_at(&r, next) == NONE)
            read_line(&r, next);
    }
    finish(&r);
    vec_free(&r.insns);
    vec_free(&r.edges);
    vec_free(&r.targets);
    vec_free(&r.todo);
    free(r.index);
    return f;
}
