// SPDX-License-Identifier: Apache-2.0
/* Random XDP and tc programs: pointers into the packet and its metadata, moved by constants and by bounded numbers,
 * compared with the end in every direction, and read or written through, now and then one byte too far; helpers that
 * copy bytes, and those that move the packet, behind which pointers are loaded anew (or not); LD_ABS and LD_IND.
 * Registers: r6 context, r7 data, r8 data_end, r9 a number, r2..r4 pointers. */
#include "base/memory.h"
#include "generate.h"

/* Offsets of fields of struct xdp_md or struct __sk_buff. */
struct layout {
    const char *hook;
    int32_t data, end, meta, number;
};

struct packets {
    uint64_t seed;
    const struct layout *layout;
    bool is_tc;
    VEC(struct insn) insns;
    VEC(uint32_t) exits; /* jumps to the end */
};

static uint32_t pick(struct packets *g, uint32_t count)
{
    return (uint32_t)(generate_random(&g->seed) >> 33) % count;
}

static void emit(struct packets *g, struct insn insn)
{
    vec_push(&g->insns, insn);
}

static void set_number(struct packets *g, uint8_t reg, int64_t number)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = reg, .use_imm = true, .imm = number});
}

static void copy(struct packets *g, uint8_t to, uint8_t from)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = to, .src = from});
}

static void load_field(struct packets *g, uint8_t reg, int32_t offset)
{
    emit(g, (struct insn){.op = OP_LDX, .bits = 32, .dst = reg, .src = 6, .off = offset});
}

static uint8_t some_pointer(struct packets *g)
{
    return (uint8_t)(2 + pick(g, 3));
}

/* p = data, data_meta, or what it was; p += bounded number. True: it points to metadata. */
static bool make_pointer(struct packets *g, uint8_t p)
{
    bool meta = pick(g, 8) == 0;
    if (meta)
        load_field(g, p, g->layout->meta);
    else if (pick(g, 4))
        copy(g, p, pick(g, 8) ? 7 : some_pointer(g));
    if (pick(g, 3) == 0) {
        emit(g, (struct insn){.op = OP_AND, .bits = 64, .dst = 9, .use_imm = true, .imm = (1 << pick(g, 5)) - 1});
        emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = p, .src = 9});
    }
    return meta;
}

/* Compares a pointer with the end, in one of the ways that may prove something, and leaves on the other side (or not).
 */
static void compare_end(struct packets *g, uint8_t p, uint8_t end)
{
    static const enum op ops[] = {OP_JGT, OP_JGE, OP_JLT, OP_JLE};
    bool end_first = pick(g, 2);
    enum op op = ops[pick(g, 4)];
    bool below_jumps = (op == OP_JLT || op == OP_JLE) != end_first; /* the jump is taken where p lies before the end */
    struct insn insn = {.op = op, .bits = 64, .dst = end_first ? end : p, .src = end_first ? p : end};
    if (below_jumps && pick(g, 20)) {
        insn.target = g->insns.count + 2;
        emit(g, insn);
        emit(g, (struct insn){.op = OP_JA, .bits = 64});
    } else {
        emit(g, insn);
    }
    if (!below_jumps || insn.target)
        vec_push(&g->exits, g->insns.count - 1);
    else
        g->insns.items[g->insns.count - 1].target = g->insns.count;
}

static void access_at(struct packets *g, uint8_t p, int32_t off, uint8_t bits)
{
    if (pick(g, 3))
        emit(g, (struct insn){.op = OP_LDX, .bits = bits, .dst = 9, .src = p, .off = off});
    else
        emit(g, (struct insn){.op = OP_STX, .bits = bits, .dst = p, .src = 9, .off = off});
}

/* `room` bytes lie between the pointers `base` and `edge`: accesses one of them through either; now and then any bytes
 * near them. */
static void access_between(struct packets *g, uint8_t base, uint8_t edge, int32_t room)
{
    uint8_t bits = (uint8_t)(8u << pick(g, 4));
    int32_t most = room - bits / 8;
    bool from_edge = pick(g, 4) == 0;
    if (most < 0 || pick(g, 20) == 0)
        access_at(g, from_edge ? edge : base, (int32_t)pick(g, 24) - 12, bits);
    else
        access_at(g, from_edge ? edge : base, (int32_t)pick(g, (uint32_t)most + 1) - (from_edge ? room : 0), bits);
}

/* edge = base + room; where edge lies before the end, the bytes between the two are accessed. */
static void access_packet(struct packets *g)
{
    uint8_t base = some_pointer(g), edge = (uint8_t)(2 + (base - 1 + pick(g, 2)) % 3);
    int32_t room = (int32_t)pick(g, 24);
    bool meta = make_pointer(g, base);
    copy(g, edge, base);
    emit(g, (struct insn){.op = pick(g, 20) ? OP_ADD : OP_SUB, .bits = 64, .dst = edge, .use_imm = true, .imm = room});
    compare_end(g, edge, meta ? 7 : 8);
    for (uint32_t k = 1 + pick(g, 3); k; k--)
        access_between(g, base, edge, room);
}

static void load_packet_fields(struct packets *g)
{
    load_field(g, 7, g->layout->data);
    load_field(g, 8, g->layout->end);
}

