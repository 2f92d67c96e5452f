// SPDX-License-Identifier: Apache-2.0
/* Maps, variables and externs of a native module: maps are the stubs' objects bpf_map_NAME, and so are the data
 * sections with their variables, as in lifted code, so that --set, --map, dumps and the skeleton work. Constants that
 * are not volatile stay clang's own: BPF's clang has folded them as well. */
#include <string.h>

#include "../program/kfunc.h"
#include "native_module.h"

static LLVMValueRef map_object(struct native *n, const struct map *map)
{
    const char *name = arena_printf(&n->arena, "bpf_map_%s", map->symbol);
    LLVMValueRef object = LLVMGetNamedGlobal(n->module, name);
    if (object)
        return object;
    object = LLVMAddGlobal(n->module, LLVMArrayType2(n->i8, 0), name);
    LLVMSetAlignment(object, 1); /* as long as nobody knows better */
    return object;
}

static const struct map *find_map(const struct program *program, const char *name)
{
    for (uint32_t i = 0; i < program->map_count; i++)
        if (program->maps[i].role == MAP_USER && strcmp(program->maps[i].name, name) == 0)
            return &program->maps[i];
    return NULL;
}

static const struct variable *find_variable(const struct program *program, const char *name, const struct map **section)
{
    for (uint32_t i = 0; i < program->map_count; i++) {
        *section = &program->maps[i];
        for (uint32_t k = 0; k < (*section)->variable_count; k++)
            if (strcmp((*section)->variables[k].name, name) == 0)
                return &(*section)->variables[k];
    }
    return NULL;
}

static const struct external *find_extern(const struct program *program, const char *name)
{
    for (uint32_t i = 0; i < program->extern_count; i++)
        if (strcmp(program->externs[i].name, name) == 0)
            return &program->externs[i];
    return NULL;
}

/* `const volatile int limit`, also in arrays. */
static bool is_volatile(const struct program *program, uint32_t id)
{
    for (const struct type *type = &program->types[id]; id; type = &program->types[id]) {
        if (type->kind == TYPE_QUALIFIER && strcmp(type->name, "volatile") == 0)
            return true;
        if (type->kind != TYPE_QUALIFIER && type->kind != TYPE_TYPEDEF && type->kind != TYPE_ARRAY)
            return false;
        id = type->target;
    }
    return false;
}

/* -- accesses ------------------------------------------------------------------------------------------------------ */

/* What is known of an object in place of what clang assumed of its own. */
struct known {
    unsigned align;
    bool constant; /* its contents are known when the module is linked: reads need not be volatile */
};

static void correct_uses(struct native *n, LLVMValueRef value, const struct known *known);

/* clang aligns large arrays better than the section of a BPF object does. */
static void correct_call(struct native *n, LLVMValueRef call, LLVMValueRef value, const struct known *known)
{
    unsigned kind = LLVMGetEnumAttributeKindForName("align", strlen("align"));
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        LLVMAttributeRef align = LLVMGetCallSiteEnumAttribute(call, i + 1, kind);
        if (LLVMGetOperand(call, i) != value || !align || LLVMGetEnumAttributeValue(align) <= known->align)
            continue;
        LLVMRemoveCallSiteEnumAttribute(call, i + 1, kind);
        LLVMAddCallSiteAttribute(call, i + 1, LLVMCreateEnumAttribute(n->context, kind, known->align));
    }
}

static void correct_user(struct native *n, LLVMValueRef user, LLVMValueRef value, const struct known *known)
{
    bool access =
        LLVMIsALoadInst(user) || LLVMIsAStoreInst(user) || LLVMIsAAtomicRMWInst(user) || LLVMIsAAtomicCmpXchgInst(user);
    if (access && LLVMGetAlignment(user) > known->align)
        LLVMSetAlignment(user, known->align);
    if (LLVMIsALoadInst(user) && known->constant)
        LLVMSetVolatile(user, false);
    if (LLVMIsACallInst(user))
        correct_call(n, user, value, known);
    if (LLVMIsAGetElementPtrInst(user) || LLVMIsAConstantExpr(user))
        correct_uses(n, user, known);
}

