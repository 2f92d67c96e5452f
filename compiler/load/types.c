// SPDX-License-Identifier: Apache-2.0
/* BTF → program.types. libbpf walks the types and checks their extent; references, names, sizes and nesting are
 * checked here, because it does not. Declarations (FUNC, VAR, DECL_TAG) become typedefs of what they declare, so that
 * every BTF number stays an index. Source: kernel documentation, bpf/btf.rst. */
#include <string.h>

#include "loader.h"

#define HEADER_BYTES 24
#define MAX_NESTING  64 /* typedefs, qualifiers, arrays and members within each other */

const char *types_string(const struct loader *l, uint32_t offset)
{
    return offset < l->strings_bytes ? l->strings + offset : NULL;
}

const struct btf_type *types_raw(const struct loader *l, uint32_t id)
{
    return l->btf != NULL && id < btf__type_cnt(l->btf) ? btf__type_by_id(l->btf, id) : NULL;
}

const struct btf_type *types_datasec(const struct loader *l, const char *name)
{
    uint32_t count = l->btf != NULL ? btf__type_cnt(l->btf) : 0;
    for (uint32_t id = 1; id < count; id++) {
        const struct btf_type *t = types_raw(l, id);
        if (btf_is_datasec(t) && strcmp(types_string(l, t->name_off), name) == 0) {
            return t;
        }
    }
    return NULL;
}

uint32_t types_in_datasec(const struct loader *l, const struct btf_type *datasec, const char *name,
                          uint64_t offset_bytes, bool *is_func)
{
    uint32_t found = 0;
    for (uint32_t i = 0; datasec != NULL && i < btf_vlen(datasec); i++) {
        const struct btf_var_secinfo *info = &btf_var_secinfos(datasec)[i];
        const struct btf_type *t = types_raw(l, info->type);
        if (strcmp(types_string(l, t->name_off), name) != 0 || (found != 0 && info->offset != offset_bytes)) {
            continue;
        }
        found = t->type;
        if (is_func != NULL) {
            *is_func = btf_is_func(t);
        }
    }
    return found;
}

/* Checks what libbpf relies on, then lets it parse; keeps a copy of the strings. */
static bool open_btf(struct loader *l, const struct section *section)
{
    const uint8_t *bytes = section->bytes;
    uint64_t size = section->size_bytes;
    if (bytes == NULL || size < HEADER_BYTES || size > INT32_MAX || read_u16(bytes) != BTF_MAGIC) {
        return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF has no header");
    }
    uint64_t header = read_u32(bytes + 4);
    uint64_t types = header + read_u32(bytes + 8);
    uint64_t types_end = types + read_u32(bytes + 12);
    uint64_t strings = header + read_u32(bytes + 16);
    uint64_t strings_end = strings + read_u32(bytes + 20);
    if (header < HEADER_BYTES || types % 4 != 0 || types_end > size || strings_end > size || strings == strings_end ||
        bytes[strings_end - 1] != 0) {
        return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF: types or strings lie beyond its %llu bytes",
                          (unsigned long long)size);
    }
    l->btf = btf__new(bytes, (uint32_t)size);
    if (l->btf == NULL) {
        return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF cannot be parsed");
    }
    l->strings_bytes = (uint32_t)(strings_end - strings);
    l->strings = arena_memdup(&l->program->arena, bytes + strings, l->strings_bytes);
    return true;
}

/* A member, parameter or enumerator; false when its name or type does not exist. */
static bool set_member(const struct loader *l, struct member *member, uint32_t name, uint32_t type)
{
    *member = (struct member){.name = types_string(l, name), .type = type};
    return member->name != NULL && type < l->program->type_count;
}

static bool convert_struct(const struct loader *l, struct type *type, const struct btf_type *t)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        const struct btf_member *raw = &btf_members(t)[i];
        struct member *member = &type->members[i];
        if (!set_member(l, member, raw->name_off, raw->type)) {
            return false;
        }
        member->offset_bits = btf_member_bit_offset(t, i);
        member->bitfield_bits = btf_member_bitfield_size(t, i);
        const struct btf_type *inner = types_raw(l, raw->type);
        /* before kind_flag the width of a bit-field was in its integer type */
        if (!btf_kflag(t) && btf_is_int(inner) && btf_int_bits(inner) != inner->size * 8) {
            member->bitfield_bits = btf_int_bits(inner);
            member->offset_bits += btf_int_offset(inner);
        }
    }
    return true;
}