/* Calls and packet loads leave nothing in r1 to r5. */
static void renew_pointers(struct packets *g)
{
    for (uint8_t reg = 2; reg <= 4; reg++)
        copy(g, reg, 7);
}

/* The result of a call goes on as the number, or is thrown away. */
static void call_helper(struct packets *g, int64_t helper)
{
    copy(g, 1, 6);
    emit(g, (struct insn){.op = OP_HELPER, .bits = 64, .imm = helper});
    if (pick(g, 2))
        copy(g, 9, 0);
}

/* A helper that copies bytes between the packet and the stack; storing may move the packet (skb). */
static void copy_bytes(struct packets *g)
{
    static const int64_t xdp[] = {189, 190}, tc[] = {26, 9, 68};
    int64_t helper = g->is_tc ? tc[pick(g, 3)] : xdp[pick(g, 2)];
    uint32_t bytes = pick(g, 20) ? 1 + pick(g, 16) : 17;
    emit(g, (struct insn){.op = OP_ST, .bits = 64, .dst = REG_FP, .off = -8, .use_imm = true, .imm = pick(g, 100)});
    emit(g, (struct insn){.op = OP_ST, .bits = 64, .dst = REG_FP, .off = -16, .use_imm = true});
    if (pick(g, 2))
        set_number(g, 2, pick(g, 40));
    else
        copy(g, 2, 9);
    copy(g, 3, REG_FP);
    emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = 3, .use_imm = true, .imm = -16});
    set_number(g, 4, bytes);
    set_number(g, 5, helper == 68 ? pick(g, 3) : 0);
    call_helper(g, helper);
    if (helper == 9 && pick(g, 10))
        load_packet_fields(g);
    if (pick(g, 4) == 0)
        emit(g, (struct insn){.op = OP_LDX, .bits = 32, .dst = 9, .src = REG_FP, .off = -16});
    renew_pointers(g);
}

/* A helper that moves the packet; mostly pointers are loaded anew, some before the call and some behind it. */
static void move_packet(struct packets *g)
{
    static const int64_t xdp[] = {44, 54, 65}, tc[] = {38, 39, 43};
    int64_t helper = g->is_tc ? tc[pick(g, 3)] : xdp[pick(g, 3)];
    int64_t by = (int64_t)pick(g, 60) - (g->is_tc ? 0 : 30);
    set_number(g, 2, helper == 54 ? by & ~3 : by);
    set_number(g, 3, 0);
    call_helper(g, helper);
    if (pick(g, 8))
        load_packet_fields(g);
    else if (pick(g, 2))
        load_field(g, 8, g->layout->end);
    renew_pointers(g);
}

/* LD_ABS, LD_IND */
static void load_packet(struct packets *g)
{
    uint8_t bits = (uint8_t)(8u << pick(g, 3));
    int64_t offset = pick(g, 6) ? pick(g, 40) : -0x200000 + (int64_t)pick(g, 2) * 0x100000 + pick(g, 30);
    if (pick(g, 2))
        emit(g, (struct insn){.op = OP_LDABS, .bits = bits, .use_imm = true, .imm = offset});
    else
        emit(g, (struct insn){.op = OP_LDIND, .bits = bits, .src = 9, .imm = offset});
    copy(g, 9, 0);
    renew_pointers(g);
}

static void finish(struct program *p, struct packets *g)
{
    for (uint32_t i = 0; i < g->exits.count; i++)
        g->insns.items[g->exits.items[i]].target = g->insns.count;
    copy(g, 0, 9);
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
    p->path = p->stem = "packets";
    p->insn_count = g->insns.count;
    p->insns = arena_memdup(&p->arena, g->insns.items, g->insns.count * sizeof *g->insns.items);
    for (uint32_t i = 0; i < p->insn_count; i++)
        p->insns[i].slot = i;
    p->func_count = 1;
    p->funcs = arena_array(&p->arena, 1, sizeof *p->funcs);
    p->funcs[0] = (struct func){.name = "packets",
                                .section = g->layout->hook,
                                .count = p->insn_count,
                                .is_program = true,
                                .is_global = true,
                                .hook = hook_named(g->layout->hook)};
    vec_free(&g->insns);
    vec_free(&g->exits);
}

static void some_step(struct packets *g)
{
    switch (pick(g, 8)) {
    case 0: move_packet(g); break;
    case 1: copy_bytes(g); break;
    case 2:
        if (g->is_tc)
            load_packet(g);
        break;
    default: break;
    }
    for (uint32_t k = 1 + pick(g, 2); k; k--)
        access_packet(g);
}

void generate_packet_program(struct program *p, uint64_t seed)
{
    static const struct layout xdp = {"xdp", 0, 4, 8, 12}, tc = {"tc", 76, 80, 140, 8};
    struct packets g = {.seed = seed * 0x9E3779B97F4A7C15 + 3};
    generate_random(&g.seed);
    g.is_tc = pick(&g, 2);
    g.layout = g.is_tc ? &tc : &xdp;
    copy(&g, 6, 1);
    load_packet_fields(&g);
    load_field(&g, 9, g.layout->number);
    renew_pointers(&g);
    for (uint32_t n = 1 + pick(&g, 4); n; n--)
        some_step(&g);
    finish(p, &g);
}
