// SPDX-License-Identifier: Apache-2.0
/* CO-RE: each record of .BTF.ext names an instruction, one of the program's types and an access of it. What the
 * instruction holds for the program's own types is replaced by what holds for the target's. Where there is nothing of
 * the kind in the target, the instruction is poisoned: it must not be reached. Source: bpf/llvm_reloc.rst. */
#include "core.h"

#include <inttypes.h>
#include <string.h>

#define RECORD_BYTES 16 /* insn_off, type_id, access_str_off, kind */

/* The target's types of one name and kind that may be what a type of the program is there. */
struct candidates {
    const struct btf *btf; /* NULL: not looked for yet */
    uint32_t *ids;
    uint32_t count;
};

struct core {
    struct loader *l;
    const struct btf *file;   /* --btf; NULL: nothing is given */
    struct btf *contexts;     /* of hooks.def; NULL: not needed yet, see core_contexts() */
    bool is_own;              /* what no target has is looked for in the program's own types */
    struct candidates *found; /* per type of the program */
};

/* One record. */
struct relo {
    struct core *core;
    uint32_t section, slot, insn, type;
    enum core_kind kind;
    const char *access;
    struct core_access local;
};

static const char *type_name(const struct relo *r)
{
    const struct program *p = r->core->l->program;
    const char *name = r->type < p->type_count ? p->types[r->type].name : NULL;
    return name != NULL && name[0] != '\0' ? name : "(anonymous)";
}

/* The access in words: "task.tgid", "task.comm[0]", "state.RUNNING"; or the type alone. */
static const char *describe(const struct relo *r)
{
    struct arena *arena = &r->core->l->program->arena;
    const char *text = type_name(r);
    for (uint32_t i = 0; i < r->local.step_count; i++) {
        const struct core_step *step = &r->local.steps[i];
        if (step->name != NULL) {
            text = arena_printf(arena, "%s.%s", text, step->name);
        } else if (i > 0 || step->index > 0) {
            text = arena_printf(arena, "%s[%u]", text, step->index);
        }
    }
    return text;
}

static bool malformed(const struct relo *r, const char *why)
{
    return diag_error(r->core->l->d, &r->core->l->here, D_BTF_MALFORMED,
                      "section '%s', instruction %u: CO-RE relocation of '%s' (%s): %s",
                      r->core->l->sections[r->section].name, r->slot, type_name(r), r->access, why);
}

static void poison(const struct relo *r, const char *why)
{
    struct program *p = r->core->l->program;
    program_set_poison(p, r->insn, D_RELOCATION, arena_printf(&p->arena, "'%s' %s", describe(r), why));
}

/* -- candidates ---------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
    const char *name = btf__str_by_offset(btf, t->name_off);
    return name != NULL ? name : "";
}

/* Fills `found` with the types of `btf` that have the name, without flavour, and the kind of `t`. `plain`: they must
 * have no flavour themselves. */
static void search(const struct relo *r, struct candidates *found, const struct btf *btf, bool plain)
{
    const struct btf_type *t = types_raw(r->core->l, r->type);
    const char *name = name_of(r->core->l->btf, t);
    uint32_t count = btf__type_cnt(btf);
    VEC(uint32_t) ids = {0};
    for (uint32_t id = 1; name[0] != '\0' && id < count; id++) {
        const struct btf_type *other = btf__type_by_id(btf, id);
        const char *other_name = name_of(btf, other);
        if (core_kinds_match(t, other) && core_same_name(name, other_name) &&
            (!plain || core_essential(other_name) == strlen(other_name))) {
            vec_push(&ids, id);
        }
    }
    if (ids.count > 0) {
        *found = (struct candidates){btf, arena_memdup(&r->core->l->scratch, ids.items, ids.count * sizeof *ids.items),
                                     ids.count};
    }
    vec_free(&ids);
}

/* The program's own types stand for the firmware's where nobody says otherwise: a type without flavour for itself, one
 * with a flavour for the type without. */
static void search_own(const struct relo *r, struct candidates *found)
{
    const struct btf *own = r->core->l->btf;
    const char *name = name_of(own, types_raw(r->core->l, r->type));
    if (core_essential(name) != strlen(name)) {
        search(r, found, own, true);
        return;
    }
    uint32_t *self = arena_memdup(&r->core->l->scratch, &r->type, sizeof r->type);
    *found = (struct candidates){own, self, 1};
}

