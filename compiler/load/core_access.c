// SPDX-License-Identifier: Apache-2.0
/* CO-RE accesses: read in the program's own types, then found again in the target's by the names of the members. */
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define MAX_OFFSET_BITS (1ull << 40)

uint32_t core_skip(const struct btf *btf, uint32_t type)
{
    const struct btf_type *t = btf__type_by_id(btf, type);
    while (t != NULL && (btf_is_mod(t) || btf_is_typedef(t))) {
        type = t->type;
        t = btf__type_by_id(btf, type);
    }
    return type;
}

/* "name___flavour": the part before three underscores that are neither at its start nor at its end. */
size_t core_essential(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = length; i-- > 1;) {
        if (i + 3 < length && name[i] == '_' && name[i + 1] == '_' && name[i + 2] == '_' && name[i - 1] != '_' &&
            name[i + 3] != '_') {
            return i;
        }
    }
    return length;
}

bool core_same_name(const char *a, const char *b)
{
    size_t length = core_essential(a);
    return length == core_essential(b) && strncmp(a, b, length) == 0;
}

static const char *name_of(const struct btf *btf, uint32_t offset)
{
    const char *name = btf__str_by_offset(btf, offset);
    return name != NULL ? name : "";
}

static bool push(struct core_access *access, struct core_step step)
{
    if (access->step_count == CORE_MAX_STEPS) {
        return false;
    }
    access->steps[access->step_count++] = step;
    return true;
}

/* Element `index` of type `type`. */
static bool step_element(struct core_access *access, uint32_t type, uint32_t index)
{
    int64_t bytes = btf__resolve_size(access->btf, type);
    if (bytes < 0) {
        return false;
    }
    access->offset_bits += (uint64_t)index * (uint64_t)bytes * 8;
    return access->offset_bits <= MAX_OFFSET_BITS && push(access, (struct core_step){type, index, NULL});
}

/* Member or element `index` of `*type`, which becomes the type of what is there. */
static bool step_into(struct core_access *access, uint32_t *type, uint32_t index)
{
    uint32_t id = core_skip(access->btf, *type);
    const struct btf_type *t = btf__type_by_id(access->btf, id);
    if (t != NULL && btf_is_composite(t)) {
        if (index >= btf_vlen(t)) {
            return false;
        }
        const struct btf_member *member = &btf_members(t)[index];
        const char *name = name_of(access->btf, member->name_off);
        access->offset_bits += btf_member_bit_offset(t, index);
        *type = member->type;
        return name[0] == '\0' || push(access, (struct core_step){id, index, name});
    }
    if (t == NULL || !btf_is_array(t) || (btf_array(t)->nelems != 0 && index >= btf_array(t)->nelems)) {
        return false;
    }
    *type = btf_array(t)->type;
    return step_element(access, *type, index);
}

/* The numbers of "0:1:2" in turn; false at the end or at what is no number. */
static bool next_number(const char **text, uint32_t *number)
{
    char *end = NULL;
    if (**text < '0' || **text > '9') {
        return false;
    }
    unsigned long value = strtoul(*text, &end, 10);
    *number = (uint32_t)value;
    *text = *end == ':' ? end + 1 : end;
    return value <= INT32_MAX && (*end == ':' || *end == '\0');
}

static bool parse_enumerator(struct core_access *access, uint32_t type, uint32_t index)
{
    const struct btf_type *t = btf__type_by_id(access->btf, core_skip(access->btf, type));
    if (t == NULL || !btf_is_any_enum(t) || index >= btf_vlen(t)) {
        return false;
    }
    uint32_t name = btf_is_enum(t) ? btf_enum(t)[index].name_off : btf_enum64(t)[index].name_off;
    return push(access, (struct core_step){core_skip(access->btf, type), index, name_of(access->btf, name)});
}

bool core_parse(struct core_access *access, const struct btf *btf, uint32_t type, enum core_kind kind, const char *text)
{
    *access = (struct core_access){.btf = btf, .root = type};
    uint32_t index = 0;
    if (!next_number(&text, &index)) {
        return false;
    }
    if (kind == CORE_ENUMVAL_EXISTS || kind == CORE_ENUMVAL_VALUE) {
        return *text == '\0' && parse_enumerator(access, type, index);
    }
    if (kind >= CORE_TYPE_ID_LOCAL) { /* the type itself */
        return *text == '\0' && index == 0;
    }
    const struct btf_type *root = btf__type_by_id(btf, core_skip(btf, type));
    if (root == NULL || !(btf_is_composite(root) || btf_is_array(root) || index == 0 || *text == '\0')) {
        return false;
    }
    bool ok = step_element(access, type, index);
    while (ok && *text != '\0') {
        ok = next_number(&text, &index) && step_into(access, &type, index);
    }
    return ok;
}

