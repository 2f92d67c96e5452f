// SPDX-License-Identifier: Apache-2.0
/* Reservations in ring buffers, dynptrs, timers and locks, as the UAPI's bpf.h describes them. What programs must not
 * do faults: memory of a record that was handed on, bytes that are no dynptr, a lock that is taken twice, and so on. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inside.h"

#define EINVAL 22
#define E2BIG  7
#define EBUSY  16

/* A dynptr's 16 bytes. `mark` depends on where they lie, so that nothing else passes for one. */
struct dynptr {
    uint64_t address; /* 0: it means nothing */
    uint32_t bytes, mark;
};

#define DYNPTR_LIMIT 0xffffffu

static uint32_t mark_of(uint64_t where)
{
    return (uint32_t)(where * 0x9e3779b97f4a7c15u >> 32) | 1;
}

/* -- reservations -------------------------------------------------------------------------------------------------- */

static uint64_t reserve(struct ref_machine *m, uint64_t map_address, uint64_t bytes, uint64_t flags)
{
    uint32_t index = (uint32_t)(map_address >> OBJECT_SHIFT) & 0xffff;
    bool full = m->record_count == REF_RECORDS || (m->whims && ref_whim(m) % 4 == 0);
    if (map_address != ref_address(REF_SPACE_MAP, index, 0) || flags || full || bytes > m->program->maps[index].entries)
        return 0;
    if (m->record_count == m->record_capacity) {
        m->record_capacity = m->record_capacity ? 2 * m->record_capacity : 8;
        m->records = memory_realloc(m->records, m->record_capacity * sizeof *m->records);
    }
    struct ref_record *r = &m->records[m->record_count];
    *r = (struct ref_record){memory_alloc((size_t)bytes + 1), (uint32_t)bytes};
    memset(r->bytes, 0x5a, (size_t)bytes);
    m->held++;
    return ref_address(REF_SPACE_RECORD, m->record_count++, 0);
}

static bool finish(struct ref_machine *m, uint64_t address, uint32_t at)
{
    uint32_t number = (uint32_t)(address >> OBJECT_SHIFT) & 0xffff;
    if (address != ref_address(REF_SPACE_RECORD, number, 0) || number >= m->record_count || !m->records[number].bytes)
        return ref_fault(m, at, "hands on what is no reservation");
    free(m->records[number].bytes);
    m->records[number].bytes = NULL;
    m->held--;
    m->regs[0] = 0xdeadbeefdeadbeef; /* says nothing */
    return true;
}

/* -- dynptrs ------------------------------------------------------------------------------------------------------- */

static bool write_dynptr(struct ref_machine *m, uint64_t where, struct dynptr d, uint32_t at)
{
    uint8_t *bytes = ref_memory(m, where, sizeof d, true);
    if (!bytes || m->access.space != REF_SPACE_STACK)
        return ref_fault(m, at, "a dynptr outside the stack");
    memcpy(bytes, &d, sizeof d);
    return true;
}

static bool read_dynptr(struct ref_machine *m, uint64_t where, struct dynptr *d, uint32_t at)
{
    const uint8_t *bytes = ref_memory(m, where, sizeof *d, false);
    if (bytes)
        memcpy(d, bytes, sizeof *d);
    return (bytes && d->mark == mark_of(where)) || ref_fault(m, at, "uses what is no dynptr");
}

static bool make_dynptr(struct ref_machine *m, uint32_t at)
{
    uint64_t bytes = m->regs[2], where = m->regs[4];
    bool good = bytes <= DYNPTR_LIMIT && !m->regs[3];
    m->regs[0] = bytes > DYNPTR_LIMIT ? (uint64_t)-E2BIG : good ? 0 : (uint64_t)-EINVAL;
    return write_dynptr(m, where, (struct dynptr){good ? m->regs[1] : 0, good ? (uint32_t)bytes : 0, mark_of(where)},
                        at);
}

