// SPDX-License-Identifier: Apache-2.0
/* Generates NAME.stubs.c. Only what the verified program reaches gets a stub; the runtime's headers
 * (helpers-template/) do the work, so that the file stays short enough to be read and edited. */
#include "stubs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../helpers-template/include/barebpf/run.h"
#include "../base/memory.h"
#include "generator.h"
#include "kfuncs.h"
#include "manifest.h"
#include "map_bytes.h"

/* The first reachable instruction that uses map or extern `index` by a reference in [low, high]; NONE. */
uint32_t stubs_reference(const struct generator *g, uint32_t index, enum ref_kind low, enum ref_kind high)
{
    for (uint32_t i = 0; i < g->program->insn_count; i++) {
        const struct insn *insn = &g->program->insns[i];
        if (insn->op == OP_LDDW && insn->ref >= low && insn->ref <= high && insn->index == index &&
            verified_fact(g->verified, i)->reachable)
            return i;
    }
    return NONE;
}

bool stubs_use_helper(const struct verified *v, uint32_t id)
{
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < program->insn_count; i++) {
        if (program->insns[i].op == OP_HELPER && program->insns[i].imm == id && verified_fact(v, i)->reachable)
            return true;
    }
    return false;
}

bool stubs_refuse(const struct generator *g, uint32_t insn, enum diag_id id, const char *what, const char *name)
{
    struct arena arena = {0};
    struct place place = insn == NONE ? FILE_PLACE(g->program->path) : program_place(g->program, insn, &arena);
    diag_error(g->d, &place, id, what, name);
    arena_free(&arena);
    return false;
}

/* -- stubs --------------------------------------------------------------------------------------------------------- */

void stub_forward(struct text *out, const struct helper *helper, const char *kind)
{
    text_printf(out, "    %srt_%s_%s(", helper->ret == RET_VOID ? "" : "return ", kind, helper->name);
    for (uint8_t i = 0; i < helper->arg_count; i++)
        text_printf(out, "%sa%u", i ? ", " : "", i);
    text_printf(out, ");\n");
}

/* A type before a name: "void *", "long ". */
static const char *space_after(const char *type)
{
    return type[strlen(type) - 1] == '*' ? "" : " ";
}

void stub_prototype(struct text *out, const struct helper *helper, const char *prefix)
{
    const char *result = ret_c_type(helper->ret);
    text_printf(out, "%s%s%s%s(%s", result, space_after(result), prefix, helper->name, helper->arg_count ? "" : "void");
    for (uint8_t i = 0; i < helper->arg_count; i++) {
        const char *type = arg_c_type(helper->args[i]);
        text_printf(out, "%s%s%sa%u", i ? ", " : "", type, space_after(type), i);
    }
    text_printf(out, ")");
}

static void define_helper(struct generator *g, const struct helper *helper)
{
    struct helper numbered = *helper;
    char number[8];
    snprintf(number, sizeof number, "%04u", helper->id);
    numbered.name = number;
    text_printf(g->out, "/* %s */\nSTUB ", helper->enum_name);
    stub_prototype(g->out, &numbered, "_bpf_helper_ext_");
    text_printf(g->out, "\n{\n");
    if (helper_map_arg(helper) != NONE_ARG && helper->id != HELPER_TIMER_INIT)
        stubs_map_helper(g, helper);
    else
        stub_forward(g->out, helper, "helper");
    text_printf(g->out, "}\n\n");
}

/* Includes `header` when the program calls a helper from `first` to `last`; so that nobody else pays for it. */
static void include_for(struct generator *g, const char *header, uint32_t first, uint32_t last)
{
    bool used = false;
    for (uint32_t id = first; id <= last; id++)
        used = used || stubs_use_helper(g->verified, id);
    if (used)
        text_printf(g->out, "#include \"%s\"\n\n", header);
}

static void define_helpers(struct generator *g)
{
    const struct helper *helper;
    include_for(g, "timer.h", HELPER_TIMER_INIT, HELPER_TIMER_INIT + 3);
    include_for(g, "dynptr.h", HELPER_DYNPTR_FROM_MEM, HELPER_DYNPTR_DATA);
    for (uint32_t i = 0; (helper = helper_at(i)); i++) {
        /* these are no functions of the firmware */
        bool lifted = helper->id == HELPER_TAIL_CALL || (helper->id == HELPER_LOOP && !g->native);
        if (!lifted && stubs_use_helper(g->verified, helper->id))
            define_helper(g, helper);
    }
    if (stubs_use_helper(g->verified, HELPER_TIMER_SET_CALLBACK))
        stubs_timers(g);
}

/* -- addresses (lddw) ---------------------------------------------------------------------------------------------- */

static void lddw_start(struct generator *g, const char *name, const char *what)
{
    text_printf(g->out,
                "/* lddw: address of %s. */\nSTUB void *__lddw_helper_%s(uint64_t index)\n{\n    switch (index) {\n",
                what, name);
}

