// SPDX-License-Identifier: Apache-2.0
/* The lifted program, the stubs, the maps and the helpers become one module, optimised as a whole, and an object.
 * needs: a module of lift_program(). Only bpf_main, bpf_prog_*, bpf_map_* and barebpf_* stay visible, so that all else
 * is inlined or dropped. */
#include <llvm-c/Analysis.h>
#include <llvm-c/BitWriter.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/isolate.h"
#include "../base/text.h"
#include "../program/helper.h"
#include "agree.h"
#include "cache.h"
#include "fit.h"
#include "hooks.h"
#include "kfuncs.h"
#include "machine.h"
#include "marks.h"
#include "skel.h"
#include "stack.h"
#include "stubs.h"
#include "target.h"

/* One emission. */
struct emitter {
    struct object *object;
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMTargetMachineRef machine;
    const struct verified *verified; /* NULL in tests of the parts */
    const struct board *board;
    const struct build_options *options;
    struct stack_frames frames;
    char *llvm_error; /* first error that LLVM reported, in the object's arena */
    struct diag *d;
};

static bool is_asked(const struct build_options *options, const char *output)
{
    for (string_list e = options->emit; e && *e; e++) {
        if (strcmp(*e, output) == 0)
            return true;
    }
    return false;
}

static char level(const struct build_options *options)
{
    return options->optimize ? options->optimize : 's';
}

/* LLVM's diagnostics: frames' sizes are collected, the first error is kept, the rest does not matter. */
static void handle_diagnostic(LLVMDiagnosticInfoRef info, void *data)
{
    struct emitter *e = data;
    char *text = LLVMGetDiagInfoDescription(info);
    if (!stack_collect(&e->frames, text) && LLVMGetDiagInfoSeverity(info) == LLVMDSError && !e->llvm_error)
        e->llvm_error = arena_strdup(&e->object->arena, text);
    LLVMDisposeMessage(text);
}

/* -- stubs --------------------------------------------------------------------------------------------------------- */

/* The place of the first call of helper `id` in the program. */
static struct place helper_call_place(struct emitter *e, uint32_t id)
{
    const struct program *program = e->verified ? verified_program(e->verified) : NULL;
    for (uint32_t i = 0; program && i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        if (insn->op == OP_HELPER && insn->imm == id && verified_fact(e->verified, i)->reachable)
            return program_place(program, i, &e->object->arena);
    }
    return NO_PLACE;
}

static bool stub_error(struct emitter *e, const char *name, const char *what)
{
    static const char prefix[] = "_bpf_helper_ext_";
    const struct helper *helper = NULL;
    struct place place = NO_PLACE;
    if (strncmp(name, prefix, sizeof prefix - 1) == 0) {
        uint32_t id = (uint32_t)strtoul(name + sizeof prefix - 1, NULL, 10);
        helper = e->verified ? program_helper(verified_program(e->verified), id) : helper_find(id);
        place = helper_call_place(e, id);
    }
    diag_error(e->d, &place, D_STUB, "%s%sthe stub %s() %s", helper ? helper->enum_name : "", helper ? ": " : "", name,
               what);
    diag_suggest(e->d, "compare with the generated stubs: --emit stubs without --stubs");
    return false;
}

static bool is_stub_name(const char *name)
{
    return strncmp(name, "_bpf_helper_ext_", 16) == 0 || strncmp(name, "__lddw_helper_", 14) == 0 ||
           strncmp(name, "barebpf_kfunc_", 14) == 0;
}

/* Every stub that the program calls must be defined, with the type it is called with. */
static bool check_stubs(struct emitter *e, LLVMModuleRef stubs)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
        size_t length;
        const char *name = LLVMGetValueName2(f, &length);
        if (!LLVMIsDeclaration(f) || !is_stub_name(name))
            continue;
        LLVMValueRef stub = LLVMGetNamedFunction(stubs, name);
        if (!stub || LLVMIsDeclaration(stub))
            return stub_error(e, name, "is missing");
        if (LLVMGlobalGetValueType(stub) != LLVMGlobalGetValueType(f))
            return stub_error(e, name, "has another type than the ABI says");
    }
    return true;
}

