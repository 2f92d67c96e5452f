// SPDX-License-Identifier: Apache-2.0
/* Helpers that call a function of the program again and again: bpf_loop, bpf_for_each_map_elem.
 * The call instruction is the head of a loop: from it the state either enters the callback, which returns to it, or
 * goes on behind it. Each entry uses up one of the rounds (bound.c). Sound because: every run of the helper is such a
 * sequence of entries, at most as many as the rounds say, and the callback's frame sees any values that the helper may
 * give it. */
#include "progress.h"
#include "reference.h"

/* The most rounds of bpf_loop. Linux: BPF_MAX_LOOPS */
#define LOOP_LIMIT 8388608u

bool callback_is_call(const struct insn *insn)
{
    const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
    for (unsigned arg = 0; helper && arg < helper->arg_count; arg++)
        if (helper->args[arg] == ARG_CALLBACK)
            return helper->id == HELPER_LOOP || helper->id == HELPER_FOR_EACH_MAP_ELEM;
    return false;
}

/* Elements of a map at most; of a map of which only the template is known, any number. */
static uint32_t map_rounds(const struct map *map)
{
    return map->is_template ? UINT32_MAX : map->entries;
}

/* How often the helper calls back at most. */
static uint32_t most_rounds(const struct machine *m, const struct state *s, uint32_t helper)
{
    const struct value *v = state_reg(s, 1);
    if (helper != HELPER_LOOP)
        return map_rounds(&m->program->maps[v->object]);
    /* The number of a pointer is its offset, not the address that the helper would count to. */
    uint64_t most = v->kind == KIND_NUMBER ? range_max(v->num.low, 32) : LOOP_LIMIT;
    return (uint32_t)(most > LOOP_LIMIT ? LOOP_LIMIT : most);
}

/* The arguments of the callback, from those of the helper. */
static void give_arguments(const struct machine *m, struct state *s, uint32_t helper, const struct value *args,
                           uint32_t rounds)
{
    struct num index = num_unknown();
    index.all = range_unsigned(0, rounds - 1);
    num_sync(&index);
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    if (helper == HELPER_LOOP) {
        state_set_reg(s, 1, value_number(index));
        state_set_reg(s, 2, args[3]);
        return;
    }
    const struct map *map = &m->program->maps[args[1].object];
    /* The key is the helper's: an array has none in memory. */
    struct value key = value_pointer(KIND_MEM, MEM_READ_ONLY + MEM_FRAME * s->depth);
    struct value value = value_pointer(KIND_MAP_VALUE, args[1].object);
    key.readable = map->key_bytes;
    value.id = state_new_id(s);
    state_set_reg(s, 1, args[1]);
    state_set_reg(s, 2, key);
    state_set_reg(s, 3, value);
    state_set_reg(s, 4, args[3]);
}

/* The register of the helper's function argument, and of the pointer that it hands on. */
static unsigned callback_reg(uint32_t helper)
{
    (void)helper;
    return 2; /* both helpers: (number or map, function, context, flags) */
}

/* Makes `s` a state inside the callback. */
static bool enter(struct machine *m, struct state *s, uint32_t helper)
{
    struct frame *f = state_frame(s);
    uint32_t call = s->insn, func = f->regs[callback_reg(helper)].object, rounds = f->rounds;
    struct value args[REG_COUNT];
    for (unsigned reg = 0; reg < REG_COUNT; reg++)
        args[reg] = f->regs[reg];
    fact_callback(m, s, func);
    motion_tick(&f->called);
    s->ticks++;
    if (!state_push_callback(s, func, m->program->funcs[func].first, call))
        return need_fail(m, s, D_CALL_DEPTH, NULL, "calls nest deeper than %d frames", FRAME_COUNT);
    give_arguments(m, s, helper, args, rounds);
    return true;
}

/* Goes on behind the call. */
static void leave(struct machine *m, struct state *s)
{
    struct frame *f = state_frame(s);
    f->calling = NONE;
    f->rounds = 0;
    f->called = (struct motion){0};
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, value_number(num_unknown()));
    fact_result(m, s->insn, state_reg(s, 0));
    s->insn++;
}

enum outcome callback_step(struct machine *m, struct state *s, const struct insn *insn, struct state **other)
{
    uint32_t helper = (uint32_t)insn->imm;
    struct frame *f = state_frame(s);
    if (!lock_none(m, s, "a helper is called") || !call_check_arguments(m, s, helper_find(helper)))
        return STEP_FAILED;
    if (f->calling != s->insn) {
        f->calling = s->insn;
        f->rounds = most_rounds(m, s, helper);
        f->called = (struct motion){0};
    }
    if (f->rounds == 0) {
        leave(m, s);
        return STEP_NEXT;
    }
    *other = state_clone(s);
    if (!enter(m, *other, helper)) {
        state_free(*other);
        *other = NULL;
        return STEP_FAILED;
    }
    leave(m, s);
    return STEP_BOTH;
}

enum outcome callback_return(struct machine *m, struct state *s)
{
    const struct value *r0 = state_reg(s, 0);
    if (r0->kind != KIND_NUMBER || range_max(r0->num.all, 64) > 1) {
        const char *what = need_describe(m, r0);
        need_fail(m, s, D_RETURN_VALUE, arena_printf(m->arena, "r0 is %s", what),
                  "a callback returns %s, must be 0 (go on) or 1 (stop)", what);
        return STEP_FAILED;
    }
    if (!reference_none(m, s, state_frame(s)->held, "the callback ends"))
        return STEP_FAILED;
    state_pop_callback(s);
    return STEP_NEXT;
}
