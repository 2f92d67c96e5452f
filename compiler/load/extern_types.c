// SPDX-License-Identifier: Apache-2.0
/* Are functions and variables of the firmware what the program takes them for? Compares the BTF of both. Stricter than
 * libbpf, which lets integers of any width pass: here a call crosses from 8-byte longs to the target's. Behind a
 * pointer a struct is known by its name only. */
#include <string.h>

#include "core.h"

/* Two types to be compared. */
struct twins {
    const struct btf *mine, *theirs;
    unsigned depth;
};

static bool agree(struct twins t, uint32_t mine, uint32_t theirs);

static bool same_names(const struct twins *t, const struct btf_type *a, const struct btf_type *b)
{
    const char *mine = btf__str_by_offset(t->mine, a->name_off);
    const char *theirs = btf__str_by_offset(t->theirs, b->name_off);
    return mine != NULL && theirs != NULL && core_same_name(mine, theirs);
}

/* A number of the same width; with a sign in both or in neither, for it is extended. */
static bool numbers_agree(const struct btf_type *a, const struct btf_type *b)
{
    bool is_signed = (btf_int_encoding(a) & BTF_INT_SIGNED) != 0;
    bool is_bool = (btf_int_encoding(a) & BTF_INT_BOOL) != 0;
    return a->size == b->size && is_signed == ((btf_int_encoding(b) & BTF_INT_SIGNED) != 0) &&
           is_bool == ((btf_int_encoding(b) & BTF_INT_BOOL) != 0);
}

static bool prototypes_agree(const struct twins *t, const struct btf_type *a, const struct btf_type *b)
{
    for (uint32_t i = 0; i < btf_vlen(a); i++) {
        if (i >= btf_vlen(b) || !agree(*t, btf_params(a)[i].type, btf_params(b)[i].type)) {
            return false;
        }
    }
    return btf_vlen(a) == btf_vlen(b) && agree(*t, a->type, b->type);
}

static bool is_record(const struct btf_type *t)
{
    return btf_is_composite(t) || btf_is_fwd(t);
}

/* Behind a pointer: void is anything, a struct its name. */
static bool pointees_agree(const struct twins *t, uint32_t mine, uint32_t theirs)
{
    const struct btf_type *a = btf__type_by_id(t->mine, core_skip(t->mine, mine));
    const struct btf_type *b = btf__type_by_id(t->theirs, core_skip(t->theirs, theirs));
    if (a == NULL || b == NULL || btf_is_void(a) || btf_is_void(b)) {
        return a != NULL && b != NULL;
    }
    return is_record(a) && is_record(b) ? same_names(t, a, b) : agree(*t, mine, theirs);
}

static bool agree(struct twins t, uint32_t mine, uint32_t theirs)
{
    const struct btf_type *a = btf__type_by_id(t.mine, core_skip(t.mine, mine));
    const struct btf_type *b = btf__type_by_id(t.theirs, core_skip(t.theirs, theirs));
    if (a == NULL || b == NULL || ++t.depth > CORE_MAX_DEPTH || !core_kinds_match(a, b)) {
        return false;
    }
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN: return true;
    case BTF_KIND_INT: return numbers_agree(a, b);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_FLOAT: return a->size == b->size;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_FWD: return same_names(&t, a, b);
    case BTF_KIND_PTR: return pointees_agree(&t, a->type, b->type);
    case BTF_KIND_ARRAY:
        return btf_array(a)->nelems == btf_array(b)->nelems && agree(t, btf_array(a)->type, btf_array(b)->type);
    case BTF_KIND_FUNC_PROTO: return prototypes_agree(&t, a, b);
    default: return false;
    }
}

bool extern_agrees(struct loader *l, struct external *external, uint32_t *type)
{
    const struct btf *btf = l->firmware != NULL ? l->firmware->btf : NULL;
    uint32_t kind = external->is_func ? BTF_KIND_FUNC : BTF_KIND_VAR;
    int32_t found = btf != NULL ? btf__find_by_name_kind(btf, external->name, kind) : 0;
    *type = found > 0 ? btf__type_by_id(btf, (uint32_t)found)->type : 0;
    if (*type == 0) {
        return true; /* not told: the linker knows whether it is there */
    }
    external->is_provided = true;
    if (agree((struct twins){l->btf, btf, 0}, external->type, *type)) {
        return true;
    }
    diag_error(l->d, &l->here, D_LINK, "%s '%s' has another type in the firmware ('%s') than in the program",
               external->is_func ? "function" : "variable", external->name, l->target->btf);
    diag_suggest(l->d, "declare it alike in both, with types whose width is the same everywhere (int32_t, not long)");
    return false;
}
