// SPDX-License-Identifier: Apache-2.0
/* Liveness of stack memory. Loads and stores through r10 are exact. What r10 + constant is moved to points from there
 * to the next such place; calls and other loads may read all of these stretches. */
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

/* What an instruction reads and what it surely writes. */
static void words_used(const struct insn *insn, const struct words *taken, struct words *reads, struct words *writes)
{
    enum op_class class = op_class(insn->op);
    int size = (int)insn->bits / 8;
    *reads = *writes = (struct words){{0}};
    if (class == CLASS_CALL || (class == CLASS_LOAD && insn->src != REG_FP))
        *reads = *taken;
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
    for (uint32_t i = 0; i < f->count; i++)
        todo[count++] = i, waits[i] = true;
    while (count) {
        uint32_t at = todo[--count], insn = f->first + at;
        struct words now = {{0}}, reads, writes;
        waits[at] = false;
        for (uint32_t way = 0; (next = cfg_successor(program, insn, way)) != NONE; way++)
            for (int k = 0; k < 2; k++)
                now.bits[k] |= live[next].bits[k];
        words_used(&program->insns[insn], &taken, &reads, &writes);
        for (int k = 0; k < 2; k++)
            now.bits[k] = (now.bits[k] & ~writes.bits[k]) | reads.bits[k];
        if (now.bits[0] == live[insn].bits[0] && now.bits[1] == live[insn].bits[1])
            continue;
        live[insn] = now;
        for (uint32_t i = loops->first[at]; i < loops->first[at + 1]; i++)
            if (!waits[loops->from[i]])
                waits[loops->from[i]] = true, todo[count++] = loops->from[i];
    }
    free(todo);
    free(waits);
}
