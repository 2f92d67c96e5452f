// SPDX-License-Identifier: Apache-2.0
/* References and locks of a state (reference.h). Source: the kernel's verifier documentation (bpf/verifier.rst,
 * "Reference tracking") and the manual page of bpf_spin_lock. */
#include "reference.h"

#include <string.h>

uint32_t reference_acquire(struct machine *m, struct state *s)
{
    if (s->reference_count == REFERENCE_COUNT) {
        need_fail(m, s, D_TOO_COMPLEX, NULL, "more than %d things are acquired at the same time", REFERENCE_COUNT);
        return 0;
    }
    uint32_t ref = state_new_id(s);
    s->references[s->reference_count++] = (struct reference){ref, s->insn};
    return ref;
}

void reference_drop(struct state *s, uint32_t ref)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->reference_count; i++)
        if (s->references[i].ref != ref)
            s->references[kept++] = s->references[i];
    s->reference_count = kept;
}

static bool stands_for(const struct cell *cell, const void *argument)
{
    return cell->value.ref == *(const uint32_t *)argument;
}

void reference_release(struct state *s, uint32_t ref)
{
    struct value address = state_stale_address(s);
    reference_drop(s, ref);
    for (uint32_t depth = 0; depth <= s->depth; depth++) {
        struct frame *f = s->frames[depth];
        for (int reg = 0; reg < REG_COUNT; reg++)
            if (f->regs[reg].ref == ref)
                f->regs[reg] = address;
        frame_drop_cells(f, stands_for, &ref);
    }
}

/* The place where something was acquired, as the cause of the error just reported. Returns false. */
static bool tell_acquired(struct machine *m, uint32_t insn, const char *what)
{
    struct place place = program_place(m->program, insn, m->arena);
    diag_cause(m->d, &place, "%s here", what);
    return false;
}

bool reference_none(struct machine *m, const struct state *s, uint32_t kept, const char *what)
{
    if (!lock_none(m, s, what))
        return false;
    if (s->reference_count <= kept)
        return true;
    need_fail(m, s, D_LEAK, "not released", "%s without releasing what was acquired", what);
    tell_acquired(m, s->references[kept].insn, "acquired");
    diag_suggest(m->d,
                 "release it on every path: bpf_ringbuf_submit() or bpf_ringbuf_discard(), bpf_iter_num_destroy()");
    return false;
}

bool lock_none(struct machine *m, const struct state *s, const char *what)
{
    if (!s->lock.held)
        return true;
    need_fail(m, s, D_LOCK, "a lock is held", "%s while a lock is held", what);
    tell_acquired(m, s->lock.insn, "locked");
    diag_suggest(m->d, "call bpf_spin_unlock() first");
    return false;
}

/* The map value to whose lock a register points, as a lock. */
static bool find_lock(struct machine *m, const struct state *s, unsigned reg, struct lock *lock)
{
    const struct value *v = state_reg(s, reg);
    uint64_t at;
    const char *what = need_describe(m, v);
    uint32_t offset = v->kind == KIND_MAP_VALUE ? m->specials[v->object].lock : NONE;
    if (offset == NONE || v->maybe_null || !num_is_const(&v->num, &at) || at != offset)
        return need_fail(m, s, D_HELPER_ARGUMENT, arena_printf(m->arena, "r%u is %s", reg, what),
                         "argument %u is %s, must be the struct bpf_spin_lock of a map value", reg, what);
    if (v->id == 0 && m->program->maps[v->object].role == MAP_USER)
        return need_fail(m, s, D_LOCK, "any value",
                         "argument %u may be any value of '%s'; which lock it is is not known", reg,
                         m->program->maps[v->object].name);
    *lock = (struct lock){true, v->object, v->id, s->insn};
    return true;
}

bool lock_take(struct machine *m, struct state *s, unsigned reg)
{
    struct lock lock = {0};
    if (!lock_none(m, s, "bpf_spin_lock is called") || !find_lock(m, s, reg, &lock))
        return false;
    s->lock = lock;
    return true;
}

bool lock_give(struct machine *m, struct state *s, unsigned reg)
{
    struct lock lock = {0};
    if (!find_lock(m, s, reg, &lock))
        return false;
    if (!s->lock.held || s->lock.map != lock.map || s->lock.id != lock.id)
        return need_fail(m, s, D_LOCK, "not held", "bpf_spin_unlock is called for a lock that is not held");
    s->lock = (struct lock){0};
    return true;
}
