// SPDX-License-Identifier: Apache-2.0
/* Memory: may an access touch what it touches, and what does it read or leave behind? */
#include <inttypes.h>

#include "machine.h"
#include "word.h"

/* The pointer's name in messages: "r2", or "argument 2 of bpf_map_lookup_elem (r2)". */
static const char *who(const struct machine *m, const struct request *r)
{
    if (!r->helper)
        return arena_printf(m->arena, "r%u", r->reg);
    return arena_printf(m->arena, "argument %u of %s (r%u)", r->reg, r->helper->enum_name, r->reg);
}

static const char *verb(enum access_use use)
{
    return use == USE_READ ? "reads" : "writes";
}

/* Where the pointer or its offset comes from, as causes of the error just reported. Returns false. */
static bool tell_origin(struct machine *m, const struct request *r)
{
    return need_origin(m, r->base, who(m, r));
}

static bool out_of_bounds(struct machine *m, const struct state *s, const struct request *r, const struct access *a,
                          const char *object)
{
    const char *label = arena_printf(m->arena, "outside %s", object);
    if (a->exact)
        need_fail(m, s, D_OUT_OF_BOUNDS, label, "%s %" PRIu64 " byte%s at offset %" PRId64 " of %s", verb(r->use),
                  r->size, r->size == 1 ? "" : "s", a->low, object);
    else
        need_fail(m, s, D_OUT_OF_BOUNDS, label,
                  "%s %" PRIu64 " byte%s somewhere in offsets %" PRId64 "..%" PRId64 " of %s", verb(r->use), r->size,
                  r->size == 1 ? "" : "s", a->low, a->high, object);
    tell_origin(m, r);
    diag_suggest(m->d, a->exact ? "access only bytes inside the object, or give it a larger type"
                                : "compare the index with the object's size before using it");
    return false;
}

/* Kinds of value that are no memory at all. */
static bool refuse_kind(struct machine *m, const struct state *s, const struct request *r)
{
    const char *what = need_describe(m, r->base);
    const char *label = arena_printf(m->arena, "%s is %s", who(m, r), what);
    if (r->base->kind == KIND_UNINIT)
        return need_fail(m, s, D_UNINIT_REGISTER,
                         arena_printf(m->arena, "%s was never written on this path", who(m, r)),
                         "%s is used as an address but was never written", who(m, r));
    if (value_is(r->base, 0)) {
        need_fail(m, s, D_NULL_DEREF, arena_printf(m->arena, "%s is NULL", who(m, r)), "pointer is NULL");
        return tell_origin(m, r);
    }
    if (r->base->kind == KIND_NUMBER) {
        need_fail(m, s, D_NOT_POINTER, label, "%s memory through a number", verb(r->use));
        return tell_origin(m, r);
    }
    return need_fail(m, s, D_BAD_POINTER, label, "%s memory through %s", verb(r->use), what);
}

static bool refuse_null(struct machine *m, const struct state *s, const struct request *r)
{
    need_fail(m, s, D_NULL_DEREF, arena_printf(m->arena, "%s is %s", who(m, r), need_describe(m, r->base)),
              "pointer may be NULL");
    uint32_t origin = r->base->origin;
    if (origin < m->program->insn_count) {
        struct place place = program_place(m->program, origin, m->arena);
        const struct insn *insn = &m->program->insns[origin];
        const struct helper *helper = insn->op == OP_HELPER ? program_helper(m->program, insn->imm) : NULL;
        if (helper)
            diag_cause(m->d, &place, "%s gives NULL when the key is absent", helper->enum_name);
        else
            diag_cause(m->d, &place, "what is read here may be NULL");
    }
    struct place here = program_place(m->program, s->insn, m->arena);
    diag_cause(m->d, &here, "no test of %s on this path", who(m, r));
    diag_suggest(m->d, "compare the pointer with NULL before using it: if (!p) return 0;");
    return false;
}

/* Alignment that the offsets of an access prove, at most 8. */
static uint8_t proven_alignment(const struct num *offset, int off)
{
    struct tnum sum = tnum_add(offset->bits, tnum_const((uint64_t)(int64_t)off));
    uint64_t bits = sum.value | sum.mask | 8;
    return (uint8_t)__builtin_ctzll(bits);
}

static bool check_stack(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    if (a->low < -machine_stack(m) || a->high > 0)
        return out_of_bounds(m, s, r, a, arena_printf(m->arena, "the stack frame (offsets -%d..0)", machine_stack(m)));
    if (frame_holds(s->frames[a->object], (int)a->low, (int)a->high, KIND_ITER))
        return need_fail(m, s, D_BAD_POINTER, "an iterator", "%s the bytes of an iterator", verb(r->use));
    return dynptr_touch(m, s, a, r->use == USE_WRITE);
}