static void correct_uses(struct native *n, LLVMValueRef value, const struct known *known)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use))
        correct_user(n, LLVMGetUser(use), value, known);
}

/* -- globals ------------------------------------------------------------------------------------------------------- */

static void replace(LLVMValueRef global, LLVMValueRef by)
{
    LLVMReplaceAllUsesWith(global, by);
    LLVMDeleteGlobal(global);
}

static bool adopt_variable(struct native *n, LLVMValueRef global, const struct map *section,
                           const struct variable *variable)
{
    unsigned long long bytes = LLVMABISizeOfType(n->layout, LLVMGlobalGetValueType(global));
    if (bytes != variable->size_bytes)
        return native_refuse(n, NULL, "'%s' has %u bytes in BPF code and %llu on board '%s'", variable->name,
                             variable->size_bytes, bytes, n->board->name);
    unsigned place = variable->offset_bytes | 8;
    const struct known known = {place & (0u - place), section->role == MAP_SECTION_RODATA};
    LLVMValueRef offset = LLVMConstInt(n->size_type, variable->offset_bytes, false);
    correct_uses(n, global, &known);
    replace(global, LLVMConstInBoundsGEP2(n->i8, map_object(n, section), &offset, 1));
    return true;
}

/* Functions and variables of the firmware; weak ones that are not there have no address. */
static void adopt_extern(LLVMValueRef global, const struct external *external)
{
    if (external->is_weak && !external->is_provided && !kfunc_builtin(external->name)) {
        LLVMReplaceAllUsesWith(global, LLVMConstNull(LLVMTypeOf(global)));
        return;
    }
    LLVMSetLinkage(global, LLVMExternalLinkage);
    LLVMSetSection(global, "");
}

static bool adopt_global(struct native *n, LLVMValueRef global)
{
    size_t length;
    const char *name = arena_strdup(&n->arena, LLVMGetValueName2(global, &length));
    const struct map *map = find_map(n->program, name), *section = NULL;
    const struct variable *variable = find_variable(n->program, name, &section);
    const struct external *external = find_extern(n->program, name);
    bool folded = LLVMIsGlobalConstant(global) && !LLVMIsDeclaration(global);
    if (map) {
        replace(global, map_object(n, map));
    } else if (variable && section->role != MAP_EXTERN && !(folded && !is_volatile(n->program, variable->type))) {
        return adopt_variable(n, global, section, variable);
    } else if (external && LLVMIsDeclaration(global)) {
        adopt_extern(global, external);
    } else if (!LLVMIsDeclaration(global)) {
        LLVMSetLinkage(global, LLVMInternalLinkage);
        LLVMSetSection(global, "");
    } else if (LLVMGetFirstUse(global)) {
        return native_refuse(n, NULL, "the variable '%s' is not defined", name);
    }
    return true;
}

/* --set of a constant that clang has folded would change what BPF code reads in part, and nothing here. */
static bool check_settings(struct native *n)
{
    for (string_list set = n->options->settings; set && *set; set++) {
        const struct map *section = NULL;
        const char *name = arena_strndup(&n->arena, *set, strcspn(*set, "="));
        const struct variable *variable = find_variable(n->program, name, &section);
        bool is_kconfig = find_extern(n->program, name) != NULL;
        if (variable && !is_kconfig && section->role == MAP_SECTION_RODATA && !is_volatile(n->program, variable->type))
            return native_refuse(n, NULL, "--set %s: the variable must be `const volatile`", name);
    }
    return true;
}

bool native_data(struct native *n)
{
    value_list globals = {0};
    bool ok = check_settings(n);
    for (LLVMValueRef g = LLVMGetFirstGlobal(n->module); g; g = LLVMGetNextGlobal(g))
        vec_push(&globals, g);
    for (uint32_t i = 0; ok && i < globals.count; i++)
        ok = adopt_global(n, globals.items[i]);
    vec_free(&globals);
    for (LLVMValueRef f = LLVMGetFirstFunction(n->module); ok && f; f = LLVMGetNextFunction(f)) {
        size_t length;
        const struct external *external = find_extern(n->program, LLVMGetValueName2(f, &length));
        if (external && LLVMIsDeclaration(f))
            adopt_extern(f, external);
    }
    return ok;
}
