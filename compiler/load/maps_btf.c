// SPDX-License-Identifier: Apache-2.0
/* Maps that BTF defines: each variable in .maps is a struct whose members are attributes, and whose values are in the
 * types of those members only: `int (*max_entries)[N]` says N, `T *key` says T. What a map of maps or programs holds at
 * the start (`values = {...}`) are relocations of the variable itself: see map_values.c. Source: kernel documentation,
 * libbpf's "BTF-style map definitions". */
#include <string.h>

#include "loader.h"

/* One map definition while its attributes are read. */
struct definition {
    struct loader *l;
    struct map map;
    const char *attribute; /* the one being read, for messages */
    uint32_t attribute_type;
    const struct type *values; /* what each of `values` points to: a definition of the inner maps, or a program; NULL */
    uint32_t values_bytes;     /* offset of `values` in the variable */
    bool is_inner;
};

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

/* `map_extra` may need 64 bits: __ulong() makes it the value of an enumerator. */
static bool read_extra(const struct definition *def, uint64_t *extra)
{
    const struct type *type = type_resolve(def->l->program, def->attribute_type);
    if (type->kind == TYPE_ENUM && type->member_count == 1) {
        *extra = (uint64_t)type->members[0].value;
        return true;
    }
    uint32_t number = 0;
    bool ok = read_number(def, &number);
    *extra = number;
    return ok;
}

/* Every type is kept: what cannot be built is refused where it is used, so that other programs of the object can be. */
static bool read_map_type(struct definition *def)
{
    uint32_t number = 0;
    bool ok = read_number(def, &number);
    def->map.type = (enum map_type)number;
    return ok;
}

/* `values`, as __array() makes it: an array of pointers to a map's definition or to a function. */
static bool read_values(struct definition *def)
{
    const struct program *p = def->l->program;
    const struct type *array = type_resolve(p, def->attribute_type);
    const struct type *pointer = array->kind == TYPE_ARRAY ? type_resolve(p, array->target) : array;
    const struct type *pointee = pointer->kind == TYPE_POINTER ? type_resolve(p, pointer->target) : pointer;
    if (array->kind != TYPE_ARRAY || pointer->kind != TYPE_POINTER ||
        (pointee->kind != TYPE_STRUCT && pointee->kind != TYPE_FUNC)) {
        return malformed(def, "an array of maps or programs, as __array(values, ...) makes it");
    }
    def->values = pointee;
    return true;
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

/* The memory node of a large machine; a board has one. */
static bool read_numa_node(const struct definition *def)
{
    uint32_t number = 0;
    if (!read_number(def, &number)) {
        return false;
    }
    if (number != 0) {
        diag_note(def->l->d, "map '%s': numa_node has no meaning on one core and is ignored", def->map.name);
    }
    return true;
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
    if (strcmp(name, "map_extra") == 0) {
        return read_extra(def, &map->extra);
    }
    if (strcmp(name, "numa_node") == 0) {
        return read_numa_node(def);
    }
    if (strcmp(name, "values") == 0) {
        return read_values(def);
    }
    return diag_error(def->l->d, &def->l->here, D_FEATURE, "map '%s': attribute '%s' is unknown", map->name, name);
}

static bool holds_maps(enum map_type type)
{
    return type == MAP_ARRAY_OF_MAPS || type == MAP_HASH_OF_MAPS;
}

/* `values` say what kind of map it is, and the other way round. */
static bool check_values(struct definition *def)
{
    const struct map *map = &def->map;
    bool of_maps = def->values != NULL && def->values->kind == TYPE_STRUCT;
    bool of_programs = def->values != NULL && def->values->kind == TYPE_FUNC;
    if (of_maps == holds_maps(map->type) && (!of_programs || map->type == MAP_PROG_ARRAY) &&
        !(def->is_inner && def->values != NULL)) {
        return true;
    }
    if (holds_maps(map->type) && !def->is_inner && def->values == NULL) {
        diag_error(def->l->d, &def->l->here, D_FEATURE, "map '%s' holds maps, but does not say of which kind",
                   map->name);
        diag_suggest(def->l->d, "__array(values, struct { __uint(type, BPF_MAP_TYPE_ARRAY); ... })");
        return false;
    }
    def->attribute = "values";
    return malformed(def, "of maps in a map of maps, of programs in a prog_array, and nowhere else");
}

static bool check_map(struct definition *def)
{
    struct map *map = &def->map;
    if (map->type == 0) {
        return diag_error(def->l->d, &def->l->here, D_BTF_MALFORMED, "map '%s' has no attribute 'type'", map->name);
    }
    if (map->key_bytes > MAX_VALUE_BYTES || map->value_bytes > MAX_VALUE_BYTES) {
        return diag_error(def->l->d, &def->l->here, D_FEATURE,
                          "map '%s': keys have %u bytes, values %u; must be below "
                          "%u",
                          map->name, map->key_bytes, map->value_bytes, MAX_VALUE_BYTES);
    }
    if (!check_values(def)) {
        return false;
    }
    bool by_number = holds_maps(map->type) || map->type == MAP_PROG_ARRAY; /* a value is a number of 4 bytes to users */
    map->value_bytes = by_number && map->value_bytes == 0 ? 4 : map->value_bytes;
    return true;
}

static bool read_definition(struct definition *def, const struct type *attributes)
{
    for (uint32_t i = 0; i < attributes->member_count; i++) {
        const struct member *member = &attributes->members[i];
        def->attribute = member->name;
        def->attribute_type = member->type;
        if (strcmp(member->name, "values") == 0) {
            def->values_bytes = member->offset_bits / 8;
        }
        if (!read_attribute(def)) {
            return false;
        }
    }
    return check_map(def);
}

/* The template that says what the maps in `outer` are like; it becomes a map of the program that is not stored. */
static bool read_inner(struct definition *outer)
{
    struct loader *l = outer->l;
    struct definition def = {.l = l, .is_inner = true};
    def.map = (struct map){.role = MAP_USER, .inner_map = NONE, .is_template = true};
    struct map *map = &l->maps.items[l->maps.count - 1];
    map->inner_map = l->maps.count;
    map_name(l, &def.map, arena_printf(&l->scratch, "%s.inner", outer->map.name));
    if (!read_definition(&def, outer->values)) {
        return false;
    }
    vec_push(&l->maps, def.map);
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
    struct definition def = {.l = l, .map = {.role = MAP_USER, .inner_map = NONE}, .values_bytes = NONE};
    map_name(l, &def.map, declaration->name);
    if (!read_definition(&def, attributes)) {
        return false;
    }
    maps_add(l, &def.map,
             &(struct map_home){.section = section, .offset_bytes = symbol->value, .values_bytes = def.values_bytes});
    return def.values == NULL || def.values->kind != TYPE_STRUCT || read_inner(&def);
}

/* Every object symbol in .maps must be described by BTF: else a map would be missing in silence. */
static bool check_symbols(struct loader *l, uint32_t section)
{
    for (uint32_t i = 0; i < l->symbol_count; i++) {
        const struct symbol *symbol = &l->symbols[i];
        if (symbol->section == section && symbol->type == STT_OBJECT &&
            maps_at(l, section, (int64_t)symbol->value) == NONE) {
            return diag_error(l->d, &l->here, D_BTF_MALFORMED, "map '%s' is not described in .BTF", symbol->name);
        }
    }
    return true;
}

bool maps_read_btf(struct loader *l, uint32_t section)
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
