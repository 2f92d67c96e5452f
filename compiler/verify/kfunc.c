// SPDX-License-Identifier: Apache-2.0
/* Kernel functions that programs use as part of the language: open-coded iterators over numbers. All others are the
 * firmware's: see prototype.c.
 * Source: the kernel's documentation (bpf/kfuncs.rst; BPF iterators "bpf_iter_num"). */
#include <string.h>

#include "progress.h"
#include "reference.h"

/* The most rounds of one iterator. Linux: BPF_MAX_LOOPS */
#define ITERATOR_LIMIT 8388608u
#define ITERATOR_BYTES 8

/* What an iterator's cell holds in value.object. */
enum { ITER_ACTIVE = 1, ITER_DRAINED };

/* The iterator that r1 points to: its frame and offset in the stack; `*cell` NULL when there is none yet. */
struct iterator {
    struct frame *frame;
    int off;
    struct cell *cell;
};

static bool find_iterator(struct machine *m, struct state *s, struct iterator *it)
{
    const struct value *v = state_reg(s, 1);
    uint64_t off = 0;
    if (!need_written(m, s, 1))
        return false;
    bool exact = num_is_const(&v->num, &off) && v->kind == KIND_STACK;
    int64_t at = exact ? (int64_t)off : 0;
    if (!exact || at < -machine_stack(m) || at > -ITERATOR_BYTES || at % 8) {
        const char *what = need_describe(m, v);
        return need_fail(m, s, D_HELPER_ARGUMENT, arena_printf(m->arena, "r1 is %s", what),
                         "the iterator is %s, must be 8 aligned bytes of the stack", what);
    }
    *it = (struct iterator){s->frames[v->object], (int)at, NULL};
    struct cell_walk w = cells_of(it->frame);
    for (const struct cell *cell; (cell = cell_next(&w));)
        if (cell->off == it->off && cell->value.kind == KIND_ITER)
            it->cell = cell_own(it->frame, &w);
    fact_access(m, s,
                &(struct access){.region = KIND_STACK, .object = v->object, .low = at, .high = at + ITERATOR_BYTES});
    return true;
}

/* The iterator in use that r1 points to; NULL: reported. */
static struct cell *need_iterator(struct machine *m, struct state *s)
{
    struct iterator it = {0};
    if (!find_iterator(m, s, &it))
        return NULL;
    if (!it.cell)
        need_fail(m, s, D_HELPER_ARGUMENT, "no iterator", "r1 points to no iterator that is in use");
    return it.cell;
}

static void finish_call(struct state *s, struct value result)
{
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, result);
}

/* bpf_iter_num_new(it, start, end): also after an error the iterator must be destroyed. */
static bool iter_num_new(struct machine *m, struct state *s)
{
    struct iterator it = {0};
    if (!find_iterator(m, s, &it) || !need_written(m, s, 2) || !need_written(m, s, 3))
        return false;
    if (frame_holds(it.frame, it.off, it.off + ITERATOR_BYTES, KIND_ITER))
        return need_fail(m, s, D_HELPER_ARGUMENT, "in use", "r1 points to an iterator that is in use already");
    const struct value *start = state_reg(s, 2), *end = state_reg(s, 3);
    if (start->kind != KIND_NUMBER || end->kind != KIND_NUMBER)
        return need_fail(m, s, D_HELPER_ARGUMENT, NULL, "the first and the last number must be numbers");
    int64_t rounds = range_signed_max(end->num.low, 32) - range_signed_min(start->num.low, 32);
    struct value v = {.kind = KIND_ITER, .object = ITER_ACTIVE, .origin = s->insn};
    v.readable = (uint32_t)(rounds < 0 ? 0 : rounds > ITERATOR_LIMIT ? ITERATOR_LIMIT : rounds);
    v.num = num_unknown();
    v.num.all = range_unsigned(0, v.readable);
    num_sync(&v.num);
    v.ref = reference_acquire(m, s);
    frame_write(it.frame, it.off, ITERATOR_BYTES, v);
    finish_call(s, value_number(num_signed_word(32)));
    return v.ref != 0;
}

/* bpf_iter_num_next(it): a pointer to the next number, while there is one; then NULL for ever. */
static enum outcome iter_num_next(struct machine *m, struct state *s, struct state **other)
{
    struct cell *cell = need_iterator(m, s);
    if (!cell)
        return STEP_FAILED;
    if (cell->value.object == ITER_ACTIVE && cell->value.readable) {
        *other = state_clone(s);
        struct cell *more = need_iterator(m, *other);
        if (!more)
            BUG("a copy of a state lacks its iterator");
        struct value number = value_pointer(KIND_MEM, MEM_READ_ONLY | MEM_ALIGNED);
        number.readable = 4;
        number.ref = more->value.ref;
        motion_tick(&more->value.motion);
        finish_call(*other, number);
        fact_result(m, s->insn, state_reg(*other, 0));
        (*other)->ticks++;
        (*other)->insn++;
    }
    cell->value.object = ITER_DRAINED;
    finish_call(s, value_number(num_const(0)));
    fact_result(m, s->insn, state_reg(s, 0));
    s->insn++;
    return *other ? STEP_BOTH : STEP_NEXT;
}

static bool iter_num_destroy(struct machine *m, struct state *s)
{
    const struct cell *cell = need_iterator(m, s);
    if (!cell)
        return false;
    reference_release(s, cell->value.ref);
    finish_call(s, value_uninit());
    return true;
}

enum outcome kfunc_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    const char *name = m->program->externs[insn->index].name;
    bool ok;
    if (!lock_none(m, s, "a function is called"))
        return STEP_FAILED;
    if (strcmp(name, "bpf_iter_num_next") == 0)
        return iter_num_next(m, s, other);
    if (strcmp(name, "bpf_iter_num_new") == 0)
        ok = iter_num_new(m, s);
    else if (strcmp(name, "bpf_iter_num_destroy") == 0)
        ok = iter_num_destroy(m, s);
    else
        ok = call_prototype(m, s, insn);
    if (ok)
        fact_result(m, s->insn, state_reg(s, 0));
    s->insn++;
    return ok ? STEP_NEXT : STEP_FAILED;
}