static const struct candidates *find_candidates(const struct relo *r)
{
    struct core *core = r->core;
    struct candidates *found = &core->found[r->type];
    if (found->btf == NULL && core->file != NULL) {
        search(r, found, core->file, false);
    }
    if (found->btf == NULL && core->contexts == NULL) {
        core->contexts = core_contexts();
    }
    if (found->btf == NULL && core->contexts != NULL) {
        search(r, found, core->contexts, false);
    }
    if (found->btf == NULL && core->is_own) {
        search_own(r, found);
    }
    found->btf = found->btf != NULL ? found->btf : core->l->btf; /* looked for */
    return found;
}

/* -- patching ------------------------------------------------------------------------------------------------------ */

/* A load of another width gives the same number only for pointers and unsigned integers. */
static bool may_resize(const struct relo *r, const struct core_value *old, const struct btf *btf,
                       const struct core_value *new)
{
    const struct btf_type *a = types_raw(r->core->l, old->type);
    const struct btf_type *b = btf__type_by_id(btf, new->type);
    bool numbers = btf_is_int(a) && btf_is_int(b) && (btf_int_encoding(a) & BTF_INT_SIGNED) == 0 &&
                   (btf_int_encoding(b) & BTF_INT_SIGNED) == 0;
    bool size = new->bytes == 1 || new->bytes == 2 || new->bytes == 4 || new->bytes == 8;
    return size && ((btf_is_ptr(a) && btf_is_ptr(b)) || numbers);
}

static bool patch_memory(const struct relo *r, struct insn *insn, const struct core_value *old, const struct btf *btf,
                         const struct core_value *new)
{
    if (old->exact && (insn->off < 0 || (uint64_t)insn->off != old->value)) {
        return malformed(r, "the instruction does not hold what it says of the program's own types");
    }
    if (new->value > INT16_MAX) {
        poison(r, "lies too far from the start of its struct for one instruction");
        return true;
    }
    if (old->bytes != 0 && new->bytes != 0 && old->bytes != new->bytes) {
        if (insn->bits != old->bytes * 8) {
            return malformed(r, "the instruction is not as wide as the field");
        }
        if (!may_resize(r, old, btf, new)) {
            poison(r, "has another size in the target, and is no pointer or unsigned number");
            return true;
        }
        insn->bits = (uint8_t)(new->bytes * 8);
    }
    insn->off = (int32_t)new->value;
    return true;
}

static bool patch_number(const struct relo *r, struct insn *insn, const struct core_value *old,
                         const struct core_value *new)
{
    bool wide = insn->op == OP_LDDW;
    uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
    if (old->exact && ((uint64_t)insn->imm & mask) != (old->value & mask)) {
        return malformed(r, "the instruction does not hold what it says of the program's own types");
    }
    insn->imm = wide ? (int64_t)new->value : (int64_t)(int32_t)(uint32_t)new->value;
    return true;
}

static bool patch(const struct relo *r, const struct core_value *old, const struct btf *btf,
                  const struct core_value *new)
{
    struct insn *insn = &r->core->l->program->insns[r->insn];
    enum op_class class = op_class(insn->op);
    if ((class == CLASS_LOAD || class == CLASS_STORE) && insn->op != OP_LDABS && insn->op != OP_LDIND) {
        return patch_memory(r, insn, old, btf, new);
    }
    if (class == CLASS_ALU && insn->use_imm && (insn->op != OP_LDDW || insn->ref == REF_NONE)) {
        return patch_number(r, insn, old, new);
    }
    return malformed(r, "the instruction holds no number of it");
}

/* -- one record ---------------------------------------------------------------------------------------------------- */

static bool is_question(enum core_kind kind)
{
    return kind == CORE_FIELD_EXISTS || kind == CORE_TYPE_EXISTS || kind == CORE_TYPE_MATCHES ||
           kind == CORE_ENUMVAL_EXISTS || kind == CORE_TYPE_SIZE || kind == CORE_TYPE_ID_TARGET;
}

/* The value in the target: all candidates that have such a thing must agree. True with `*btf` NULL when none has. */
static bool evaluate(const struct relo *r, struct core_value *value, const struct btf **btf, bool *clear)
{
    const struct candidates *found = find_candidates(r);
    *btf = NULL;
    *clear = true;
    for (uint32_t i = 0; i < found->count; i++) {
        struct core_access target;
        struct core_value one;
        if (!core_find(&target, &r->local, found->btf, found->ids[i], r->kind)) {
            continue;
        }
        bool told = core_evaluate(&one, r->kind, &target, true);
        if (*btf != NULL && (!told || one.value != value->value || one.bytes != value->bytes)) {
            return false;
        }
        *clear = told;
        *value = one;
        *btf = found->btf;
    }
    return true;
}

