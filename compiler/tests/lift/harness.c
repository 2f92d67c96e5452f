// SPDX-License-Identifier: Apache-2.0
/* See harness.h. */
#include "harness.h"

#include <llvm-c/ExecutionEngine.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "program/decode.h"

/* -- targets ------------------------------------------------------------------------------------------------------- */

static LLVMTargetMachineRef machine_new(const char *triple, const char *cpu, const char *features)
{
    LLVMTargetRef target;
    char *message = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message))
        BUG("target %s: %s", triple, message);
    return LLVMCreateTargetMachine(target, triple, cpu ? cpu : "", features ? features : "", LLVMCodeGenLevelDefault,
                                   LLVMRelocDefault, LLVMCodeModelDefault);
}

struct harness_target harness_target_new(const char *triple, const char *cpu, const char *features)
{
    LLVMTargetMachineRef machine = machine_new(triple, cpu, features);
    LLVMTargetDataRef data = LLVMCreateTargetDataLayout(machine);
    char *layout = LLVMCopyStringRepOfTargetData(data);
    struct harness_target target = {.triple = triple, .cpu = cpu, .features = features, .layout = strdup(layout)};
    LLVMDisposeMessage(layout);
    LLVMDisposeTargetData(data);
    LLVMDisposeTargetMachine(machine);
    return target;
}

struct harness_target harness_host(void)
{
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
    LLVMLinkInMCJIT();
    return harness_target_new("x86_64-pc-linux-gnu", NULL, NULL);
}

void harness_target_free(struct harness_target *target)
{
    free(target->layout);
    target->layout = NULL;
}

/* -- programs ------------------------------------------------------------------------------------------------------ */

static bool add_function(struct program *program, const struct code *code, const char *name, struct diag *d)
{
    struct insn *insns;
    uint32_t count, *slot_insn, first = program->insn_count;
    if (!decode_func(&insns, &count, &slot_insn, code, &program->arena, d))
        return false;
    struct insn *all = arena_array(&program->arena, first + count, sizeof *all);
    if (first)
        memcpy(all, program->insns, first * sizeof *all);
    for (uint32_t i = 0; i < count; i++) {
        all[first + i] = insns[i];
        all[first + i].target += first;
    }
    program->insns = all;
    program->insn_count += count;
    program->funcs[program->func_count++] =
        (struct func){.name = name, .section = "raw", .first = first, .count = count};
    return true;
}

struct program *harness_program(const char *name, const uint8_t *bytes, uint32_t slots, struct diag *d)
{
    struct program *program = memory_alloc(sizeof *program);
    struct code code = {.bytes = bytes, .slot_count = slots, .file = "test", .function = name}, *parts;
    uint32_t count;
    program->path = program->stem = "test";
    program->types = arena_array(&program->arena, 1, sizeof *program->types);
    program->type_count = 1;
    bool ok = decode_split(&parts, &count, &code, 0, &program->arena, d);
    if (ok)
        program->funcs = arena_array(&program->arena, count, sizeof *program->funcs);
    for (uint32_t i = 0; ok && i < count; i++)
        ok = add_function(program, &parts[i], i ? arena_printf(&program->arena, "sub%u", i) : name, d);
    if (!ok) {
        harness_program_free(program);
        return NULL;
    }
    program->funcs[0].is_program = true;
    program->funcs[0].hook = hook_named("raw");
    return program;
}

void harness_program_free(struct program *program)
{
    arena_free(&program->arena);
    free(program);
}

/* The test targets' widest atomic access: none on ARMv6-M and on RISC-V without A. */
static uint32_t atomic_bytes(const struct harness_target *target)
{
    bool riscv = strncmp(target->triple, "riscv", 5) == 0;
    if (strncmp(target->triple, "thumbv6m", 8) == 0 || (riscv && !strstr(target->features, "+a")))
        return 0;
    return strstr(target->layout, "p:32") ? 4 : 8;
}

static LLVMModuleRef lift_reported(LLVMContextRef context, const struct program *program,
                                   const struct harness_target *target, bool prove, struct diag *d)
{
    struct limits limits = {.context_bytes = 32, .explored_insns = 20000};
    struct lift_options options = {.triple = target->triple,
                                   .data_layout = target->layout,
                                   .cpu = target->cpu,
                                   .features = target->features,
                                   .atomic_bytes = atomic_bytes(target),
                                   .optimize_size = true};
    struct verified *v = prove ? verify_program(program, 0, &limits, NULL, d) : verify_skip(program, 0, &limits, d);
    LLVMModuleRef module = v ? lift_program(context, v, &options, d) : NULL;
    verified_free(v);
    return module;
}

LLVMModuleRef harness_lift(LLVMContextRef context, const char *name, const uint8_t *bytes, uint32_t slots,
                           const struct harness_target *target, bool prove)
{
    struct diag *d = diag_new(name);
    LLVMModuleRef module = NULL;
    struct program *program = harness_program(name, bytes, slots, d);
    if (program) {
        module = lift_reported(context, program, target, prove, d);
        harness_program_free(program);
    }
    if (!module && !prove)
        diag_print(d, stdout, false);
    diag_free(d);
    return module;
}

/* -- running ------------------------------------------------------------------------------------------------------- */

struct harness_code {
    LLVMExecutionEngineRef engine;
    harness_entry *entry;
};

static uint32_t irq_save(void)
{
    return 0;
}

static void irq_restore(uint32_t state)
{
    (void)state;
}

/* bpf_ktime_get_ns, which the public suite's callx case calls; its result is not looked at. */
static uint64_t no_time(void)
{
    return 0;
}

static void map_function(LLVMExecutionEngineRef engine, LLVMModuleRef module, const char *name, void (*function)(void))
{
    LLVMValueRef declared = LLVMGetNamedFunction(module, name);
    void *address;
    memcpy(&address, &function, sizeof address);
    if (declared)
        LLVMAddGlobalMapping(engine, declared, address);
}

static void optimize_module(LLVMModuleRef module)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMTargetMachineRef machine = machine_new(LLVMGetTarget(module), NULL, NULL);
    if (LLVMRunPasses(module, "default<Os>", machine, options))
        BUG("default<Os> failed");
    LLVMDisposePassBuilderOptions(options);
    LLVMDisposeTargetMachine(machine);
}

struct harness_code *harness_compile(LLVMModuleRef module, const char *name, bool optimize)
{
    struct harness_code *code = memory_alloc(sizeof *code);
    char symbol[128], *message = NULL;
    struct LLVMMCJITCompilerOptions options;
    LLVMInitializeMCJITCompilerOptions(&options, sizeof options);
    options.OptLevel = optimize ? 2 : 0;
    if (optimize)
        optimize_module(module);
    if (LLVMCreateMCJITCompilerForModule(&code->engine, module, &options, sizeof options, &message))
        BUG("MCJIT: %s", message);
    map_function(code->engine, module, "rt_irq_save", (void (*)(void))irq_save);
    map_function(code->engine, module, "rt_irq_restore", (void (*)(void))irq_restore);
    map_function(code->engine, module, "_bpf_helper_ext_0005", (void (*)(void))no_time);
    snprintf(symbol, sizeof symbol, "bpf_prog_%s", name);
    uint64_t address = LLVMGetFunctionAddress(code->engine, symbol);
    if (!address)
        BUG("no %s", symbol);
    memcpy(&code->entry, &address, sizeof code->entry);
    return code;
}

harness_entry *harness_entry_of(const struct harness_code *code)
{
    return code->entry;
}

void harness_code_free(struct harness_code *code)
{
    LLVMDisposeExecutionEngine(code->engine);
    free(code);
}
