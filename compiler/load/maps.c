// SPDX-License-Identifier: Apache-2.0
/* The user's maps: each variable in .maps is a struct whose members are attributes, and whose values are in the types
 * of those members only: `int (*max_entries)[N]` says N, `T *key` says T. Source: kernel documentation, libbpf's
 * "BTF-style map definitions". */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"

#define MAX_VALUE_BYTES (1u << 30)

/* One map definition while its attributes are read. */
struct definition {
    struct loader *l;
    struct map map;
    const char *attribute; /* the one being read, for messages */
    uint32_t attribute_type;
};

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

static bool malformed(const struct definition *def, const char *must)
{
    return diag_error(def->l->d, &def->l->here, D_BTF_MALFORMED, "map '%s': attribute '%s' must be %s", def->map.name,
                      def->attribute, must);
}

/* The N of `int (*attribute)[N]`, which __uint() makes. */
static bool read_number(const struct definition *def, uint32_t *number)
{
    const struct program *p = def->l->program;
    const struct type *pointer = type_resolve(p, def->attribute_type);
    const struct type *array = pointer->kind == TYPE_POINTER ? type_resolve(p, pointer->target) : NULL;
    if (array == NULL || array->kind != TYPE_ARRAY) {
        return malformed(def, "a number, as __uint(name, number) makes it");
    }
    *number = array->count;
    return true;
}

/* The type T of `T *attribute`, which __type() makes, and its size. */
static bool read_type(const struct definition *def, uint32_t *type, uint32_t *bytes)
{
    const struct program *p = def->l->program;
    const struct type *pointer = type_resolve(p, def->attribute_type);
    uint32_t size = pointer->kind == TYPE_POINTER ? p->types[pointer->target].size_bytes : 0;
    if (size == 0) {
        return malformed(def, "a type with a size, as __type(name, type) makes it");
    }
    if (*bytes != 0 && *bytes != size) {
        return malformed(def, "of the size that the map's other attributes say");
    }
    *type = pointer->target;
    *bytes = size;
    return true;
}

static bool read_size(const struct definition *def, uint32_t *bytes)
{
    uint32_t size = 0;
    if (!read_number(def, &size)) {
        return false;
    }
    if (*bytes != 0 && *bytes != size) {
        return malformed(def, "the size of the type that the map's other attributes give");
    }
    *bytes = size;
    return true;
}

static bool read_map_type(struct definition *def)
{
    uint32_t number = 0;
    if (!read_number(def, &number)) {
        return false;
    }
    switch (number) {
#define MAP(id, value, name)                                                                                           \
    case value: def->map.type = MAP_##id; return true;
#include "../program/maps.def"
#undef MAP
    default: break;
    }
    return diag_error(def->l->d, &def->l->here, D_MAP_TYPE, "map '%s' is of type %u, which barebpf does not know",
                      def->map.name, number);
}

static bool read_pinning(const struct definition *def)
{
    uint32_t number = 0;
    if (!read_number(def, &number)) {
        return false;
    }
    if (number != 0) {
        diag_note(def->l->d, "map '%s': pinning has no meaning without an operating system and is ignored",
                  def->map.name);
    }
    return true;
}

/* An attribute that changes what the map is, but that nothing here implements: accepted only when it is 0. */
static bool read_unsupported(const struct definition *def)
{
    uint32_t number = 0;
    if (!read_number(def, &number)) {
        return false;
    }
    return number == 0 || diag_error(def->l->d, &def->l->here, D_FEATURE,
                                     "map '%s': attribute '%s' is %u; only 0 is "
                                     "supported",
                                     def->map.name, def->attribute, number);
}

static bool read_attribute(struct definition *def)
{
    struct map *map = &def->map;
    const char *name = def->attribute;
    if (strcmp(name, "type") == 0) {
        return read_map_type(def);
    }
    if (strcmp(name, "max_entries") == 0) {
        return read_number(def, &map->entries);
    }
    if (strcmp(name, "map_flags") == 0) {
        return read_number(def, &map->flags);
    }
    if (strcmp(name, "key") == 0) {
        return read_type(def, &map->key_type, &map->key_bytes);
    }
    if (strcmp(name, "value") == 0) {
        return read_type(def, &map->value_type, &map->value_bytes);
    }
    if (strcmp(name, "key_size") == 0) {
        return read_size(def, &map->key_bytes);
    }
    if (strcmp(name, "value_size") == 0) {
        return read_size(def, &map->value_bytes);
    }
    if (strcmp(name, "pinning") == 0) {
        return read_pinning(def);
    }
    if (strcmp(name, "map_extra") == 0 || strcmp(name, "numa_node") == 0) {
        return read_unsupported(def);
    }
    if (strcmp(name, "values") == 0) {
        return diag_error(def->l->d, &def->l->here, D_FEATURE,
                          "map '%s': initial values ('values': inner maps or "
                          "programs) are not supported",
                          map->name);
    }
    return diag_error(def->l->d, &def->l->here, D_FEATURE, "map '%s': attribute '%s' is unknown", map->name, name);
}