static void lddw_end(struct generator *g)
{
    text_printf(g->out, "    default: return NULL;\n    }\n}\n\n");
}

static void define_map_addresses(struct generator *g, const char *name)
{
    lddw_start(g, name, "a map");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map_is_stored(map) && (map->role == MAP_USER || map->value_bytes))
            text_printf(g->out, "    case %u: return (void *)&bpf_map_%s;\n", i, map->symbol);
    }
    lddw_end(g);
}

/* Variables of the firmware: what the linker must find. */
static void declare_externs(struct generator *g)
{
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map->role == MAP_EXTERN && stubs_reference(g, i, REF_MAP_VALUE, REF_MAP_VALUE) != NONE)
            text_printf(g->out, "/* Of the firmware; the program reads it. */\nextern uint8_t %s[%u];\n\n", map->name,
                        map->value_bytes);
    }
}

static void define_value_addresses(struct generator *g)
{
    declare_externs(g);
    lddw_start(g, "map_val", "a map's first value");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map->role == MAP_EXTERN && stubs_reference(g, i, REF_MAP_VALUE, REF_MAP_VALUE) != NONE)
            text_printf(g->out, "    case %u: return %s;\n", i, map->name);
        else if (map_is_stored(map) && map->role != MAP_USER && map->value_bytes)
            text_printf(g->out, "    case %u: return (void *)&bpf_map_%s;\n", i, map->symbol);
        else if (map_is_stored(map) && map_store(map->type) == STORE_ARRAY)
            text_printf(g->out, "    case %u: return bpf_map_%s.values;\n", i, map->symbol);
    }
    lddw_end(g);
}

static void define_extern_addresses(struct generator *g)
{
    VEC(uint32_t) used = {0};
    for (uint32_t i = 0; i < g->program->extern_count; i++) {
        const struct external *external = &g->program->externs[i];
        if (stubs_reference(g, i, REF_EXTERN, REF_EXTERN) == NONE)
            continue;
        text_printf(g->out, "extern %schar %s[];\n", external->is_weak ? "__attribute__((weak)) " : "", external->name);
        vec_push(&used, i);
    }
    lddw_start(g, "var_addr", "an extern variable");
    for (uint32_t i = 0; i < used.count; i++)
        text_printf(g->out, "    case %u: return %s;\n", used.items[i], g->program->externs[used.items[i]].name);
    lddw_end(g);
    vec_free(&used);
}

static void define_program(struct generator *g)
{
    static const char *const context_names[] = {[BAREBPF_CONTEXT_MEMORY] = "BAREBPF_CONTEXT_MEMORY",
                                                [BAREBPF_CONTEXT_XDP] = "BAREBPF_CONTEXT_XDP",
                                                [BAREBPF_CONTEXT_FRAME] = "BAREBPF_CONTEXT_FRAME",
                                                [BAREBPF_CONTEXT_NETWORK] = "BAREBPF_CONTEXT_NETWORK"};
    const struct func *entry = &g->program->funcs[verified_entry(g->verified)];
    struct manifest_context context = manifest_context(g->verified);
    text_printf(g->out,
                "const struct barebpf_program barebpf_program = {\n    .name = \"%s\",\n    .context_kind = %s,\n"
                "    .context_bytes = %u,\n};\n\n",
                entry->name, context_names[context.kind], context.bytes);
}

bool stubs_generate(struct text *out, const struct verified *v, const struct board *board,
                    const struct build_options *options, struct diag *d)
{
    struct generator g = {.out = out,
                          .verified = v,
                          .program = verified_program(v),
                          .board = board,
                          .native = options->native_source != NULL,
                          .d = d};
    text_printf(
        out,
        "/* Generated by barebpf from %s: its maps, its variables, and the functions that its code calls.\n"
        " * It is compiled together with the program, as one module: what is constant is folded, what is unused is\n"
        " * dropped. To change something, copy this file, edit it, and pass it with --stubs. */\n"
        "/* May interrupt handlers use the maps while the program runs? */\n#define BAREBPF_SHARED %d\n\n"
        "#include <barebpf/program.h>\n#include <barebpf/run.h>\n\n"
        "#include \"helpers.h\"\n"
        "#define STUB __attribute__((always_inline))\n\n",
        g.program->stem, options->shares_maps);
    if (!stubs_maps(&g))
        return false;
    define_helpers(&g);
    kfuncs_stubs(out, v);
    define_map_addresses(&g, "map_by_idx");
    define_map_addresses(&g, "map_by_fd");
    define_value_addresses(&g);
    define_extern_addresses(&g);
    lddw_start(&g, "code_addr", "a function; the compiler knows its functions itself");
    lddw_end(&g);
    define_program(&g);
    manifest_c(out, v, g.native);
    return true;
}
