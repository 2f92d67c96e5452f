// SPDX-License-Identifier: Apache-2.0
/* --native: runs clang and goes through the steps; the entries get their ABI here. */
#include "native.h"

#include <llvm-c/DebugInfo.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdarg.h>
#include <string.h>

#include "../base/file.h"
#include "native_module.h"
#include "target.h"

#define FUNCTION_INDEX ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)

/* So that constants (the numbers of helpers, the offsets of fields) stand where they are used. */
#define EARLY_PASSES "globaldce,globalopt,always-inline,function(sroa,early-cse),globaldce"

bool native_refuse(struct native *n, LLVMValueRef instruction, const char *format, ...)
{
    va_list arguments;
    char what[300];
    struct place place = FILE_PLACE(n->options->native_source);
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (instruction)
        place.line = LLVMGetDebugLocLine(instruction);
    diag_error(n->d, &place, D_FEATURE, "--native: %s", what);
    diag_suggest(n->d, "build it without --native, from the BPF code");
    return false;
}

bool native_passes(struct native *n, const char *passes)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(n->module, passes, NULL, options);
    LLVMDisposePassBuilderOptions(options);
    if (error)
        BUG("passes '%s': %s", passes, LLVMGetErrorMessage(error));
    return true;
}

LLVMValueRef native_convert(struct native *n, LLVMValueRef value, LLVMTypeRef type, bool is_signed)
{
    LLVMTypeRef from = LLVMTypeOf(value);
    if (from == type)
        return value;
    if (LLVMGetTypeKind(from) == LLVMPointerTypeKind)
        return LLVMBuildPtrToInt(n->builder, value, type, "");
    if (LLVMGetTypeKind(type) == LLVMPointerTypeKind)
        return LLVMBuildIntToPtr(n->builder, value, type, "");
    return LLVMBuildIntCast2(n->builder, value, type, is_signed, "");
}

/* -- clang --------------------------------------------------------------------------------------------------------- */

/* Which C the source is must not depend on the board more than it has to: signed characters and 8-byte integers at
 * multiples of 8, as in BPF. The macros say that it is the source of a BPF program still. */
static void add_words(struct command *command, struct native *n)
{
    static const char *const words[] = {
        "-std=gnu17", "-fsigned-char", "-fno-short-enums",     "-D__bpf__", "-D__BPF__",           "-w",
        "-emit-llvm", "-Xclang",       "-disable-llvm-passes", "-Xclang",   "-disable-O0-optnone", NULL};
    command_add_list(command, words);
    if (strncmp(n->board->triple, "i386", 4) == 0)
        command_add(command, "-malign-double");
    command_add_list(command, n->options->source_flags);
    command_add(command, "-idirafter");
    command_add(command, "/usr/include"); /* as BPF's clang does by itself */
}

/* What is wrong, from the first line of clang's messages that says it; of our assertions, their text. */
static const char *first_error(struct native *n, const char *messages)
{
    const char *error = strstr(messages, "error: ");
    error = error ? error + strlen("error: ") : messages;
    char *line = arena_strndup(&n->arena, error, strcspn(error, "\n"));
    const char *said = strncmp(line, "static assertion", 16) == 0 ? strstr(line, "': ") : NULL;
    return said ? said + strlen("': ") : line;
}

static bool run_clang(struct native *n, struct command *command)
{
    struct process_result result = {0};
    command_add(command, NULL);
    bool ok = process_run(&n->arena, command->items, 0, &result, n->d);
    vec_free(command);
    if (ok && result.exit_status != 0)
        ok = native_refuse(n, NULL, "clang for board '%s': %s", n->board->name, first_error(n, result.errors));
    return ok;
}

