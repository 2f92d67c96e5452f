// SPDX-License-Identifier: Apache-2.0
/* Helper calls by their contracts (program/helpers.def). */
#include <inttypes.h>
#include <string.h>

#include "reference.h"

/* Largest size that may be given with a memory argument. */
#define SIZE_LIMIT (1u << 29)

/* A call while its arguments are judged. */
struct call {
    const struct helper *helper;
    uint32_t map;      /* the map argument, NONE before it was seen */
    uint32_t dynptr;   /* reference of the dynptr argument; 0 = none */
    uint32_t socket;   /* the same of a socket */
    uint32_t released; /* what the call releases; 0 = nothing */
    uint64_t size;     /* the ARG_SIZE_CONST */
};

static bool refuse_argument(struct machine *m, const struct state *s, const struct call *c, unsigned arg,
                            const char *needs)
{
    need_argument(m, s, c->helper, arg, needs);
    return need_origin(m, state_reg(s, arg + 1), arena_printf(m->arena, "r%u", arg + 1));
}

/* Does the helper write the memory of this argument? */
static bool is_output(const struct machine *m, const struct call *c, unsigned arg)
{
    enum arg_kind kind = c->helper->args[arg];
    return kind == ARG_MEM_OUT || kind == ARG_LONG_OUT || kind == ARG_INT_INOUT ||
           (kind == ARG_MAP_VALUE_OUT && m->program->maps[c->map].type != MAP_BLOOM_FILTER);
}

/* `most` bytes at the pointer in argument `arg`, at least `least` of which are written when it is an output; records
 * stack bytes that were never written. */
static bool check_memory(struct machine *m, const struct state *s, const struct call *c, unsigned arg, uint64_t least,
                         uint64_t most)
{
    struct access a;
    const struct value *v = state_reg(s, arg + 1);
    bool writes = is_output(m, c, arg);
    if (v->kind == KIND_CONTEXT && hook_has_fields(m->hook))
        return refuse_argument(m, s, c, arg, "a pointer to plain memory");
    if (!v->maybe_null && !value_is(v, 0) && !(v->kind & KIND_MEMORY))
        return refuse_argument(m, s, c, arg, "a pointer to memory");
    if (c->helper->id == HELPER_DYNPTR_FROM_MEM && v->kind != KIND_MAP_VALUE)
        return refuse_argument(m, s, c, arg, "memory of a map value");
    if ((v->kind & KIND_PACKETS) && !helper_takes_packet(c->helper->id))
        return refuse_argument(m, s, c, arg, "memory outside the packet");
    const struct request r = {v, arg + 1, c->helper, 0, most, writes ? USE_WRITE : USE_READ};
    if (!access_check(m, s, &r, &a))
        return false;
    if (c->helper->args[arg] == ARG_LONG_OUT && a.align_log2 < 3)
        return refuse_argument(m, s, c, arg, "memory aligned to 8 bytes");
    if (c->helper->args[arg] == ARG_INT_INOUT && a.align_log2 < 2)
        return refuse_argument(m, s, c, arg, "memory aligned to 4 bytes");
    if (a.region == KIND_STACK && writes) {
        frame_forget(s->frames[a.object], (int)a.low, (int)a.high, false);
        if (a.exact)
            frame_forget(s->frames[a.object], (int)a.low, (int)a.low + (int)least, true);
    } else if (a.region == KIND_STACK && !frame_is_written(s->frames[a.object], (int)a.low, (int)a.high)) {
        fact_unwritten_read(m, s, a.object);
    }
    fact_access(m, s, &a);
    return true;
}

/* A size argument; *most is its greatest value. */
static bool check_size(struct machine *m, const struct state *s, const struct call *c, unsigned arg, uint64_t *most)
{
    const struct value *v = state_reg(s, arg + 1);
    if (v->kind != KIND_NUMBER)
        return refuse_argument(m, s, c, arg, "a size in bytes");
    *most = range_max(v->num.all, 64);
    if (*most > SIZE_LIMIT)
        return refuse_argument(m, s, c, arg, "a size with a proved upper bound");
    if (c->helper->args[arg] == ARG_SIZE && range_min(v->num.all, 64) == 0)
        return refuse_argument(m, s, c, arg, "a size of at least 1");
    return true;
}