/* Compiles C to bitcode and parses it into the module's context; NULL with the reason reported. */
static LLVMModuleRef compile_c(struct emitter *e, const struct cache *cache, const char *source, const char *name)
{
    struct arena *arena = &e->object->arena;
    const char *path = arena_printf(arena, "%s/%s.bc", e->object->work_dir, name);
    struct command command = {0};
    clang_command(&command, arena, e->board, e->options);
    const char *const rest[] = {"-emit-llvm", "-Xclang", "-disable-llvm-passes", "-c", source, "-o", path, NULL};
    command_add(&command, arena_printf(arena, "-ffile-prefix-map=%s=.", e->object->work_dir));
    command_add_list(&command, rest);
    if (machine_is_read(e->board))
        command_add(&command, "-DBAREBPF_MARKS=1");
    if (e->options->native_source) /* keys and values have the types of the program's source there */
        command_add(&command, "-fno-strict-aliasing");
    const struct unit unit = {source, path, e->object->work_dir, "compiling the stubs"};
    if (!cache_compile(cache, arena, &command, &unit, e->d))
        return NULL;
    return clang_read(e->context, path, source, e->d);
}

static bool llvm_failed(struct emitter *e, const char *what)
{
    return diag_error(e->d, &NO_PLACE, D_TOOL_FAILED, "%s: %s", what, e->llvm_error ? e->llvm_error : "LLVM failed");
}

/* breaks: `part`, which becomes a part of the module. */
static bool link_part(struct emitter *e, LLVMModuleRef part)
{
    LLVMSetTarget(e->module, LLVMGetTarget(part));
    LLVMSetDataLayout(e->module, LLVMGetDataLayoutStr(part));
    return !LLVMLinkModules2(e->module, part) || llvm_failed(e, "linking program and stubs");
}

static bool add_stubs(struct emitter *e)
{
    static const char *const no_stubs[] = {NULL};
    string_list given = e->options->stubs;
    const char *const generated[] = {e->object->stubs_path, NULL};
    string_list sources = given ? given : generated;
    LLVMModuleRef all = NULL;
    /* A user's stubs may include what they like. */
    struct cache cache = given ? (struct cache){0} : cache_open(&e->object->arena, e->board);
    if (!sources)
        sources = no_stubs;
    for (uint32_t i = 0; sources[i]; i++) {
        LLVMModuleRef part = compile_c(e, &cache, sources[i], arena_printf(&e->object->arena, "stubs%u", i));
        if (!part || (all && LLVMLinkModules2(all, part))) {
            if (all)
                LLVMDisposeModule(all);
            return part ? llvm_failed(e, "linking the stubs") : false;
        }
        all = all ? all : part;
    }
    if (!all)
        return true;
    const struct agreement agreement = {
        .stubs = all,
        .machine = e->machine,
        .verified = e->verified,
        .path = sources[0],
        .native = e->options->native_source != NULL,
        .is_given = given != NULL,
        .d = e->d,
    };
    if (!check_stubs(e, all) || !stubs_agree(&agreement)) {
        LLVMDisposeModule(all);
        return false;
    }
    return link_part(e, all);
}

/* -- one module ---------------------------------------------------------------------------------------------------- */

/* bpf_main is the selected program under a second name, unless the stubs define it. */
static bool add_main(struct emitter *e)
{
    const struct program *program = verified_program(e->verified);
    const char *name = arena_printf(&e->object->arena, "bpf_prog_%s", program->funcs[verified_entry(e->verified)].name);
    LLVMValueRef entry = LLVMGetNamedFunction(e->module, name);
    LLVMValueRef main = LLVMGetNamedFunction(e->module, "bpf_main");
    if (!entry || LLVMIsDeclaration(entry))
        BUG("the lifted module has no %s", name);
    if (main && !LLVMIsDeclaration(main))
        return true;
    LLVMValueRef alias = LLVMAddAlias2(e->module, LLVMGlobalGetValueType(entry), 0, entry, "bpf_main");
    if (main) {
        LLVMReplaceAllUsesWith(main, alias);
        LLVMDeleteFunction(main);
        LLVMSetValueName2(alias, "bpf_main", strlen("bpf_main"));
    }
    return true;
}

