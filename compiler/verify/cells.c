// SPDX-License-Identifier: Apache-2.0
/* Liveness of stack memory. Loads and stores through r10 are exact. Calls and loads through registers that may hold
 * another address of the stack may read everything from the lowest constant that is added to r10 on. */
#include "cells.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "cfg.h"
#include "loops.h"
#include "state.h"

static void add_words(struct words *w, int low, int high)
{
    for (int off = low < -STACK_BYTES ? -STACK_BYTES : low; off < high && off < 0; off++)
        w->bits[(-1 - off) / 4 / 64] |= (uint64_t)1 << (-1 - off) / 4 % 64;
}

bool words_miss(const struct words *w, int off, unsigned size)
{
    unsigned first = (unsigned)(-off - (int)size) / 4, last = (unsigned)(-1 - off) / 4;
    for (unsigned word = first; word <= last; word++)
        if (word >= 128 || (w->bits[word / 64] >> word % 64 & 1))
            return false;
    return true;
}

uint64_t words_bytes(const struct words *w, uint32_t n)
{
    if (n >= STACK_BYTES / STRIPE_BYTES)
        return UINT64_MAX;
    /* Each of 16 bits becomes four. */
    uint64_t bits = w->bits[n / 4] >> n % 4 * 16 & 0xffff;
    bits = (bits | bits << 24) & 0x000000ff000000ff;
    bits = (bits | bits << 12) & 0x000f000f000f000f;
    bits = (bits | bits << 6) & 0x0303030303030303;
    bits = (bits | bits << 3) & 0x1111111111111111;
    return bits * 15;
}

/* The words to which an address is made in the function: from the lowest constant added to a copy of r10. */
static struct words address_taken(const struct program *program, const struct func *f)
{
    int lowest = 0;
    for (uint32_t i = f->first; i + 1 < f->first + f->count; i++) {
        const struct insn *copy = &program->insns[i], *sum = &program->insns[i + 1];
        if (copy->op != OP_MOV || copy->use_imm || copy->src != REG_FP)
            continue;
        bool constant = sum->op == OP_ADD && sum->use_imm && sum->dst == copy->dst && sum->imm < 0;
        int at = constant && sum->imm >= -STACK_BYTES ? (int)sum->imm : -STACK_BYTES;
        lowest = at < lowest ? at : lowest;
    }
    struct words w = {{0}};
    add_words(&w, lowest, 0);
    return w;
}

#define BIT(reg)      ((uint16_t)(1u << (reg)))
#define ARGUMENT_BITS 0x3e /* r1 .. r5 */

/* The registers that may hold an address of the stack behind the instruction, from those before it. */
static uint16_t stack_registers_after(const struct insn *insn, uint16_t before)
{
    enum op_class class = op_class(insn->op);
    uint16_t dst = BIT(insn->dst), source = !insn->use_imm && before & BIT(insn->src) ? dst : 0;
    if (class == CLASS_CALL)
        return (uint16_t)((before & ~(ARGUMENT_BITS | 1)) | (insn->op == OP_CALL || insn->op == OP_CALLX));
    if (class == CLASS_LOAD) /* what was spilled */
        return (uint16_t)((before & ~dst) | source);
    if (insn->op == OP_LDDW || (insn->op == OP_MOV && insn->bits == 32))
        return (uint16_t)(before & ~dst);
    if (insn->op == OP_MOV)
        return (uint16_t)((before & ~dst) | source);
    return class == CLASS_ALU ? (uint16_t)(before | source) : before;
}

/* Per instruction of the function, the registers that may hold an address of the stack before it. */
static uint16_t *stack_registers(const struct program *program, const struct func *f)
{
    uint16_t *may = memory_alloc((f->count + 1) * sizeof *may);
    uint32_t next;
    bool changed = true;
    may[0] = (uint16_t)(BIT(REG_FP) | (f->is_program ? 0 : ARGUMENT_BITS)); /* programs get their context */
    while (changed) { /* once, and once more for each depth of loops */
        changed = false;
        for (uint32_t at = 0; at < f->count; at++) {
            uint16_t after = may[at] ? stack_registers_after(&program->insns[f->first + at], may[at]) : 0;
            for (uint32_t way = 0; after && (next = cfg_successor(program, f->first + at, way)) != NONE; way++) {
                uint16_t joined = may[next - f->first] | after;
                changed = changed || (joined != may[next - f->first] && next <= f->first + at);
                may[next - f->first] = joined;
            }
        }
    }
    return may;
}

/* What an instruction reads and what it surely writes; `may`: the registers that may hold addresses of the stack. */
static void words_used(const struct insn *insn, uint16_t may, const struct words *taken, struct words *reads,
                       struct words *writes)
{
    enum op_class class = op_class(insn->op);
    int size = (int)insn->bits / 8;
    *reads = *writes = (struct words){{0}};
    if ((class == CLASS_CALL && may & ARGUMENT_BITS) ||
        (class == CLASS_LOAD && insn->src != REG_FP && may & BIT(insn->src)))
        *reads = *taken;
    else if (class == CLASS_CALL || (class == CLASS_LOAD && insn->src != REG_FP))
        return;
    else if (class == CLASS_LOAD)
        add_words(reads, insn->off, insn->off + size);
    else if (class == CLASS_ATOMIC)
        insn->dst == REG_FP ? add_words(reads, insn->off, insn->off + size) : (void)(*reads = *taken);
    else if (class == CLASS_STORE && insn->dst == REG_FP && size >= 4 && insn->off % 4 == 0)
        add_words(writes, insn->off, insn->off + size);
}

void cells_find_live(const struct program *program, const struct func *f, const struct loops *loops, struct words *live)
{
    struct words taken = address_taken(program, f);
    uint32_t *todo = memory_alloc(f->count * sizeof *todo), count = 0, next;
    bool *waits = memory_alloc(f->count);
    uint16_t *may = stack_registers(program, f);
    for (uint32_t i = 0; i < f->count; i++)
        todo[count++] = i, waits[i] = true;
    while (count) {
        uint32_t at = todo[--count], insn = f->first + at;
        struct words now = {{0}}, reads, writes;
        waits[at] = false;
        for (uint32_t way = 0; (next = cfg_successor(program, insn, way)) != NONE; way++)
            for (int k = 0; k < 2; k++)
                now.bits[k] |= live[next].bits[k];
        words_used(&program->insns[insn], may[at], &taken, &reads, &writes);
        for (int k = 0; k < 2; k++)
            now.bits[k] = (now.bits[k] & ~writes.bits[k]) | reads.bits[k];
        if (now.bits[0] == live[insn].bits[0] && now.bits[1] == live[insn].bits[1])
            continue;
        live[insn] = now;
        for (uint32_t i = loops->first[at]; i < loops->first[at + 1]; i++)
            if (!waits[loops->from[i]])
                waits[loops->from[i]] = true, todo[count++] = loops->from[i];
    }
    free(may);
    free(todo);
    free(waits);
}
