// SPDX-License-Identifier: Apache-2.0
/* Our own table (cases.c) for a 32-bit target: `lift_emit TRIPLE CPU FEATURES OUT.o OUT.h`. All programs, lifted for
 * that target and optimised, go into one object; the header lists them with their runs for target/main.c. */
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cases.h"
#include "harness.h"

struct emitter {
    struct harness_target target;
    LLVMContextRef context;
    LLVMModuleRef module;
    struct text runs, programs, prototypes;
    uint32_t program_count, run_count;
};

/* FNV-1a over the memory; target/main.c computes the same. */
static uint32_t hash(const uint8_t *bytes, size_t count)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < count; i++)
        h = (h ^ bytes[i]) * 16777619u;
    return h;
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 8; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

/* Adds the program lifted with or without its proof to the module and to the table of programs. */
static void add_variant(struct emitter *e, const struct test_case *test, bool prove, uint32_t run_count)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s", test->name, prove ? "_proved" : "");
    LLVMModuleRef module = harness_lift(e->context, name, test->bytes, test->slots, &e->target, prove);
    if (!module && prove)
        return;
    if (!module)
        BUG("%s was not lifted", name);
    if (!e->module)
        e->module = module;
    else if (LLVMLinkModules2(e->module, module))
        BUG("%s does not link", name);
    text_printf(&e->prototypes, "uint64_t bpf_prog_%s(void *, size_t);\n", name);
    text_printf(&e->programs, "{bpf_prog_%s, \"%s\", %u, %u},\n", name, name, e->run_count, run_count);
    e->program_count++;
}

static void add_case(void *self, const struct test_case *test, const struct test_run *runs, uint32_t run_count)
{
    struct emitter *e = self;
    add_variant(e, test, false, run_count);
    add_variant(e, test, true, run_count);
    for (uint32_t i = 0; i < run_count; i++)
        text_printf(&e->runs, "{0x%llxu, 0x%llxu, 0x%llxu, 0x%xu},\n", (unsigned long long)get64(runs[i].before),
                    (unsigned long long)get64(runs[i].before + 8), (unsigned long long)runs[i].r0,
                    hash(runs[i].after, CASE_MEMORY));
    e->run_count += run_count;
}

static void write_object(struct emitter *e, char *path)
{
    char *message = NULL;
    LLVMTargetRef target;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    if (LLVMGetTargetFromTriple(e->target.triple, &target, &message))
        BUG("%s", message);
    LLVMTargetMachineRef machine =
        LLVMCreateTargetMachine(target, e->target.triple, e->target.cpu, e->target.features, LLVMCodeGenLevelDefault,
                                LLVMRelocStatic, LLVMCodeModelDefault);
    if (LLVMRunPasses(e->module, "default<Os>", machine, options))
        BUG("default<Os> failed");
    if (LLVMTargetMachineEmitToFile(machine, e->module, path, LLVMObjectFile, &message))
        BUG("%s", message);
    LLVMDisposePassBuilderOptions(options);
    LLVMDisposeTargetMachine(machine);
}

static void write_table(const struct emitter *e, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        BUG("%s cannot be written", path);
    fprintf(out, "%sstatic const struct run runs[] = {\n%s};\nstatic const struct program programs[] = {\n%s};\n",
            text_chars(&e->prototypes), text_chars(&e->runs), text_chars(&e->programs));
    fclose(out);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 3;
    LLVMInitializeAllTargetInfos();
    LLVMInitializeAllTargets();
    LLVMInitializeAllTargetMCs();
    LLVMInitializeAllAsmPrinters();
    struct emitter e = {.target = harness_target_new(argv[1], argv[2], argv[3]), .context = LLVMContextCreate()};
    cases_visit(add_case, &e);
    write_object(&e, argv[4]);
    write_table(&e, argv[5]);
    printf("%u programs, %u runs\n", e.program_count, e.run_count);
    LLVMDisposeModule(e.module);
    LLVMContextDispose(e.context);
    text_free(&e.runs);
    text_free(&e.programs);
    text_free(&e.prototypes);
    harness_target_free(&e.target);
    return 0;
}