/* Memory and the size in the next argument. */
static bool check_sized(struct machine *m, const struct state *s, const struct call *c, unsigned arg)
{
    uint64_t most = 0;
    enum arg_kind kind = c->helper->args[arg];
    if (!need_written(m, s, arg + 2) || !check_size(m, s, c, arg + 1, &most))
        return false;
    if (kind == ARG_MEM_OR_NULL && value_is(state_reg(s, arg + 1), 0))
        return most == 0 || refuse_argument(m, s, c, arg + 1, "0, since the memory is NULL");
    if (most == 0 && value_is_pointer(state_reg(s, arg + 1)) && !state_reg(s, arg + 1)->maybe_null)
        return true;
    return check_memory(m, s, c, arg, range_min(state_reg(s, arg + 2)->num.all, 64), most);
}

static bool check_map(struct machine *m, const struct state *s, struct call *c, unsigned arg)
{
    const struct value *v = state_reg(s, arg + 1);
    if (v->kind != KIND_MAP || v->maybe_null)
        return refuse_argument(m, s, c, arg, v->kind == KIND_MAP ? "tested for NULL first" : "a map");
    const struct map *map = &m->program->maps[v->object];
    if (!helper_serves_map(c->helper->id, map->type))
        return refuse_argument(m, s, c, arg, "a map of a type that it serves");
    uint32_t id = c->helper->id;
    bool writes = id == 2 || id == 3 || id == 87 || id == 88; /* update, delete, push, pop */
    if (writes && socket_is_map(map->type) && !socket_map_changes(m, s, c->helper))
        return false;
    if (writes && (map->flags & MAP_RDONLY_PROG))
        return need_fail(m, s, D_READ_ONLY, "not for programs", "%s of '%s', whose flags forbid that to programs",
                         c->helper->enum_name, map->name);
    c->map = v->object;
    fact_map(m, s, map->is_template ? NONE : v->object);
    return true;
}

/* The start of a reservation, which ends with this call. */
static bool check_reservation(struct machine *m, const struct state *s, struct call *c, unsigned arg)
{
    const struct value *v = state_reg(s, arg + 1);
    uint64_t off;
    c->released = v->ref;
    return (v->kind == KIND_MEM && (v->object & MEM_RINGBUF) && !v->maybe_null && num_is_const(&v->num, &off) &&
            off == 0) ||
           refuse_argument(m, s, c, arg, "what bpf_ringbuf_reserve gave, tested for NULL");
}

/* The context as it was given. cgroup/getsockopt and setsockopt hand the socket itself to their helpers. */
static bool check_context(struct machine *m, const struct state *s, struct call *c, unsigned arg)
{
    const struct value *v = state_reg(s, arg + 1);
    const uint32_t sockopt = 25;
    if (m->hook && m->hook->program_type == sockopt && helper_is_sockopt(c->helper->id))
        return socket_check(m, s, c->helper, arg, &c->socket);
    if (c->helper->args[arg] == ARG_CONTEXT_OR_NULL && value_is(v, 0))
        return true;
    return (v->kind == KIND_CONTEXT && num_is(&v->num, 0)) ||
           refuse_argument(m, s, c, arg, "the context as it was given");
}

/* Memory of a value of the map; maps of sockets take a socket. */
static bool check_map_value(struct machine *m, struct state *s, struct call *c, unsigned arg)
{
    uint32_t bytes = m->program->maps[c->map].value_bytes;
    if (c->helper->args[arg] == ARG_MAP_VALUE_OR_NULL && value_is(state_reg(s, arg + 1), 0))
        return true;
    if (socket_is_map(m->program->maps[c->map].type))
        return socket_check(m, s, c->helper, arg, &c->socket);
    return check_memory(m, s, c, arg, bytes, bytes);
}

