// SPDX-License-Identifier: Apache-2.0
/* The pipeline: read compile_firmware() and compile_loaded() first. Each stage's product is in struct compilation and
 * is const for the next stage; the first stage that fails reports why. */
#include "compile.h"

#include <llvm-c/Core.h>
#include <llvm-c/Linker.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "firmware/machine.h"
#include "firmware/native.h"
#include "settings.h"

/* Proves one entry, or says loudly that nothing was proved. */
static struct verified *prove_one(struct compilation *c, uint32_t entry, const struct options *o, struct diag *d)
{
    struct limits limits = compile_limits(o, &c->program, entry);
    if (!o->unverified)
        return verify_program(&c->program, entry, &limits, &c->stats, d);
    diag_note(d, "--unverified: '%s' is NOT verified; nothing stops it from touching any memory",
              c->program.funcs[entry].name);
    return verify_skip(&c->program, entry, &limits, d);
}

/* Each program of the image is proved by itself. */
static struct verified *prove(struct compilation *c, const struct options *o, struct diag *d)
{
    struct verified **parts = arena_array(&c->arena, c->entries.count, sizeof *parts);
    uint32_t count = 0;
    while (count < c->entries.count && (parts[count] = prove_one(c, c->entries.funcs[count], o, d)) != NULL)
        count++;
    if (count == c->entries.count)
        return verified_join(parts, count);
    while (count > 0)
        verified_free(parts[--count]);
    return NULL;
}

struct lift_options compile_lift_options(const struct board *board, const char *data_layout, char optimize,
                                         bool check_facts)
{
    bool small = optimize == 0 || optimize == 's' || optimize == 'z';
    return (struct lift_options){
        .triple = board->triple,
        .data_layout = data_layout,
        .cpu = board->cpu,
        .features = board->features,
        .optimize_size = small,
        /* Measured (docs/BENCH.md): smaller and not slower, except where a division by a constant becomes a call. */
        .minimize_size = small && (optimize == 'z' || board->hardware_divide),
        .atomic_bytes = board->atomic_bytes,
        .strict_alignment = board->strict_alignment,
        .check_facts = check_facts,
        .marks = machine_is_read(board),
    };
}

/* The programs' modules become one; each has its own copy of the functions that they share, for it knows more of them
 * than what holds in all. */
static LLVMModuleRef lift(struct compilation *c, const struct options *o, struct diag *d)
{
    LLVMModuleRef all = NULL;
    const char *layout = board_data_layout(&c->board, &c->arena, d);
    if (!layout)
        return NULL;
    struct lift_options options = compile_lift_options(&c->board, layout, o->optimize, o->check_facts);
    options.formats = c->formats;
    c->llvm = LLVMContextCreate();
    for (uint32_t i = 0; i < verified_part_count(c->verified); i++) {
        LLVMModuleRef one = lift_program(c->llvm, verified_part(c->verified, i), &options, d);
        if (one && all && LLVMLinkModules2(all, one)) {
            one = NULL; /* the linker has taken it; what both define is the round of their timers */
            diag_error(d, &FILE_PLACE(c->program.path), D_FEATURE, "several programs with timers in one image");
        }
        if (!one && all)
            LLVMDisposeModule(all);
        if (!one)
            return NULL;
        all = all ? all : one;
    }
    return all;
}

string_list compile_files_read(const struct options *o, struct arena *arena)
{
    const char *const others[] = {o->btf, o->main_file, o->check_file};
    const size_t other_count = sizeof others / sizeof *others;
    const char **files = arena_array(arena, o->input_count + other_count + 1, sizeof *files);
    uint32_t count = 0;
    while (count < o->input_count)
        files[count] = o->inputs[count], count++;
    for (size_t i = 0; i < other_count; i++)
        if (others[i])
            files[count++] = others[i];
    return files;
}

static struct build_options build_options(struct compilation *c, const struct options *o)
{
    return (struct build_options){
        .native_source = o->native ? o->inputs[0] : NULL,
        .source_flags = c->source_flags,
        .settings = o->sets,
        .optimize = o->optimize,
        .output = o->output,
        .inputs = compile_files_read(o, &c->arena),
        .emit = o->emit,
        .stubs = o->stubs,
        .main_file = o->main_file,
        .with = o->with,
        .max_flash = o->max_flash_bytes,
        .max_ram = o->max_ram_bytes,
        .max_stack = o->max_stack_bytes,
        .max_insns = o->max_insns,
        .max_machine_insns = o->max_machine_insns,
        .priorities = o->priorities,
        .check_facts = o->check_facts,
        .verbose = o->verbose,
        .formats = c->formats,
    };
}

/* The object of `inputs[0]`, or what linking all of `inputs` makes. */
static bool make_object(struct compilation *c, string_list inputs, const struct options *o, struct diag *d)
{
    c->source_flags = input_flags(o, &c->arena, d);
    if (!c->source_flags)
        return false;
    size_t count = 0;
    while (inputs[count])
        count++;
    if (count == 1)
        return input_object(&c->object_path, inputs[0], c->source_flags, &c->arena, d);
    const char **objects = arena_array(&c->arena, count + 1, sizeof *objects);
    for (size_t i = 0; i < count; i++)
        if (!input_object(&objects[i], inputs[i], c->source_flags, &c->arena, d))
            return false;
    const char *directory = file_work_dir(&c->arena, d);
    c->object_path =
        directory ? arena_printf(&c->arena, "%s/%s.bpf.o", directory, file_stem(&c->arena, inputs[0])) : NULL;
    return directory && link_objects(c->object_path, objects, d);
}

