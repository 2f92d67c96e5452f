// SPDX-License-Identifier: Apache-2.0
/* Control flow of the functions that an entry reaches. */
#include "cfg.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "../program/helper.h"
#include "state.h"

/* What building needs at hand. */
struct builder {
    struct cfg *cfg;
    const struct program *program;
    struct arena *arena;
    struct diag *d;
    bool *active;     /* per function: on the chain of calls being walked */
    uint8_t *deepest; /* per function: the longest chain it was walked with */
};

/* Successors of an instruction inside its function; 0, 1 or 2. */
static unsigned successors(const struct program *program, uint32_t at, uint32_t next[2])
{
    const struct insn *insn = &program->insns[at];
    unsigned count = 0;
    if (!insn_ends_block(insn))
        next[count++] = at + 1;
    if (insn->op == OP_JA || insn_is_branch(insn))
        next[count++] = insn->target;
    return count;
}

static bool fail_at(struct builder *b, uint32_t insn, enum diag_id id, const char *text)
{
    struct place place = program_place(b->program, insn, b->arena);
    return diag_error(b->d, &place, id, "%s", text);
}

/* Marks cut points and finds code that no path reaches. */
static void scan_function(struct builder *b, const struct func *f)
{
    const struct program *program = b->program;
    uint8_t *enter = memory_alloc(f->count); /* ways in, up to 2 */
    uint32_t *todo = memory_alloc((f->count + 1) * sizeof *todo), count = 0;
    bool *seen = memory_alloc(f->count);
    todo[count++] = f->first;
    seen[0] = true;
    b->cfg->cut[f->first] = true;
    while (count) {
        uint32_t at = todo[--count], next[2];
        unsigned ways = successors(program, at, next);
        for (unsigned i = 0; i < ways; i++) {
            uint32_t to = next[i] - f->first;
            if (++enter[to] == 2 || next[i] <= at)
                b->cfg->cut[next[i]] = true;
            enter[to] = enter[to] > 2 ? 2 : enter[to];
            if (!seen[to])
                seen[to] = true, todo[count++] = next[i];
        }
        if (program->insns[at].op == OP_CALL)
            b->cfg->cut[at + 1] = true;
    }
    for (uint32_t i = 0; i < f->count && b->cfg->unreachable == NONE; i++)
        if (!seen[i])
            b->cfg->unreachable = f->first + i;
    free(enter);
    free(todo);
    free(seen);
}

/* Registers that an instruction reads, and those it writes, as bits. */
static void registers_used(const struct insn *insn, uint16_t *reads, uint16_t *writes)
{
    uint16_t dst = (uint16_t)(1u << insn->dst), src = (uint16_t)(insn->use_imm ? 0 : 1u << insn->src);
    *reads = *writes = 0;
    switch (op_class(insn->op)) {
    case CLASS_ALU:
        *writes = dst;
        if (insn->op == OP_MOV || insn->op == OP_MOVSX)
            *reads = src;
        else if (insn->op == OP_NEG || insn->op == OP_LE || insn->op == OP_BE || insn->op == OP_BSWAP)
            *reads = dst;
        else if (insn->op != OP_LDDW)
            *reads = dst | src;
        break;
    case CLASS_LOAD:
        *writes = insn->op == OP_LDABS || insn->op == OP_LDIND ? 0x3f : dst;
        *reads = insn->op == OP_LDABS ? 1u << 6 : insn->op == OP_LDIND ? (uint16_t)(1u << 6 | src) : src;
        break;
    case CLASS_STORE: *reads = dst | src; break;
    case CLASS_ATOMIC:
        *reads = (uint16_t)(dst | src | (insn->op == OP_CMPXCHG ? 1u : 0u));
        *writes = insn->op == OP_CMPXCHG ? 1 : insn->fetch ? src : 0;
        break;
    case CLASS_JUMP: *reads = insn->op == OP_JA || insn->op == OP_JCOND ? 0 : dst | src; break;
    case CLASS_CALL: {
        const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
        *reads = (uint16_t)(helper ? ((1u << helper->arg_count) - 1) << 1 : 0x3e);
        if (insn->op == OP_CALLX)
            *reads |= dst;
        *writes = 0x3f;
        break;
    }
    case CLASS_EXIT: *reads = 1; break;
    }
}

