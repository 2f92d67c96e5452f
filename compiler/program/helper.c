// SPDX-License-Identifier: Apache-2.0
/* The helpers of helpers.def, and how their arguments look in C on the target. */
#include "helper.h"

#include <stddef.h>

#include "../base/diag.h"

static const struct helper helpers[] = {
#define HELPER(number, text, result, a1, a2, a3, a4, a5, cost)                                                         \
    {.id = (number),                                                                                                   \
     .name = #text,                                                                                                    \
     .enum_name = "bpf_" #text,                                                                                        \
     .ret = (result),                                                                                                  \
     .args = {a1, a2, a3, a4, a5},                                                                                     \
     .arg_count =                                                                                                      \
         ((a1) != ARG_NONE) + ((a2) != ARG_NONE) + ((a3) != ARG_NONE) + ((a4) != ARG_NONE) + ((a5) != ARG_NONE),       \
     .cost_insns = (cost)},
#include "helpers.def"
#undef HELPER
};

const struct helper *helper_at(uint32_t index)
{
    return index < sizeof helpers / sizeof helpers[0] ? &helpers[index] : NULL;
}

const struct helper *helper_find(uint32_t id)
{
    const struct helper *helper;
    for (uint32_t i = 0; (helper = helper_at(i)); i++)
        if (helper->id == id)
            return helper;
    return NULL;
}

const char *arg_c_type(enum arg_kind kind)
{
    switch (kind) {
    case ARG_NONE: return "void";
    case ARG_U32:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO: return "uint32_t";
    case ARG_U64:
    case ARG_U64_OPTIONAL: return "uint64_t";
    case ARG_MAP:
    case ARG_MEM_OUT:
    case ARG_CONTEXT:
    case ARG_CALLBACK:
    case ARG_CALLBACK_CONTEXT: return "void *";
    case ARG_MAP_KEY:
    case ARG_MAP_VALUE:
    case ARG_MEM:
    case ARG_MEM_OR_NULL: return "const void *";
    }
    BUG("argument kind %d", (int)kind);
}

const char *ret_c_type(enum ret_kind kind)
{
    switch (kind) {
    case RET_VOID: return "void";
    case RET_U32: return "uint32_t";
    case RET_U64: return "uint64_t";
    case RET_LONG: return "long";
    case RET_MAP_VALUE_OR_NULL: return "void *";
    }
    BUG("result kind %d", (int)kind);
}

bool arg_is_pointer(enum arg_kind kind)
{
    switch (kind) {
    case ARG_MAP:
    case ARG_MAP_KEY:
    case ARG_MAP_VALUE:
    case ARG_MEM:
    case ARG_MEM_OR_NULL:
    case ARG_MEM_OUT:
    case ARG_CONTEXT:
    case ARG_CALLBACK:
    case ARG_CALLBACK_CONTEXT: return true;
    case ARG_NONE:
    case ARG_U32:
    case ARG_U64:
    case ARG_U64_OPTIONAL:
    case ARG_SIZE:
    case ARG_SIZE_OR_ZERO: return false;
    }
    BUG("argument kind %d", (int)kind);
}

bool arg_is_wide(enum arg_kind kind)
{
    return kind == ARG_U64 || kind == ARG_U64_OPTIONAL;
}