static bool stays_visible(const char *name)
{
    static const char *const prefixes[] = {"bpf_main", "bpf_prog_", "bpf_map_", "barebpf_", "llvm."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    /* The code generator itself may call these. */
    return strncmp(name, "mem", 3) == 0 || strncmp(name, "__aeabi_", 8) == 0;
}

static void internalise(LLVMValueRef global)
{
    size_t length;
    if (LLVMIsDeclaration(global) || stays_visible(LLVMGetValueName2(global, &length)))
        return;
    if (LLVMGetLinkage(global) == LLVMExternalLinkage || LLVMGetLinkage(global) == LLVMWeakAnyLinkage ||
        LLVMGetLinkage(global) == LLVMLinkOnceAnyLinkage) {
        LLVMSetVisibility(global, LLVMDefaultVisibility);
        LLVMSetLinkage(global, LLVMInternalLinkage);
    }
}

/* The value of a string attribute of any function that has it; NULL when none has. */
static const char *find_attribute(struct emitter *e, const char *name)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
        size_t length;
        const char *symbol = LLVMGetValueName2(f, &length);
        LLVMAttributeRef found = LLVMGetStringAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, name,
                                                               (unsigned)strlen(name));
        unsigned value_length = 0;
        if (found && !LLVMIsDeclaration(f) && strncmp(symbol, "bpf_prog_", 9) != 0)
            return arena_strdup(&e->object->arena, LLVMGetStringAttributeValue(found, &value_length));
    }
    return NULL;
}

/* Gives every function the core that clang named, so that inlining is never refused, and says that nothing throws. */
static void unify_functions(struct emitter *e)
{
    const char *cpu = find_attribute(e, "target-cpu");
    const char *features = find_attribute(e, "target-features");
    unsigned nounwind = LLVMGetEnumAttributeKindForName("nounwind", strlen("nounwind"));
    unsigned no_float = LLVMGetEnumAttributeKindForName("noimplicitfloat", strlen("noimplicitfloat"));
    unsigned sanitize = LLVMGetEnumAttributeKindForName("sanitize_address", strlen("sanitize_address"));
    LLVMAttributeRef attribute = LLVMCreateEnumAttribute(e->context, nounwind, 0);
    for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetIntrinsicID(f))
            continue;
        LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
        if (LLVMIsDeclaration(f))
            continue;
        if (cpu)
            LLVMAddTargetDependentFunctionAttr(f, "target-cpu", cpu);
        if (features)
            LLVMAddTargetDependentFunctionAttr(f, "target-features", features);
        if (build_makes_object(e->options)) /* a firmware may have its floating point unit switched off */
            LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                    LLVMCreateEnumAttribute(e->context, no_float, 0));
        if (board_is_sanitized(e->board))
            LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                    LLVMCreateEnumAttribute(e->context, sanitize, 0));
        internalise(f);
    }
    for (LLVMValueRef g = LLVMGetFirstGlobal(e->module); g; g = LLVMGetNextGlobal(g))
        internalise(g);
}

/* Before LLVM's own pipeline: a helper's stub, inlined at each call, picks the map by its address. What is left of it
 * then is one call, so that LLVM's inliner, which counts calls, sees map code that is used once as used once. */
#define FIRST_PASSES "always-inline,function(sroa,early-cse,simplifycfg),globaldce"

static bool run_passes(struct emitter *e, const char *passes)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(e->module, passes, e->machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (!error)
        return true;
    char *text = LLVMGetErrorMessage(error);
    diag_error(e->d, &NO_PLACE, D_TOOL_FAILED, "optimising with '%s': %s", passes, text);
    LLVMDisposeErrorMessage(text);
    return false;
}