static bool check_map(const struct definition *def)
{
    const struct map *map = &def->map;
    if (map->type == 0) {
        return diag_error(def->l->d, &def->l->here, D_BTF_MALFORMED, "map '%s' has no attribute 'type'", map->name);
    }
    if (map->key_bytes > MAX_VALUE_BYTES || map->value_bytes > MAX_VALUE_BYTES) {
        return diag_error(def->l->d, &def->l->here, D_FEATURE,
                          "map '%s': keys have %u bytes, values %u; must be below "
                          "%u",
                          map->name, map->key_bytes, map->value_bytes, MAX_VALUE_BYTES);
    }
    return true;
}

/* The symbol of a variable in section `section`, or NULL. */
static const struct symbol *find_symbol(const struct loader *l, uint32_t section, const char *name)
{
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        if (l->symbols[i].section == section && l->symbols[i].type != STT_SECTION &&
            strcmp(l->symbols[i].name, name) == 0) {
            return &l->symbols[i];
        }
    }
    return NULL;
}

static bool read_map(struct loader *l, uint32_t section, uint32_t variable)
{
    const struct program *p = l->program;
    const struct type *declaration = &p->types[variable];
    const struct symbol *symbol = find_symbol(l, section, declaration->name);
    const struct type *attributes = type_resolve(p, variable);
    if (symbol == NULL || attributes->kind != TYPE_STRUCT) {
        return diag_error(l->d, &l->here, D_BTF_MALFORMED, "map '%s' has no symbol, or its type is not a struct",
                          declaration->name);
    }
    struct definition def = {.l = l, .map = {.role = MAP_USER}};
    map_name(l, &def.map, declaration->name);
    for (uint32_t i = 0; i < attributes->member_count; i++) {
        def.attribute = attributes->members[i].name;
        def.attribute_type = attributes->members[i].type;
        if (!read_attribute(&def)) {
            return false;
        }
    }
    if (!check_map(&def)) {
        return false;
    }
    vec_push(&l->homes, ((struct map_home){.offset_bytes = symbol->value, .map = l->maps.count}));
    vec_push(&l->maps, def.map);
    return true;
}

/* Every object symbol in .maps must be described by BTF: else a map would be missing in silence. */
static bool check_symbols(struct loader *l, uint32_t section)
{
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        bool known = symbol->section != section || symbol->type != STT_OBJECT;
        for (uint32_t home = 0; !known && home < l->homes.count; home++) {
            known = l->homes.items[home].offset_bytes == symbol->value;
        }
        if (!known) {
            return diag_error(l->d, &l->here, D_BTF_MALFORMED, "map '%s' is not described in .BTF", symbol->name);
        }
    }
    return true;
}

static bool read_maps(struct loader *l, uint32_t section)
{
    const struct btf_type *datasec = types_datasec(l, ".maps");
    if (l->btf == NULL || datasec == NULL) {
        diag_error(l->d, &l->here, D_BTF_MISSING,
                   "maps in section '.maps' are described by BTF, which the object lacks");
        diag_suggest(l->d, "compile with -g: clang -target bpf -O2 -g -c");
        return false;
    }
    for (uint32_t i = 0; i < btf_vlen(datasec); i++) {
        const struct btf_type *variable = types_raw(l, btf_var_secinfos(datasec)[i].type);
        if (!btf_is_var(variable)) {
            return diag_error(l->d, &l->here, D_BTF_MALFORMED,
                              "section '.maps' holds something that is not a variable");
        }
        if (!read_map(l, section, btf_var_secinfos(datasec)[i].type)) {
            return false;
        }
    }
    return check_symbols(l, section);
}

bool maps_load(struct loader *l)
{
    bool seen = false;
    for (uint32_t i = 1; i < l->section_count; i++) {
        const struct section *section = &l->sections[i];
        if ((section->type != SHT_PROGBITS && section->type != SHT_NOBITS) || section->size_bytes == 0 ||
            section_is_code(section)) {
            continue;
        }
        if (strcmp(section->name, "maps") == 0 || strncmp(section->name, "maps/", 5) == 0) {
            diag_error(l->d, &l->here, D_SECTION,
                       "section '%s' holds legacy map definitions (struct bpf_map_def), "
                       "which are not supported",
                       section->name);
            diag_suggest(l->d, "define the maps in SEC(\".maps\") with __uint() and __type()");
            return false;
        }
        if (strcmp(section->name, ".maps") != 0) {
            continue;
        }
        if (seen) {
            return diag_error(l->d, &l->here, D_ELF_MALFORMED, "object has two sections '.maps'");
        }
        seen = true;
        if (!read_maps(l, i)) {
            return false;
        }
    }
    return true;
}
