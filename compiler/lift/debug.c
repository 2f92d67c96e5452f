// SPDX-License-Identifier: Apache-2.0
/* Source positions: the program's line records (from .BTF.ext) become DWARF through LLVM's debug info, so that a
 * debugger on the board steps through the user's C lines. Without line records nothing is added. */
#include <llvm-c/DebugInfo.h>
#include <string.h>

#include "lifter.h"

struct lift_debug {
    LLVMDIBuilderRef builder;
    LLVMMetadataRef unit, subprogram;
};

static LLVMMetadataRef debug_file(struct lifter *l, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t directory_bytes = slash ? (size_t)(slash - path) : 0;
    return LLVMDIBuilderCreateFile(l->debug->builder, name, strlen(name), path, directory_bytes);
}

static void add_flag(struct lifter *l, const char *name, uint32_t value)
{
    LLVMMetadataRef constant = LLVMValueAsMetadata(LLVMConstInt(l->i32, value, false));
    LLVMAddModuleFlag(l->module, LLVMModuleFlagBehaviorWarning, name, strlen(name), constant);
}

void debug_begin(struct lifter *l)
{
    if (l->program->line_count == 0)
        return;
    l->debug = arena_alloc(&l->arena, sizeof *l->debug);
    l->debug->builder = LLVMCreateDIBuilder(l->module);
    LLVMMetadataRef file = debug_file(l, l->program->lines[0].file);
    l->debug->unit =
        LLVMDIBuilderCreateCompileUnit(l->debug->builder, LLVMDWARFSourceLanguageC99, file, "barebpf", 7, true, "", 0,
                                       0, "", 0, LLVMDWARFEmissionFull, 0, false, false, "", 0, "", 0);
    add_flag(l, "Debug Info Version", LLVMDebugMetadataVersion());
    add_flag(l, "Dwarf Version", 4);
}

void debug_function(struct lifter *l, uint32_t func)
{
    const struct line *line = program_line(l->program, l->program->funcs[func].first);
    LLVMSetCurrentDebugLocation2(l->builder, NULL);
    if (!l->debug)
        return;
    l->debug->subprogram = NULL;
    if (!line || !line->file)
        return;
    const char *name = l->program->funcs[func].name;
    LLVMMetadataRef file = debug_file(l, line->file);
    LLVMMetadataRef type = LLVMDIBuilderCreateSubroutineType(l->debug->builder, file, NULL, 0, LLVMDIFlagZero);
    bool local = func != verified_entry(l->verified);
    l->debug->subprogram =
        LLVMDIBuilderCreateFunction(l->debug->builder, file, name, strlen(name), name, strlen(name), file, line->line,
                                    type, local, true, line->line, LLVMDIFlagZero, true);
    LLVMSetSubprogram(l->funcs[func].value, l->debug->subprogram);
    /* The prologue belongs to the function's own line; calls in it must have a position. */
    LLVMSetCurrentDebugLocation2(
        l->builder, LLVMDIBuilderCreateDebugLocation(l->context, line->line, 0, l->debug->subprogram, NULL));
}

void debug_position(struct lifter *l, uint32_t insn)
{
    if (!l->debug || !l->debug->subprogram)
        return;
    const struct line *line = program_line(l->program, insn);
    if (!line)
        return;
    LLVMMetadataRef at =
        LLVMDIBuilderCreateDebugLocation(l->context, line->line, line->column, l->debug->subprogram, NULL);
    LLVMSetCurrentDebugLocation2(l->builder, at);
}

void debug_end(struct lifter *l)
{
    if (!l->debug)
        return;
    LLVMDIBuilderFinalize(l->debug->builder);
    LLVMDisposeDIBuilder(l->debug->builder);
}