static bool optimise(struct emitter *e)
{
    char *message = NULL;
    if (LLVMVerifyModule(e->module, LLVMReturnStatusAction, &message))
        BUG("the module is not valid: %s", message);
    LLVMDisposeMessage(message);
    /* Native code has had what it needs of them; measured, once more costs up to a seventh of its speed. */
    bool is_first = level(e->options) != '0' && !e->options->native_source;
    if (is_first && !run_passes(e, FIRST_PASSES))
        return false;
    marks_declare(e->module);
    marks_take_calls(e->module, false);
    const char *sanitizer = board_is_sanitized(e->board) ? ",asan" : "";
    bool ok = run_passes(e, arena_printf(&e->object->arena, "default<O%c>%s", level(e->options), sanitizer));
    marks_take_calls(e->module, true);
    return ok;
}

/* Sections per function and object, so that the linker drops what nothing uses. */
static void name_sections(struct emitter *e)
{
    size_t length;
    for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
        if (!LLVMIsDeclaration(f) && !LLVMGetSection(f))
            LLVMSetSection(f, arena_printf(&e->object->arena, ".text.%s", LLVMGetValueName2(f, &length)));
    }
    for (LLVMValueRef g = LLVMGetFirstGlobal(e->module); g; g = LLVMGetNextGlobal(g)) {
        const char *name = LLVMGetValueName2(g, &length);
        if (LLVMIsDeclaration(g) || LLVMGetSection(g) || strncmp(name, "llvm.", 5) == 0)
            continue;
        LLVMValueRef init = LLVMGetInitializer(g);
        const char *kind = LLVMIsGlobalConstant(g) ? ".rodata" : init && LLVMIsNull(init) ? ".bss" : ".data";
        LLVMSetSection(g, arena_printf(&e->object->arena, "%s.%s", kind, name));
    }
}

/* -- outputs ------------------------------------------------------------------------------------------------------- */

static bool emit_file(struct emitter *e, LLVMModuleRef module, const char *ending, LLVMCodeGenFileType type)
{
    char *message = NULL;
    char *path = arena_printf(&e->object->arena, "%s/program.%s", e->object->work_dir, ending);
    if (LLVMTargetMachineEmitToFile(e->machine, module, path, type, &message)) {
        diag_error(e->d, &NO_PLACE, D_TOOL_FAILED, "LLVM cannot write '%s': %s", path, message);
        LLVMDisposeMessage(message);
        return false;
    }
    return !e->llvm_error || llvm_failed(e, "making machine code");
}

/* What --emit asks of the module itself: ll, bc. */
static bool emit_extras(struct emitter *e)
{
    struct arena *arena = &e->object->arena;
    char *message = NULL;
    if (is_asked(e->options, "ll") &&
        LLVMPrintModuleToFile(e->module, arena_printf(arena, "%s/program.ll", e->object->work_dir), &message)) {
        diag_error(e->d, &NO_PLACE, D_FILE_WRITE, "%s", message);
        LLVMDisposeMessage(message);
        return false;
    }
    if (is_asked(e->options, "bc") &&
        LLVMWriteBitcodeToFile(e->module, arena_printf(arena, "%s/program.bc", e->object->work_dir)))
        return diag_error(e->d, &NO_PLACE, D_FILE_WRITE, "cannot write the bitcode");
    return true;
}

/* A file of code; the module stays as it is. */
static bool emit_copy(struct emitter *e, const char *ending, LLVMCodeGenFileType type)
{
    LLVMModuleRef copy = LLVMCloneModule(e->module);
    bool ok = emit_file(e, copy, ending, type);
    LLVMDisposeModule(copy);
    return ok;
}

/* The deepest chain of machine frames from a function whose name begins with `prefix`; 0: there is none. */
static uint32_t deepest_of(struct emitter *e, const char *prefix)
{
    uint32_t deepest = 0;
    size_t length;
    for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
        const char *name = LLVMGetValueName2(f, &length);
        uint32_t bytes = strncmp(name, prefix, strlen(prefix)) == 0 ? stack_deepest(&e->frames, e->module, name) : 0;
        deepest = bytes > deepest ? bytes : deepest;
    }
    return deepest;
}

