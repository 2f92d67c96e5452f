// SPDX-License-Identifier: Apache-2.0
/* Random XDP programs: pointers into the packet, moved by constants and by bounded numbers, compared with data_end in
 * every direction, and read or written through, now and then one byte too far. Registers: r6 context, r7 data, r8
 * data_end, r9 a number, r2..r4 pointers. */
#include "base/memory.h"
#include "generate.h"

struct packets {
    uint64_t seed;
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

static uint8_t some_pointer(struct packets *g)
{
    return (uint8_t)(2 + pick(g, 3));
}

/* p = data or another pointer; p += constant; p += bounded number. */
static void make_pointer(struct packets *g)
{
    uint8_t p = some_pointer(g);
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = p, .src = pick(g, 2) ? 7 : some_pointer(g)});
    if (pick(g, 2))
        emit(g, (struct insn){
                    .op = pick(g, 6) ? OP_ADD : OP_SUB, .bits = 64, .dst = p, .use_imm = true, .imm = pick(g, 20)});
    if (pick(g, 2)) {
        emit(g, (struct insn){.op = OP_AND, .bits = 64, .dst = 9, .use_imm = true, .imm = (1 << pick(g, 5)) - 1});
        emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = p, .src = 9});
    }
    if (pick(g, 3) == 0)
        emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = p, .use_imm = true, .imm = pick(g, 9)});
}

/* Compares a pointer with data_end, in one of the ways that may prove something, and leaves on the other side (or not).
 */
static void compare_end(struct packets *g)
{
    static const enum op ops[] = {OP_JGT, OP_JGE, OP_JLT, OP_JLE};
    uint8_t p = some_pointer(g);
    bool end_first = pick(g, 2);
    enum op op = ops[pick(g, 4)];
    bool below_jumps = (op == OP_JLT || op == OP_JLE) != end_first; /* the jump is taken where p lies before the end */
    struct insn insn = {.op = op, .bits = 64, .dst = end_first ? 8 : p, .src = end_first ? p : 8};
    if (below_jumps && pick(g, 10)) {
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

static void access_packet(struct packets *g)
{
    uint8_t bits = (uint8_t)(8u << pick(g, 4)), p = pick(g, 4) ? some_pointer(g) : 7;
    int32_t off = (int32_t)pick(g, 12) - (pick(g, 3) ? 0 : bits / 8 + 4);
    if (pick(g, 3))
        emit(g, (struct insn){.op = OP_LDX, .bits = bits, .dst = 9, .src = p, .off = off});
    else
        emit(g, (struct insn){.op = OP_STX, .bits = bits, .dst = p, .src = 9, .off = off});
}

static void finish(struct program *p, struct packets *g)
{
    for (uint32_t i = 0; i < g->exits.count; i++)
        g->insns.items[g->exits.items[i]].target = g->insns.count;
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = 0, .src = 9});
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
    p->path = p->stem = "packets";
    p->insn_count = g->insns.count;
    p->insns = arena_memdup(&p->arena, g->insns.items, g->insns.count * sizeof *g->insns.items);
    for (uint32_t i = 0; i < p->insn_count; i++)
        p->insns[i].slot = i;
    p->func_count = 1;
    p->funcs = arena_array(&p->arena, 1, sizeof *p->funcs);
    p->funcs[0] = (struct func){.name = "packets",
                                .section = "xdp",
                                .count = p->insn_count,
                                .is_program = true,
                                .is_global = true,
                                .hook = hook_named("xdp")};
    vec_free(&g->insns);
    vec_free(&g->exits);
}

void generate_packet_program(struct program *p, uint64_t seed)
{
    struct packets g = {.seed = seed * 0x9E3779B97F4A7C15 + 3};
    generate_random(&g.seed);
    emit(&g, (struct insn){.op = OP_MOV, .bits = 64, .dst = 6, .src = 1});
    emit(&g, (struct insn){.op = OP_LDX, .bits = 32, .dst = 7, .src = 6, .off = 0});
    emit(&g, (struct insn){.op = OP_LDX, .bits = 32, .dst = 8, .src = 6, .off = 4});
    emit(&g, (struct insn){.op = OP_LDX, .bits = 32, .dst = 9, .src = 6, .off = 12});
    for (uint8_t reg = 2; reg <= 4; reg++)
        emit(&g, (struct insn){.op = OP_MOV, .bits = 64, .dst = reg, .src = 7});
    for (uint32_t n = 1 + pick(&g, 3); n; n--) {
        for (uint32_t k = 1 + pick(&g, 3); k; k--)
            make_pointer(&g);
        for (uint32_t k = 1 + pick(&g, 2); k; k--)
            compare_end(&g);
        for (uint32_t k = 1 + pick(&g, 2); k; k--)
            access_packet(&g);
    }
    finish(p, &g);
}
