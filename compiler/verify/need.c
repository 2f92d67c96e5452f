// SPDX-License-Identifier: Apache-2.0
/* How a requirement that does not hold is told: place, what was needed, what is known, and where the value comes from.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "machine.h"

/* The numbers a value may have, as text: "4", "0..255", "-8..8", "any number". */
static const char *describe_num(const struct machine *m, const struct num *n)
{
    uint64_t known;
    if (num_is_const(n, &known))
        return arena_printf(m->arena, "%" PRId64, (int64_t)known);
    if (range_is_full(n->all, 64))
        return "any number";
    int64_t low = range_signed_min(n->all, 64), high = range_signed_max(n->all, 64);
    if (low == INT64_MIN)
        return arena_printf(m->arena, "0..%" PRIu64, range_max(n->all, 64));
    return arena_printf(m->arena, "%" PRId64 "..%" PRId64, low, high);
}

/* What a pointer of KIND_OBJECT points to. */
static const char *object_name(uint32_t field_kind)
{
    switch ((enum field_kind)(field_kind & ~OBJECT_ACQUIRED)) {
    case FIELD_SOCKET:
    case FIELD_SOCKET_OR_NULL:
    case FIELD_SOCK_COMMON_OR_NULL: return "a socket";
    case FIELD_TCP_SOCK: return "a struct bpf_tcp_sock";
    case FIELD_XDP_SOCK: return "a struct bpf_xdp_sock";
    case FIELD_FLOW_KEYS: return "the flow keys";
    case FIELD_NUMBER:
    case FIELD_PACKET:
    case FIELD_PACKET_END:
    case FIELD_PACKET_META:
    case FIELD_KERNEL: break;
    }
    return "an object of the kernel";
}

const char *need_describe(const struct machine *m, const struct value *v)
{
    const char *null = v->maybe_null ? " or NULL" : "";
    switch (v->kind) {
    case KIND_UNINIT: return "nothing";
    case KIND_NUMBER: return arena_printf(m->arena, "the number %s", describe_num(m, &v->num));
    case KIND_STACK: return "a pointer to the stack";
    case KIND_CONTEXT: return "the context";
    case KIND_PACKET: return "a pointer into the packet";
    case KIND_PACKET_END: return "the packet's end";
    case KIND_PACKET_META: return "a pointer into the packet's metadata";
    case KIND_OBJECT: return arena_printf(m->arena, "%s%s", object_name(v->object), null);
    case KIND_FUNC: return arena_printf(m->arena, "the function %s", m->program->funcs[v->object].name);
    case KIND_MAP: {
        const struct map *map = &m->program->maps[v->object];
        const char *type = map_type_name(map->type);
        return arena_printf(m->arena, "the %s map '%s'%s", type ? type : "unknown", map->name, null);
    }
    case KIND_MEM:
        if (v->object & MEM_DYNPTR)
            return "the caller's dynptr";
        return arena_printf(m->arena, "memory of %u bytes%s", v->readable, null);
    case KIND_DYNPTR: return "a dynptr";
    case KIND_ITER: return "an iterator";
    case KIND_TABLE: return arena_printf(m->arena, "the jump table '%s'%s", m->program->tables[v->object].name, null);
    case KIND_LABEL:
        return arena_printf(m->arena, "an entry of the jump table '%s'", m->program->tables[v->object].name);
    case KIND_MAP_VALUE: return arena_printf(m->arena, "a value of '%s'%s", m->program->maps[v->object].name, null);
    }
    BUG("a value of kind %u", v->kind);
}

/* The way to the error just reported: the last branches on it that could have gone the other way. */
static void tell_trail(struct machine *m, const struct state *s)
{
    char text[128];
    for (int i = TRAIL_COUNT; i-- > 0;) {
        uint32_t insn = s->trail[i] / 2;
        if (s->trail[i] == NONE)
            continue;
        struct place place = program_place(m->program, insn, m->arena);
        insn_print(text, sizeof text, m->program, insn);
        diag_cause(m->d, &place, "%s: %s", text, s->trail[i] & 1 ? "jumps" : "does not jump");
    }
}

bool need_origin(struct machine *m, const struct value *v, const char *who)
{
    if (v->origin >= m->program->insn_count)
        return false;
    struct place place = program_place(m->program, v->origin, m->arena);
    diag_cause(m->d, &place, "%s is %s since here", who, need_describe(m, v));
    return false;
}

bool need_fail(struct machine *m, const struct state *s, enum diag_id id, const char *label, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct place place = program_place(m->program, s->insn, m->arena);
    place.label = label;
    bool root = diag_status(m->d) == STATUS_OK;
    diag_error(m->d, &place, id, "%s", message);
    if (root)
        tell_trail(m, s);
    return false;
}

bool need_argument(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg,
                   const char *needs)
{
    const char *what = need_describe(m, state_reg(s, arg + 1));
    return need_fail(m, s, D_HELPER_ARGUMENT, arena_printf(m->arena, "argument %u is %s", arg + 1, what),
                     "argument %u of %s is %s, must be %s", arg + 1, helper->enum_name, what, needs);
}

bool need_written(struct machine *m, const struct state *s, unsigned reg)
{
    if (state_reg(s, reg)->kind != KIND_UNINIT)
        return true;
    need_fail(m, s, D_UNINIT_REGISTER, arena_printf(m->arena, "r%u was never written on this path", reg),
              "register r%u is read but was never written", reg);
    if (reg >= 1 && reg <= 5)
        diag_suggest(m->d, "calls leave r1 to r5 without a value: keep what you need in a variable");
    else
        diag_suggest(m->d, "initialise the variable on every path");
    return false;
}