static bool reserve_dynptr(struct ref_machine *m, uint32_t at)
{
    uint64_t where = m->regs[4], bytes = (uint32_t)m->regs[2];
    uint64_t record = bytes > DYNPTR_LIMIT ? 0 : reserve(m, m->regs[1], bytes, m->regs[3]);
    m->held += !record; /* also one that means nothing must be handed on */
    m->regs[0] = record ? 0 : (uint64_t)-EINVAL;
    return write_dynptr(m, where, (struct dynptr){record, record ? (uint32_t)bytes : 0, mark_of(where)}, at);
}

static bool finish_dynptr(struct ref_machine *m, uint32_t at)
{
    struct dynptr d;
    uint64_t where = m->regs[1];
    if (!read_dynptr(m, where, &d, at) || !write_dynptr(m, where, (struct dynptr){0}, at))
        return false;
    if (d.address)
        return finish(m, d.address, at);
    m->held--;
    return true;
}

/* The memory that `bytes` bytes at `offset` of a dynptr are; *error: why there is none. */
static uint64_t part_of(const struct dynptr *d, uint64_t offset, uint64_t bytes, uint64_t flags, uint64_t *error)
{
    bool fits = offset <= d->bytes && bytes <= d->bytes - offset;
    *error = !d->address || flags ? (uint64_t)-EINVAL : fits ? 0 : (uint64_t)-E2BIG;
    return *error ? 0 : d->address + offset;
}

/* Copies between a dynptr and memory at `other`. */
static bool copy(struct ref_machine *m, bool from_dynptr, uint32_t at)
{
    struct dynptr d;
    uint64_t error, where = m->regs[from_dynptr ? 3 : 1], other = m->regs[from_dynptr ? 1 : 3];
    uint64_t bytes = (uint32_t)m->regs[from_dynptr ? 2 : 4], offset = (uint32_t)m->regs[from_dynptr ? 4 : 2];
    if (!read_dynptr(m, where, &d, at))
        return false;
    uint64_t inner = part_of(&d, offset, bytes, m->regs[5], &error);
    uint8_t *outside = bytes ? ref_memory(m, other, bytes, from_dynptr) : NULL;
    if (bytes && !outside)
        return ref_fault(m, at, "memory of a dynptr's copy outside every object");
    uint8_t *within = bytes && inner ? ref_memory(m, inner, bytes, !from_dynptr) : NULL;
    if (bytes && inner && !within)
        return ref_fault(m, at, "memory of a dynptr is gone");
    if (within)
        memmove(from_dynptr ? outside : within, from_dynptr ? within : outside, bytes);
    m->regs[0] = error;
    return true;
}

static bool take_data(struct ref_machine *m, uint32_t at)
{
    struct dynptr d;
    uint64_t error;
    if (!read_dynptr(m, m->regs[1], &d, at))
        return false;
    m->regs[0] = part_of(&d, (uint32_t)m->regs[2], (uint32_t)m->regs[3], 0, &error);
    return true;
}

/* -- timers -------------------------------------------------------------------------------------------------------- */

static struct ref_timer *find_timer(struct ref_machine *m, uint64_t where)
{
    for (uint32_t i = 0; i < m->timer_count; i++)
        if (m->timers[i].where == where)
            return &m->timers[i];
    return NULL;
}

static uint64_t init_timer(struct ref_machine *m, uint64_t where, uint64_t flags)
{
    if (flags != 0 && flags != 1 && flags != 7)
        return (uint64_t)-EINVAL;
    if (find_timer(m, where) || m->timer_count == REF_TIMERS)
        return (uint64_t)-EBUSY;
    m->timers[m->timer_count++] = (struct ref_timer){.where = where};
    return 0;
}

