// SPDX-License-Identifier: Apache-2.0
/* The helpers of helpers.def, and how their arguments look in C on the target. */
#include "helper.h"

#include <stddef.h>

#include "../base/diag.h"
#include "program.h"

static const struct helper helpers[] = {
#define HELPER(number, text, result, a1, a2, a3, a4, a5, cost)                                                         \
    {.id = (number),                                                                                                   \
     .name = #text,                                                                                                    \
     .enum_name = "bpf_" #text,                                                                                        \
     .ret = (result),                                                                                                  \
     .args = {a1, a2, a3, a4, a5},                                                                                     \
     .arg_count =                                                                                                      \
         ((a1) != ARG_NONE) + ((a2) != ARG_NONE) + ((a3) != ARG_NONE) + ((a4) != ARG_NONE) + ((a5) != ARG_NONE),       \
     .cost_insns = (cost)},
#include "helpers.def"
#undef HELPER
};

const struct helper *helper_at(uint32_t index)
{
    return index < sizeof helpers / sizeof helpers[0] ? &helpers[index] : NULL;
}

const struct helper *helper_find(uint32_t id)
{
    const struct helper *helper;
    for (uint32_t i = 0; (helper = helper_at(i)); i++)
        if (helper->id == id)
            return helper;
    return NULL;
}

unsigned helper_map_arg(const struct helper *helper)
{
    unsigned arg = 0;
    while (arg < 5 && helper->args[arg] != ARG_MAP)
        arg++;
    return arg;
}

bool helper_serves_map(uint32_t id, uint32_t map_type)
{
#define TYPE(id) (UINT64_C(1) << MAP_##id)
    const uint64_t arrays = TYPE(ARRAY) | TYPE(PERCPU_ARRAY), queues = TYPE(QUEUE) | TYPE(STACK);
    const uint64_t percpu_hashes = TYPE(PERCPU_HASH) | TYPE(LRU_PERCPU_HASH);
    const uint64_t hashes = percpu_hashes | TYPE(HASH) | TYPE(LRU_HASH);
    const uint64_t devices = TYPE(DEVMAP) | TYPE(DEVMAP_HASH) | TYPE(XSKMAP);
    const uint64_t sockets = TYPE(SOCKMAP) | TYPE(SOCKHASH);
    uint64_t served = 0;
    switch (id) {
    case 1:
        served = arrays | hashes | TYPE(LPM_TRIE) | TYPE(ARRAY_OF_MAPS) | TYPE(HASH_OF_MAPS) | devices | sockets;
        break;
    case 2:
    case 3: served = arrays | hashes | TYPE(LPM_TRIE) | sockets; break;
    case 12: served = TYPE(PROG_ARRAY); break;
    case 22:
    case 25:
    case 55: served = TYPE(PERF_EVENT_ARRAY); break;
    case 27: served = TYPE(STACK_TRACE); break;
    case 33:
    case 37: served = TYPE(CGROUP_ARRAY); break;
    case 51: served = devices | TYPE(CPUMAP); break;
    case 52:
    case 53:
    case 60: served = TYPE(SOCKMAP); break;
    case 70:
    case 71:
    case 72: served = TYPE(SOCKHASH); break;
    case 81: served = TYPE(CGROUP_STORAGE) | TYPE(PERCPU_CGROUP_STORAGE); break;
    case 82: served = sockets | TYPE(REUSEPORT_SOCKARRAY); break;
    case 107:
    case 108: served = TYPE(SK_STORAGE); break;
    case 87:
    case 89: served = queues | TYPE(BLOOM_FILTER); break;
    case 88: served = queues; break;
    case 130:
    case 131:
    case 134:
    case 198: served = TYPE(RINGBUF); break;
    case 164: served = arrays | hashes; break;
    case 169: served = TYPE(ARRAY) | TYPE(HASH) | TYPE(LRU_HASH); break;
    case 195: served = TYPE(PERCPU_ARRAY) | percpu_hashes; break;
    default: break;
    }
#undef TYPE
    return map_type < 64 && (served >> map_type & 1);
}

