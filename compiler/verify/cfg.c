// SPDX-License-Identifier: Apache-2.0
/* Control flow of the functions that an entry reaches. */
#include "cfg.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "../program/helper.h"
#include "loops.h"
#include "machine.h"
#include "state.h"

/* What building needs at hand. */
struct builder {
    struct cfg *cfg;
    const struct program *program;
    struct arena *arena;
    struct diag *d;
    bool *active;        /* per function: on the chain of calls being walked */
    uint8_t *deepest;    /* per function: the longest chain it was walked with */
    bool result_matters; /* the entry's hook limits what is returned */
};

uint32_t cfg_successor(const struct program *program, uint32_t at, uint32_t way)
{
    const struct insn *insn = &program->insns[at];
    if (!insn_ends_block(insn) && way-- == 0)
        return at + 1;
    if (insn->op == OP_GOTOX)
        return way < insn->index ? program->jump_targets[insn->target + way] : NONE;
    bool jumps = insn->op == OP_JA || insn_is_branch(insn);
    return jumps && way == 0 ? insn->target : NONE;
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
        uint32_t at = todo[--count], next;
        for (uint32_t way = 0; (next = cfg_successor(program, at, way)) != NONE; way++) {
            uint32_t to = next - f->first;
            if (++enter[to] == 2 || next <= at)
                b->cfg->cut[next] = true;
            if (next <= at)
                b->cfg->head[next] = true;
            enter[to] = enter[to] > 2 ? 2 : enter[to];
            if (!seen[to])
                seen[to] = true, todo[count++] = next;
        }
        if (program->insns[at].op == OP_CALL || program->insns[at].op == OP_CALLX)
            b->cfg->cut[at + 1] = true;
        if (callback_is_call(&program->insns[at]))
            b->cfg->cut[at] = b->cfg->head[at] = true;
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
    case CLASS_JUMP:
        *reads = insn_is_branch(insn) && insn->op != OP_JCOND ? dst | src : 0;
        if (insn->op == OP_GOTOX)
            *reads = dst;
        break;
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

/* Arguments that are pointers or sizes; numbers that a helper only computes with do not matter. */
static uint16_t arguments_that_matter(const struct insn *insn, uint16_t reads)
{
    const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
    for (unsigned arg = 0; helper && arg < helper->arg_count; arg++)
        if (helper->args[arg] == ARG_U32 || arg_is_wide(helper->args[arg]))
            reads = (uint16_t)(reads & ~(2u << arg));
    return reads;
}

/* Of the registers that an instruction reads, those whose numbers matter for themselves. `leaves` says that a branch
 * leaves a loop. */
static uint16_t matters_here(const struct insn *insn, uint16_t reads, enum care care, bool leaves)
{
    enum op_class class = op_class(insn->op);
    if (class == CLASS_ALU)
        return 0;
    if (class == CLASS_EXIT) /* what a function returns may decide something in its caller */
        return care == CARE_BOUNDS ? 0 : reads;
    if (care == CARE_BRANCHES || class == CLASS_LOAD)
        return reads;
    if (class == CLASS_JUMP)
        return leaves ? reads : 0;
    if (class == CLASS_CALL)
        return arguments_that_matter(insn, reads);
    return (uint16_t)(insn->dst == REG_FP ? reads : 1u << insn->dst); /* what is spilled may be filled again */
}

/* What holds before an instruction, given what holds after it: liveness (`care` CARE_LEVELS) or relevance. */
static uint16_t before_insn(const struct insn *insn, uint16_t after, enum care care, bool leaves)
{
    uint16_t reads, writes, here;
    registers_used(insn, &reads, &writes);
    here = care == CARE_LEVELS ? reads : matters_here(insn, reads, care, leaves);
    if (care != CARE_LEVELS && op_class(insn->op) == CLASS_ALU && (after & writes))
        here |= reads;
    return (uint16_t)(here | (after & ~writes));
}

/* A backward fixpoint over a function by a list of instructions to look at (again). */
static void solve_registers(struct builder *b, const struct func *f, enum care care, const struct loops *loops)
{
    uint16_t *facts = care == CARE_LEVELS ? b->cfg->live : b->cfg->matters[care];
    uint32_t *todo = memory_alloc(f->count * sizeof *todo), count = 0;
    bool *waits = memory_alloc(f->count);
    for (uint32_t i = 0; i < f->count; i++)
        todo[count++] = i, waits[i] = true;
    while (count) {
        uint32_t at = todo[--count], next;
        uint16_t after = 0;
        waits[at] = false;
        for (uint32_t way = 0; (next = cfg_successor(b->program, f->first + at, way)) != NONE; way++)
            after |= facts[next];
        const struct insn *insn = &b->program->insns[f->first + at];
        uint16_t before = before_insn(insn, after, care, loops->exits[at]);
        if (b->result_matters && insn->op == OP_EXIT)
            before |= 1;
        if (before == facts[f->first + at])
            continue;
        facts[f->first + at] = before;
        for (uint32_t i = loops->first[at]; i < loops->first[at + 1]; i++)
            if (!waits[loops->from[i]])
                waits[loops->from[i]] = true, todo[count++] = loops->from[i];
    }
    free(todo);
    free(waits);
}

/* fills: live, matters. */
static void scan_registers(struct builder *b, const struct func *f)
{
    struct loops loops;
    loops_find(&loops, b->program, f);
    for (int care = 0; care <= CARE_LEVELS; care++)
        solve_registers(b, f, (enum care)care, &loops);
    cells_find_live(b->program, f, &loops, b->cfg->cells);
    loops_free(&loops);
}

static bool walk_calls(struct builder *b, uint32_t func, uint8_t depth);

/* One instruction of a function that stands `depth` frames deep: calls, and functions whose address is taken, which
 * helpers call back. */
static bool walk_call(struct builder *b, uint32_t at, uint8_t depth)
{
    const struct insn *insn = &b->program->insns[at];
    if (insn->op != OP_CALL && !(insn->op == OP_LDDW && insn->ref == REF_FUNC))
        return true;
    uint32_t callee = insn->index;
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
        if (!walk_call(b, at, depth))
            return false;
    b->active[func] = false;
    return true;
}

bool cfg_build(struct cfg *cfg, const struct program *program, uint32_t entry, struct arena *arena, struct diag *d)
{
    *cfg = (struct cfg){.cut = arena_array(arena, program->insn_count + 1, sizeof *cfg->cut),
                        .head = arena_array(arena, program->insn_count + 1, sizeof *cfg->head),
                        .live = arena_array(arena, program->insn_count, sizeof *cfg->live),
                        .cells = arena_array(arena, program->insn_count + 1, sizeof *cfg->cells),
                        .called = arena_array(arena, program->func_count, sizeof *cfg->called),
                        .unreachable = NONE};
    for (int care = 0; care < CARE_LEVELS; care++)
        cfg->matters[care] = arena_array(arena, program->insn_count, sizeof *cfg->matters[care]);
    const struct hook *hook = program->funcs[entry].hook;
    struct builder b = {cfg,
                        program,
                        arena,
                        d,
                        arena_array(arena, program->func_count, sizeof(bool)),
                        arena_array(arena, program->func_count, 1),
                        !hook || hook->return_low <= hook->return_high};
    return walk_calls(&b, entry, 1);
}
