// SPDX-License-Identifier: Apache-2.0
/* Helpers of which nothing is known but their contract: they read and write all memory that their arguments allow, and
 * give anything that the contract allows. So a verifier that believes more of them is caught. */
#include <string.h>

#include "generate.h"
#include "inside.h"

uint64_t ref_whim(struct ref_machine *m)
{
    return generate_random(&m->whims) >> 8;
}

/* Reads all bytes, or writes anything there; now and then nothing, as helpers that fail do. */
static bool use_memory(struct ref_machine *m, uint64_t where, uint64_t size, bool writes, uint32_t at)
{
    uint8_t *bytes = size ? ref_memory(m, where, size, writes) : NULL;
    if (size && !bytes)
        return ref_fault(m, at, "memory of a call outside every object");
    bool silent = ref_whim(m) % 4 == 0;
    for (uint64_t i = 0; writes && !silent && i < size; i++)
        bytes[i] = (uint8_t)ref_whim(m);
    return true;
}

/* Characters up to a NUL. */
static bool use_string(struct ref_machine *m, uint64_t where, uint32_t at)
{
    const uint8_t *byte;
    while ((byte = ref_memory(m, where++, 1, false)) && *byte)
        ;
    return byte || ref_fault(m, at, "a string of a call without an end");
}

/* The map that argument `arg` is, or NULL (no fault): the helper takes none. */
static const struct map *map_of(const struct ref_machine *m, const struct helper *helper)
{
    for (unsigned arg = 0; arg < helper->arg_count; arg++) {
        uint64_t where = m->regs[arg + 1];
        uint32_t index = (uint32_t)(where >> OBJECT_SHIFT) & 0xffff;
        if (helper->args[arg] == ARG_MAP)
            return where == ref_address(REF_SPACE_MAP, index, 0) && index < m->program->map_count
                       ? &m->program->maps[index]
                       : NULL;
    }
    return NULL;
}

static bool use_argument(struct ref_machine *m, const struct helper *helper, unsigned arg, uint32_t at)
{
    const struct map *map = map_of(m, helper);
    uint64_t word = m->regs[arg + 1], next = arg < 4 ? m->regs[arg + 2] : 0;
    switch (helper->args[arg]) {
    case ARG_MAP: return map || ref_fault(m, at, "an argument of a call is no map");
    case ARG_MAP_KEY: return use_memory(m, word, map->key_bytes, false, at);
    case ARG_MAP_VALUE: return use_memory(m, word, map->value_bytes, false, at);
    case ARG_MAP_VALUE_OUT: return use_memory(m, word, map->value_bytes, map->type != MAP_BLOOM_FILTER, at);
    case ARG_MEM_OR_NULL: return !word || use_memory(m, word, next, false, at);
    case ARG_MEM: return use_memory(m, word, next, false, at);
    case ARG_MEM_OUT: return use_memory(m, word, next, true, at);
    case ARG_LONG_OUT: return use_memory(m, word, 8, true, at);
    case ARG_INT_INOUT: return use_memory(m, word, 4, true, at);
    case ARG_20_BYTES: return use_memory(m, word, 20, false, at);
    case ARG_40_BYTES: return use_memory(m, word, 40, false, at);
    case ARG_MAP_VALUE_OR_NULL: return !word || use_memory(m, word, map->value_bytes, false, at);
    case ARG_STRING: return use_string(m, word, at);
    case ARG_CONTEXT:
        return word == ref_address(REF_SPACE_CONTEXT, 0, 0) || ref_fault(m, at, "an argument of a call is no context");
    case ARG_NONE:
    case ARG_U32:
    case ARG_U64:
    case ARG_U64_OPTIONAL:
    case ARG_ZERO:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO:
    case ARG_SIZE_CONST: return true;
    case ARG_SOCKET: /* sockets are not modelled */
    case ARG_SOCKET_OR_NULL:
    case ARG_SOCKET_ACQUIRED:
    case ARG_CONTEXT_OR_NULL:
    case ARG_RINGBUF_MEM:
    case ARG_SPIN_LOCK:
    case ARG_TIMER:
    case ARG_DYNPTR_NEW:
    case ARG_DYNPTR:
    case ARG_DYNPTR_RINGBUF:
    case ARG_CALLBACK:
    case ARG_CALLBACK_CONTEXT: break;
    }
    return ref_fault(m, at, "unknown helper");
}

static uint64_t some_result(struct ref_machine *m, const struct helper *helper)
{
    const struct map *map = map_of(m, helper);
    uint64_t word = ref_whim(m) * 0x9e3779b97f4a7c15u;
    bool none = !map || !map->entries || word % 3 == 0;
    if (helper->ret == RET_U32)
        return (uint32_t)word;
    if (helper->ret == RET_LONG && word % 3)
        return 0 - word % 40;
    if (helper->ret != RET_MAP_VALUE_OR_NULL)
        return word;
    uint64_t index = map ? (uint64_t)(map - m->program->maps) : 0;
    return none ? 0 : ref_address(REF_SPACE_VALUE, index, word % map->entries << VALUE_SHIFT);
}

static bool ret_is_socket(enum ret_kind kind)
{
    return kind == RET_SOCKET_OR_NULL || kind == RET_SOCK_COMMON_OR_NULL || kind == RET_FULL_SOCK_OR_NULL ||
           kind == RET_LISTENER_OR_NULL || kind == RET_TCP_SOCK_OR_NULL;
}

bool ref_any_helper(struct ref_machine *m, uint32_t id, uint32_t at)
{
    const struct helper *helper = program_helper(m->program, id);
    if (!helper || helper->ret == RET_DYNPTR_MEM_OR_NULL || helper->ret == RET_RINGBUF_MEM_OR_NULL ||
        helper->ret == RET_MAP_VALUE || ret_is_socket(helper->ret))
        return false;
    for (unsigned arg = 0; arg < helper->arg_count; arg++)
        if (!use_argument(m, helper, arg, at))
            return false;
    if (helper_moves_packet(id))
        m->packet.age++;
    m->regs[0] = some_result(m, helper);
    return true;
}
