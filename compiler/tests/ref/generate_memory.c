// SPDX-License-Identifier: Apache-2.0
/* Loads, stores and atomic operations, at fixed and at computed offsets. See generator.h. */
#include <string.h>

#include "generator.h"

/* Memory that may be accessed: bytes [start, start + bytes) from a register. */
struct spot {
    uint8_t base;
    int32_t start;
    uint32_t bytes;
    bool writable, unaligned; /* may be written; accessed at odd addresses */
    bool atomic;              /* atomically as well: not the context, says Linux */
};

static unsigned width(struct generator *g)
{
    return 8u << pick(g, 4);
}

/* r4 or r5, as the address of .bss or .rodata. */
static struct spot section(struct generator *g)
{
    uint8_t reg = (uint8_t)(4 + pick(g, 2));
    uint32_t map = MAP_BSS_INDEX + pick(g, 2), bytes = map == MAP_BSS_INDEX ? BSS_BYTES : RODATA_BYTES;
    uint32_t skipped = chance(g, 30) ? 8 : 0;
    emit(g, (struct insn){.op = OP_LDDW,
                          .bits = 64,
                          .dst = reg,
                          .ref = REF_MAP_VALUE,
                          .index = map,
                          .use_imm = true,
                          .imm = skipped});
    g->regs[reg] = NOTHING;
    return (struct spot){reg, 0, bytes - skipped, map == MAP_BSS_INDEX, true, map == MAP_BSS_INDEX};
}

static struct spot some_spot(struct generator *g)
{
    uint32_t kind = pick(g, g->stack_bytes == STACK_NUMBERS_BYTES ? 4 : 2);
    if (kind == 0)
        return (struct spot){REG_FP, -(int32_t)g->stack_bytes, g->stack_bytes, true, false, true};
    if (kind == 1)
        return (struct spot){6, 0, g->memory_bytes, true, false, g->memory_is_stack};
    if (kind == 2 && g->regs[9] == POINTER)
        return (struct spot){9, 0, g->value_bytes, true, true, true};
    return section(g);
}

/* -- instructions on a place, at `off` from its base --------------------------------------------------------------- */

static void emit_load(struct generator *g, const struct spot *p, unsigned bits, int32_t off, bool ordered)
{
    enum op op = ordered ? OP_LDACQ : bits < 64 && chance(g, 25) ? OP_LDXS : OP_LDX;
    uint8_t dst = result_reg(g);
    emit(g, (struct insn){.op = op, .bits = (uint8_t)bits, .dst = dst, .src = p->base, .off = off});
}

static void emit_store(struct generator *g, const struct spot *p, unsigned bits, int32_t off, bool ordered)
{
    struct insn insn = {.op = ordered ? OP_STREL : OP_STX, .bits = (uint8_t)bits, .dst = p->base, .off = off};
    if (!ordered && chance(g, 35)) {
        insn.op = OP_ST;
        insn.use_imm = true;
        insn.imm = immediate(g);
    } else {
        insn.src = source_reg(g);
    }
    emit(g, insn);
}

static void emit_atomic(struct generator *g, const struct spot *p, unsigned bits, int32_t off)
{
    static const enum op ops[] = {OP_ATOMIC_ADD, OP_ATOMIC_OR, OP_ATOMIC_AND, OP_ATOMIC_XOR, OP_XCHG, OP_CMPXCHG};
    struct insn insn = {.op = ops[pick(g, 6)], .bits = (uint8_t)bits, .dst = p->base, .src = number_reg(g), .off = off};
    insn.fetch = insn.op == OP_XCHG || insn.op == OP_CMPXCHG || chance(g, 50);
    if (insn.op == OP_CMPXCHG && chance(g, 60)) /* make it likely to be equal */
        emit(g, (struct insn){.op = OP_LDX, .bits = (uint8_t)bits, .dst = 0, .src = p->base, .off = off});
    else if (insn.op == OP_CMPXCHG && g->regs[0] != NUMBER)
        emit_mov_imm(g, 0, immediate(g));
    if (insn.op == OP_CMPXCHG)
        g->regs[0] = NUMBER;
    emit(g, insn);
}

void random_access(struct generator *g)
{
    struct spot p = some_spot(g);
    bool atomic = p.atomic && chance(g, 30), ordered = p.atomic && !atomic && chance(g, 30);
    unsigned bits = atomic ? 32u << pick(g, 2) : width(g), size = bits / 8;
    bool odd = p.unaligned && !atomic && !ordered && chance(g, 25);
    uint32_t room = p.bytes - size;
    int32_t off = p.start + (int32_t)(odd ? pick(g, room + 1) : pick(g, room / size + 1) * size);
    if (slips(g, 2))
        off += 8;
    if (atomic)
        emit_atomic(g, &p, bits, off);
    else if (p.writable && chance(g, 50))
        emit_store(g, &p, bits, off, ordered);
    else
        emit_load(g, &p, bits, off, ordered);
}

