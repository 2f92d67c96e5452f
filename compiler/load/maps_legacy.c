// SPDX-License-Identifier: Apache-2.0
/* Maps of old objects, of Aya and of RedBPF: in section "maps" or "maps/NAME" each symbol is a `struct bpf_map_def`, a
 * row of 32-bit numbers. All have type, key_size, value_size, max_entries; what follows differs by author and is told
 * apart by the size of the definition: 5 words end in map_flags; 7 words add (id, pinning) of Aya and RedBPF, or, in a
 * map of maps, (inner_map_idx, numa_node) of the kernel's samples; 9 words are iproute2's `struct bpf_elf_map` with
 * flags, id, pinning, inner_id, inner_idx; longer ones are gobpf's, with pinning and a name space.
 * Source: the public definitions in those projects' headers. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define WORD_BYTES    4
#define LEAST_BYTES   (4 * WORD_BYTES)
#define SAMPLE_BYTES  (7 * WORD_BYTES)
#define ELF_MAP_BYTES (9 * WORD_BYTES)

/* One definition. */
struct legacy {
    const struct symbol *symbol;
    uint32_t bytes;
    uint32_t id, inner_id; /* iproute2: number of the map; of the map that describes its inner ones */
    uint32_t inner_index;  /* samples: the same as an index into the section's maps; else NONE */
};

struct legacies {
    struct loader *l;
    uint32_t section;
    uint32_t first_map; /* index of the section's first map in l->maps */
    VEC(struct legacy) list;
};

static int compare_legacies(const void *left, const void *right)
{
    const struct legacy *a = left;
    const struct legacy *b = right;
    return a->symbol->value == b->symbol->value ? 0 : a->symbol->value < b->symbol->value ? -1 : 1;
}

/* Every named symbol of the section is a definition, at places of its own. */
static void find_symbols(struct legacies *found)
{
    struct loader *l = found->l;
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (symbol->section == found->section && symbol->type != STT_SECTION && symbol->name[0] != '\0') {
            vec_push(&found->list, ((struct legacy){.symbol = symbol, .inner_index = NONE}));
        }
    }
    if (found->list.count > 1) {
        qsort(found->list.items, found->list.count, sizeof *found->list.items, compare_legacies);
    }
}

/* A definition ends where its symbol says, or where the next one begins. */
static bool measure(struct legacies *found)
{
    struct loader *l = found->l;
    uint64_t size = l->sections[found->section].size_bytes;
    for (uint32_t i = 0; i < found->list.count; i++) {
        struct legacy *legacy = &found->list.items[i];
        uint64_t end = i + 1 < found->list.count ? found->list.items[i + 1].symbol->value : size;
        uint64_t bytes = legacy->symbol->size_bytes != 0 ? legacy->symbol->size_bytes : end - legacy->symbol->value;
        if (bytes < LEAST_BYTES || bytes > 1024 || bytes > end - legacy->symbol->value || bytes % WORD_BYTES != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED,
                              "map '%s' in section '%s' has %llu bytes, must have at least %d (struct bpf_map_def)",
                              legacy->symbol->name, l->sections[found->section].name, (unsigned long long)bytes,
                              LEAST_BYTES);
        }
        legacy->bytes = (uint32_t)bytes;
    }
    return true;
}

static uint32_t word(const struct legacies *found, const struct legacy *legacy, uint32_t index)
{
    const uint8_t *bytes = found->l->sections[found->section].bytes;
    bool there = bytes != NULL && (index + 1) * WORD_BYTES <= legacy->bytes;
    return there ? read_u32(bytes + legacy->symbol->value + (size_t)index * WORD_BYTES) : 0;
}

