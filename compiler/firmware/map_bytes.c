// SPDX-License-Identifier: Apache-2.0
/* Sizes of maps' objects. */
#include "map_bytes.h"

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../program/helper.h"

uint64_t map_capacity_now(const struct map *map)
{
    if (map_store(map->type) == STORE_STREAM)
        return map->stream_bytes ? map->stream_bytes : MAP_STREAM_BYTES;
    return map->entries;
}

uint32_t map_hash_count(const struct map *map)
{
    return map->extra ? (uint32_t)map->extra : MAP_BLOOM_DEFAULT;
}

uint32_t map_slot_count(const struct map *map)
{
    uint32_t count = map->values ? map->value_count : 0;
    while (count && map->values[count - 1] == NONE)
        count--;
    return count;
}

bool map_is_stored(const struct map *map)
{
    if (map->role != MAP_USER)
        return map->role != MAP_EXTERN;
    return map_store(map->type) != STORE_NONE && !map->is_template;
}

bool map_is_in_ram(const struct map *map)
{
    return map_is_stored(map) && map->role != MAP_SECTION_RODATA && map_store(map->type) != STORE_MAPS;
}

/* The largest number that the argument of a call can have; UINT32_MAX when that is not proved. */
static uint64_t greatest(const struct fact *fact, unsigned arg)
{
    return fact->args && fact->args[arg].kinds == KIND_NUMBER ? fact->args[arg].high : UINT32_MAX;
}

/* The longest record that the call may put into a ring, without its header; 0 for other calls. */
static uint64_t record_bytes(const struct insn *insn, const struct fact *fact)
{
    switch (insn->op == OP_HELPER ? insn->imm : 0) {
    case HELPER_RINGBUF_RESERVE:
    case HELPER_RINGBUF_RESERVE_DYNPTR: return greatest(fact, 1);
    case HELPER_RINGBUF_OUTPUT: return greatest(fact, 2);
    case HELPER_PERF_OUTPUT: { /* with a part of the packet, as the high half of the flags says */
        uint64_t flags = greatest(fact, 2);
        return flags > UINT32_MAX ? UINT32_MAX : greatest(fact, 4);
    }
    default: return 0;
    }
}

uint32_t map_tail_bytes(const struct verified *v, uint32_t index)
{
    const struct program *program = verified_program(v);
    uint64_t longest = 0, most = map_capacity_now(&program->maps[index]);
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct fact *fact = verified_fact(v, i);
        bool other = fact->args && fact->map != NONE && fact->map != index;
        uint64_t bytes = fact->reachable && !other ? record_bytes(&program->insns[i], fact) : 0;
        longest = bytes > longest ? bytes : longest;
    }
    longest = BAREBPF_ALIGN_UP(longest + BAREBPF_RING_HEADER_BYTES, 8u);
    return (uint32_t)(longest > most ? most : longest);
}

uint64_t map_store_bytes(enum map_store store, uint64_t key, uint64_t value, uint64_t capacity, uint32_t extra)
{
    switch (store) {
    case STORE_NONE:
    case STORE_MAPS: return 0;
    case STORE_ARRAY: return BAREBPF_ARRAY_BYTES(value, capacity);
    case STORE_HASH: return BAREBPF_HASH_BYTES(key, value, capacity);
    case STORE_LRU: return BAREBPF_LRU_BYTES(key, value, capacity);
    case STORE_TRIE: return BAREBPF_TRIE_BYTES(key, value, capacity);
    case STORE_QUEUE: return BAREBPF_QUEUE_BYTES(value, capacity);
    case STORE_BLOOM: return BAREBPF_BLOOM_BYTES(capacity, extra);
    case STORE_RING:
    case STORE_STREAM: return BAREBPF_RING_BYTES(capacity, extra < capacity ? extra : capacity);
    }
    BUG("map store %d", (int)store);
}

uint32_t map_extra(const struct verified *v, uint32_t index)
{
    const struct map *map = &verified_program(v)->maps[index];
    enum map_store store = map_store(map->type);
    if (store == STORE_RING || store == STORE_STREAM)
        return map_tail_bytes(v, index);
    return store == STORE_BLOOM ? map_hash_count(map) : 0;
}

uint64_t map_bytes(const struct verified *v, uint32_t index, uint64_t capacity)
{
    const struct map *map = &verified_program(v)->maps[index];
    if (map->role != MAP_USER)
        return map->role == MAP_EXTERN ? 0 : map->value_bytes;
    if (map->is_template || !capacity)
        return 0;
    return map_store_bytes(map_store(map->type), map->key_bytes, map->value_bytes, capacity, map_extra(v, index));
}
