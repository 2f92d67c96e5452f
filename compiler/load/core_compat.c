// SPDX-License-Identifier: Apache-2.0
/* CO-RE: comparing types of two BTFs. Compatible: the same kinds all the way, names of the roots being known to agree.
 * Matching: names agree everywhere, each member of the one exists in the other and matches; behind a pointer a struct
 * is known by its name only. Source: kernel documentation (bpf_core_type_exists, bpf_core_type_matches). */
#include <string.h>

#include "core.h"

/* Two types to be compared. */
struct pair {
    const struct btf *a_btf, *b_btf;
    uint32_t a, b;
    unsigned depth;
};

static const struct btf_type *skipped(const struct btf *btf, uint32_t type)
{
    return btf__type_by_id(btf, core_skip(btf, type));
}

static struct pair inner(const struct pair *p, uint32_t a, uint32_t b)
{
    return (struct pair){p->a_btf, p->b_btf, a, b, p->depth + 1};
}

bool core_kinds_match(const struct btf_type *a, const struct btf_type *b)
{
    return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

typedef bool compare_types(const struct pair *p);

/* Results and parameters of two function types. */
static bool compare_prototypes(const struct pair *p, const struct btf_type *a, const struct btf_type *b,
                               compare_types *compare)
{
    if (btf_vlen(a) != btf_vlen(b)) {
        return false;
    }
    for (uint32_t i = 0; i < btf_vlen(a); i++) {
        struct pair parameter = inner(p, btf_params(a)[i].type, btf_params(b)[i].type);
        if (!compare(&parameter)) {
            return false;
        }
    }
    struct pair result = inner(p, a->type, b->type);
    return compare(&result);
}

static bool compatible(const struct pair *p)
{
    const struct btf_type *a = skipped(p->a_btf, p->a);
    const struct btf_type *b = skipped(p->b_btf, p->b);
    if (a == NULL || b == NULL || p->depth > CORE_MAX_DEPTH || !core_kinds_match(a, b)) {
        return false;
    }
    struct pair next = *p;
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_FWD: return true;
    case BTF_KIND_INT: return btf_int_offset(a) == 0 && btf_int_offset(b) == 0;
    case BTF_KIND_PTR: next = inner(p, a->type, b->type); return compatible(&next);
    case BTF_KIND_ARRAY: next = inner(p, btf_array(a)->type, btf_array(b)->type); return compatible(&next);
    case BTF_KIND_FUNC_PROTO: return compare_prototypes(p, a, b, compatible);
    default: return false;
    }
}

bool core_types_compatible(const struct btf *a_btf, uint32_t a, const struct btf *b_btf, uint32_t b)
{
    return compatible(&(struct pair){a_btf, b_btf, a, b, 0});
}

static const char *name_of(const struct btf *btf, uint32_t offset)
{
    const char *name = btf__str_by_offset(btf, offset);
    return name != NULL ? name : "";
}

static const char *enumerator(const struct btf *btf, const struct btf_type *t, uint32_t index)
{
    return name_of(btf, btf_is_enum(t) ? btf_enum(t)[index].name_off : btf_enum64(t)[index].name_off);
}

static bool enums_match(const struct pair *p, const struct btf_type *a, const struct btf_type *b)
{
    if (a->size != b->size) {
        return false; /* as libbpf has it: see load_core_libbpf_test.c */
    }
    for (uint32_t i = 0; i < btf_vlen(a); i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < btf_vlen(b); k++) {
            found = core_same_name(enumerator(p->a_btf, a, i), enumerator(p->b_btf, b, k));
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool matching(const struct pair *p, bool behind_pointer);

static bool composites_match(const struct pair *p, const struct btf_type *a, const struct btf_type *b)
{
    for (uint32_t i = 0; i < btf_vlen(a); i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < btf_vlen(b); k++) {
            const struct btf_member *am = &btf_members(a)[i];
            const struct btf_member *bm = &btf_members(b)[k];
            struct pair member = inner(p, am->type, bm->type);
            found = strcmp(name_of(p->a_btf, am->name_off), name_of(p->b_btf, bm->name_off)) == 0 &&
                    matching(&member, false);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool matching_plain(const struct pair *p)
{
    return matching(p, false);
}

static bool is_struct_like(const struct btf_type *t)
{
    return btf_is_composite(t) || btf_is_fwd(t);
}

/* A struct behind a pointer may be only declared: struct with struct, union with union. */
static bool declarations_match(const struct btf_type *a, const struct btf_type *b)
{
    bool a_union = btf_is_fwd(a) ? btf_kflag(a) : btf_is_union(a);
    bool b_union = btf_is_fwd(b) ? btf_kflag(b) : btf_is_union(b);
    return a_union == b_union;
}

static bool ints_match(const struct btf_type *a, const struct btf_type *b)
{
    bool a_signed = (btf_int_encoding(a) & BTF_INT_SIGNED) != 0;
    bool b_signed = (btf_int_encoding(b) & BTF_INT_SIGNED) != 0;
    return btf_int_offset(a) == 0 && btf_int_offset(b) == 0 && a->size == b->size && a_signed == b_signed;
}

static bool matching(const struct pair *p, bool behind_pointer)
{
    const struct btf_type *a = skipped(p->a_btf, p->a);
    const struct btf_type *b = skipped(p->b_btf, p->b);
    if (a == NULL || b == NULL || p->depth > CORE_MAX_DEPTH ||
        !core_same_name(name_of(p->a_btf, a->name_off), name_of(p->b_btf, b->name_off))) {
        return false;
    }
    if (behind_pointer && is_struct_like(a) && is_struct_like(b)) {
        return declarations_match(a, b);
    }
    if (!core_kinds_match(a, b)) {
        return false;
    }
    struct pair next = *p;
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN: return true;
    case BTF_KIND_FWD: return btf_kflag(a) == btf_kflag(b);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return enums_match(p, a, b);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION: return composites_match(p, a, b);
    case BTF_KIND_INT: return ints_match(a, b);
    case BTF_KIND_PTR: next = inner(p, a->type, b->type); return matching(&next, true);
    case BTF_KIND_ARRAY:
        next = inner(p, btf_array(a)->type, btf_array(b)->type);
        return btf_array(a)->nelems == btf_array(b)->nelems && matching(&next, false);
    case BTF_KIND_FUNC_PROTO: return compare_prototypes(p, a, b, matching_plain);
    default: return false;
    }
}

bool core_types_match(const struct btf *a_btf, uint32_t a, const struct btf *b_btf, uint32_t b)
{
    return matching(&(struct pair){a_btf, b_btf, a, b, 0}, false);
}
