// SPDX-License-Identifier: Apache-2.0
/* Undefined symbols: what the board or the firmware must provide. Kconfig values become variables of a read-only data
 * section of their own, ".kconfig", whose bytes are filled in before verification; functions (__ksym) stay externs, a
 * variable is a map of one value that lies in the firmware. As in Linux it can only be read.
 * Source: kernel documentation and libbpf's overview (extern variables, __kconfig, __ksym, __weak). */
#include <string.h>

#include "loader.h"

#define MAX_KCONFIG_BYTES 4096 /* of one value */

static void read_extern(struct loader *l, struct symbol *symbol, struct external *external)
{
    const struct btf_type *kconfig = types_datasec(l, ".kconfig");
    *external = (struct external){
        .name = arena_strdup(&l->program->arena, symbol->name), .is_weak = symbol->bind == STB_WEAK, .map = NONE};
    external->type = types_in_datasec(l, kconfig, symbol->name, 0, NULL);
    external->is_kconfig = external->type != 0;
    if (!external->is_kconfig) {
        external->type = types_in_datasec(l, types_datasec(l, ".ksyms"), symbol->name, 0, &external->is_func);
    }
}

static bool collect(struct loader *l)
{
    struct program *p = l->program;
    uint32_t count = 0;
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        count += l->symbols[i].section == 0 && l->symbols[i].name[0] != '\0';
    }
    p->externs = arena_array(&p->arena, count, sizeof *p->externs);
    for (uint32_t i = 1; i < l->symbol_count; i++) {
        struct symbol *symbol = &l->symbols[i];
        if (symbol->section == 0 && symbol->name[0] != '\0') {
            symbol->external = p->extern_count;
            read_extern(l, symbol, &p->externs[p->extern_count++]);
        }
    }
    return count > 0;
}

/* Alignment of a kconfig value: its size where that is a power of two up to 8, else 1. */
static uint32_t place_after(uint32_t end, uint32_t bytes)
{
    uint32_t align = bytes == 2 || bytes == 4 || bytes == 8 ? bytes : 1;
    return (end + align - 1) / align * align;
}

/* Lays the kconfig values out one after the other, as variables of a section. */
static bool lay_out_kconfig(struct loader *l, struct map *map)
{
    struct program *p = l->program;
    map->variables = arena_array(&p->arena, p->extern_count, sizeof *map->variables);
    for (uint32_t i = 0; i < p->extern_count; i++) {
        struct external *external = &p->externs[i];
        if (!external->is_kconfig) {
            continue;
        }
        uint32_t bytes = type_size(p, external->type);
        if (bytes == 0 || bytes > MAX_KCONFIG_BYTES) {
            return diag_error(l->d, &l->here, D_EXTERN,
                              "kconfig variable '%s' has %u bytes, must be a number or a text of at most %d bytes",
                              external->name, bytes, MAX_KCONFIG_BYTES);
        }
        external->map = l->maps.count;
        external->offset_bytes = place_after(map->value_bytes, bytes);
        map->value_bytes = external->offset_bytes + bytes;
        map->variables[map->variable_count++] = (struct variable){.name = external->name,
                                                                  .offset_bytes = external->offset_bytes,
                                                                  .size_bytes = bytes,
                                                                  .type = external->type};
    }
    return true;
}

/* A variable of the firmware, as large and as aligned as --btf says, else as the program declares it. */
static bool add_variable(struct loader *l, struct external *external)
{
    uint32_t there = 0;
    if (external->type == 0 || external->is_kconfig || !extern_agrees(l, external, &there)) {
        return external->type == 0 || external->is_kconfig;
    }
    const struct btf *btf = there != 0 ? l->firmware->btf : l->btf;
    uint32_t type = there != 0 ? there : external->type;
    int64_t bytes = external->is_func ? 0 : btf__resolve_size(btf, type);
    if (bytes <= 0 || bytes > MAX_VALUE_BYTES) {
        return true; /* nothing can be read of it: it stays an extern */
    }
    int align = btf__align_of(btf, type);
    struct map map = {.type = MAP_ARRAY,
                      .role = MAP_EXTERN,
                      .key_bytes = 4,
                      .value_bytes = (uint32_t)bytes,
                      .value_type = external->type,
                      .align_log2 = align > 0 ? (uint8_t)__builtin_ctz((unsigned)align | 8) : 0,
                      .entries = 1,
                      .inner_map = NONE};
    map_name(l, &map, external->name);
    external->map = l->maps.count;
    vec_push(&l->maps, map);
    return true;
}

bool externs_load(struct loader *l)
{
    if (!collect(l)) {
        return true;
    }
    for (uint32_t i = 0; i < l->program->extern_count; i++) {
        if (!add_variable(l, &l->program->externs[i])) {
            return false;
        }
    }
    struct map map = {.type = MAP_ARRAY, .role = MAP_SECTION_RODATA, .key_bytes = 4, .entries = 1, .inner_map = NONE};
    if (!lay_out_kconfig(l, &map)) {
        return false;
    }
    if (map.variable_count > 0) {
        map_name(l, &map, ".kconfig");
        vec_push(&l->maps, map);
    }
    return true;
}