static bool check_argument(struct machine *m, struct state *s, struct call *c, unsigned arg)
{
    if (c->helper->args[arg] != ARG_U64_OPTIONAL && !need_written(m, s, arg + 1))
        return false;
    switch (c->helper->args[arg]) {
    case ARG_NONE:
    case ARG_U32:
    case ARG_U64:
    case ARG_U64_OPTIONAL:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO: return true; /* sizes are judged with their memory */
    case ARG_SIZE_CONST:
        return (state_reg(s, arg + 1)->kind == KIND_NUMBER && num_is_const(&state_reg(s, arg + 1)->num, &c->size) &&
                c->size <= SIZE_LIMIT) ||
               refuse_argument(m, s, c, arg, "a constant size");
    case ARG_RINGBUF_MEM: return check_reservation(m, s, c, arg);
    case ARG_TIMER: return timer_check(m, s, c->helper, arg);
    case ARG_DYNPTR_NEW: return dynptr_make(m, s, c->helper, arg);
    case ARG_DYNPTR: return dynptr_check(m, s, c->helper, arg, &c->dynptr);
    case ARG_DYNPTR_RINGBUF: return dynptr_check(m, s, c->helper, arg, &c->released);
    case ARG_SPIN_LOCK: return c->helper->id == HELPER_SPIN_LOCK ? lock_take(m, s, arg + 1) : lock_give(m, s, arg + 1);
    case ARG_MAP: return check_map(m, s, c, arg);
    case ARG_MAP_KEY: return check_memory(m, s, c, arg, 0, m->program->maps[c->map].key_bytes);
    case ARG_MAP_VALUE:
    case ARG_MAP_VALUE_OR_NULL:
    case ARG_MAP_VALUE_OUT: return check_map_value(m, s, c, arg);
    case ARG_INT_INOUT: return check_memory(m, s, c, arg, 4, 4);
    case ARG_20_BYTES: return check_memory(m, s, c, arg, 20, 20);
    case ARG_40_BYTES: return check_memory(m, s, c, arg, 40, 40);
    case ARG_SOCKET:
    case ARG_SOCKET_OR_NULL: return socket_check(m, s, c->helper, arg, &c->socket);
    case ARG_SOCKET_ACQUIRED: return socket_check(m, s, c->helper, arg, &c->released);
    case ARG_ZERO: return value_is(state_reg(s, arg + 1), 0) || refuse_argument(m, s, c, arg, "0");
    case ARG_STRING:
        return call_is_string(m, s, state_reg(s, arg + 1)) || refuse_argument(m, s, c, arg, "a constant string");
    case ARG_LONG_OUT: return check_memory(m, s, c, arg, 8, 8);
    case ARG_MEM:
    case ARG_MEM_OR_NULL:
    case ARG_MEM_OUT: return check_sized(m, s, c, arg);
    case ARG_CALLBACK: return state_reg(s, arg + 1)->kind == KIND_FUNC || refuse_argument(m, s, c, arg, "a function");
    case ARG_CALLBACK_CONTEXT:
        return state_reg(s, arg + 1)->kind == KIND_STACK || value_is(state_reg(s, arg + 1), 0) ||
               refuse_argument(m, s, c, arg, "a pointer to the stack or NULL");
    case ARG_CONTEXT:
    case ARG_CONTEXT_OR_NULL: return check_context(m, s, c, arg);
    }
    BUG("argument kind %d", (int)c->helper->args[arg]);
}

/* True when a lookup surely finds something: arrays hold all their entries, and the key is a known one of them. */
static bool is_found(const struct machine *m, const struct state *s, const struct map *map)
{
    bool array = map->type == MAP_ARRAY || map->type == MAP_PERCPU_ARRAY;
    uint32_t key = 0;
    for (int i = 0; array && i < 4; i++) {
        uint8_t byte;
        if (!memory_byte(m, s, state_reg(s, 2), i, &byte))
            return false;
        key |= (uint32_t)byte << 8 * i;
    }
    return array && !map->is_template && key < map->entries;
}

/* What the helper leaves in r0. */
static struct value result_value(struct machine *m, struct state *s, const struct call *c)
{
    struct value v;
    switch (c->helper->ret) {
    case RET_VOID: return value_uninit();
    case RET_U32: return value_number(num_word(32));
    case RET_U64:
    case RET_LONG: return value_number(num_unknown());
    case RET_SOCKET_OR_NULL:
    case RET_SOCK_COMMON_OR_NULL:
    case RET_FULL_SOCK_OR_NULL:
    case RET_LISTENER_OR_NULL:
    case RET_TCP_SOCK_OR_NULL: return socket_result(m, s, c->helper->ret, c->socket);
    case RET_MAP_VALUE: return value_pointer(KIND_MAP_VALUE, c->map);
    case RET_MAP_VALUE_OR_NULL:
        if (socket_of_map(m, s, m->program->maps[c->map].type, &v))
            return v;
        v = map_store(m->program->maps[c->map].type) == STORE_MAPS
                ? value_pointer(KIND_MAP, m->program->maps[c->map].inner_map)
                : value_pointer(KIND_MAP_VALUE, c->map);
        v.maybe_null = c->helper->id != HELPER_MAP_LOOKUP_ELEM || !is_found(m, s, &m->program->maps[c->map]);
        v.id = state_new_id(s);
        return v;
    case RET_DYNPTR_MEM_OR_NULL:
        v = value_pointer(KIND_MEM, 0);
        v.readable = (uint32_t)c->size;
        v.maybe_null = true;
        v.id = state_new_id(s);
        v.ref = c->dynptr;
        return v;
    case RET_RINGBUF_MEM_OR_NULL:
        v = value_pointer(KIND_MEM, MEM_RINGBUF | MEM_ALIGNED);
        v.readable = (uint32_t)c->size;
        v.maybe_null = true;
        v.id = state_new_id(s);
        v.ref = reference_acquire(m, s);
        return v;
    }
    BUG("result kind %d", (int)c->helper->ret);
}

