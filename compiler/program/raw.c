// SPDX-License-Identifier: Apache-2.0
/* Programs that come as bare instructions, without an object file: the conformance plugin and tests. */
#include <string.h>

#include "decode.h"
#include "program.h"

static bool add_function(struct program *program, const struct code *code, const char *name, struct diag *d)
{
    struct insn *insns;
    uint32_t count, *slot_insn, first = program->insn_count;
    if (!decode_func(&insns, &count, &slot_insn, code, &program->arena, d))
        return false;
    struct insn *all = arena_array(&program->arena, (size_t)first + count, sizeof *all);
    if (first)
        memcpy(all, program->insns, first * sizeof *all);
    for (uint32_t i = 0; i < count; i++) {
        all[first + i] = insns[i];
        if (insn_has_target(&insns[i]))
            all[first + i].target += first;
    }
    program->insns = all;
    program->insn_count += count;
    program->funcs[program->func_count++] =
        (struct func){.name = name, .section = "raw", .first = first, .count = count};
    return true;
}

bool program_from_bytes(struct program *program, const char *name, const uint8_t *bytes, uint32_t slot_count,
                        struct diag *d)
{
    struct arena *arena = &program->arena;
    struct code code = {.slot_count = slot_count}, *parts;
    uint32_t count;
    code.bytes = arena_memdup(arena, bytes, (size_t)slot_count * SLOT_BYTES);
    code.file = code.function = program->path = program->stem = arena_strdup(arena, name);
    program->types = arena_array(arena, 1, sizeof *program->types);
    program->type_count = 1;
    program->license = "";
    if (!decode_split(&parts, &count, &code, 0, arena, d))
        return false;
    program->funcs = arena_array(arena, count, sizeof *program->funcs);
    for (uint32_t i = 0; i < count; i++)
        if (!add_function(program, &parts[i], i ? arena_printf(arena, "sub%u", i) : program->stem, d))
            return false;
    program->funcs[0].is_program = program->funcs[0].is_global = true;
    program->funcs[0].hook = hook_named("raw");
    return true;
}