/* Machine stack of the timers: their round and the deepest callback, which it calls by address. No program runs then.
 */
static uint32_t timers_stack(struct emitter *e)
{
    static const char round[] = "barebpf_run_timers";
    return LLVMGetNamedFunction(e->module, round)
               ? stack_deepest(&e->frames, e->module, round) + deepest_of(e, "bpf_callback_")
               : 0;
}

/* Machine stack of one program's deepest chain. */
static uint32_t program_stack(struct emitter *e, const struct verified *part)
{
    const char *entry = verified_program(part)->funcs[verified_entry(part)].name;
    /* of several modules the dispatchers have a number behind their name */
    uint32_t round = verified_bounds(part)->nested_tails ? deepest_of(e, "bpf_run_programs") : 0;
    /* the chain of the entry holds one round of the dispatcher: lift/tail.c */
    return stack_deepest(&e->frames, e->module, arena_printf(&e->object->arena, "bpf_prog_%s", entry)) +
           TAIL_CALL_LIMIT * round;
}

/* Machine stack of all programs: the deepest chain of the main loop (programs, or timers), and on top of it one
 * program of each level above, each in an interrupt of the one below, and a driver's handler in the last. */
static void sum_stack(struct emitter *e)
{
    struct object *o = e->object;
    struct stack_needs *needs = &o->stack;
    uint32_t entry = hooks_entry_bytes(e->board);
    needs->level_bytes[0] = timers_stack(e);
    for (uint32_t i = 0; i < verified_part_count(e->verified); i++) {
        uint32_t level = hooks_level(o->hooks, i);
        uint32_t bytes = program_stack(e, verified_part(e->verified, i)) + (level ? HOOK_LEVEL_BYTES + entry : 0);
        needs->level_bytes[level] = bytes > needs->level_bytes[level] ? bytes : needs->level_bytes[level];
        if (bytes > needs->deepest_bytes) {
            needs->deepest_bytes = bytes;
            needs->deepest_part = i;
        }
    }
    needs->driver_bytes = hooks_any(o->hooks) ? HOOK_DRIVER_BYTES + entry : 0;
    needs->bytes = needs->driver_bytes;
    for (uint32_t level = 0; level <= HOOK_LEVELS; level++)
        needs->bytes += needs->level_bytes[level];
}

static bool emit_machine_code(struct emitter *e)
{
    if (!emit_extras(e))
        return false;
    stack_request(e->module);
    bool marked = marks_to_labels(e->module);
    if ((marked || is_asked(e->options, "s")) && !emit_copy(e, "s", LLVMAssemblyFile))
        return false;
    e->frames.count = 0;
    if (!emit_copy(e, "o", LLVMObjectFile))
        return false;
    sum_stack(e);
    return true;
}

/* -- LLVM in a process of its own, since it crashes on some code --------------------------------------------------- */

/* What that process tells. */
struct generated {
    struct stack_needs stack;
    char error[2000];
};

/* With all that LLVM knows of a crash on stderr: the pass and the function. */
static bool generate(void *input, void *answer)
{
    struct emitter *e = input;
    struct generated *told = answer;
    const char *id, *message;
    struct place place;
    setenv("LLVM_DISABLE_SYMBOLIZATION", "1", 1); /* takes seconds */
    LLVMEnablePrettyStackTrace();
    bool ok = optimise(e);
    if (ok)
        name_sections(e);
    ok = ok && emit_machine_code(e);
    told->stack = e->object->stack;
    if (!ok && diag_root(e->d, &id, &message, &place))
        snprintf(told->error, sizeof told->error, "%s", message);
    return ok;
}

/* "on function '@bpf_prog_NAME'" of LLVM's last words; "?" when it did not say. */
static const char *crashed_function(struct emitter *e, const char *said)
{
    static const char before[] = "on function '@";
    const char *at = strstr(said, before);
    at = at ? at + strlen(before) : "?'";
    return arena_strndup(&e->object->arena, at, strcspn(at, "'"));
}