/* Fields of the same name are the same when their types are alike enough: numbers of any size, pointers to anything. */
static bool fields_compatible(const struct btf *a_btf, uint32_t a, const struct btf *b_btf, uint32_t b)
{
    for (unsigned depth = 0; depth < CORE_MAX_DEPTH; depth++) {
        const struct btf_type *at = btf__type_by_id(a_btf, core_skip(a_btf, a));
        const struct btf_type *bt = btf__type_by_id(b_btf, core_skip(b_btf, b));
        if (at == NULL || bt == NULL) {
            return false;
        }
        if (btf_is_composite(at) && btf_is_composite(bt)) {
            return true;
        }
        if (!core_kinds_match(at, bt)) {
            return false;
        }
        if (btf_is_fwd(at) || btf_is_any_enum(at)) {
            const char *an = name_of(a_btf, at->name_off);
            const char *bn = name_of(b_btf, bt->name_off);
            return an[0] == '\0' || bn[0] == '\0' || core_same_name(an, bn);
        }
        if (!btf_is_array(at)) {
            return btf_is_ptr(at) || btf_is_float(at) ||
                   (btf_is_int(at) && btf_int_offset(at) == 0 && btf_int_offset(bt) == 0);
        }
        a = btf_array(at)->type;
        b = btf_array(bt)->type;
    }
    return false;
}

/* Follows the member that `local` names into `*type`, also through anonymous members. */
static bool find_member(struct core_access *target, const struct core_access *local, const struct core_step *step,
                        uint32_t *type, unsigned depth)
{
    uint32_t id = core_skip(target->btf, *type);
    const struct btf_type *t = btf__type_by_id(target->btf, id);
    const struct btf_type *from = btf__type_by_id(local->btf, step->type);
    if (t == NULL || !btf_is_composite(t) || depth > CORE_MAX_DEPTH) {
        return false;
    }
    for (uint32_t i = 0; i < btf_vlen(t); i++) {
        const struct btf_member *member = &btf_members(t)[i];
        const char *name = name_of(target->btf, member->name_off);
        uint64_t offset = btf_member_bit_offset(t, i);
        uint32_t inner = member->type;
        if (name[0] == '\0') {
            target->offset_bits += offset;
            if (find_member(target, local, step, &inner, depth + 1)) {
                *type = inner;
                return true;
            }
            target->offset_bits -= offset;
        } else if (strcmp(name, step->name) == 0) {
            *type = member->type;
            target->offset_bits += offset;
            return fields_compatible(local->btf, btf_members(from)[step->index].type, target->btf, member->type) &&
                   push(target, (struct core_step){id, i, name});
        }
    }
    return false;
}

static bool find_enumerator(struct core_access *target, const struct core_step *step)
{
    uint32_t id = core_skip(target->btf, target->root);
    const struct btf_type *t = btf__type_by_id(target->btf, id);
    for (uint32_t i = 0; t != NULL && btf_is_any_enum(t) && i < btf_vlen(t); i++) {
        const char *name = name_of(target->btf, btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off);
        if (core_same_name(name, step->name)) {
            return push(target, (struct core_step){id, i, name});
        }
    }
    return false;
}

static bool find_element(struct core_access *target, const struct core_step *step, uint32_t *type, bool is_root)
{
    if (!is_root) {
        const struct btf_type *t = btf__type_by_id(target->btf, core_skip(target->btf, *type));
        if (t == NULL || !btf_is_array(t) || (btf_array(t)->nelems != 0 && step->index >= btf_array(t)->nelems)) {
            return false;
        }
        *type = btf_array(t)->type;
    }
    return step_element(target, *type, step->index);
}

bool core_find(struct core_access *target, const struct core_access *local, const struct btf *btf, uint32_t root,
               enum core_kind kind)
{
    *target = (struct core_access){.btf = btf, .root = root};
    if (kind == CORE_TYPE_MATCHES) {
        return core_types_match(local->btf, local->root, btf, root);
    }
    if (kind >= CORE_TYPE_ID_LOCAL && kind <= CORE_TYPE_SIZE) {
        return core_types_compatible(local->btf, local->root, btf, root);
    }
    if (kind == CORE_ENUMVAL_EXISTS || kind == CORE_ENUMVAL_VALUE) {
        return find_enumerator(target, &local->steps[0]);
    }
    bool ok = true;
    for (uint32_t i = 0; ok && i < local->step_count; i++) {
        const struct core_step *step = &local->steps[i];
        ok =
            step->name != NULL ? find_member(target, local, step, &root, 0) : find_element(target, step, &root, i == 0);
    }
    return ok;
}
