// SPDX-License-Identifier: Apache-2.0
/* Compares the module of the stubs with struct program, before the two become one module.
 * Sound because: the program reaches a map only through an address that __lddw_helper_*() gives it, which is evaluated
 * here for each index that it uses, and the object at that address is compared with what was verified. */
#include "agree.h"

#include <llvm-c/Transforms/PassBuilder.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/map_layout.h"
#include "../../helpers-template/include/barebpf/run.h"
#include "manifest.h"
#include "map_bytes.h"

static bool disagree(const struct agreement *a, const char *format, const char *name, uint64_t is, uint64_t must)
{
    struct text text = {0};
    text_printf(&text, "%s: ", name);
    text_printf(&text, format, (unsigned long long)is, (unsigned long long)must);
    diag_error(a->d, &FILE_PLACE(a->path), D_STUB, "%s", text_chars(&text));
    text_free(&text);
    diag_suggest(a->d, "make the stubs again from this object: --emit stubs without --stubs");
    return false;
}

/* Does a reachable instruction of the program load the address of map (or extern) `index` as a reference of this kind?
 */
static bool is_used(const struct agreement *a, uint32_t index, enum ref_kind ref)
{
    const struct program *program = verified_program(a->verified);
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        if (insn->op == OP_LDDW && insn->ref == ref && insn->index == index && verified_fact(a->verified, i)->reachable)
            return true;
    }
    return false;
}

/* -- maps and data sections ---------------------------------------------------------------------------------------- */

static bool shape_agrees(const struct agreement *a, const struct map *map, const char *name)
{
    static const char *const formats[] = {
        "keys have %llu bytes in the stubs, the program was verified with %llu",
        "values have %llu bytes in the stubs, the program was verified with %llu",
        "there are %llu entries in the stubs, the program was verified with %llu",
    };
    const uint32_t must[] = {map->key_bytes, map->value_bytes, map->entries};
    struct text symbol = {0};
    text_printf(&symbol, "barebpf_shape__%s", map->symbol);
    LLVMValueRef shape = LLVMGetNamedGlobal(a->stubs, text_chars(&symbol));
    LLVMValueRef init = shape ? LLVMGetInitializer(shape) : NULL;
    text_free(&symbol);
    if (!init || LLVMGetTypeKind(LLVMTypeOf(init)) != LLVMArrayTypeKind || LLVMGetArrayLength2(LLVMTypeOf(init)) != 3)
        return disagree(a, "the stubs do not define this map with the macro for its type, as BAREBPF_HASH_MAP", name, 0,
                        0);
    for (unsigned i = 0; i < 3; i++) {
        LLVMValueRef element = LLVMGetAggregateElement(init, i);
        uint64_t is = element && LLVMIsAConstantInt(element) ? LLVMConstIntGetZExtValue(element) : UINT64_MAX;
        if (is != must[i])
            return disagree(a, formats[i], name, is, must[i]);
    }
    return true;
}

/* The byte at `at` of a constant; UINT64_MAX: it is no plain byte. What ends in zeros clang makes of several pieces. */
static uint64_t constant_byte(const struct agreement *a, LLVMValueRef value, uint64_t at)
{
    LLVMTargetDataRef layout = LLVMGetModuleDataLayout(a->stubs);
    while (value && !LLVMIsNull(value)) {
        LLVMTypeRef type = LLVMTypeOf(value);
        if (LLVMIsAConstantInt(value))
            return at == 0 && LLVMABISizeOfType(layout, type) == 1 ? LLVMConstIntGetZExtValue(value) : UINT64_MAX;
        if (at >= LLVMABISizeOfType(layout, type))
            return UINT64_MAX;
        unsigned element;
        if (LLVMGetTypeKind(type) == LLVMArrayTypeKind) {
            uint64_t bytes = LLVMABISizeOfType(layout, LLVMGetElementType(type));
            element = (unsigned)(at / bytes);
            at %= bytes;
        } else if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            element = LLVMElementAtOffset(layout, type, at);
            at -= LLVMOffsetOfElement(layout, type, element);
        } else {
            return UINT64_MAX;
        }
        value = LLVMGetAggregateElement(value, element);
    }
    return value ? 0 : UINT64_MAX;
}

