// SPDX-License-Identifier: Apache-2.0
/* Sockets as arguments and results of helpers: pointers of KIND_OBJECT. What a helper acquires carries a reference
 * until bpf_sk_release(); what is made of such a socket (bpf_sk_fullsock, bpf_tcp_sock) carries the same one, so that
 * releasing makes all of them nothing. Source: the UAPI's bpf.h, "bpf_sk_*"; the kernel's verifier documentation. */
#include <string.h>

#include "reference.h"

static bool is_socket(const struct value *v)
{
    switch (v->kind == KIND_OBJECT ? v->object & ~OBJECT_ACQUIRED : FIELD_NUMBER) {
    case FIELD_SOCKET:
    case FIELD_SOCKET_OR_NULL:
    case FIELD_SOCK_COMMON_OR_NULL:
    case FIELD_TCP_SOCK: return true;
    default: return false;
    }
}

/* Contexts that are a socket themselves. */
static bool is_socket_context(const struct machine *m, const struct value *v)
{
    const char *type = m->hook ? m->hook->layout->type : NULL;
    return v->kind == KIND_CONTEXT && type && strcmp(type, "struct bpf_sock") == 0 && num_is(&v->num, 0);
}

bool socket_check(struct machine *m, const struct state *s, const struct helper *helper, unsigned arg, uint32_t *ref)
{
    const struct value *v = state_reg(s, arg + 1);
    enum arg_kind kind = helper->args[arg];
    const uint32_t sk_lookup = 30; /* may be given NULL where tc may not */
    bool nullable = kind == ARG_SOCKET_OR_NULL && m->hook && m->hook->program_type == sk_lookup;
    if (nullable && value_is(v, 0))
        return true;
    if (kind != ARG_SOCKET_ACQUIRED && is_socket_context(m, v))
        return true;
    if (!is_socket(v) || (v->maybe_null && !nullable))
        return need_argument(m, s, helper, arg, "a socket that is not NULL");
    if (kind == ARG_SOCKET_ACQUIRED && !v->ref)
        return need_argument(m, s, helper, arg, "a socket that a helper gave and that was not released yet");
    *ref = v->ref;
    return true;
}

/* A pointer of this kind, or NULL. */
static struct value object_or_null(struct state *s, enum field_kind kind, uint32_t ref)
{
    struct value v = value_pointer(KIND_OBJECT, kind);
    v.maybe_null = true;
    v.id = state_new_id(s);
    v.ref = ref;
    return v;
}

static struct value acquired_or_null(struct machine *m, struct state *s, enum field_kind kind)
{
    struct value v = object_or_null(s, kind, reference_acquire(m, s));
    v.object |= OBJECT_ACQUIRED;
    return v;
}

struct value socket_result(struct machine *m, struct state *s, enum ret_kind kind, uint32_t ref)
{
    switch ((int)kind) {
    case RET_SOCKET_OR_NULL: return acquired_or_null(m, s, FIELD_SOCKET);
    case RET_SOCK_COMMON_OR_NULL: return acquired_or_null(m, s, FIELD_SOCK_COMMON_OR_NULL);
    case RET_FULL_SOCK_OR_NULL: return object_or_null(s, FIELD_SOCKET, ref);
    case RET_LISTENER_OR_NULL: return object_or_null(s, FIELD_SOCKET, 0);
    case RET_TCP_SOCK_OR_NULL: return object_or_null(s, FIELD_TCP_SOCK, ref);
    }
    BUG("result kind %d", (int)kind);
}

bool socket_is_map(uint32_t map_type)
{
    return map_type == MAP_SOCKMAP || map_type == MAP_SOCKHASH;
}

bool socket_of_map(struct machine *m, struct state *s, uint32_t map_type, struct value *v)
{
    if (socket_is_map(map_type))
        *v = acquired_or_null(m, s, FIELD_SOCKET);
    else if (map_type == MAP_XSKMAP)
        *v = object_or_null(s, FIELD_XDP_SOCK, 0);
    else
        return false;
    return true;
}

bool socket_map_changes(struct machine *m, const struct state *s, const struct helper *helper)
{
    const uint32_t changing = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 21 | 1u << 22 | 1u << 30, sock_ops = 13;
    uint32_t type = m->hook ? m->hook->program_type : 0;
    if (type < 32 && (changing >> type & 1))
        return true;
    if (type == sock_ops && helper->id == HELPER_MAP_DELETE_ELEM)
        return true;
    return need_fail(m, s, D_HELPER_PROGRAM, "not in these programs", "%s programs cannot change maps of sockets by %s",
                     m->hook ? m->hook->name : "raw", helper->enum_name);
}