static bool convert_enum(const struct loader *l, struct type *type, const struct btf_type *t)
{
    type->encoding = btf_kflag(t) ? INT_SIGNED : INT_UNSIGNED;
    for (uint32_t i = 0; i < type->member_count; i++) {
        bool wide = btf_is_enum64(t);
        const uint32_t *raw = (const uint32_t *)(t + 1) + i * (wide ? 3 : 2); /* name, value (low, high) */
        if (!set_member(l, &type->members[i], raw[0], 0)) {
            return false;
        }
        if (wide) {
            type->members[i].value = (int64_t)((uint64_t)raw[2] << 32 | raw[1]);
        } else {
            type->members[i].value = btf_kflag(t) ? (int64_t)(int32_t)raw[1] : (int64_t)raw[1];
        }
    }
    return true;
}

static bool convert_params(const struct loader *l, struct type *type, const struct btf_type *t)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        if (!set_member(l, &type->members[i], btf_params(t)[i].name_off, btf_params(t)[i].type)) {
            return false;
        }
    }
    return true;
}

/* The variables of a DATASEC must be VAR or FUNC; the types later code reads through them must exist. */
static bool check_datasec(const struct loader *l, const struct btf_type *t)
{
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        const struct btf_type *inner = types_raw(l, btf_var_secinfos(t)[i].type);
        if (inner == NULL || (!btf_is_var(inner) && !btf_is_func(inner)) || types_string(l, inner->name_off) == NULL ||
            inner->type >= l->program->type_count) {
            return false;
        }
    }
    return true;
}

static enum int_encoding encoding_of(const struct btf_type *t)
{
    uint8_t encoding = btf_int_encoding(t);
    if (encoding & BTF_INT_BOOL) {
        return INT_BOOL;
    }
    if (encoding & BTF_INT_CHAR) {
        return INT_CHAR;
    }
    return encoding & BTF_INT_SIGNED ? INT_SIGNED : INT_UNSIGNED;
}

static enum type_kind kind_of(const struct btf_type *t)
{
    switch (btf_kind(t)) {
    case BTF_KIND_INT: return TYPE_INT;
    case BTF_KIND_FLOAT: return TYPE_FLOAT;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return TYPE_ENUM;
    case BTF_KIND_PTR: return TYPE_POINTER;
    case BTF_KIND_ARRAY: return TYPE_ARRAY;
    case BTF_KIND_STRUCT: return TYPE_STRUCT;
    case BTF_KIND_UNION: return TYPE_UNION;
    case BTF_KIND_FUNC_PROTO: return TYPE_FUNC;
    case BTF_KIND_FWD:
    case BTF_KIND_DATASEC: return TYPE_FORWARD;
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_FUNC:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG: return TYPE_TYPEDEF;
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG: return TYPE_QUALIFIER;
    default: return TYPE_VOID;
    }
}

static const char *qualifier_name(const struct btf_type *t, const char *name)
{
    if (btf_is_const(t)) {
        return "const";
    }
    if (btf_is_volatile(t)) {
        return "volatile";
    }
    return btf_is_restrict(t) ? "restrict" : name;
}

/* The parts that differ by kind. */
static bool convert_parts(const struct loader *l, struct type *type, const struct btf_type *t)
{
    switch (type->kind) {
    case TYPE_INT: type->encoding = encoding_of(t); return true;
    case TYPE_ARRAY:
        type->target = btf_array(t)->type;
        type->count = btf_array(t)->nelems;
        return true;
    case TYPE_POINTER: type->size_bytes = l->pointer_bytes != 0 ? l->pointer_bytes : 8; return true;
    case TYPE_STRUCT:
    case TYPE_UNION: return convert_struct(l, type, t);
    case TYPE_ENUM: return convert_enum(l, type, t);
    case TYPE_FUNC: return convert_params(l, type, t);
    case TYPE_QUALIFIER: type->name = qualifier_name(t, type->name); return true;
    case TYPE_FORWARD: return !btf_is_datasec(t) || check_datasec(l, t);
    case TYPE_VOID: return false;
    case TYPE_TYPEDEF:
        type->count = btf_is_decl_tag(t) ? (uint32_t)(btf_decl_tag(t)->component_idx + 1) : 0;
        return true;
    case TYPE_FLOAT: return true;
    }
    return false;
}