/* The source is included in front of the assertions, under the name that the user gave it. */
static bool compile_source(struct native *n)
{
    struct text text = {0};
    const char *directory = file_work_dir(&n->arena, n->d);
    if (!directory)
        return false;
    const char *source = arena_printf(&n->arena, "%s/native.c", directory);
    const char *path = arena_printf(&n->arena, "%s/native.bc", directory);
    native_layout(&text, n->verified);
    bool ok = file_write(source, text_chars(&text), text.length, n->d);
    text_free(&text);
    struct command command = {0};
    clang_command(&command, &n->arena, n->board, n->options);
    add_words(&command, n);
    const char *const rest[] = {arena_printf(&n->arena, "-ffile-prefix-map=%s=.", directory),
                                "-include",
                                n->options->native_source,
                                "-c",
                                source,
                                "-o",
                                path,
                                NULL};
    command_add_list(&command, rest);
    if (!ok)
        vec_free(&command);
    if (ok && run_clang(n, &command))
        n->module = clang_read(n->context, path, n->options->native_source, n->d);
    return n->module != NULL;
}

/* -- functions ----------------------------------------------------------------------------------------------------- */

static LLVMAttributeRef flag(struct native *n, const char *name)
{
    return LLVMCreateEnumAttribute(n->context, LLVMGetEnumAttributeKindForName(name, strlen(name)), 0);
}

/* What clang keeps because of SEC()'s "used": the entries alone are. */
static void drop_used(struct native *n)
{
    static const char *const lists[] = {"llvm.used", "llvm.compiler.used"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        LLVMValueRef list = LLVMGetNamedGlobal(n->module, lists[i]);
        if (list)
            LLVMDeleteGlobal(list);
    }
}

/* Functions get names that cannot meet the runtime's, and no section: those of BPF objects are hooks. */
static void own_functions(struct native *n)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(n->module); f; f = LLVMGetNextFunction(f)) {
        size_t length;
        if (LLVMIsDeclaration(f))
            continue;
        const char *name = arena_printf(&n->arena, "bpf_func_%s", LLVMGetValueName2(f, &length));
        LLVMSetValueName2(f, name, strlen(name));
        LLVMSetVisibility(f, LLVMDefaultVisibility);
        LLVMSetLinkage(f, LLVMInternalLinkage);
        LLVMSetSection(f, "");
    }
}

static void copy_attributes(LLVMValueRef to, LLVMValueRef from)
{
    LLVMAttributeRef attributes[64];
    unsigned count = LLVMGetAttributeCountAtIndex(from, FUNCTION_INDEX);
    if (count > sizeof attributes / sizeof *attributes)
        BUG("%u attributes of a function", count);
    LLVMGetAttributesAtIndex(from, FUNCTION_INDEX, attributes);
    for (unsigned i = 0; i < count; i++)
        LLVMAddAttributeAtIndex(to, FUNCTION_INDEX, attributes[i]);
}

void native_force_inline(struct native *n, LLVMValueRef function)
{
    const char *never = "noinline", *always = "alwaysinline";
    LLVMRemoveEnumAttributeAtIndex(function, FUNCTION_INDEX, LLVMGetEnumAttributeKindForName(never, strlen(never)));
    LLVMAddAttributeAtIndex(function, FUNCTION_INDEX, flag(n, always));
}

/* Is the program's result a signed number of 8 bytes, which may be narrower here (long)? Others are zero-extended, as
 * by BPF's 32-bit instructions. */
static bool result_is_long(const struct program *program, const struct func *func)
{
    const struct type *proto = type_resolve(program, func->proto);
    const struct type *result = func->proto ? type_resolve(program, proto->target) : NULL;
    return result && result->kind == TYPE_INT && result->size_bytes == 8 && result->encoding == INT_SIGNED;
}