/* Ethernet frames begin 2 bytes, network headers 0 bytes behind a multiple of 4 when the firmware promises it. */
static uint8_t packet_alignment(const struct machine *m, const struct request *r)
{
    if (!m->packets_aligned || r->base->kind != KIND_PACKET || !m->hook)
        return 0;
    uint8_t align = proven_alignment(&r->base->num, r->base->off + r->off + (m->hook->start == START_NETWORK ? 0 : 2));
    return align > 2 ? 2 : align;
}

static bool check_packet(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    /* Sound because: `readable` bytes from data + variable part lie before data_end, and the variable part is not
     * negative. */
    int64_t first = (int64_t)r->base->off + r->off;
    const char *end = r->base->kind == KIND_PACKET ? "data_end" : "data";
    a->align_log2 = packet_alignment(m, r);
    if (r->use != USE_READ && m->hook && m->hook->packet != PACKET_WRITE && m->hook->packet != PACKET_LOCAL)
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to the packet, which %s programs may only read",
                         m->hook->name);
    if (first >= 0 && range_signed_min(r->base->num.all, 64) >= 0 && (uint64_t)first + r->size <= r->base->readable)
        return true;
    need_fail(m, s, D_OUT_OF_BOUNDS, arena_printf(m->arena, "%s is not proved to lie before %s", who(m, r), end),
              "%s %" PRIu64 " byte%s at offset %" PRId64 " of the packet%s; %u bytes are proved to be there",
              verb(r->use), r->size, r->size == 1 ? "" : "s", first, r->base->kind == KIND_PACKET ? "" : "'s metadata",
              r->base->readable);
    diag_suggest(m->d, "compare with %s first: if (p + %" PRId64 " > %s) return …;", end, first + (int64_t)r->size,
                 end);
    return false;
}

static bool check_map_value(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    const struct map *map = &m->program->maps[r->base->object];
    if (a->low < 0 || a->high > map->value_bytes)
        return out_of_bounds(m, s, r, a,
                             arena_printf(m->arena, "'%s', whose value has %u bytes", map->name, map->value_bytes));
    bool device = map->type == MAP_DEVMAP || map->type == MAP_DEVMAP_HASH || map->type == MAP_CPUMAP;
    bool read_only =
        device || map->role == MAP_SECTION_RODATA || map->role == MAP_EXTERN || (map->flags & MAP_RDONLY_PROG);
    if (r->use != USE_READ && read_only)
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to '%s', which is read-only", map->name);
    if (r->use != USE_WRITE && (map->flags & MAP_WRONLY_PROG))
        return need_fail(m, s, D_READ_ONLY, "write-only", "reads '%s', whose flags forbid that to programs", map->name);
    /* Values are aligned at least as the lowest set bit of their size says (helpers-template/). */
    uint8_t stride = map->role == MAP_USER     ? (uint8_t)__builtin_ctz(map->value_bytes | 8)
                     : map->role == MAP_EXTERN ? map->align_log2
                                               : 3;
    if (stride < a->align_log2)
        a->align_log2 = stride;
    return true;
}

/* An access to a structure of fields that the hook does not allow: why. */
static bool refuse_field(struct machine *m, const struct state *s, const struct request *r, const struct access *a)
{
    const char *type = m->hook->layout->type;
    const struct hook_field *field = r->use == USE_READ ? NULL : hook_access(m->hook, a->low, r->size, false);
    if (a->low < 0 || a->high > m->context_bytes)
        return out_of_bounds(m, s, r, a, arena_printf(m->arena, "%s, which has %u bytes", type, m->context_bytes));
    if (field)
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to %s->%s, which is read-only in %s programs", type,
                         field->name, m->hook->name);
    return need_fail(m, s, D_CONTEXT_FIELD, "no such field",
                     "%s %" PRIu64 " byte%s at offset %" PRId64 " of %s, where %s programs have no such field",
                     verb(r->use), r->size, r->size == 1 ? "" : "s", a->low, type, m->hook->name);
}

/* Memory that a helper gave. */
static bool check_memory(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    if (a->low < 0 || a->high > r->base->readable)
        return out_of_bounds(m, s, r, a, need_describe(m, r->base));
    if (r->use != USE_READ && (r->base->object & MEM_READ_ONLY))
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to read-only memory");
    uint8_t most = r->base->object & MEM_ALIGNED ? 3 : r->base->object & MEM_ALIGNED_4 ? 2 : 0;
    a->align_log2 = a->align_log2 > most ? most : a->align_log2;
    return true;
}