/* The bytes that the verifier took for constant. */
static bool rodata_agrees(const struct agreement *a, const struct map *map, LLVMValueRef global, const char *name)
{
    LLVMValueRef init = LLVMGetInitializer(global);
    for (uint32_t i = 0; i < map->value_bytes; i++) {
        uint64_t is = constant_byte(a, init, i);
        if (is != (map->init ? map->init[i] : 0))
            return disagree(a, "byte %llu is not what the program was verified with (the values of constants count)",
                            name, i, 0);
    }
    return true;
}

static uint32_t least_align(const struct map *map)
{
    uint32_t value = BAREBPF_VALUE_ALIGN(map->value_bytes), key = BAREBPF_KEY_ALIGN(map->key_bytes);
    if (map->role != MAP_USER)
        return 8;
    switch (map_store(map->type)) {
    case STORE_RING:
    case STORE_STREAM: return 8;
    case STORE_HASH:
    case STORE_LRU: return key > value ? key : value;
    case STORE_QUEUE:
    case STORE_TRIE:
    case STORE_ARRAY: return value;
    case STORE_NONE:
    case STORE_BLOOM:
    case STORE_MAPS: break;
    }
    return 1;
}

/* A map of maps: each slot must hold the map that was verified there. */
static bool slots_agree(const struct agreement *a, const struct map *map, LLVMValueRef global, const char *name)
{
    const struct program *program = verified_program(a->verified);
    LLVMValueRef init = LLVMGetInitializer(global);
    bool ok = LLVMIsGlobalConstant(global) && init && LLVMGetTypeKind(LLVMTypeOf(init)) == LLVMArrayTypeKind &&
              LLVMGetArrayLength2(LLVMTypeOf(init)) >= map_slot_count(map);
    for (uint32_t i = 0; ok && i < map_slot_count(map); i++) {
        LLVMValueRef slot = LLVMGetAggregateElement(init, i);
        struct text must = {0};
        size_t length;
        if (map->values[i] != NONE)
            text_printf(&must, "bpf_map_%s", program->maps[map->values[i]].symbol);
        ok = slot && (must.length ? LLVMIsAGlobalVariable(slot) &&
                                        strcmp(LLVMGetValueName2(slot, &length), text_chars(&must)) == 0
                                  : LLVMIsNull(slot));
        text_free(&must);
    }
    return (ok && shape_agrees(a, map, name)) ||
           disagree(a, "its slots do not hold the maps that the program was verified with", name, 0, 0);
}

static bool map_agrees(const struct agreement *a, uint32_t index, const char *name)
{
    const struct map *map = &verified_program(a->verified)->maps[index];
    LLVMValueRef global = LLVMGetNamedGlobal(a->stubs, name);
    if (!global || LLVMIsDeclaration(global))
        return disagree(a, "the stubs do not define it", name, 0, 0);
    if (map_store(map->type) == STORE_MAPS)
        return slots_agree(a, map, global, name);
    uint64_t bytes = LLVMABISizeOfType(LLVMGetModuleDataLayout(a->stubs), LLVMGlobalGetValueType(global));
    uint64_t must = map_bytes(a->verified, index, map_capacity_now(map));
    if (bytes < must || (map->role == MAP_USER && bytes != must))
        return disagree(a, "the stubs give it %llu bytes, the program was verified with %llu", name, bytes, must);
    if (LLVMGetAlignment(global) < least_align(map))
        return disagree(a, "the stubs align it to %llu bytes, the program was verified with %llu", name,
                        LLVMGetAlignment(global), least_align(map));
    if (LLVMGetLinkage(global) != LLVMExternalLinkage)
        return disagree(a, "it must be a plain definition, neither static nor weak", name, 0, 0);
    if (LLVMIsGlobalConstant(global) && map->role != MAP_SECTION_RODATA)
        return disagree(a, "it is constant in the stubs, but the program may write it", name, 0, 0);
    return map->role == MAP_USER ? shape_agrees(a, map, name)
                                 : map->role != MAP_SECTION_RODATA || rodata_agrees(a, map, global, name);
}

/* Does a map of maps hold map `index`? */
static bool is_inner(const struct program *program, uint32_t index)
{
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *outer = &program->maps[i];
        for (uint32_t slot = 0; slot < map_slot_count(outer); slot++)
            if (outer->values[slot] == index)
                return true;
    }
    return false;
}