/* bpf_prog_NAME(ctx, size): calls the program's function with what it takes of them. */
static void define_entry(struct native *n, const struct verified *part, LLVMValueRef function)
{
    const struct func *func = &n->program->funcs[verified_entry(part)];
    LLVMTypeRef params[] = {n->ptr, n->size_type}, types[2];
    const char *name = arena_printf(&n->arena, "bpf_prog_%s", func->name);
    LLVMValueRef entry = LLVMAddFunction(n->module, name, LLVMFunctionType(n->i64, params, 2, false));
    copy_attributes(entry, function);
    native_force_inline(n, function);
    LLVMSetSubprogram(entry, LLVMGetSubprogram(function)); /* all of its code goes there */
    LLVMSetSubprogram(function, NULL);
    LLVMPositionBuilderAtEnd(n->builder, LLVMAppendBasicBlockInContext(n->context, entry, "entry"));
    LLVMTypeRef type = LLVMGlobalGetValueType(function);
    unsigned count = LLVMCountParamTypes(type);
    LLVMGetParamTypes(type, types);
    LLVMValueRef args[] = {LLVMGetParam(entry, 0), LLVMGetParam(entry, 1)};
    if (!hook_has_fields(func->hook)) /* as lifted code has it: the number that was verified */
        args[1] = LLVMConstInt(n->size_type, verified_context_bytes(part), false);
    for (unsigned i = 0; i < count && i < sizeof args / sizeof *args; i++)
        args[i] = native_convert(n, args[i], types[i], false);
    LLVMValueRef result = LLVMBuildCall2(n->builder, type, function, args, count, "");
    bool is_void = LLVMGetTypeKind(LLVMGetReturnType(type)) == LLVMVoidTypeKind;
    if (is_void)
        result = LLVMConstNull(n->i64);
    else if (LLVMGetTypeKind(LLVMGetReturnType(type)) == LLVMIntegerTypeKind &&
             LLVMGetIntTypeWidth(LLVMGetReturnType(type)) < 32)
        result = native_convert(n, result, n->i32, result_is_long(n->program, func));
    LLVMBuildRet(n->builder, native_convert(n, result, n->i64, result_is_long(n->program, func)));
}

static bool define_entries(struct native *n)
{
    for (uint32_t i = 0; i < verified_part_count(n->verified); i++) {
        const struct verified *part = verified_part(n->verified, i);
        const char *name = n->program->funcs[verified_entry(part)].name;
        LLVMValueRef function = LLVMGetNamedFunction(n->module, arena_printf(&n->arena, "bpf_func_%s", name));
        if (!function || LLVMIsDeclaration(function))
            return native_refuse(n, NULL, "the source has no function '%s' on this board", name);
        if (LLVMCountParamTypes(LLVMGlobalGetValueType(function)) > 2 ||
            LLVMIsFunctionVarArg(LLVMGlobalGetValueType(function)))
            return native_refuse(n, NULL, "'%s' takes more than a context and its size", name);
        define_entry(n, part, function);
    }
    return true;
}

/* -- the steps ----------------------------------------------------------------------------------------------------- */

/* CO-RE is what the loader makes of BPF instructions. */
static bool check_program(struct native *n)
{
    return n->program->core_count == 0 || native_refuse(n, NULL, "CO-RE relocations are of BPF code");
}

static bool transform(struct native *n)
{
    n->layout = LLVMGetModuleDataLayout(n->module);
    n->size_type = LLVMIntPtrTypeInContext(n->context, n->layout);
    drop_used(n);
    own_functions(n);
    return native_data(n) && define_entries(n) && native_passes(n, EARLY_PASSES) && native_calls(n) &&
           native_context(n);
}

LLVMModuleRef native_program(LLVMContextRef context, const struct verified *v, const struct board *board,
                             const struct build_options *options, struct diag *d)
{
    struct native n = {
        .context = context,
        .builder = LLVMCreateBuilderInContext(context),
        .verified = v,
        .program = verified_program(v),
        .board = board,
        .options = options,
        .i8 = LLVMInt8TypeInContext(context),
        .i32 = LLVMInt32TypeInContext(context),
        .i64 = LLVMInt64TypeInContext(context),
        .ptr = LLVMPointerTypeInContext(context, 0),
        .d = d,
    };
    bool ok = check_program(&n) && compile_source(&n) && transform(&n);
    if (!ok && n.module)
        LLVMDisposeModule(n.module);
    LLVMDisposeBuilder(n.builder);
    arena_free(&n.arena);
    return ok ? n.module : NULL;
}
