// SPDX-License-Identifier: Apache-2.0
/* Dynptrs: 16 bytes of stack memory that say where other memory lies and how much of it there is; only helpers look
 * inside. Two cells of KIND_DYNPTR stand for one. Memory of a ring buffer is acquired with it: both cells, and pointers
 * into its memory, carry the reference, so that releasing it makes all of them nothing. Other dynptrs mean memory of
 * map values, which outlives them. A global function may borrow one: it gets a pointer to no bytes at all, which
 * helpers know; so it can neither change nor release it, and its memory stays as long as the function runs. Source: the
 * kernel's documentation (UAPI bpf.h, "bpf_dynptr_*"). */
#include "reference.h"

#define DYNPTR_BYTES 16

/* What the cells hold in value.object. */
enum { DYNPTR_LOCAL, DYNPTR_RINGBUF, DYNPTR_SECOND_HALF };

/* The 16 bytes that the register points to. */
static bool find_bytes(const struct state *s, unsigned reg, struct access *a)
{
    const struct value *v = state_reg(s, reg);
    uint64_t off;
    if (v->kind != KIND_STACK || !num_is_const(&v->num, &off))
        return false;
    int64_t at = (int64_t)off, lowest = -(int64_t)s->frames[v->object]->stripe_count * STRIPE_BYTES;
    *a = (struct access){.region = KIND_STACK,
                         .object = v->object,
                         .low = at,
                         .high = at + DYNPTR_BYTES,
                         .align_log2 = 3,
                         .exact = true};
    return at % 8 == 0 && at >= lowest && at <= -DYNPTR_BYTES;
}

static const struct cell *cell_at(const struct frame *f, int64_t off)
{
    struct cell_walk w = cells_of(f);
    const struct cell *cell;
    while ((cell = cell_next(&w)) && cell->off != off)
        ;
    return cell;
}

static bool is_half(const struct cell *cell, bool second)
{
    return cell && cell->value.kind == KIND_DYNPTR && (cell->value.object == DYNPTR_SECOND_HALF) == second;
}

bool dynptr_make(struct machine *m, struct state *s, const struct helper *helper, unsigned arg)
{
    struct access a;
    if (!find_bytes(s, arg + 1, &a))
        return need_argument(m, s, helper, arg, "16 aligned bytes of the stack");
    struct frame *f = s->frames[a.object];
    if (frame_holds(f, (int)a.low, (int)a.high, KIND_ITER))
        return need_argument(m, s, helper, arg, "stack memory without an iterator in use");
    if (!dynptr_touch(m, s, &a, true))
        return false;
    struct value v = {.kind = KIND_DYNPTR, .origin = s->insn, .num = num_const(0)};
    if (helper->id != HELPER_DYNPTR_FROM_MEM) {
        v.object = DYNPTR_RINGBUF;
        v.ref = reference_acquire(m, s);
        if (!v.ref)
            return false;
    }
    frame_write(f, (int)a.low, 8, v);
    v.object = DYNPTR_SECOND_HALF;
    frame_write(f, (int)a.low + 8, 8, v);
    fact_access(m, s, &a);
    return true;
}

/* The value that tells what the dynptr is to which the register points; NULL: it points to none. */
static const struct value *find_dynptr(const struct state *s, unsigned reg, struct access *a)
{
    const struct value *v = state_reg(s, reg);
    if (v->kind == KIND_MEM && (v->object & MEM_DYNPTR) && !v->maybe_null && num_is(&v->num, 0)) {
        *a = (struct access){.region = KIND_MEM, .high = DYNPTR_BYTES, .align_log2 = 3, .exact = true};
        return v;
    }
    const struct cell *cell = find_bytes(s, reg, a) ? cell_at(s->frames[a->object], a->low) : NULL;
    /* An invariant may know less than both halves: then the other one may have been overwritten unnoticed. */
    return is_half(cell, false) && is_half(cell_at(s->frames[a->object], a->low + 8), true) ? &cell->value : NULL;
}

bool dynptr_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg, uint32_t *ref)
{
    struct access a;
    const struct value *dynptr = find_dynptr(s, arg + 1, &a);
    bool releases = helper->args[arg] == ARG_DYNPTR_RINGBUF;
    if (!dynptr)
        return need_argument(m, s, helper, arg, "a dynptr");
    if (releases && (dynptr->kind != KIND_DYNPTR || dynptr->object != DYNPTR_RINGBUF))
        return need_argument(m, s, helper, arg, "a dynptr of bpf_ringbuf_reserve_dynptr");
    *ref = dynptr->ref;
    fact_access(m, s, &a);
    return true;
}

bool dynptr_lend(struct machine *m, const struct state *s, unsigned reg)
{
    struct access a;
    if (!find_dynptr(s, reg, &a))
        return false;
    fact_access(m, s, &a);
    return true;
}

struct value dynptr_lent(void)
{
    return value_pointer(KIND_MEM, MEM_DYNPTR);
}

/* Forgets both halves of the dynptr to which the cell at `off` belongs. */
static void forget(struct frame *f, const struct cell *cell)
{
    int first = cell->value.object == DYNPTR_SECOND_HALF ? cell->off - 8 : cell->off;
    frame_forget(f, first, first + DYNPTR_BYTES, false);
}

bool dynptr_touch(struct machine *m, const struct state *s, const struct access *a, bool writes)
{
    struct frame *f = s->frames[a->object];
    const struct cell *cell;
    while (frame_holds(f, (int)a->low, (int)a->high, KIND_DYNPTR)) {
        struct cell_walk w = cells_of(f);
        while ((cell = cell_next(&w)) && (cell->value.kind != KIND_DYNPTR || cell->off + cell->size <= a->low))
            ;
        if (!cell)
            BUG("a dynptr is there and is not found");
        if (!writes)
            return need_fail(m, s, D_BAD_POINTER, "a dynptr", "reads the bytes of a dynptr");
        if (cell->value.ref)
            return need_fail(m, s, D_BAD_POINTER, "a dynptr",
                             "writes the bytes of a dynptr that must be submitted or discarded first");
        forget(f, cell);
    }
    return true;
}