static bool timer_helper(struct ref_machine *m, uint32_t id, uint32_t at)
{
    uint64_t where = m->regs[1];
    struct ref_timer *t = find_timer(m, where);
    if (!ref_memory(m, where, 16, true) || m->access.space != REF_SPACE_VALUE)
        return ref_fault(m, at, "a timer outside map values");
    if (id == HELPER_TIMER_INIT && m->regs[2] != ref_address(REF_SPACE_MAP, m->access.object, 0))
        return ref_fault(m, at, "a timer of another map");
    if (id == HELPER_TIMER_INIT) {
        m->regs[0] = init_timer(m, where, m->regs[3]);
        return true;
    }
    if (id == HELPER_TIMER_SET_CALLBACK && ref_function_at(m, m->regs[2]) == NONE)
        return ref_fault(m, at, "a timer's callback is no function");
    m->regs[0] = t ? 0 : (uint64_t)-EINVAL;
    if (!t)
        return true;
    if (id == HELPER_TIMER_SET_CALLBACK) {
        t->function = m->regs[2];
    } else if (id == 171) { /* start */
        bool good = !(m->regs[3] & ~3ull) && t->function;
        t->armed = t->armed || good;
        m->regs[0] = good ? 0 : (uint64_t)-EINVAL;
    } else {
        m->regs[0] = t->armed;
        *t = (struct ref_timer){.where = where};
    }
    return true;
}

/* The callback of one timer. */
static bool run_timer(struct ref_machine *m, struct ref_timer *t)
{
    uint32_t index = (uint32_t)(t->where >> OBJECT_SHIFT) & 0xffff, func = ref_function_at(m, t->function);
    uint64_t entry = (t->where & ((1ull << OBJECT_SHIFT) - 1)) >> VALUE_SHIFT;
    const uint64_t args[3] = {ref_address(REF_SPACE_MAP, index, 0),
                              ref_address(REF_SPACE_KEY, index, entry << VALUE_SHIFT),
                              ref_address(REF_SPACE_VALUE, index, entry << VALUE_SHIFT)};
    t->armed = false;
    return ref_begin(m, func, args) &&
           (m->regs[0] == 0 || ref_fault(m, m->program->funcs[func].first, "a timer's callback does not return 0"));
}

bool ref_run_timers(struct ref_machine *m, uint64_t budget, unsigned rounds)
{
    m->budget = budget;
    for (; rounds; rounds--) {
        struct ref_timer *due = NULL;
        for (uint32_t i = 0; i < m->timer_count; i++)
            if (m->timers[i].armed)
                due = &m->timers[i];
        if (!due)
            return true;
        if (!run_timer(m, due))
            return false;
    }
    return true;
}

/* -- locks --------------------------------------------------------------------------------------------------------- */

static bool lock_helper(struct ref_machine *m, bool take, uint32_t at)
{
    uint64_t where = m->regs[1];
    if (!ref_memory(m, where, 4, true) || m->access.space != REF_SPACE_VALUE)
        return ref_fault(m, at, "a lock outside map values");
    if (m->locked != (take ? 0 : where))
        return ref_fault(m, at, take ? "takes a second lock" : "gives back a lock that is not held");
    m->locked = take ? where : 0;
    return true;
}

bool ref_resource_helper(struct ref_machine *m, uint32_t id, uint32_t at)
{
    switch (id) {
    case HELPER_SPIN_LOCK:
    case HELPER_SPIN_UNLOCK: return lock_helper(m, id == HELPER_SPIN_LOCK, at);
    case HELPER_RINGBUF_RESERVE: m->regs[0] = reserve(m, m->regs[1], m->regs[2], m->regs[3]); return true;
    case 132: /* submit, */
    case 133: /* discard */ return finish(m, m->regs[1], at);
    case HELPER_TIMER_INIT:
    case HELPER_TIMER_SET_CALLBACK:
    case 171:
    case 172: return timer_helper(m, id, at);
    case HELPER_DYNPTR_FROM_MEM: return make_dynptr(m, at);
    case HELPER_RINGBUF_RESERVE_DYNPTR: return reserve_dynptr(m, at);
    case 199:
    case 200: return finish_dynptr(m, at);
    case 201: return copy(m, true, at);
    case 202: return copy(m, false, at);
    case HELPER_DYNPTR_DATA: return take_data(m, at);
    }
    return false;
}
