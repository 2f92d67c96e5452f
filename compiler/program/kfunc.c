// SPDX-License-Identifier: Apache-2.0
/* Contracts from prototypes. Source: kernel documentation, bpf/kfuncs.rst: scalars by value, pointers to plain data by
 * the size of what they point to. */
#include "kfunc.h"

#include <ctype.h>
#include <string.h>

static const struct helper builtins[] = {
#define KFUNC(kfunc, result, a, b, c, d, e, count)                                                                     \
    {.name = #kfunc, .enum_name = #kfunc, .ret = (result), .args = {(a), (b), (c), (d), (e)}, .arg_count = (count)},
#include "kfuncs.def"
#undef KFUNC
};

const struct helper *kfunc_builtin(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

static bool is_number(const struct type *type)
{
    return (type->kind == TYPE_INT || type->kind == TYPE_ENUM) && type->size_bytes <= 8 && type->size_bytes > 0;
}

/* Is `type`, down its qualifiers and typedefs, const? */
static bool is_const(const struct program *program, uint32_t type)
{
    const struct type *t = &program->types[type];
    while (t->kind == TYPE_TYPEDEF || t->kind == TYPE_QUALIFIER) {
        if (t->kind == TYPE_QUALIFIER && t->name[0] == 'c' && t->name[1] == 'o')
            return true;
        t = &program->types[t->target];
    }
    return false;
}

static bool set_argument(struct kfunc *k, const struct program *program, uint32_t arg, uint32_t id, const char **why)
{
    const struct type *type = type_resolve(program, id);
    k->types[arg] = id;
    if (is_number(type)) {
        k->contract.args[arg] = type->size_bytes == 8 ? ARG_U64 : ARG_U32;
        return true;
    }
    k->bytes[arg] = type->kind == TYPE_POINTER ? type_size(program, type->target) : 0;
    k->contract.args[arg] = type->kind == TYPE_POINTER && is_const(program, type->target) ? ARG_MEM : ARG_MEM_OUT;
    *why = "a parameter is neither a number nor a pointer to something of known size";
    return k->bytes[arg] > 0;
}

static bool set_result(struct kfunc *k, const struct program *program, uint32_t id, const char **why)
{
    const struct type *type = type_resolve(program, id);
    k->ret_type = id;
    k->contract.ret = RET_VOID;
    if (type->kind == TYPE_VOID)
        return true;
    k->ret_bytes = type->size_bytes;
    k->ret_signed = type->encoding == INT_SIGNED;
    k->contract.ret = RET_U64; /* extended in the stub, by the rules of C */
    *why = "its result is no number";
    return is_number(type);
}

static bool is_identifier(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return name[0] && !isdigit((unsigned char)name[0]);
}

uint32_t kfunc_cost(const struct program *program, uint32_t index)
{
    const struct own *own = own_function(&program->owns, program->externs[index].name);
    return own ? own->contract.cost_insns : KFUNC_COST;
}

/* The firmware's contract against the prototype that the program was compiled with, if any. */
static bool agrees(const struct helper *contract, const struct program *program, uint32_t proto_id, const char **why)
{
    const struct type *proto = type_resolve(program, proto_id);
    *why = "its prototype in the program is not the one of --helpers";
    if (proto_id == 0 || proto->kind != TYPE_FUNC)
        return true;
    if (proto->member_count != contract->arg_count ||
        (type_resolve(program, proto->target)->kind == TYPE_VOID) != (contract->ret == RET_VOID))
        return false;
    for (uint32_t i = 0; i < proto->member_count; i++) {
        const struct type *type = type_resolve(program, proto->members[i].type);
        bool pointer = type->kind == TYPE_POINTER;
        if (pointer != arg_is_pointer(contract->args[i]) || (!pointer && !is_number(type)))
            return false;
    }
    return true;
}

bool kfunc_contract(struct kfunc *k, const struct program *program, uint32_t index, const char **why)
{
    const struct external *external = &program->externs[index];
    const struct type *proto = type_resolve(program, external->type);
    const struct own *own = own_function(&program->owns, external->name);
    *k = (struct kfunc){.contract = {.name = external->name, .enum_name = external->name}};
    if (own && own->kind == OWN_KFUNC) {
        k->contract = own->contract;
        k->has_contract = true;
        return agrees(&own->contract, program, external->type, why);
    }
    k->contract.cost_insns = kfunc_cost(program, index);
    *why = "its name is no identifier of C";
    if (!is_identifier(external->name))
        return false;
    *why = "the object has no BTF prototype of it (compile with -g)";
    if (external->type == 0 || proto->kind != TYPE_FUNC)
        return false;
    *why = "it has more than 5 parameters, or a variable number";
    if (proto->member_count > 5)
        return false;
    for (uint32_t i = 0; i < proto->member_count; i++) {
        if (proto->members[i].type == 0)
            return false; /* "..." */
        if (!set_argument(k, program, i, proto->members[i].type, why))
            return false;
    }
    k->contract.arg_count = (uint8_t)proto->member_count;
    return set_result(k, program, proto->target, why);
}