static bool generate_isolated(struct emitter *e)
{
    struct generated told = {0};
    struct isolated result = {.work = generate, .input = e, .answer = &told, .size = sizeof told};
    if (!isolate(&result, &e->object->arena, e->d))
        return false;
    const char *function = result.crashed ? crashed_function(e, result.said) : "";
    if (result.said[0] && (!result.crashed || e->options->verbose || function[0] == '?'))
        fputs(result.said, stderr);
    e->object->stack = told.stack;
    if (!result.crashed)
        return result.ok || diag_error(e->d, &NO_PLACE, D_TOOL_FAILED, "%s", told.error);
    diag_error(e->d, &FILE_PLACE(verified_program(e->verified)->path), D_CODE_GENERATOR,
               "the code generator (LLVM %d) crashed at -O%c on function '%s'", BAREBPF_LLVM_VERSION, level(e->options),
               function);
    diag_suggest(e->d, "another level of optimisation: -O %s", level(e->options) == 's' ? "2" : "s");
    diag_suggest(e->d, "please report it, with the program; --verbose shows LLVM's own words");
    return false;
}

/* Writes generated C into the work directory. */
static bool write_generated(struct emitter *e)
{
    struct object *object = e->object;
    const struct program *program = verified_program(e->verified);
    struct text text = {0};
    object->stubs_path = arena_printf(&object->arena, "%s/%s.stubs.c", object->work_dir, program->stem);
    object->skel_path = arena_printf(&object->arena, "%s/%s.skel.h", object->work_dir, program->stem);
    struct build_options options = *e->options;
    /* nobody knows from where another firmware calls what is in its object */
    options.shares_maps = is_asked(e->options, "obj") || hooks_share_maps(object->hooks, e->verified, e->options);
    bool ok = stubs_generate(&text, e->verified, e->board, &options, e->d) &&
              file_write(object->stubs_path, text_chars(&text), text.length, e->d);
    text_free(&text);
    kfuncs_prototypes(&text, e->verified);
    if (ok && text.length) {
        object->kfuncs_path = arena_printf(&object->arena, "%s/%s.kfuncs.h", object->work_dir, program->stem);
        ok = file_write(object->kfuncs_path, text_chars(&text), text.length, e->d);
    }
    text_free(&text);
    bool has_users = e->options->main_file || (e->options->with && *e->options->with); /* who may include it */
    if (ok && (has_users || is_asked(e->options, "skel"))) {
        skel_generate(&text, e->verified, build_makes_object(e->options));
        ok = file_write(object->skel_path, text_chars(&text), text.length, e->d);
        text_free(&text);
    }
    return ok;
}

/* The board must be able to start what the program waits for. */
static bool check_hook(struct emitter *e, const struct func *entry)
{
    const struct program *program = verified_program(e->verified);
    const char *service = entry->hook ? hook_service(entry->hook) : "raw", *served = "";
    const char *hook = entry->hook ? entry->hook->name : "raw";
    if (!service)
        return diag_error(e->d, &FILE_PLACE(program->path), D_HOOK_NOT_SERVED,
                          "no board starts '%s' programs ('%s'): they can only be verified", hook, entry->name);
    if (build_makes_object(e->options))
        return true; /* the firmware that it goes into does */
    for (string_list name = e->board->hooks; *name; name++) {
        if (strcmp(*name, service) == 0)
            return true;
        served = arena_printf(&e->object->arena, "%s%s%s", served, *served ? ", " : "", *name);
    }
    return diag_error(e->d, &FILE_PLACE(program->path), D_HOOK_NOT_SERVED,
                      "board '%s' has nothing that starts '%s' programs ('%s'); it serves: %s", e->board->name, hook,
                      entry->name, served);
}

/* The program may add a part of its packet to a perf event. */
static bool adds_packets(const struct verified *part)
{
    const struct program *program = verified_program(part);
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_HELPER && program->insns[i].imm == HELPER_PERF_OUTPUT &&
            verified_fact(part, i)->reachable)
            return true;
    return false;
}

