// SPDX-License-Identifier: Apache-2.0
/* Externs in the linked image. Prototypes were compared before, by the C compiler (--main) and by BTF (--btf); here is
 * what holds for every file that was linked. */
#include "externs.h"

#include <inttypes.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "binary.h"
#include "generator.h"
#include "kfuncs.h"

/* The first reachable instruction that uses extern `index`: calls it, or loads its address. */
static uint32_t first_use(const struct verified *v, uint32_t index)
{
    const struct program *program = verified_program(v);
    uint32_t map = program->externs[index].map;
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        bool calls = insn->op == OP_KFUNC && insn->index == index;
        bool loads = insn->op == OP_LDDW && ((insn->ref == REF_EXTERN && insn->index == index) ||
                                             (insn->ref == REF_MAP_VALUE && insn->index == map));
        if ((calls || loads) && verified_fact(v, i)->reachable)
            return i;
    }
    return NONE;
}

/* Does the linker say that `name` is undefined? As lld does ("undefined symbol: NAME"), or GNU ld ("undefined reference
 * to `NAME'"). */
static bool is_undefined(const char *said, const char *name)
{
    static const char *const words[] = {"undefined symbol: ", "undefined reference to `"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = said; (at = strstr(at, words[i])); at++) {
            const char *symbol = at + strlen(words[i]);
            if (strncmp(symbol, name, length) == 0 && (symbol[length] == '\n' || symbol[length] == '\''))
                return true;
        }
    return false;
}

static void suggest_file(const char *declared, const struct build_options *options, struct diag *d)
{
    if (options->main_file)
        diag_suggest(d, "define it in '%s': %s", options->main_file, declared);
    else
        diag_suggest(d, "define it in a file that is given with --with: %s", declared);
}

/* A helper of the firmware's own that the linker misses. */
static bool helpers_found(const struct verified *v, const char *said, const struct build_options *options,
                          struct diag *d)
{
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < program->insn_count; i++) {
        const struct insn *insn = &program->insns[i];
        bool calls = insn->op == OP_HELPER && verified_fact(v, i)->reachable && insn->imm <= UINT32_MAX;
        const struct helper *own = calls ? own_helper(&program->owns, (uint32_t)insn->imm) : NULL;
        if (!own || !is_undefined(said, own->name))
            continue;
        struct arena arena = {0};
        struct text declared = {0};
        struct place place = program_place(program, i, &arena);
        diag_error(d, &place, D_EXTERN, "helper '%s' is defined by no file of the firmware", own->name);
        stub_prototype(&declared, own, "");
        suggest_file(text_chars(&declared), options, d);
        text_free(&declared);
        arena_free(&arena);
        return false;
    }
    return true;
}

static void suggest_definition(const struct verified *v, uint32_t index, const struct build_options *options,
                               struct diag *d)
{
    const struct program *program = verified_program(v);
    const struct external *external = &program->externs[index];
    struct text declared = {0};
    if (external->is_func)
        kfuncs_prototype(&declared, program, index);
    else
        text_printf(&declared, "a variable of %u bytes",
                    external->map == NONE ? 0 : program->maps[external->map].value_bytes);
    while (declared.length && declared.chars[declared.length - 1] == '\n')
        declared.chars[--declared.length] = '\0';
    suggest_file(text_chars(&declared), options, d);
    if (external->is_weak)
        diag_suggest(d, "or leave it out of --ksym: the program tests whether it is there");
    text_free(&declared);
}

bool externs_found(const struct verified *v, const char *said, const struct build_options *options, struct diag *d)
{
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < program->extern_count; i++) {
        const struct external *external = &program->externs[i];
        uint32_t use = external->is_kconfig || !is_undefined(said, external->name) ? NONE : first_use(v, i);
        if (use == NONE)
            continue;
        struct arena arena = {0};
        struct place place = program_place(program, use, &arena);
        diag_error(d, &place, D_EXTERN, "%s '%s' is defined by no file of the firmware (%s)",
                   external->is_func ? "function" : "variable", external->name,
                   options->main_file ? options->main_file : "the default main");
        suggest_definition(v, i, options, d);
        arena_free(&arena);
        return false;
    }
    return helpers_found(v, said, options, d);
}

static bool variable_agrees(const struct map *map, const struct binary_symbol *symbol, const struct place *place,
                            struct diag *d)
{
    uint64_t align = 1ull << map->align_log2;
    if (!symbol || symbol->is_func)
        return diag_error(d, place, D_LINK, "'%s' is no variable in the firmware", map->name);
    if (symbol->size_bytes != map->value_bytes) {
        diag_error(d, place, D_LINK, "variable '%s' has %" PRIu64 " bytes in the firmware, %u in the program",
                   map->name, symbol->size_bytes, map->value_bytes);
        diag_suggest(d, "declare it alike in both, with types whose width is the same everywhere (int32_t, not long)");
        diag_suggest(d, "or give the firmware's types with --btf, so that CO-RE finds its members");
        return false;
    }
    return symbol->address % align == 0 ||
           diag_error(d, place, D_LINK,
                      "variable '%s' lies at 0x%" PRIx64 " in the firmware, must be aligned to %" PRIu64 " bytes",
                      map->name, symbol->address, align);
}

bool externs_agree(const struct verified *v, const char *elf, struct diag *d)
{
    const struct program *program = verified_program(v);
    struct binary binary = {0};
    struct arena arena = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->extern_count; i++) {
        uint32_t map = program->externs[i].map;
        uint32_t use = map == NONE || program->maps[map].role != MAP_EXTERN ? NONE : first_use(v, i);
        if (use == NONE)
            continue;
        struct place place = program_place(program, use, &arena);
        ok = (binary.symbols || binary_read(&binary, elf, &arena, d)) &&
             variable_agrees(&program->maps[map], binary_find(&binary, program->maps[map].name), &place, d);
    }
    arena_free(&arena);
    return ok;
}
