// SPDX-License-Identifier: Apache-2.0
/* Timers in map values (bpf_timer_*). A callback runs by itself, some time after the program that set it: it is proved
 * from its own entry state, which holds nothing but the map, any key and any value of it. Source: the kernel's
 * documentation of bpf_timer (UAPI bpf.h). */
#include "reference.h"

bool timer_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg)
{
    const struct value *v = state_reg(s, arg + 1);
    uint64_t at;
    uint32_t offset = v->kind == KIND_MAP_VALUE ? m->specials[v->object].timer : NONE;
    return (offset != NONE && !v->maybe_null && num_is_const(&v->num, &at) && at == offset) ||
           need_argument(m, s, helper, arg, "the struct bpf_timer of a map value");
}

/* The call is noted for lifting, and the callback for being proved. */
static bool set_callback(struct machine *m, const struct state *s)
{
    uint32_t func = state_reg(s, 2)->object;
    if (!m->facts)
        return true;
    struct fact *f = &m->facts->facts[s->insn];
    f->callback = !f->calls_back || f->callback == func ? func : NONE;
    f->calls_back = true;
    verified_add_timer(m->facts, func, state_reg(s, 1)->object);
    return true;
}

bool timer_call(struct machine *m, const struct state *s, const struct helper *helper)
{
    if (helper->id == HELPER_TIMER_INIT && state_reg(s, 1)->object != state_reg(s, 2)->object)
        return need_argument(m, s, helper, 1, "the map whose value holds the timer");
    return helper->id != HELPER_TIMER_SET_CALLBACK || set_callback(m, s);
}

struct state *timer_entry_state(const struct machine *m)
{
    struct state *s = state_new(m->entry, m->program->funcs[m->entry].first, m->meter);
    struct value key = value_pointer(KIND_MEM, MEM_READ_ONLY), value = value_pointer(KIND_MAP_VALUE, m->timer);
    key.readable = m->program->maps[m->timer].key_bytes;
    value.id = state_new_id(s);
    state_frame(s)->regs[1] = value_pointer(KIND_MAP, m->timer);
    state_frame(s)->regs[2] = key;
    state_frame(s)->regs[3] = value;
    return s;
}

bool timer_return(struct machine *m, const struct state *s)
{
    if (value_is(state_reg(s, 0), 0))
        return true;
    const char *what = need_describe(m, state_reg(s, 0));
    return need_fail(m, s, D_RETURN_VALUE, arena_printf(m->arena, "r0 is %s", what),
                     "a timer's callback returns %s, must be 0", what);
}