/* Locks and timers in map values are no business of the program's own loads and stores. */
static bool check_special(struct machine *m, const struct state *s, const struct request *r, const struct access *a)
{
    const struct special *special = &m->specials[r->base->object];
    bool lock = special->lock != NONE && a->low < special->lock + 4 && a->high > special->lock;
    bool timer = special->timer != NONE && a->low < special->timer + 16 && a->high > special->timer;
    if (!lock && !timer)
        return true;
    const char *name = lock ? "struct bpf_spin_lock" : "struct bpf_timer";
    return need_fail(m, s, D_BAD_POINTER, name, "%s the %s of '%s'", verb(r->use), name,
                     m->program->maps[r->base->object].name);
}

static bool check_context(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    if (!hook_has_fields(m->hook)) {
        if (a->low < 0 || a->high > m->context_bytes)
            return out_of_bounds(m, s, r, a,
                                 arena_printf(m->arena, "the context, which has %u bytes", m->context_bytes));
        if (m->hook && m->hook->layout->bytes && !r->helper && (1u << a->align_log2) < r->size)
            return need_fail(m, s, D_UNALIGNED, "unaligned",
                             "%s %" PRIu64 " bytes at an unaligned offset of the context", verb(r->use), r->size);
        return true;
    }
    /* So one instruction always means one field, whose place in the firmware's view differs from that in BPF's. */
    if (!num_is(&r->base->num, 0))
        return need_fail(m, s, D_CONTEXT_FIELD, "was moved", "%s %s through a pointer that was moved", verb(r->use),
                         m->hook->layout->type);
    return hook_access(m->hook, a->low, r->size, r->use != USE_READ) || refuse_field(m, s, r, a);
}

/* Sockets and what else fields of the context point to. */
static bool check_object(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    const char *type;
    enum field_kind kind = (enum field_kind)(r->base->object & ~OBJECT_ACQUIRED);
    bool writes = r->use != USE_READ;
    if (hook_object_access(kind, a->low, r->size, writes, &type))
        return true;
    if (writes && hook_object_access(kind, a->low, r->size, false, NULL))
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to %s, which is read-only", type);
    return need_fail(m, s, D_CONTEXT_FIELD, "no such field",
                     "%s %" PRIu64 " byte%s at offset %" PRId64 " of %s, which has no such field", verb(r->use),
                     r->size, r->size == 1 ? "" : "s", a->low, type);
}

/* Jump tables: whole entries are loaded, and nothing else. */
static bool check_table(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    const struct jump_table *table = &m->program->tables[r->base->object];
    const struct insn *insn = &m->program->insns[s->insn];
    if (r->helper)
        return refuse_kind(m, s, r);
    if (r->use != USE_READ)
        return need_fail(m, s, D_READ_ONLY, "read-only", "writes to the jump table '%s', which is read-only",
                         table->name);
    if (insn->op != OP_LDX || r->size != 8)
        return need_fail(m, s, D_BAD_POINTER, "a part of an entry",
                         "reads %" PRIu64 " byte%s of the jump table '%s', must read an entry of 8 bytes", r->size,
                         r->size == 1 ? "" : "s", table->name);
    if (a->low < 0 || a->high > (int64_t)table->count * 8)
        return out_of_bounds(
            m, s, r, a,
            arena_printf(m->arena, "the jump table '%s', which has %u entries of 8 bytes", table->name, table->count));
    if (a->align_log2 < 3)
        return need_fail(m, s, D_UNALIGNED, "unaligned",
                         "reads the jump table '%s' at an offset that is not proved to be a multiple of 8",
                         table->name);
    a->low += (int64_t)table->first * 8;
    a->high += (int64_t)table->first * 8;
    return true;
}

/* Bounds and permission of an access through a pointer that is not NULL. */
static bool check_region(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    switch (r->base->kind) {
    case KIND_STACK: return check_stack(m, s, r, a);
    case KIND_CONTEXT: return check_context(m, s, r, a);
    case KIND_PACKET:
    case KIND_PACKET_META: return check_packet(m, s, r, a);
    case KIND_MAP_VALUE: return check_map_value(m, s, r, a) && check_special(m, s, r, a);
    case KIND_OBJECT: return check_object(m, s, r, a);
    case KIND_MEM: return check_memory(m, s, r, a);
    case KIND_TABLE: return check_table(m, s, r, a);
    default: return refuse_kind(m, s, r);
    }
}