static bool convert_type(const struct loader *l, struct type *type, const struct btf_type *t)
{
    type->kind = kind_of(t);
    type->name = types_string(l, t->name_off);
    bool sized = type->kind == TYPE_INT || type->kind == TYPE_FLOAT || type->kind == TYPE_ENUM ||
                 type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    bool refers = type->kind == TYPE_POINTER || type->kind == TYPE_FUNC || type->kind == TYPE_TYPEDEF ||
                  type->kind == TYPE_QUALIFIER;
    bool has_members = sized ? type->kind != TYPE_INT && type->kind != TYPE_FLOAT : type->kind == TYPE_FUNC;
    type->size_bytes = sized ? t->size : 0;
    type->target = refers ? t->type : 0;
    type->member_count = has_members ? btf_vlen(t) : 0;
    type->members = arena_array(&l->program->arena, type->member_count, sizeof *type->members);
    return type->name != NULL && convert_parts(l, type, t) && type->target < l->program->type_count;
}

/* How far measuring has come, per type: 0 not begun, 1 done, UINT8_MAX under way. */
struct nesting {
    struct loader *l;
    uint8_t *progress;
};

static bool measure_type(const struct nesting *n, uint32_t id, uint32_t depth);

static bool measure_members(const struct nesting *n, const struct type *type, uint32_t depth)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        const struct member *member = &type->members[i];
        if (!measure_type(n, member->type, depth)) {
            return false;
        }
        uint64_t bytes = n->l->program->types[member->type].size_bytes;
        uint64_t bits = member->bitfield_bits != 0 ? member->bitfield_bits : bytes * 8;
        if (member->offset_bits + bits > (uint64_t)type->size_bytes * 8) {
            return diag_error(n->l->d, &n->l->here, D_BTF_MALFORMED, "member '%s' lies outside the %u bytes of '%s'",
                              member->name, type->size_bytes, type->name);
        }
    }
    return true;
}

/* Fills the sizes of arrays, typedefs and qualifiers; refuses types that contain themselves, so that following
 * typedefs and members always ends. */
static bool measure_type(const struct nesting *n, uint32_t id, uint32_t depth)
{
    struct program *p = n->l->program;
    struct type *type = &p->types[id];
    if (n->progress[id] == 1) {
        return true;
    }
    if (n->progress[id] == UINT8_MAX || depth > MAX_NESTING) {
        return diag_error(n->l->d, &n->l->here, D_BTF_MALFORMED, "type %u '%s' contains itself or nests too deeply", id,
                          type->name);
    }
    n->progress[id] = UINT8_MAX;
    bool ok = true;
    if (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION) {
        ok = measure_members(n, type, depth + 1);
    } else if (type->kind == TYPE_TYPEDEF || type->kind == TYPE_QUALIFIER || type->kind == TYPE_ARRAY) {
        ok = measure_type(n, type->target, depth + 1);
        uint64_t bytes = p->types[type->target].size_bytes * (type->kind == TYPE_ARRAY ? (uint64_t)type->count : 1);
        /* the arrays behind __uint(max_entries, N) are never laid out and may be larger than any object */
        type->size_bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    }
    n->progress[id] = 1;
    return ok;
}

bool types_load(struct loader *l)
{
    const struct section *section = object_section(l, ".BTF");
    return section == NULL || section->type == SHT_NOBITS || types_read(l, section);
}

bool types_read(struct loader *l, const struct section *section)
{
    if (!open_btf(l, section)) {
        return false;
    }
    if (l->pointer_bytes != 0) {
        btf__set_pointer_size(l->btf, l->pointer_bytes);
    }
    struct program *p = l->program;
    p->has_btf = true;
    p->type_count = btf__type_cnt(l->btf);
    p->types = arena_array(&p->arena, p->type_count, sizeof *p->types);
    p->types[0].name = "void";
    for (uint32_t id = 1; id < p->type_count; id++) {
        if (!convert_type(l, &p->types[id], types_raw(l, id))) {
            return diag_error(l->d, &l->here, D_BTF_MALFORMED,
                              ".BTF: type %u refers to a name or type that does not "
                              "exist, or is of an unknown kind",
                              id);
        }
    }
    struct nesting nesting = {.l = l, .progress = arena_alloc(&l->scratch, p->type_count)};
    for (uint32_t id = 1; id < p->type_count; id++) {
        if (!measure_type(&nesting, id, 0)) {
            return false;
        }
    }
    return true;
}