/* All programs of an image: helpers ask barebpf_program, which is the first one's, of which kind packets are, and
 * bpf_perf_event_output looks for one in any context that it gets. */
static bool check_hooks(struct emitter *e)
{
    const struct program *program = verified_program(e->verified);
    const struct func *first = &program->funcs[verified_entry(e->verified)];
    for (uint32_t i = 0; i < verified_part_count(e->verified); i++) {
        const struct func *entry = &program->funcs[verified_entry(verified_part(e->verified, i))];
        bool alike = hook_takes_packets(first->hook) && hook_takes_packets(entry->hook) &&
                     first->hook->layout == entry->hook->layout;
        if (!check_hook(e, entry))
            return false;
        if (hook_takes_packets(first->hook) && !hook_takes_packets(entry->hook) &&
            adds_packets(verified_part(e->verified, i)))
            return diag_error(
                e->d, &FILE_PLACE(program->path), D_FEATURE,
                "'%s' has packets, and '%s', which has none, calls bpf_perf_event_output: not in one image",
                first->name, entry->name);
        if (i > 0 && hook_takes_packets(entry->hook) && !alike) {
            diag_error(e->d, &FILE_PLACE(program->path), D_FEATURE,
                       "'%s' of section '%s' and '%s' of section '%s' in one image: packets are of one kind",
                       first->name, first->section, entry->name, entry->section);
            diag_suggest(e->d, "--prog %s,%s if only '%s' has packets; else an image for each", entry->name,
                         first->name, entry->name);
            return false;
        }
    }
    return true;
}

/* What starts programs: nothing here when they go into another firmware. */
static bool plan_hooks(struct emitter *e, struct hook_plan *plan)
{
    const struct build_options *o = e->options;
    if (!build_makes_object(o))
        return hooks_plan(plan, e->verified, e->board, o, &e->object->arena, e->d);
    *plan = (struct hook_plan){0};
    if (o->main_file)
        return diag_error(e->d, &NO_PLACE, D_OPTION, "--main '%s': an object has none, only an image", o->main_file);
    return !o->priorities || !*o->priorities ||
           diag_error(e->d, &NO_PLACE, D_OPTION, "--priority %s: the firmware that the object goes into starts it",
                      *o->priorities);
}

static bool emit(struct emitter *e)
{
    struct hook_plan *plan = arena_alloc(&e->object->arena, sizeof *plan);
    bool ok = check_hooks(e) && plan_hooks(e, plan);
    e->object->hooks = plan;
    ok = ok && fit_maps(e->verified, e->board, e->d);
    ok = ok && (e->object->work_dir = file_work_dir(&e->object->arena, e->d)) != NULL;
    ok = ok && write_generated(e);
    ok = ok && (e->machine = board_target_machine(e->board, level(e->options), e->d));
    ok = ok && add_stubs(e);
    ok = ok && add_main(e);
    if (!ok)
        return false;
    unify_functions(e);
    LLVMSetSourceFileName(e->module, verified_program(e->verified)->stem, strlen(verified_program(e->verified)->stem));
    e->object->path = arena_printf(&e->object->arena, "%s/program.o", e->object->work_dir);
    return generate_isolated(e);
}

bool emit_object(struct object *object, LLVMModuleRef module, const struct verified *v, const struct board *board,
                 const struct build_options *options, struct diag *d)
{
    struct emitter e = {
        .object = object,
        .context = LLVMGetModuleContext(module),
        .module = module,
        .verified = v,
        .board = board,
        .options = options,
        .d = d,
    };
    object->verified = v;
    LLVMContextSetDiagnosticHandler(e.context, handle_diagnostic, &e);
    bool ok = emit(&e);
    LLVMContextSetDiagnosticHandler(e.context, NULL, NULL);
    if (e.machine)
        LLVMDisposeTargetMachine(e.machine);
    stack_frames_free(&e.frames);
    LLVMDisposeModule(module);
    return ok;
}

void object_free(struct object *object)
{
    arena_free(&object->arena);
    *object = (struct object){0};
}
