// SPDX-License-Identifier: Apache-2.0
/* Several proved programs as the programs of one image. Sound because: each fact of the join is implied by the same
 * fact of every part that reaches the instruction. */
#include "verified.h"

#include "../base/memory.h"

static void join_register(struct reg_fact *to, const struct reg_fact *from)
{
    bool first = !(to->kinds & KIND_STACK), too = from->kinds & KIND_STACK;
    to->stack_low = first || (too && from->stack_low < to->stack_low) ? from->stack_low : to->stack_low;
    to->stack_high = first || (too && from->stack_high > to->stack_high) ? from->stack_high : to->stack_high;
    to->kinds |= from->kinds;
    to->may_be_null = to->may_be_null || from->may_be_null;
    to->low = from->low < to->low ? from->low : to->low;
    to->high = from->high > to->high ? from->high : to->high;
    to->signed_low = from->signed_low < to->signed_low ? from->signed_low : to->signed_low;
    to->signed_high = from->signed_high > to->signed_high ? from->signed_high : to->signed_high;
    to->low32 = from->low32 < to->low32 ? from->low32 : to->low32;
    to->high32 = from->high32 > to->high32 ? from->high32 : to->high32;
    to->known_mask &= from->known_mask & ~(to->known_bits ^ from->known_bits);
    to->known_bits &= to->known_mask;
}

static void join_fact(struct arena *arena, struct fact *to, const struct fact *from)
{
    if (!from->reachable)
        return;
    if (!to->reachable) {
        *to = *from;
        to->args = from->args ? arena_memdup(arena, from->args, 5 * sizeof *from->args) : NULL;
        return;
    }
    to->can_jump = to->can_jump || from->can_jump;
    to->can_fall = to->can_fall || from->can_fall;
    join_register(&to->dst, &from->dst);
    join_register(&to->src, &from->src);
    join_register(&to->result, &from->result);
    for (unsigned arg = 0; to->args && from->args && arg < 5; arg++)
        join_register(&to->args[arg], &from->args[arg]);
    to->object = to->object == from->object ? to->object : NONE;
    to->map = to->map == from->map ? to->map : NONE;
    to->callback = to->callback == from->callback ? to->callback : NONE;
    to->calls_back = to->calls_back || from->calls_back;
    to->rounds = from->rounds > to->rounds ? from->rounds : to->rounds;
    to->region |= from->region;
    to->low = from->low < to->low ? from->low : to->low;
    to->high = from->high > to->high ? from->high : to->high;
    to->align_log2 = from->align_log2 < to->align_log2 ? from->align_log2 : to->align_log2;
}

static void join_function(struct arena *arena, struct func_fact *to, const struct func_fact *from)
{
    if (from->touched && !to->touched)
        to->touched = arena_array(arena, STACK_MOST, sizeof *to->touched);
    for (uint32_t i = 0; from->touched && i < STACK_MOST; i++)
        to->touched[i] = from->touched[i] > to->touched[i] ? from->touched[i] : to->touched[i];
    to->reachable = to->reachable || from->reachable;
    to->frame_bytes = from->frame_bytes > to->frame_bytes ? from->frame_bytes : to->frame_bytes;
    to->zero_frame = to->zero_frame || from->zero_frame;
}

static void join_bounds(struct bounds *to, const struct bounds *from)
{
    to->max_insns = from->max_insns > to->max_insns ? from->max_insns : to->max_insns;
    to->stack_bytes = from->stack_bytes > to->stack_bytes ? from->stack_bytes : to->stack_bytes;
    to->stack_limit_bytes =
        from->stack_limit_bytes > to->stack_limit_bytes ? from->stack_limit_bytes : to->stack_limit_bytes;
    to->nested_tails = to->nested_tails || from->nested_tails;
    to->timer_insns = from->timer_insns > to->timer_insns ? from->timer_insns : to->timer_insns;
}

static void join_part(struct verified *v, const struct verified *part)
{
    const struct program *program = v->program;
    v->proved = v->proved && part->proved;
    join_bounds(&v->bounds, &part->bounds);
    for (uint32_t i = 0; i < program->insn_count; i++)
        join_fact(&v->arena, &v->facts[i], &part->facts[i]);
    for (uint32_t i = 0; i < program->func_count; i++) {
        join_function(&v->arena, &v->func_facts[i], &part->func_facts[i]);
        v->roots[i].entered = v->roots[i].entered || part->roots[i].entered;
        for (uint32_t target = 0; part->roots[i].targets && target < program->func_count; target++)
            if (part->roots[i].targets[target])
                root_add_target(v, i, target);
    }
    for (uint32_t i = 0; i < part->aparts.count; i++)
        verified_add_timer(v, part->aparts.items[i].func, part->aparts.items[i].map);
    for (size_t i = 0; i < ((size_t)program->func_count * program->func_count + 7) / 8; i++)
        v->enters[i] |= part->enters[i];
}

struct verified *verified_join(struct verified *const *parts, uint32_t count)
{
    if (count == 1)
        return parts[0];
    struct verified *v = verified_new(parts[0]->program, parts[0]->entry, parts[0]->context_bytes);
    v->parts = arena_memdup(&v->arena, parts, count * sizeof *parts);
    v->part_count = count;
    v->proved = true;
    for (uint32_t i = 0; i < count; i++)
        join_part(v, parts[i]);
    return v;
}

uint32_t verified_part_count(const struct verified *v)
{
    return v->part_count ? v->part_count : 1;
}

const struct verified *verified_part(const struct verified *v, uint32_t index)
{
    return v->part_count ? v->parts[index] : v;
}