/* Registers whose numbers matter before an instruction, given those that matter after it. */
static uint16_t matters_before(const struct insn *insn, uint16_t after, uint16_t reads, uint16_t writes)
{
    uint16_t through = after & (uint16_t)~writes;
    switch (op_class(insn->op)) {
    case CLASS_ALU: return through | ((after & writes) ? reads : 0);
    case CLASS_EXIT: return 0;
    case CLASS_LOAD:
    case CLASS_STORE:
    case CLASS_ATOMIC:
    case CLASS_JUMP:
    case CLASS_CALL: break;
    }
    return through | reads;
}

/* Liveness and relevance, backwards to a fixpoint. needs: nothing. fills: live, matters. */
static void scan_registers(struct builder *b, const struct func *f)
{
    const struct program *program = b->program;
    struct cfg *cfg = b->cfg;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t at = f->first + f->count; at-- > f->first;) {
            uint16_t live = 0, matters = 0, reads, writes;
            uint32_t next[2];
            unsigned ways = successors(program, at, next);
            for (unsigned i = 0; i < ways; i++) {
                live |= cfg->live[next[i]];
                matters |= cfg->matters[next[i]];
            }
            registers_used(&program->insns[at], &reads, &writes);
            live = (uint16_t)((live & ~writes) | reads);
            matters = matters_before(&program->insns[at], matters, reads, writes);
            changed = changed || live != cfg->live[at] || matters != cfg->matters[at];
            cfg->live[at] = live;
            cfg->matters[at] = matters;
        }
    }
}

static bool walk_calls(struct builder *b, uint32_t func, uint8_t depth);

/* One call instruction of a function that stands `depth` frames deep. */
static bool walk_call(struct builder *b, uint32_t at, uint8_t depth)
{
    uint32_t callee = b->program->insns[at].index;
    if (b->active[callee])
        return fail_at(b, at, D_RECURSION, "the function calls itself: its stack has no bound");
    if (depth == FRAME_COUNT)
        return fail_at(b, at, D_CALL_DEPTH, "calls nest deeper than 8 frames");
    return b->deepest[callee] > depth || walk_calls(b, callee, (uint8_t)(depth + 1));
}

/* Walks the call graph depth first; a function is walked again only from a deeper place. `depth` counts frames, the
 * function's included. */
static bool walk_calls(struct builder *b, uint32_t func, uint8_t depth)
{
    const struct func *f = &b->program->funcs[func];
    if (!b->cfg->called[func]) {
        b->cfg->called[func] = true;
        b->cfg->insn_count += f->count;
        scan_function(b, f);
        scan_registers(b, f);
    }
    b->active[func] = true;
    b->deepest[func] = depth;
    for (uint32_t at = f->first; at < f->first + f->count; at++)
        if (b->program->insns[at].op == OP_CALL && !walk_call(b, at, depth))
            return false;
    b->active[func] = false;
    return true;
}

bool cfg_build(struct cfg *cfg, const struct program *program, uint32_t entry, struct arena *arena, struct diag *d)
{
    *cfg = (struct cfg){.cut = arena_array(arena, program->insn_count + 1, sizeof *cfg->cut),
                        .live = arena_array(arena, program->insn_count, sizeof *cfg->live),
                        .matters = arena_array(arena, program->insn_count, sizeof *cfg->matters),
                        .called = arena_array(arena, program->func_count, sizeof *cfg->called),
                        .unreachable = NONE};
    struct builder b = {cfg,
                        program,
                        arena,
                        d,
                        arena_array(arena, program->func_count, sizeof(bool)),
                        arena_array(arena, program->func_count, 1)};
    return walk_calls(&b, entry, 1);
}