/* Writes all numbers of the stack, in pieces of mixed widths. */
void written_stack(struct generator *g)
{
    const struct spot stack = {REG_FP, 0, 0, true, false, true};
    for (int32_t off = -(int32_t)g->stack_bytes; off < 0;) {
        unsigned bits = chance(g, 75) ? 64 : width(g);
        while (off % (int32_t)(bits / 8) != 0)
            bits /= 2;
        emit_store(g, &stack, bits, off, false);
        off += (int32_t)(bits / 8);
    }
}

/* Spills a pointer to a slot that numbers do not use, fills it again and reads through it. */
void spill_pointer(struct generator *g)
{
    uint8_t dst = result_reg(g);
    bool value = g->regs[9] == POINTER && chance(g, 50);
    g->regs[5] = NOTHING;
    emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = value ? 9 : 6, .off = STACK_SPILL});
    emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 5, .src = REG_FP, .off = STACK_SPILL});
    emit(g, (struct insn){.op = OP_LDX,
                          .bits = 8,
                          .dst = dst,
                          .src = 5,
                          .off = (int32_t)pick(g, value ? g->value_bytes : g->memory_bytes)});
    g->regs[dst] = NUMBER;
}

/* -- computed offsets ---------------------------------------------------------------------------------------------- */

/* Bounds register `reg` to about 0..most, by a mask or a comparison that jumps to the end of the group; returns the
 * jump to patch or NONE. */
static uint32_t bound_index(struct generator *g, uint8_t reg, uint32_t most)
{
    if (chance(g, 40)) {
        uint32_t ones = 1;
        while (ones * 2 <= most)
            ones *= 2;
        emit(g, (struct insn){.op = OP_AND,
                              .bits = chance(g, 50) ? 32 : 64,
                              .dst = reg,
                              .use_imm = true,
                              .imm = (int64_t)ones * (slips(g, 20) ? 2 : 1) - 1});
        return NONE;
    }
    static const enum op ops[] = {OP_JGT, OP_JGE, OP_JSGT, OP_JSGE, OP_JGT, OP_JGT};
    enum op op = ops[pick(g, 6)];
    bool narrow = chance(g, 30), is_signed = op == OP_JSGT || op == OP_JSGE, strict = op == OP_JGE || op == OP_JSGE;
    if (narrow)
        emit(g, (struct insn){.op = OP_MOV, .bits = 32, .dst = reg, .src = reg});
    if (is_signed)
        emit(g, (struct insn){
                    .op = OP_AND, .bits = 64, .dst = reg, .use_imm = true, .imm = slips(g, 30) ? -1 : INT32_MAX});
    emit(g, (struct insn){.op = op,
                          .bits = narrow ? 32 : 64,
                          .dst = reg,
                          .use_imm = true,
                          .imm = (int64_t)most + strict + (slips(g, 15) ? 1 : 0)});
    return g->insns.count - 1;
}

/* r4 or r5 = the start of a place, where an offset is to be added. */
static struct spot movable_spot(struct generator *g)
{
    struct spot p = some_spot(g);
    if (p.base == 6 && !g->memory_is_stack && !g->beyond_linux)
        p = section(g);
    if (p.base == 4 || p.base == 5)
        return p;
    uint8_t reg = (uint8_t)(4 + pick(g, 2));
    emit_mov(g, reg, p.base);
    g->regs[reg] = NOTHING;
    p.base = reg;
    return p;
}

/* Where the jump of bound_index() leads: behind the access. */
void computed_access(struct generator *g)
{
    uint8_t index = index_reg(g);
    struct spot p = movable_spot(g);
    bool aligned = !p.unaligned || chance(g, 50), can = p.atomic && (p.unaligned || g->beyond_linux);
    bool atomic = aligned && can && chance(g, 20);
    bool ordered = aligned && p.atomic && !atomic && chance(g, 20);
    unsigned bits = atomic ? 32u << pick(g, 2) : width(g), size = bits / 8;
    uint32_t room = p.bytes - size;
    uint32_t jump = bound_index(g, index, aligned ? room / size : room);
    if (aligned && size > 1)
        emit(g, (struct insn){.op = OP_LSH, .bits = 64, .dst = index, .use_imm = true, .imm = __builtin_ctz(size)});
    emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = p.base, .src = index});
    enum holds before[REG_COUNT];
    memcpy(before, g->regs, sizeof before);
    if (atomic)
        emit_atomic(g, &p, bits, p.start);
    else if (p.writable && chance(g, 60))
        emit_store(g, &p, bits, p.start, ordered);
    else
        emit_load(g, &p, bits, p.start, ordered);
    for (int reg = 0; jump != NONE && reg < REG_COUNT; reg++)
        if (before[reg] != g->regs[reg])
            g->regs[reg] = NOTHING;
    g->regs[p.base] = NOTHING; /* still a pointer when the jump was taken */
    if (jump != NONE)
        g->insns.items[jump].target = g->insns.count;
}