bool access_check(struct machine *m, const struct state *s, const struct request *r, struct access *a)
{
    const struct value *base = r->base;
    *a = (struct access){0};
    if (!(base->kind & (KIND_MEMORY | KIND_OBJECT | KIND_TABLE)))
        return refuse_kind(m, s, r);
    if (base->maybe_null)
        return refuse_null(m, s, r);
    int64_t low = range_signed_min(base->num.all, 64), high = range_signed_max(base->num.all, 64);
    /* Far from overflow; pointer arithmetic keeps to the same limit. */
    if (low < -(1 << 29) || high > 1 << 29 || r->size > 1 << 29)
        return need_fail(m, s, D_OUT_OF_BOUNDS, "offset without bounds",
                         "%s memory at an offset without bounds from %s", verb(r->use), need_describe(m, base));
    int64_t fixed = (int64_t)base->off + r->off;
    *a = (struct access){.region = base->kind,
                         .object = base->object,
                         .low = low + fixed,
                         .high = high + fixed + (int64_t)r->size,
                         .align_log2 = proven_alignment(&base->num, base->off + r->off),
                         .exact = low == high};
    return check_region(m, s, r, a);
}

static unsigned access_bytes(const struct insn *insn)
{
    return insn->bits / 8u;
}

/* One instruction cannot access a structure of fields, or a jump table, and other memory too. */
static bool refuse_mixture(struct machine *m, const struct state *s, enum access_use use)
{
    bool fields = hook_has_fields(m->hook);
    return need_fail(m, s, D_CONTEXT_FIELD, fields ? "context on one path only" : "a jump table on one path only",
                     "%s %s on one path and other memory on another; the two differ in layout", verb(use),
                     fields ? m->hook->layout->type : "a jump table");
}

/* Judges the access of an instruction, with the alignment that its kind of memory demands, and records it. */
static bool access_insn(struct machine *m, const struct state *s, const struct insn *insn, unsigned base,
                        enum access_use use, struct access *a)
{
    unsigned size = access_bytes(insn);
    const struct request r = {state_reg(s, base), base, NULL, insn->off, size, use};
    if (!access_check(m, s, &r, a))
        return false;
    if (!fact_one_layout(m, s, a))
        return refuse_mixture(m, s, use);
    bool strict = a->region == KIND_STACK || use == USE_ATOMIC;
    if (strict && !(a->region == KIND_STACK && !a->exact) && (a->low % size || (1u << a->align_log2) < size))
        return need_fail(m, s, D_UNALIGNED, "unaligned",
                         "%s %u bytes at offset %" PRId64 " of %s, which is not a multiple of %u", verb(use), size,
                         a->low, a->region == KIND_STACK ? "the stack frame" : "its object", size);
    if (use == USE_ATOMIC && !(a->region & (KIND_STACK | KIND_MAP_VALUE | KIND_MEM)))
        return need_fail(m, s, D_BAD_POINTER, "no atomics here", "atomic operation on %s",
                         need_describe(m, state_reg(s, base)));
    fact_access(m, s, a);
    return true;
}

/* A constant of read-only data. */
static bool read_constant(const struct machine *m, const struct access *a, unsigned size, uint64_t *word)
{
    const struct map *map = &m->program->maps[a->object];
    if (a->region != KIND_MAP_VALUE || map->role != MAP_SECTION_RODATA || !a->exact)
        return false;
    *word = 0;
    for (unsigned i = 0; i < size; i++)
        *word |= (uint64_t)(map->init ? map->init[a->low + i] : 0) << (8 * i);
    return true;
}

/* What a field of the context reads as. */
static struct value read_field(const struct machine *m, struct state *s, const struct access *a, unsigned size)
{
    const struct hook_field *field = hook_has_fields(m->hook) ? hook_access(m->hook, a->low, size, false) : NULL;
    struct value v = value_number(num_word(size * 8));
    switch (field ? field->kind : FIELD_NUMBER) {
    case FIELD_NUMBER:
    case FIELD_TCP_SOCK:
    case FIELD_XDP_SOCK: break;
    case FIELD_PACKET: return value_pointer(KIND_PACKET, 0);
    case FIELD_PACKET_END: return value_pointer(KIND_PACKET_END, 0);
    case FIELD_PACKET_META: return value_pointer(KIND_PACKET_META, 0);
    case FIELD_SOCKET:
    case FIELD_FLOW_KEYS:
    case FIELD_KERNEL: return value_pointer(KIND_OBJECT, field->kind);
    case FIELD_SOCKET_OR_NULL:
    case FIELD_SOCK_COMMON_OR_NULL:
        v = value_pointer(KIND_OBJECT, field->kind);
        v.maybe_null = true;
        v.id = state_new_id(s);
        break;
    }
    return v;
}

