// SPDX-License-Identifier: Apache-2.0
/* Kfuncs in C. Numbers have the widths that BTF gives them (a `long` of the program has 8 bytes, whatever the target's
 * has); structs are known by their names. */
#include "kfuncs.h"

#include <stdio.h>

#include "../program/kfunc.h"
#include "generator.h"

/* Does a reachable instruction call extern `index`? */
static bool is_called(const struct verified *v, uint32_t index)
{
    const struct program *program = verified_program(v);
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_KFUNC && program->insns[i].index == index && verified_fact(v, i)->reachable)
            return true;
    return false;
}

static const char *number_type(const struct type *type)
{
    static const char *const names[2][4] = {{"uint8_t", "uint16_t", "uint32_t", "uint64_t"},
                                            {"int8_t", "int16_t", "int32_t", "int64_t"}};
    if (type->kind == TYPE_INT && type->encoding == INT_BOOL)
        return "_Bool";
    if (type->kind == TYPE_INT && type->size_bytes == 1 && type->name[0] == 'c')
        return "char";
    return names[type->encoding == INT_SIGNED][__builtin_ctz(type->size_bytes) & 3];
}

/* The type in C: "uint32_t", "const struct sensor *", "void". `constant`: what it points to is const. */
static void print_type(struct text *out, const struct program *program, uint32_t id, bool constant)
{
    const struct type *type = type_resolve(program, id);
    const struct type *pointee = type->kind == TYPE_POINTER ? type_resolve(program, type->target) : NULL;
    if (type->kind == TYPE_VOID)
        text_printf(out, "void");
    else if (!pointee)
        text_printf(out, "%s", number_type(type));
    else if ((pointee->kind == TYPE_STRUCT || pointee->kind == TYPE_UNION) && pointee->name[0])
        text_printf(out, "%s%s %s *", constant ? "const " : "", pointee->kind == TYPE_STRUCT ? "struct" : "union",
                    pointee->name);
    else if (pointee->kind == TYPE_INT || pointee->kind == TYPE_ENUM)
        text_printf(out, "%s%s *", constant ? "const " : "", number_type(pointee));
    else
        text_printf(out, "%svoid *", constant ? "const " : "");
}

/* "int sensor_read(uint32_t, struct sample *);" and a line's end. */
static void print_declaration(struct text *out, const struct program *program, const struct kfunc *k)
{
    if (k->has_contract) {
        stub_prototype(out, &k->contract, "");
        text_printf(out, ";\n");
        return;
    }
    print_type(out, program, k->ret_type, false);
    text_printf(out, " %s(", k->contract.name);
    for (uint32_t i = 0; i < k->contract.arg_count; i++) {
        text_printf(out, "%s", i ? ", " : "");
        print_type(out, program, k->types[i], k->contract.args[i] == ARG_MEM);
    }
    text_printf(out, "%s);\n", k->contract.arg_count ? "" : "void");
}

static void print_prototype(struct text *out, const struct program *program, const struct kfunc *k)
{
    for (uint32_t i = 0; !k->has_contract && i < k->contract.arg_count;
         i++) { /* declared before, so that it means the same everywhere */
        const struct type *type = type_resolve(program, k->types[i]);
        const struct type *pointee = type->kind == TYPE_POINTER ? type_resolve(program, type->target) : type;
        if ((pointee->kind == TYPE_STRUCT || pointee->kind == TYPE_UNION) && pointee->name[0])
            text_printf(out, "%s %s;\n", pointee->kind == TYPE_STRUCT ? "struct" : "union", pointee->name);
    }
    print_declaration(out, program, k);
}

bool kfuncs_prototype(struct text *out, const struct program *program, uint32_t index)
{
    struct kfunc k;
    const char *why = NULL;
    if (!kfunc_contract(&k, program, index, &why))
        return false;
    print_declaration(out, program, &k);
    return true;
}

/* Is extern `index` a function of the firmware's that the program calls? Fills its contract. */
static bool is_firmware_function(const struct verified *v, uint32_t index, struct kfunc *k)
{
    const char *why = NULL;
    const struct program *program = verified_program(v);
    return is_called(v, index) && !kfunc_builtin(program->externs[index].name) &&
           kfunc_contract(k, program, index, &why);
}