static bool maps_agree(const struct agreement *a)
{
    const struct program *program = verified_program(a->verified);
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        struct text name = {0};
        text_printf(&name, "bpf_map_%s", map->symbol);
        bool empty = !map_is_object(map) || (map->role != MAP_USER && (!map->value_bytes || map->role == MAP_EXTERN));
        if (!empty && (is_used(a, i, REF_MAP) || is_used(a, i, REF_MAP_VALUE) || is_inner(program, i)))
            ok = map_agrees(a, i, text_chars(&name));
        text_free(&name);
    }
    return ok;
}

/* -- addresses by index -------------------------------------------------------------------------------------------- */

/* A function that returns what the stub `lddw` gives for one index; NULL when there is no such stub. */
static LLVMValueRef add_probe(LLVMModuleRef module, const char *lddw, uint32_t index)
{
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMValueRef stub = LLVMGetNamedFunction(module, lddw);
    LLVMTypeRef pointer = LLVMPointerTypeInContext(context, 0);
    if (!stub || LLVMIsDeclaration(stub) || LLVMCountParams(stub) != 1)
        return NULL;
    LLVMValueRef probe = LLVMAddFunction(module, "", LLVMFunctionType(pointer, NULL, 0, false));
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(context, probe, ""));
    LLVMValueRef argument = LLVMConstInt(LLVMTypeOf(LLVMGetParam(stub, 0)), index, false);
    LLVMBuildRet(builder, LLVMBuildCall2(builder, LLVMGlobalGetValueType(stub), stub, &argument, 1, ""));
    LLVMDisposeBuilder(builder);
    return probe;
}

/* Makes the optimiser put every function into the probes, whatever its attributes say of target, size and library. */
static void force_inlining(LLVMModuleRef module)
{
    static const char *const obstacles[] = {"optnone", "noinline"};
    unsigned always = LLVMGetEnumAttributeKindForName("alwaysinline", strlen("alwaysinline"));
    LLVMAttributeRef attribute = LLVMCreateEnumAttribute(LLVMGetModuleContext(module), always, 0);
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMIsDeclaration(f))
            continue;
        for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++) {
            unsigned kind = LLVMGetEnumAttributeKindForName(obstacles[i], strlen(obstacles[i]));
            LLVMRemoveEnumAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, kind);
        }
        LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
    }
}

/* The name of the object whose address the optimised probe returns; "" when that is not known. */
static const char *probe_result(LLVMValueRef probe)
{
    LLVMValueRef end = LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(probe));
    LLVMValueRef value = end && LLVMGetNumOperands(end) == 1 ? LLVMGetOperand(end, 0) : NULL;
    size_t length = 0;
    return value && LLVMIsAGlobalVariable(value) ? LLVMGetValueName2(value, &length) : "";
}

/* One way in which the program may ask for an address. */
struct route {
    const char *lddw;
    enum ref_kind ref;
};

static const struct route routes[] = {
    {"__lddw_helper_map_by_idx", REF_MAP},
    {"__lddw_helper_map_val", REF_MAP_VALUE},
    {"__lddw_helper_var_addr", REF_EXTERN},
};
#define ROUTE_COUNT (sizeof routes / sizeof *routes)

static bool route_agrees(const struct agreement *a, LLVMModuleRef copy, const struct route *route, uint32_t index)
{
    const struct program *program = verified_program(a->verified);
    struct text name = {0}, call = {0};
    if (route->ref == REF_EXTERN)
        text_printf(&name, "%s", program->externs[index].name);
    else if (program->maps[index].role == MAP_EXTERN)
        text_printf(&name, "%s", program->maps[index].name);
    else
        text_printf(&name, "bpf_map_%s", program->maps[index].symbol);
    text_printf(&call, "probe.%s.%u", route->lddw, index);
    LLVMValueRef probe = LLVMGetNamedFunction(copy, text_chars(&call));
    bool ok = probe && strcmp(probe_result(probe), text_chars(&name)) == 0;
    if (!ok)
        disagree(a, "the stubs give another address for index %llu", text_chars(&name), index, 0);
    text_free(&name);
    text_free(&call);
    return ok;
}