/* The value read, zero-extended; notes reads of stack bytes that were never written. */
static struct value read_value(struct machine *m, struct state *s, const struct access *a, unsigned size)
{
    uint64_t word;
    if (a->region == KIND_STACK) {
        const struct frame *f = s->frames[a->object];
        if (!frame_is_written(f, (int)a->low, (int)a->high))
            fact_unwritten_read(m, s, a->object);
        return a->exact ? frame_read(f, (int)a->low, size) : value_number(num_word(size * 8));
    }
    if (read_constant(m, a, size, &word))
        return value_number(num_const(word));
    return a->region == KIND_CONTEXT ? read_field(m, s, a, size) : value_number(num_word(size * 8));
}

static bool step_load(struct machine *m, struct state *s, const struct insn *insn)
{
    struct access a;
    unsigned size = access_bytes(insn);
    if (!access_insn(m, s, insn, insn->src, USE_READ, &a))
        return false;
    if (a.region == KIND_TABLE) {
        state_set_reg(s, insn->dst, table_label(state_reg(s, insn->src), insn->off));
        return true;
    }
    struct value v = read_value(m, s, &a, size);
    if (v.kind != KIND_NUMBER && a.region == KIND_CONTEXT && insn->op != OP_LDX)
        return need_fail(m, s, D_CONTEXT_FIELD, "a pointer", "reads a pointer of %s as a number",
                         m->hook->layout->type);
    if (insn->op == OP_LDACQ && v.kind != KIND_NUMBER)
        v = value_number(num_word(size * 8)); /* lifted as a number */
    else if (insn->op == OP_LDXS && v.kind == KIND_NUMBER)
        v = value_number(num_sign_extend(&v.num, size * 8, 64));
    else if (insn->op == OP_LDXS)
        v = value_number(num_unknown());
    state_set_reg(s, insn->dst, v);
    return true;
}

static bool step_store(struct machine *m, struct state *s, const struct insn *insn)
{
    struct access a;
    unsigned size = access_bytes(insn);
    if (!insn->use_imm && !need_written(m, s, insn->src))
        return false;
    if (!access_insn(m, s, insn, insn->dst, USE_WRITE, &a))
        return false;
    if (a.region != KIND_STACK)
        return true;
    if (!insn->use_imm && a.exact && value_is_within(state_reg(s, insn->src), size * 8))
        state_link(s, insn->src);
    struct value v = operand_value(s, insn);
    struct frame *f = s->frames[a.object];
    if (v.kind == KIND_STACK && v.object > a.object)
        return need_fail(m, s, D_BAD_POINTER, "outlives its frame",
                         "stores a pointer to this function's stack in its caller's stack");
    if (a.exact)
        frame_write(f, (int)a.low, size, v);
    else
        frame_forget(f, (int)a.low, (int)a.high, false);
    return true;
}

static bool step_atomic(struct machine *m, struct state *s, const struct insn *insn)
{
    struct access a;
    unsigned size = access_bytes(insn);
    if (!need_written(m, s, insn->src) || (insn->op == OP_CMPXCHG && !need_written(m, s, 0)))
        return false;
    if (!access_insn(m, s, insn, insn->dst, USE_ATOMIC, &a))
        return false;
    if (value_is_pointer(state_reg(s, insn->src)) || (insn->op == OP_CMPXCHG && value_is_pointer(state_reg(s, 0))))
        return need_fail(m, s, D_BAD_POINTER, "a pointer", "atomic operation with a pointer as operand");
    if (a.region == KIND_STACK) {
        if (!frame_is_written(s->frames[a.object], (int)a.low, (int)a.high))
            fact_unwritten_read(m, s, a.object);
        frame_forget(s->frames[a.object], (int)a.low, (int)a.high, a.exact);
    }
    if (insn->op == OP_CMPXCHG)
        state_set_reg(s, 0, value_number(num_word(size * 8)));
    else if (insn->fetch)
        state_set_reg(s, insn->src, value_number(num_word(size * 8)));
    return true;
}

bool access_step(struct machine *m, struct state *s, const struct insn *insn)
{
    switch ((int)op_class(insn->op)) {
    case CLASS_LOAD: return step_load(m, s, insn);
    case CLASS_STORE: return step_store(m, s, insn);
    case CLASS_ATOMIC: return step_atomic(m, s, insn);
    }
    BUG("not a memory instruction: %s", op_name(insn->op));
}