static bool relocate(const struct relo *r)
{
    struct core_value old;
    struct core_value new;
    const struct btf *btf = NULL;
    bool clear = true;
    bool told = core_evaluate(&old, r->kind, &r->local, true);
    if (r->kind == CORE_TYPE_ID_LOCAL) {
        old.exact = false; /* linking renumbers types */
        return patch(r, &old, r->core->l->btf, &old);
    }
    if (!told) {
        return malformed(r, "it says nothing of the program's own types");
    }
    if (!evaluate(r, &new, &btf, &clear)) {
        poison(r, "means different things in the target, which has several types of that name");
        return true;
    }
    if (btf == NULL && !is_question(r->kind)) {
        poison(r, "does not exist in the target");
        return true;
    }
    if (!clear) {
        poison(r, "has no value in the target that an instruction could hold");
        return true;
    }
    if (btf == NULL) {
        new = (struct core_value){0};
    }
    return patch(r, &old, btf, &new);
}

static bool read_record(struct loader *l, uint32_t section, const uint8_t *record)
{
    uint32_t func = NONE;
    struct relo r = {.core = l->core,
                     .section = section,
                     .slot = read_u32(record) / SLOT_BYTES,
                     .type = read_u32(record + 4),
                     .access = types_string(l, read_u32(record + 8)),
                     .kind = (enum core_kind)read_u32(record + 12)};
    if (r.access == NULL || !ext_locate(l, section, read_u32(record), &func, &r.insn)) {
        r.access = r.access != NULL ? r.access : "?";
        return malformed(&r, "it names no instruction, or has no readable text");
    }
    if (read_u32(record + 12) >= CORE_KIND_COUNT) {
        return diag_error(l->d, &l->here, D_RELOCATION,
                          "section '%s', instruction %u: CO-RE relocation of '%s' is of kind %u, which is not known",
                          l->sections[section].name, r.slot, type_name(&r), read_u32(record + 12));
    }
    if (types_raw(l, r.type) == NULL || r.type == 0 || !core_parse(&r.local, l->btf, r.type, r.kind, r.access)) {
        return malformed(&r, "the type has no such part");
    }
    const struct program_core kept = {
        .insn = r.insn, .kind = (uint32_t)r.kind, .type = r.type, .access = r.access, .text = describe(&r)};
    vec_push(&l->core_records, kept);
    return relocate(&r);
}

/* Programs whose context's type is in the firmware's types get its size there. */
static void size_contexts(struct core *core, const struct btf *file)
{
    struct program *p = core->l->program;
    for (uint32_t i = 0; i < p->func_count; i++) {
        const struct type *proto = &p->types[p->funcs[i].proto];
        if (!p->funcs[i].is_program || proto->kind != TYPE_FUNC || proto->member_count == 0) {
            continue;
        }
        const struct type *pointer = type_resolve(p, proto->members[0].type);
        const struct type *context = pointer->kind == TYPE_POINTER ? type_resolve(p, pointer->target) : pointer;
        if (context->kind != TYPE_STRUCT || context->name[0] == '\0') {
            continue;
        }
        struct relo r = {.core = core, .type = (uint32_t)(context - p->types)};
        struct candidates found = {0};
        search(&r, &found, file, false);
        int64_t bytes = found.count == 1 ? btf__resolve_size(file, found.ids[0]) : 0;
        p->funcs[i].context_bytes = bytes > 0 && bytes <= INT32_MAX ? (uint32_t)bytes : 0;
    }
}

static void keep_records(struct loader *l)
{
    struct program *p = l->program;
    p->core_count = l->core_records.count;
    p->core = arena_array(&p->arena, p->core_count, sizeof *p->core);
    if (p->core_count > 0) {
        memcpy(p->core, l->core_records.items, p->core_count * sizeof *p->core);
    }
}

bool core_load(struct loader *l)
{
    static const struct ext_table table = {"core_relo", 24, RECORD_BYTES, read_record};
    if (l->btf == NULL) {
        return true;
    }
    struct core core = {.l = l, .is_own = l->firmware == NULL};
    core.found = arena_array(&l->scratch, l->program->type_count, sizeof *core.found);
    l->core = &core;
    core.file = l->firmware != NULL ? l->firmware->btf : NULL;
    bool ok = ext_read(l, &table);
    keep_records(l);
    if (ok && core.file != NULL) {
        size_contexts(&core, core.file);
    }
    l->core = NULL;
    btf__free(core.contexts);
    return ok;
}