/* Calls `visit` for every address that the program asks for; false when one call was. */
static bool each_route(const struct agreement *a, LLVMModuleRef copy,
                       bool (*visit)(const struct agreement *, LLVMModuleRef, const struct route *, uint32_t))
{
    const struct program *program = verified_program(a->verified);
    for (size_t r = 0; r < ROUTE_COUNT; r++) {
        uint32_t count = routes[r].ref == REF_EXTERN ? program->extern_count : program->map_count;
        for (uint32_t i = 0; i < count; i++) {
            bool no_address =
                routes[r].ref == REF_EXTERN ? program->externs[i].is_kconfig : !map_is_object(&program->maps[i]);
            if (!no_address && is_used(a, i, routes[r].ref) && !visit(a, copy, &routes[r], i))
                return false;
        }
    }
    return true;
}

static bool make_probe(const struct agreement *a, LLVMModuleRef copy, const struct route *route, uint32_t index)
{
    (void)a;
    struct text name = {0};
    LLVMValueRef probe = add_probe(copy, route->lddw, index);
    text_printf(&name, "probe.%s.%u", route->lddw, index);
    if (probe)
        LLVMSetValueName2(probe, text_chars(&name), name.length);
    text_free(&name);
    return true;
}

/* Evaluates the tables of addresses in a copy of the module. */
static bool addresses_agree(const struct agreement *a)
{
    LLVMModuleRef copy = LLVMCloneModule(a->stubs);
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    force_inlining(copy);
    each_route(a, copy, make_probe);
    LLVMErrorRef error = LLVMRunPasses(copy, "default<O2>", a->machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (error)
        LLVMConsumeError(error);
    bool ok = each_route(a, copy, route_agrees);
    LLVMDisposeModule(copy);
    return ok;
}

/* -- what the stubs say of the build ------------------------------------------------------------------------------- */

/* Gives the constant `name` this value; makes it when the stubs lack it. */
static void redefine(const struct agreement *a, const char *name, LLVMValueRef value, const char *section)
{
    LLVMValueRef old = LLVMGetNamedGlobal(a->stubs, name);
    LLVMValueRef global = LLVMAddGlobal(a->stubs, LLVMTypeOf(value), "");
    LLVMSetInitializer(global, value);
    LLVMSetGlobalConstant(global, true);
    LLVMSetAlignment(global, 8);
    if (section)
        LLVMSetSection(global, section);
    if (old) {
        LLVMReplaceAllUsesWith(old, global);
        LLVMDeleteGlobal(old);
    }
    LLVMSetValueName2(global, name, strlen(name));
}

/* An older copy's manifest and context are those of another build. */
static void redefine_program(const struct agreement *a)
{
    LLVMContextRef context = LLVMGetModuleContext(a->stubs);
    const struct program *program = verified_program(a->verified);
    const char *name = program->funcs[verified_entry(a->verified)].name;
    struct manifest_context described = manifest_context(a->verified);
    struct text bytes = {0};
    manifest_bytes(&bytes, a->verified, a->native);
    redefine(a, "barebpf_manifest", LLVMConstStringInContext2(context, text_chars(&bytes), bytes.length, true),
             MANIFEST_SECTION);
    text_free(&bytes);
    LLVMValueRef text = LLVMConstStringInContext2(context, name, strlen(name), false);
    LLVMValueRef string = LLVMAddGlobal(a->stubs, LLVMTypeOf(text), "barebpf_program_name");
    LLVMSetInitializer(string, text);
    LLVMSetGlobalConstant(string, true);
    LLVMSetLinkage(string, LLVMPrivateLinkage);
    LLVMTypeRef i32 = LLVMInt32TypeInContext(context);
    LLVMValueRef members[] = {string, LLVMConstInt(i32, described.kind, false),
                              LLVMConstInt(i32, described.bytes, false)};
    redefine(a, "barebpf_program", LLVMConstStructInContext(context, members, 3, false), NULL);
}

static void drop_shapes(LLVMModuleRef module)
{
    static const char prefix[] = "barebpf_shape__";
    size_t length;
    for (LLVMValueRef next, g = LLVMGetFirstGlobal(module); g; g = next) {
        next = LLVMGetNextGlobal(g);
        if (strncmp(LLVMGetValueName2(g, &length), prefix, sizeof prefix - 1) == 0 && !LLVMGetFirstUse(g))
            LLVMDeleteGlobal(g);
    }
}

bool stubs_agree(const struct agreement *a)
{
    if (!maps_agree(a) || (a->is_given && !addresses_agree(a)))
        return false;
    if (a->is_given)
        redefine_program(a);
    drop_shapes(a->stubs);
    return true;
}
