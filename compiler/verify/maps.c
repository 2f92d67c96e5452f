// SPDX-License-Identifier: Apache-2.0
/* The shapes of maps, on which both the proof and the firmware's map code rely. Source: the kernel documentation's
 * pages of the map types (bpf/map_*.rst), and what Linux answers to BPF_MAP_CREATE. */
#include <inttypes.h>

#include "cfg.h"
#include "machine.h"

/* Flags that every type takes: BPF_F_NUMA_NODE, RDONLY, WRONLY, RDONLY_PROG, WRONLY_PROG, ZERO_SEED, MMAPABLE,
 * PRESERVE_ELEMS, INNER_MAP; they mean nothing here, or the verifier looks at them. */
#define COMMON_FLAGS (1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12)

/* What is wrong with the sizes of `map`, in words; NULL when they are right. */
static const char *wrong_sizes(const struct map *map)
{
    bool has_key = map->key_bytes != 0, has_value = map->value_bytes != 0;
    switch (map_store(map->type)) {
    case STORE_NONE: return NULL;
    case STORE_ARRAY:
        return map->key_bytes != 4 ? "keys must have 4 bytes" : has_value ? NULL : "values may not be empty";
    case STORE_HASH:
    case STORE_LRU: return has_key && has_value ? NULL : "keys and values may not be empty";
    case STORE_TRIE:
        if (map->key_bytes <= 4 || map->key_bytes > MAP_TRIE_KEY_BYTES)
            return "keys must have 5 to 260 bytes, the first 4 for the prefix length";
        return has_value ? NULL : "values may not be empty";
    case STORE_QUEUE:
    case STORE_BLOOM: return has_key ? "there may be no key" : has_value ? NULL : "values may not be empty";
    case STORE_RING: return has_key || has_value ? "keys and values must have 0 bytes" : NULL;
    case STORE_STREAM:
    case STORE_MAPS: return map->key_bytes == 4 && map->value_bytes == 4 ? NULL : "keys and values must have 4 bytes";
    }
    BUG("map store %d", (int)map_store(map->type));
}

/* The same for its number of entries. */
static const char *wrong_entries(const struct map *map)
{
    enum map_store store = map_store(map->type);
    bool is_hash = store == STORE_HASH || store == STORE_LRU || store == STORE_TRIE;
    if (store == STORE_RING && (map->entries < 16 || (map->entries & (map->entries - 1)) != 0))
        return "a ring buffer's size must be a power of two, at least 16";
    if (store == STORE_STREAM && (map->stream_bytes & (map->stream_bytes - 1)) != 0)
        return "the size of its ring (--map) must be a power of two";
    if (store == STORE_NONE || store == STORE_STREAM)
        return NULL;
    if (is_hash && map->entries > MAP_HASH_ENTRIES)
        return "it may have at most 2^20 entries";
    return map->entries ? NULL : "it must have at least one entry";
}

/* The same for its flags. */
static const char *wrong_flags(const struct map *map)
{
    enum map_store store = map_store(map->type);
    uint32_t known = COMMON_FLAGS;
    if (store == STORE_HASH || store == STORE_LRU || store == STORE_TRIE)
        known |= MAP_NO_PREALLOC;
    if (store == STORE_LRU)
        known |= 1u << 1; /* BPF_F_NO_COMMON_LRU */
    if (store == STORE_LRU && (map->flags & MAP_NO_PREALLOC))
        return "BPF_F_NO_PREALLOC is not for LRU maps";
    if (store == STORE_TRIE && !(map->flags & MAP_NO_PREALLOC))
        return "it needs BPF_F_NO_PREALLOC";
    if (store == STORE_BLOOM && map->extra > 15)
        return "it may have at most 15 hash functions (map_extra)";
    return store != STORE_NONE && (map->flags & ~known) ? "its flags are not for this type of map" : NULL;
}

/* True when what only helpers may touch lies at the same place in the values of both maps, or in neither. */
static bool same_special(const struct program *program, uint32_t a, uint32_t b, const char *name)
{
    return map_special_field(program, a, name) == map_special_field(program, b, name);
}

/* True when map `inner_index` can stand where `like_index` was proved. */
static bool is_alike(const struct program *program, uint32_t inner_index, uint32_t like_index)
{
    const struct map *inner = &program->maps[inner_index], *like = &program->maps[like_index];
    bool sized = inner->type == MAP_ARRAY || inner->type == MAP_PERCPU_ARRAY || inner->type == MAP_RINGBUF;
    return inner->type == like->type && inner->key_bytes == like->key_bytes &&
           inner->value_bytes == like->value_bytes && inner->flags == like->flags &&
           (!sized || (inner->flags & 1u << 12) || inner->entries == like->entries) &&
           same_special(program, inner_index, like_index, "bpf_spin_lock") &&
           same_special(program, inner_index, like_index, "bpf_timer");
}

static bool check_shape(const struct map *map, const struct place *place, struct diag *d)
{
    const char *wrong = wrong_sizes(map);
    wrong = wrong ? wrong : wrong_entries(map);
    wrong = wrong ? wrong : wrong_flags(map);
    const char *type = map_type_name(map->type);
    return !wrong || diag_error(d, place, D_MAP_SHAPE,
                                "%s map '%s' has keys of %u bytes, values of %u bytes, %u entries, flags 0x%x; %s",
                                type ? type : "unknown", map->name, map->key_bytes, map->value_bytes, map->entries,
                                map->flags, wrong);
}

/* A map and, for maps of maps, those in it: what a lookup finds there was not seen by the program's author alone. */
static bool check_map(const struct program *program, uint32_t index, const struct place *place, struct diag *d)
{
    const struct map *map = &program->maps[index];
    if (!check_shape(map, place, d))
        return false;
    if (map_store(map->type) != STORE_MAPS)
        return true;
    if (map->inner_map >= program->map_count || map_store(program->maps[map->inner_map].type) == STORE_MAPS)
        return diag_error(d, place, D_MAP_SHAPE, "map '%s' does not say what its inner maps are like", map->name);
    const struct map *like = &program->maps[map->inner_map];
    if (like->type == MAP_PROG_ARRAY) /* which programs follow must be known here */
        return diag_error(d, place, D_MAP_SHAPE, "the inner maps of '%s' are prog_array maps, which no map can hold",
                          map->name);
    if (!check_shape(like, place, d))
        return false;
    for (uint32_t i = 0; map->values && i < map->value_count; i++) {
        if (map->values[i] == NONE)
            continue;
        if (!is_alike(program, map->values[i], map->inner_map))
            return diag_error(d, place, D_MAP_SHAPE, "map '%s' in '%s' differs from what its inner maps must be like",
                              program->maps[map->values[i]].name, map->name);
    }
    return map->value_count <= map->entries ||
           diag_error(d, place, D_MAP_SHAPE, "map '%s' has %u entries, but %u values", map->name, map->entries,
                      map->value_count);
}

bool maps_check(const struct program *program, const struct cfg *cfg, struct arena *arena, struct diag *d)
{
    for (uint32_t func = 0; func < program->func_count; func++) {
        const struct func *f = &program->funcs[func];
        for (uint32_t i = f->first; cfg->called[func] && i < f->first + f->count; i++) {
            const struct insn *insn = &program->insns[i];
            if (insn->op != OP_LDDW || insn->ref != REF_MAP)
                continue;
            struct place place = program_place(program, i, arena);
            if (!check_map(program, insn->index, &place, d))
                return false;
        }
    }
    return true;
}