bool memory_byte(const struct machine *m, const struct state *s, const struct value *pointer, int64_t at, uint8_t *byte)
{
    uint64_t start;
    if (!num_is_const(&pointer->num, &start) || pointer->maybe_null)
        return false;
    int64_t off = (int64_t)start + at;
    if (pointer->kind == KIND_STACK)
        return off >= -machine_stack(m) && off < 0 && frame_byte(s->frames[pointer->object], (int)off, byte);
    if (pointer->kind != KIND_MAP_VALUE || m->program->maps[pointer->object].role != MAP_SECTION_RODATA)
        return false;
    const struct map *map = &m->program->maps[pointer->object];
    if (off < 0 || off >= map->value_bytes)
        return false;
    *byte = map->init ? map->init[off] : 0;
    return true;
}

static bool check_arguments(struct machine *m, struct state *s, struct call *c)
{
    for (unsigned arg = 0; arg < c->helper->arg_count; arg++)
        if (!check_argument(m, s, c, arg))
            return false;
    return true;
}

bool call_check_arguments(struct machine *m, struct state *s, const struct helper *helper)
{
    struct call c = {.helper = helper, .map = NONE};
    return check_arguments(m, s, &c);
}

/* Licenses that Linux counts as the GPL: include/linux/license.h. */
static bool is_gpl(const char *license)
{
    static const char *const names[] = {"GPL",          "GPL v2",       "GPL and additional rights",
                                        "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
    for (size_t i = 0; license && i < sizeof names / sizeof *names; i++)
        if (strcmp(license, names[i]) == 0)
            return true;
    return false;
}

/* May programs of this kind, under this license, call the helper? On boards licenses do not count. */
static bool check_available(struct machine *m, const struct state *s, const struct helper *helper)
{
    if (!helper_serves_program(helper->id, m->hook ? m->hook->program_type : 0))
        return need_fail(m, s, D_HELPER_PROGRAM, "not in these programs", "%s cannot be called by %s programs",
                         helper->enum_name, m->hook ? m->hook->name : "raw");
    bool for_linux = helper_is_linux_only(helper->id) || (m->hook && m->hook->start == START_NOWHERE);
    if (!for_linux || !helper_wants_gpl(helper->id) || is_gpl(m->program->license))
        return true;
    const char *license = m->program->license ? m->program->license : "";
    need_fail(m, s, D_LICENSE, "for programs under the GPL",
              "Linux offers %s to programs under the GPL only; this one's "
              "license is '%s'",
              helper->enum_name, license);
    diag_suggest(m->d, "state a license in section \"license\": char license[] SEC(\"license\") = \"GPL\";");
    return false;
}

bool call_by_contract(struct machine *m, struct state *s, const struct helper *helper)
{
    struct call c = {.helper = helper, .map = NONE};
    if (!check_arguments(m, s, &c) || !call_check_format(m, s, c.helper) || !timer_call(m, s, c.helper))
        return false;
    if (c.released)
        reference_release(s, c.released);
    struct value result = result_value(m, s, &c);
    bool acquires =
        c.helper->ret == RET_RINGBUF_MEM_OR_NULL || (result.kind == KIND_OBJECT && (result.object & OBJECT_ACQUIRED));
    if (acquires && !result.ref)
        return false;
    for (unsigned reg = 1; reg <= 5; reg++)
        state_set_reg(s, reg, value_uninit());
    state_set_reg(s, 0, result);
    if (helper_moves_packet(c.helper->id))
        state_forget_packets(s);
    return true;
}

bool call_helper(struct machine *m, struct state *s, const struct insn *insn)
{
    const struct helper *helper = program_helper(m->program, insn->imm);
    const struct poison *poison = program_poison(m->program, insn);
    if (poison)
        return need_fail(m, s, poison->id, NULL, "%s", poison->text);
    if (!helper) {
        need_fail(m, s, D_HELPER_UNKNOWN, arena_printf(m->arena, "helper %" PRId64, insn->imm),
                  "helper %" PRId64 " is not available on bare metal", insn->imm);
        diag_suggest(m->d, "barebpf inspect lists the helpers that a program uses; docs list those that exist");
        diag_suggest(m->d, "a helper of the firmware's own is told by --helpers FILE: see <barebpf/own.h>");
        return false;
    }
    if (!check_available(m, s, helper))
        return false;
    if (helper->id != HELPER_SPIN_UNLOCK && !lock_none(m, s, "a helper is called"))
        return false;
    return call_by_contract(m, s, helper);
}
