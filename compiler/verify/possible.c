// SPDX-License-Identifier: Apache-2.0
/* Can a state of an invariant stand for a state of this program at all? The steps rely on it: objects exist,
 * identities are not above the last one given out (a new one would be the same as an old one), stack cells are in order
 * and do not overlap. The checker asks for every node, so that neither exploring nor a file is trusted. */
#include "invariant.h"

/* Identities that containment gives to values without one lie above (include.c). */
#define ID_LIMIT (1u << 29)

/* How many objects there are of a kind of value; 0: there is no such kind. */
static uint32_t object_count(const struct program *program, uint32_t kind, uint32_t depth)
{
    switch (kind) {
    case KIND_STACK: return depth + 1;
    case KIND_MAP:
    case KIND_MAP_VALUE: return program->map_count;
    case KIND_FUNC: return program->func_count;
    case KIND_TABLE:
    case KIND_LABEL: return program->table_count;
    case KIND_UNINIT:
    case KIND_NUMBER:
    case KIND_CONTEXT:
    case KIND_PACKET:
    case KIND_PACKET_META:
    case KIND_PACKET_END: return 1;
    case KIND_OBJECT: return OBJECT_ACQUIRED + FIELD_KERNEL + 1;
    case KIND_MEM: return MEM_FRAME * FRAME_COUNT;
    case KIND_ITER:
    case KIND_DYNPTR: return 3;
    default: return 0;
    }
}

static bool value_is_possible(const struct program *program, const struct state *s, uint32_t depth,
                              const struct value *v)
{
    return v->object < object_count(program, v->kind, depth) && v->id <= s->last_id && v->ref <= s->last_id &&
           !(v->num.bits.value & v->num.bits.mask);
}

/* Registers hold anything but iterators, cells anything that was written. */
static bool frame_is_possible(const struct program *program, const struct state *s, uint32_t depth)
{
    const struct frame *f = s->frames[depth];
    const struct cell *cell;
    int end = -(int)f->stripe_count * STRIPE_BYTES;
    for (int reg = 0; reg < REG_COUNT; reg++)
        if ((f->regs[reg].kind & (KIND_ITER | KIND_DYNPTR)) || !value_is_possible(program, s, depth, &f->regs[reg]))
            return false;
    for (struct cell_walk w = cells_of(f); (cell = cell_next(&w));) {
        if (cell->off < end || cell->size < 1 || cell->size > 8 || cell->off + cell->size > 0 ||
            cell->value.kind == KIND_UNINIT || !value_is_possible(program, s, depth, &cell->value))
            return false;
        end = cell->off + cell->size;
    }
    return true;
}

/* The state's instruction, and where its frames return to, lie inside their functions. */
static bool is_placed(const struct program *program, const struct state *s, uint32_t depth)
{
    const struct frame *frame = s->frames[depth];
    if (frame->func >= program->func_count)
        return false;
    const struct func *f = &program->funcs[frame->func];
    uint32_t insn = depth == s->depth ? s->insn : s->frames[depth + 1]->return_insn;
    if (insn < f->first || insn - f->first >= f->count)
        return false;
    return frame->calling == NONE ||
           (frame->calling < program->insn_count && callback_is_call(&program->insns[frame->calling]));
}

bool state_is_possible(const struct program *program, const struct state *s)
{
    if (s->depth >= FRAME_COUNT || s->last_id >= ID_LIMIT || s->reference_count > REFERENCE_COUNT ||
        s->lock.map > program->map_count || s->lock.id > s->last_id)
        return false;
    for (uint32_t i = 0; i < s->reference_count; i++)
        if (s->references[i].ref == 0 || s->references[i].ref > s->last_id)
            return false;
    for (uint32_t depth = 0; depth <= s->depth; depth++)
        if (!is_placed(program, s, depth) || !frame_is_possible(program, s, depth))
            return false;
    return true;
}