/* The types of key and value, where the object has BTF and BPF_ANNOTATE_KV_PAIR says them. */
static void read_types(const struct loader *l, struct map *map)
{
    const struct program *p = l->program;
    static const char prefix[] = "____btf_map_";
    for (uint32_t id = 1; id < p->type_count; id++) {
        const struct type *type = &p->types[id];
        if (type->kind == TYPE_STRUCT && type->member_count == 2 &&
            strncmp(type->name, prefix, sizeof prefix - 1) == 0 &&
            strcmp(type->name + sizeof prefix - 1, map->name) == 0) {
            uint32_t key = type->members[0].type;
            uint32_t value = type->members[1].type;
            map->key_type = type_size(p, key) == map->key_bytes ? key : 0;
            map->value_type = type_size(p, value) == map->value_bytes ? value : 0;
        }
    }
}

/* What stands behind map_flags. */
static void read_tail(struct legacies *found, struct legacy *legacy, enum map_type type)
{
    struct loader *l = found->l;
    bool of_maps = type == MAP_ARRAY_OF_MAPS || type == MAP_HASH_OF_MAPS;
    bool ignored = false;
    if (legacy->bytes == SAMPLE_BYTES && of_maps) {
        legacy->inner_index = word(found, legacy, 5);
        ignored = word(found, legacy, 6) != 0;
    } else if (legacy->bytes == ELF_MAP_BYTES) {
        legacy->id = word(found, legacy, 5);
        legacy->inner_id = word(found, legacy, 7);
        ignored = word(found, legacy, 6) != 0;
    } else {
        for (uint32_t i = 5; i < legacy->bytes / WORD_BYTES; i++) {
            ignored = ignored || word(found, legacy, i) != 0;
        }
    }
    if (ignored) {
        diag_note(l->d,
                  "map '%s': pinning, ids and memory nodes have no meaning without an operating system and are ignored",
                  legacy->symbol->name);
    }
}

static bool read_legacy(struct legacies *found, struct legacy *legacy)
{
    struct loader *l = found->l;
    struct map map = {
        .role = MAP_USER,
        .type = (enum map_type)word(found, legacy, 0),
        .key_bytes = word(found, legacy, 1),
        .value_bytes = word(found, legacy, 2),
        .entries = word(found, legacy, 3),
        .flags = word(found, legacy, 4),
        .inner_map = NONE,
    };
    map_name(l, &map, legacy->symbol->name);
    if (map.key_bytes > MAX_VALUE_BYTES || map.value_bytes > MAX_VALUE_BYTES) {
        return diag_error(l->d, &l->here, D_FEATURE, "map '%s': keys have %u bytes, values %u; must be below %u",
                          map.name, map.key_bytes, map.value_bytes, MAX_VALUE_BYTES);
    }
    read_types(l, &map);
    read_tail(found, legacy, map.type);
    maps_add(
        l, &map,
        &(struct map_home){.section = found->section, .offset_bytes = legacy->symbol->value, .values_bytes = NONE});
    return true;
}

/* The map of the section that describes what a map of maps holds: by index, or by iproute2's id. */
static uint32_t inner_of(const struct legacies *found, const struct legacy *legacy)
{
    if (legacy->inner_index != NONE) {
        return legacy->inner_index < found->list.count ? legacy->inner_index : NONE;
    }
    for (uint32_t i = 0; legacy->inner_id != 0 && i < found->list.count; i++) {
        if (found->list.items[i].id == legacy->inner_id) {
            return i;
        }
    }
    return NONE;
}

bool maps_read_legacy(struct loader *l, uint32_t section)
{
    struct legacies found = {.l = l, .section = section, .first_map = l->maps.count};
    find_symbols(&found);
    bool ok = measure(&found);
    for (uint32_t i = 0; ok && i < found.list.count; i++) {
        ok = read_legacy(&found, &found.list.items[i]);
    }
    for (uint32_t i = 0; ok && i < found.list.count; i++) {
        uint32_t inner = inner_of(&found, &found.list.items[i]);
        l->maps.items[found.first_map + i].inner_map = inner == NONE ? NONE : found.first_map + inner;
    }
    vec_free(&found.list);
    return ok;
}
