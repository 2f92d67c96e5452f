// SPDX-License-Identifier: Apache-2.0
/* What maps of maps and prog arrays hold at the start: `values = {[2] = &inner}` is a relocation of the map's variable
 * in .maps, 8 bytes a slot. needs: maps, functions. Source: kernel documentation, libbpf (map-in-map and prog array
 * initialisation). */
#include <string.h>

#include "loader.h"

#define VALUE_BYTES     8 /* a pointer in the variable */
#define R_BPF_ABS64     2
#define R_BPF_DATA_64   12         /* the same by GNU binutils */
#define MAX_VALUE_SLOTS (1u << 20) /* entries of a map that holds something at the start */

struct value_slot {
    struct loader *l;
    struct map *map;
    uint32_t slot;
    const struct symbol *target;
    int64_t addend;
};

static bool refuse(const struct value_slot *v, enum diag_id id, const char *why)
{
    return diag_error(v->l->d, &v->l->here, id, "map '%s', values[%u] = '%s': %s", v->map->name, v->slot,
                      v->target->name, why);
}

/* The place of the slot in an array of `entries` indices, which is made when it is first needed, all NONE. */
static uint32_t *slot_of(const struct value_slot *v, const uint32_t **values)
{
    struct map *map = v->map;
    if (*values == NULL) {
        uint32_t *made = arena_array(&v->l->program->arena, map->entries, sizeof *made);
        memset(made, 0xff, map->entries * sizeof *made);
        *values = made;
        map->value_count = map->entries;
    }
    return (uint32_t *)(uintptr_t)&(*values)[v->slot]; /* ours until the program is handed over */
}

static bool set_map(const struct value_slot *v, uint32_t inner)
{
    const struct program *p = v->l->program;
    if (v->map->inner_map == NONE) {
        return refuse(v, D_RELOCATION, "the map holds no maps");
    }
    const struct map *want = &p->maps[v->map->inner_map];
    const struct map *have = &p->maps[inner];
    if (want->type != have->type || want->key_bytes != have->key_bytes || want->value_bytes != have->value_bytes) {
        return refuse(v, D_RELOCATION, "the inner map is of another type, or has keys or values of another size");
    }
    *slot_of(v, &v->map->values) = inner;
    return true;
}

static bool set_program(const struct value_slot *v, int64_t offset)
{
    uint32_t func = offset % SLOT_BYTES == 0 ? funcs_starting(v->l, v->target->section, offset / SLOT_BYTES) : NONE;
    if (func == NONE || v->map->type != MAP_PROG_ARRAY) {
        return refuse(v, D_RELOCATION, "no program begins there, or the map is no prog_array");
    }
    *slot_of(v, &v->map->progs) = func;
    return true;
}

bool map_values_apply(struct loader *l, uint32_t section, const GElf_Rel *rel)
{
    struct value_slot v = {.l = l, .target = &l->symbols[GELF_R_SYM(rel->r_info)]};
    const struct map_home *home = maps_covering(l, section, rel->r_offset);
    uint64_t start = home != NULL && home->values_bytes != NONE ? home->offset_bytes + home->values_bytes : UINT64_MAX;
    uint64_t kind = GELF_R_TYPE(rel->r_info);
    if (home == NULL || rel->r_offset < start || (rel->r_offset - start) % VALUE_BYTES != 0 ||
        (kind != R_BPF_ABS64 && kind != R_BPF_DATA_64)) {
        return diag_error(l->d, &l->here, D_RELOCATION,
                          "section '%s', byte %llu: a map's definition refers to '%s', but not as one of its values",
                          l->sections[section].name, (unsigned long long)rel->r_offset, v.target->name);
    }
    v.map = &l->program->maps[home->map];
    uint64_t slot = (rel->r_offset - start) / VALUE_BYTES;
    v.slot = slot < MAX_VALUE_SLOTS ? (uint32_t)slot : MAX_VALUE_SLOTS;
    if (v.slot >= v.map->entries || v.map->entries > MAX_VALUE_SLOTS) {
        return refuse(&v, D_RELOCATION, "the map has fewer entries, or more than a million");
    }
    if (v.target->section == 0 || v.target->section == NONE ||
        rel->r_offset + VALUE_BYTES > l->sections[section].size_bytes) {
        return refuse(&v, D_RELOCATION, "it is not defined in this object");
    }
    const uint8_t *bytes = l->sections[section].bytes;
    v.addend = bytes != NULL ? (int64_t)read_u64(bytes + rel->r_offset) : 0;
    if (v.target->value > INT32_MAX || v.addend < 0 || v.addend > INT32_MAX) {
        return refuse(&v, D_RELOCATION, "offset is too large");
    }
    int64_t offset = (int64_t)v.target->value + v.addend;
    if (section_is_code(&l->sections[v.target->section])) {
        return set_program(&v, offset);
    }
    uint32_t inner = maps_at(l, v.target->section, offset);
    return inner != NONE ? set_map(&v, inner) : refuse(&v, D_RELOCATION, "it is neither a map nor a program");
}
