// SPDX-License-Identifier: Apache-2.0
/* The user's maps, wherever the object defines them: BTF definitions in .maps (maps_btf.c), legacy ones in "maps" and
 * "maps/NAME" (maps_legacy.c). Here: their names, and which map lies at a place of the file. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"

/* True when another map has the C identifier `symbol`. */
static bool symbol_taken(const struct loader *l, const char *symbol)
{
    for (uint32_t i = 0; i < l->maps.count; i++) {
        if (strcmp(l->maps.items[i].symbol, symbol) == 0) {
            return true;
        }
    }
    return false;
}

void map_name(struct loader *l, struct map *map, const char *name)
{
    struct arena *arena = &l->program->arena;
    map->name = arena_strdup(arena, name);
    while (*name == '.') {
        name++;
    }
    char *symbol = arena_printf(arena, "%s%s", isalpha((unsigned char)*name) || *name == '_' ? "" : "_", name);
    for (char *c = symbol; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c)) {
            *c = '_';
        }
    }
    map->symbol = symbol;
    for (uint32_t copy = 2; symbol_taken(l, map->symbol); copy++) {
        map->symbol = arena_printf(arena, "%s_%u", symbol, copy);
    }
}

void maps_add(struct loader *l, const struct map *map, const struct map_home *home)
{
    struct map_home here = *home;
    here.map = l->maps.count;
    vec_push(&l->homes, here);
    vec_push(&l->maps, *map);
}

uint32_t maps_at(const struct loader *l, uint32_t section, int64_t offset)
{
    for (uint32_t i = 0; i < l->homes.count; i++) {
        const struct map_home *home = &l->homes.items[i];
        if (home->section == section && offset >= 0 && home->offset_bytes == (uint64_t)offset) {
            return home->map;
        }
    }
    return NONE;
}

const struct map_home *maps_covering(const struct loader *l, uint32_t section, uint64_t offset)
{
    const struct map_home *best = NULL;
    for (uint32_t i = 0; i < l->homes.count; i++) {
        const struct map_home *home = &l->homes.items[i];
        if (home->section == section && home->offset_bytes <= offset &&
            (best == NULL || home->offset_bytes > best->offset_bytes)) {
            best = home;
        }
    }
    return best;
}

bool maps_are_legacy(const char *section)
{
    return strcmp(section, "maps") == 0 || strncmp(section, "maps/", 5) == 0;
}

bool maps_load(struct loader *l)
{
    uint32_t btf_section = 0;
    for (uint32_t i = 1; i < l->section_count; i++) {
        struct section *section = &l->sections[i];
        bool is_btf = strcmp(section->name, ".maps") == 0;
        if ((section->type != SHT_PROGBITS && section->type != SHT_NOBITS) || section->size_bytes == 0 ||
            section_is_code(section) || (!is_btf && !maps_are_legacy(section->name))) {
            continue;
        }
        if (is_btf && btf_section != 0) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "object has two sections '.maps'");
        }
        btf_section = is_btf ? i : btf_section;
        section->holds_maps = true;
        if (!(is_btf ? maps_read_btf(l, i) : maps_read_legacy(l, i))) {
            return false;
        }
    }
    return true;
}