/* --helpers; what is declared there the firmware has, besides what --ksym names. */
static bool read_owns(struct compilation *c, struct owns *owns, string_list *provided, const struct options *o,
                      struct diag *d)
{
    char *text = NULL;
    size_t size = 0;
    uint32_t count = 0;
    for (string_list file = o->helper_files; *file; file++)
        if (!file_read(&c->arena, *file, &text, &size, d) || !own_read(owns, *file, text, &c->arena, d))
            return false;
    while (o->ksyms && o->ksyms[count])
        count++;
    const char **names = arena_array(&c->arena, count + owns->count + 1, sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = o->ksyms[i];
    for (uint32_t i = 0; i < owns->count; i++)
        names[count + i] = owns->items[i].contract.name;
    *provided = names;
    return true;
}

bool compile_program(struct compilation *c, string_list inputs, const struct options *o, struct diag *d)
{
    struct owns owns = {0};
    struct load_options load = {.name = inputs[0], .btf = o->btf};
    bool ok = make_object(c, inputs, o, d) && read_owns(c, &owns, &load.provided, o, d);
    ok = ok && load_program(&c->program, c->object_path, &load, d);
    c->program.owns = owns;
    ok = ok && input_apply_maps(&c->program, o->map_sizes, d);
    ok = ok && input_apply_inits(&c->program, o->map_inits, d);
    ok = ok && settings_apply_board(&c->program, c->board.kconfig, d);
    ok = ok && settings_apply(&c->program, o->sets, d);
    return ok && ((o->command && strcmp(o->command, "inspect") == 0) || settings_complete(&c->program, d));
}

/* --native: what runs is not lifted from what was proved. */
static LLVMModuleRef make_native(struct compilation *c, const struct build_options *options, struct diag *d)
{
    c->llvm = LLVMContextCreate();
    return native_program(c->llvm, c->verified, &c->board, options, d);
}

/* --native is for one C source, and what only lifted code can have is not for it. */
static bool check_native(const struct options *o, struct diag *d)
{
    if (!o->native)
        return true;
    if (o->input_count != 1 || !input_is_source(o->inputs[0]))
        return diag_error(d, &NO_PLACE, D_OPTION, "--native needs one C source; '%s' %s", o->inputs[0],
                          input_is_source(o->inputs[0]) ? "is not alone" : "is none");
    if (o->unverified || o->check_facts)
        return diag_error(d, &NO_PLACE, D_OPTION, "--native and %s: the proof is of the BPF code, which is not there",
                          o->unverified ? "--unverified" : "--check-facts");
    return true;
}

/* The C files that the user adds are there. */
static bool check_sources(const struct options *o, struct diag *d)
{
    for (string_list stubs = o->stubs; stubs && *stubs; stubs++)
        if (!file_check(*stubs, d))
            return false;
    for (string_list with = o->with; with && *with; with++)
        if (!file_check(*with, d))
            return false;
    return !o->main_file || file_check(o->main_file, d);
}

bool compile_loaded(struct compilation *c, const struct options *o, struct diag *d)
{
    LLVMModuleRef module = NULL;

    bool ok = check_sources(o, d) && program_entries(&c->program, o->prog, &c->entries, &c->arena, d);
    ok = ok && (c->verified = prove(c, o, d)) != NULL;
    c->formats = ok && o->deferred_printk && !o->native ? verified_formats(c->verified, &c->arena) : NULL;
    const struct build_options options = build_options(c, o);
    ok = ok && (module = o->native ? make_native(c, &options, d) : lift(c, o, d));
    ok = ok && emit_object(&c->object, module, c->verified, &c->board, &options, d);
    return ok && link_firmware(&c->image, &c->object, &c->board, &options, d);
}

bool compile_firmware(struct compilation *c, const struct options *o, struct diag *d)
{
    bool ok = check_native(o, d) && read_board(&c->board, o->board, d);
    ok = ok && compile_program(c, o->inputs, o, d);
    return ok && compile_loaded(c, o, d);
}

/* Bytes of the context that the first parameter of `func` points to; NONE when BTF does not say. */
static uint32_t argument_bytes(const struct program *program, const struct func *func)
{
    const struct type *proto = type_resolve(program, func->proto);
    if (!func->proto || !proto || proto->kind != TYPE_FUNC || proto->member_count == 0)
        return NONE;
    const struct type *parameter = type_resolve(program, proto->members[0].type);
    if (!parameter || parameter->kind != TYPE_POINTER)
        return NONE;
    uint32_t bytes = func->context_bytes ? func->context_bytes : type_size(program, parameter->target);
    return bytes ? bytes : NONE;
}

struct limits compile_limits(const struct options *o, const struct program *program, uint32_t entry)
{
    struct limits limits = {.context_bytes = o->ctx_bytes,
                            .stack_bytes = o->stack_limit,
                            .net_ip_align = o->net_ip_align,
                            .log_level = o->log_level,
                            .log = stderr};
    const struct func *func = &program->funcs[entry];
    bool untyped = !hook_has_fields(func->hook);
    if (limits.context_bytes == NONE && untyped && argument_bytes(program, func) == NONE)
        limits.context_bytes = o->ctx_fallback;
    return limits;
}

void compilation_free(struct compilation *c)
{
    image_free(&c->image);
    object_free(&c->object);
    verified_free(c->verified);
    program_free(&c->program);
    board_free(&c->board);
    if (c->llvm)
        LLVMContextDispose(c->llvm);
    arena_free(&c->arena);
    *c = (struct compilation){0};
}