const char *arg_c_type(enum arg_kind kind)
{
    switch (kind) {
    case ARG_NONE: return "void";
    case ARG_U32:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO:
    case ARG_SIZE_CONST: return "uint32_t";
    case ARG_U64:
    case ARG_ZERO:
    case ARG_U64_OPTIONAL: return "uint64_t";
    case ARG_MAP:
    case ARG_MAP_VALUE_OUT:
    case ARG_RINGBUF_MEM:
    case ARG_LONG_OUT:
    case ARG_SPIN_LOCK:
    case ARG_INT_INOUT:
    case ARG_SOCKET:
    case ARG_SOCKET_OR_NULL:
    case ARG_SOCKET_ACQUIRED:
    case ARG_TIMER:
    case ARG_DYNPTR_NEW:
    case ARG_DYNPTR_RINGBUF:
    case ARG_MEM_OUT:
    case ARG_CONTEXT:
    case ARG_CONTEXT_OR_NULL:
    case ARG_CALLBACK:
    case ARG_CALLBACK_CONTEXT: return "void *";
    case ARG_20_BYTES:
    case ARG_40_BYTES:
    case ARG_MAP_VALUE_OR_NULL:
    case ARG_DYNPTR:
    case ARG_MAP_KEY:
    case ARG_MAP_VALUE:
    case ARG_STRING:
    case ARG_MEM:
    case ARG_MEM_OR_NULL: return "const void *";
    }
    BUG("argument kind %d", (int)kind);
}

const char *ret_c_type(enum ret_kind kind)
{
    switch (kind) {
    case RET_VOID: return "void";
    case RET_U32: return "uint32_t";
    case RET_U64: return "uint64_t";
    case RET_LONG: return "long";
    case RET_MAP_VALUE:
    case RET_MAP_VALUE_OR_NULL:
    case RET_SOCKET_OR_NULL:
    case RET_SOCK_COMMON_OR_NULL:
    case RET_FULL_SOCK_OR_NULL:
    case RET_LISTENER_OR_NULL:
    case RET_TCP_SOCK_OR_NULL:
    case RET_DYNPTR_MEM_OR_NULL:
    case RET_RINGBUF_MEM_OR_NULL: return "void *";
    }
    BUG("result kind %d", (int)kind);
}

bool arg_is_pointer(enum arg_kind kind)
{
    switch (kind) {
    case ARG_MAP:
    case ARG_MAP_KEY:
    case ARG_MAP_VALUE:
    case ARG_MAP_VALUE_OUT:
    case ARG_RINGBUF_MEM:
    case ARG_SPIN_LOCK:
    case ARG_INT_INOUT:
    case ARG_20_BYTES:
    case ARG_40_BYTES:
    case ARG_MAP_VALUE_OR_NULL:
    case ARG_SOCKET:
    case ARG_SOCKET_OR_NULL:
    case ARG_SOCKET_ACQUIRED:
    case ARG_CONTEXT_OR_NULL:
    case ARG_TIMER:
    case ARG_DYNPTR_NEW:
    case ARG_DYNPTR:
    case ARG_DYNPTR_RINGBUF:
    case ARG_MEM:
    case ARG_MEM_OR_NULL:
    case ARG_STRING:
    case ARG_LONG_OUT:
    case ARG_MEM_OUT:
    case ARG_CONTEXT:
    case ARG_CALLBACK:
    case ARG_CALLBACK_CONTEXT: return true;
    case ARG_NONE:
    case ARG_U32:
    case ARG_U64:
    case ARG_U64_OPTIONAL:
    case ARG_ZERO:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO:
    case ARG_SIZE_CONST: return false;
    }
    BUG("argument kind %d", (int)kind);
}

bool arg_is_wide(enum arg_kind kind)
{
    return kind == ARG_U64 || kind == ARG_U64_OPTIONAL || kind == ARG_ZERO;
}

static const struct rule {
    uint32_t id, programs, effects;
} rules[] = {
#define RULE(number, program_types, what) {(number), (program_types), (what)},
#include "helper_rules.def"
#undef RULE
};

static const struct rule *find_rule(uint32_t id)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].id == id)
            return &rules[i];
    return NULL;
}

bool helper_serves_program(uint32_t id, uint32_t program_type)
{
    const struct rule *rule = find_rule(id);
    return !rule || rule->programs == UINT32_MAX || (program_type < 32 && rule->programs >> program_type & 1);
}

bool helper_moves_packet(uint32_t id)
{
    const struct rule *rule = find_rule(id);
    return rule && (rule->effects & HELPER_MOVES_PACKET);
}

bool helper_takes_packet(uint32_t id)
{
    const struct rule *rule = find_rule(id);
    return !rule || (rule->effects & HELPER_TAKES_PACKET);
}

bool helper_is_sockopt(uint32_t id)
{
    return id == 49 || id == 57;
}

bool helper_is_linux_only(uint32_t id)
{
    const struct rule *rule = find_rule(id);
    return rule && (rule->effects & HELPER_LINUX);
}

bool helper_wants_gpl(uint32_t id)
{
    const struct rule *rule = find_rule(id);
    return rule && (rule->effects & HELPER_GPL);
}