/* The next helper of the firmware's own that the program calls, from `*at` on; NULL: no more. */
static const struct helper *next_own(const struct verified *v, uint32_t *at)
{
    const struct owns *owns = &verified_program(v)->owns;
    while (*at < owns->count) {
        const struct own *own = &owns->items[(*at)++];
        if (own->kind == OWN_HELPER && stubs_use_helper(v, own->contract.id))
            return &own->contract;
    }
    return NULL;
}

void kfuncs_prototypes(struct text *out, const struct verified *v)
{
    const struct program *program = verified_program(v);
    bool any = false;
    uint32_t at = 0;
    for (const struct helper *own; (own = next_own(v, &at)); any = true) {
        text_printf(out, "%s", any ? "" : "/* Helpers of the firmware's own. */\n#include <stdint.h>\n");
        stub_prototype(out, own, "");
        text_printf(out, ";\n");
    }
    any = false;
    for (uint32_t i = 0; i < program->extern_count; i++) {
        struct kfunc k;
        if (!is_firmware_function(v, i, &k))
            continue;
        if (!any)
            text_printf(out, "/* Functions of the firmware that the program calls. */\n#include <stdint.h>\n");
        any = true;
        print_prototype(out, program, &k);
    }
}

/* The body of a stub that hands its arguments to the function `name`. */
static void print_call(struct text *out, const struct helper *helper, const char *name)
{
    text_printf(out, "\n{\n    %s%s(", helper->ret == RET_VOID ? "" : "return ", name);
    for (uint32_t i = 0; i < helper->arg_count; i++)
        text_printf(out, "%sa%u", i ? ", " : "", i);
    text_printf(out, ");\n}\n\n");
}

/* Stubs with the C types of a contract (own.h): of a helper by its number, of a kfunc by its name. */
static void print_own_stub(struct text *out, const struct helper *helper)
{
    struct helper numbered = *helper;
    char number[8];
    snprintf(number, sizeof number, "%04u", helper->id);
    if (helper->id)
        numbered.name = number;
    text_printf(out, "STUB ");
    stub_prototype(out, &numbered, helper->id ? "_bpf_helper_ext_" : "barebpf_kfunc_");
    print_call(out, helper, helper->name);
}

static void print_stub(struct text *out, const struct kfunc *k)
{
    if (k->has_contract) {
        print_own_stub(out, &k->contract);
        return;
    }
    text_printf(out, "STUB %s barebpf_kfunc_%s(", k->ret_bytes ? "uint64_t" : "void", k->contract.name);
    for (uint32_t i = 0; i < k->contract.arg_count; i++)
        text_printf(out, "%s%sa%u", i ? ", " : "", k->bytes[i] ? "void *" : "uint64_t ", i);
    text_printf(out, "%s)\n{\n    ", k->contract.arg_count ? "" : "void");
    if (k->ret_bytes)
        text_printf(out, "return %s", k->ret_bytes < 8 ? "(uint32_t)" : "(uint64_t)");
    text_printf(out, "%s(", k->contract.name);
    for (uint32_t i = 0; i < k->contract.arg_count; i++)
        text_printf(out, "%sa%u", i ? ", " : "", i);
    text_printf(out, ");\n}\n\n");
}

void kfuncs_stubs(struct text *out, const struct verified *v)
{
    const struct program *program = verified_program(v);
    bool any = false;
    uint32_t at = 0;
    kfuncs_prototypes(out, v);
    for (const struct helper *own; (own = next_own(v, &at));)
        print_own_stub(out, own);
    for (uint32_t i = 0; i < program->extern_count; i++) {
        struct kfunc k;
        const struct helper *builtin = kfunc_builtin(program->externs[i].name);
        if (is_firmware_function(v, i, &k))
            print_stub(out, &k);
        if (!builtin || !is_called(v, i))
            continue;
        if (!any)
            text_printf(out, "#include \"kfuncs.h\"\n\n");
        any = true;
        text_printf(out, "STUB ");
        stub_prototype(out, builtin, "barebpf_kfunc_");
        text_printf(out, "\n{\n");
        stub_forward(out, builtin, "kfunc");
        text_printf(out, "}\n\n");
    }
}
