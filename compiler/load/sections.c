// SPDX-License-Identifier: Apache-2.0
/* Data sections (.rodata*, .data*, .bss*) become internal maps with one value, the section; their variables come from
 * the symbols, typed by BTF's DATASEC (whose offsets clang leaves at 0). The license is read here as well. */
#include <stdlib.h>
#include <string.h>

#include "loader.h"

#define MAX_SECTION_BYTES (1u << 30)

/* True when `name` is `stem` or `stem.anything`. */
static bool is_kind(const char *name, const char *stem)
{
    size_t length = strlen(stem);
    return strncmp(name, stem, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* The role of a data section; MAP_USER: it is none. */
static enum map_role section_role(const struct section *section)
{
    if ((section->type != SHT_PROGBITS && section->type != SHT_NOBITS) || section_is_code(section)) {
        return MAP_USER;
    }
    if (is_kind(section->name, ".rodata")) {
        return MAP_SECTION_RODATA;
    }
    if (is_kind(section->name, ".data")) {
        return MAP_SECTION_DATA;
    }
    return is_kind(section->name, ".bss") ? MAP_SECTION_BSS : MAP_USER;
}

static bool is_variable(const struct symbol *symbol, uint32_t section)
{
    return symbol->section == section && symbol->type == STT_OBJECT && symbol->name[0] != '\0';
}

static int compare_variables(const void *left, const void *right)
{
    const struct variable *a = left;
    const struct variable *b = right;
    if (a->offset_bytes != b->offset_bytes) {
        return a->offset_bytes < b->offset_bytes ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static void read_variables(struct loader *l, struct map *map, uint32_t section)
{
    const struct btf_type *datasec = types_datasec(l, map->name);
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        count += is_variable(&l->symbols[i], section);
    }
    map->variables = arena_array(&l->program->arena, count, sizeof *map->variables);
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (!is_variable(symbol, section)) {
            continue;
        }
        map->variables[map->variable_count++] = (struct variable){
            .name = arena_strdup(&l->program->arena, symbol->name),
            .offset_bytes = (uint32_t)symbol->value,
            .size_bytes = (uint32_t)symbol->size_bytes,
            .type = types_in_datasec(l, datasec, symbol->name, symbol->value, NULL),
            .is_static = symbol->bind == STB_LOCAL,
        };
    }
    if (count > 1) {
        qsort(map->variables, count, sizeof *map->variables, compare_variables);
    }
}

static bool add_section(struct loader *l, uint32_t index, enum map_role role)
{
    struct section *section = &l->sections[index];
    if (section->size_bytes > MAX_SECTION_BYTES) {
        return diag_error(l->d, &l->here, D_FEATURE, "section '%s' has %llu bytes, must be at most %u", section->name,
                          (unsigned long long)section->size_bytes, MAX_SECTION_BYTES);
    }
    struct map map = {.type = MAP_ARRAY,
                      .role = role,
                      .key_bytes = 4,
                      .value_bytes = (uint32_t)section->size_bytes,
                      .entries = 1,
                      .inner_map = NONE};
    map_name(l, &map, section->name);
    if (section->bytes != NULL) {
        map.init = arena_memdup(&l->program->arena, section->bytes, map.value_bytes);
    }
    read_variables(l, &map, index);
    section->map = l->maps.count;
    vec_push(&l->maps, map);
    return true;
}

/* A section that changes what the object means and that nothing here implements. */
static bool is_refused(const char *name)
{
    return is_kind(name, ".struct_ops") || is_kind(name, "struct_ops") || is_kind(name, ".addr_space");
}

static bool read_license(struct loader *l)
{
    const struct section *section = object_section(l, "license");
    l->program->license = "";
    if (section == NULL || section->bytes == NULL) {
        return true;
    }
    if (memchr(section->bytes, 0, (size_t)section->size_bytes) == NULL) {
        return diag_error(l->d, &l->here, D_ELF_MALFORMED, "the license does not end in a NUL");
    }
    l->program->license = arena_strdup(&l->program->arena, (const char *)section->bytes);
    return true;
}

bool sections_load(struct loader *l)
{
    for (uint32_t i = 1; i < l->section_count; i++) {
        const struct section *section = &l->sections[i];
        bool alloc = (section->flags & SHF_ALLOC) != 0 && section->size_bytes > 0;
        if (alloc && !section_is_code(section) && is_refused(section->name)) {
            return diag_error(l->d, &l->here, D_SECTION, "section '%s' is not supported", section->name);
        }
        enum map_role role = section_role(section);
        if (alloc && role != MAP_USER && !add_section(l, i, role)) {
            return false;
        }
    }
    return read_license(l);
}
