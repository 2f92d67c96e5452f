// SPDX-License-Identifier: Apache-2.0
/* Properties of operations, from ops.def. */
#include "insn.h"

#include <stddef.h>

struct op_row {
    const char *name;
    enum op_class class;
};

static const struct op_row ops[OP_COUNT] = {
#define OP(id, name, class, section) [OP_##id] = {name, class},
#include "ops.def"
#undef OP
};

const char *op_name(enum op op)
{
    return ops[op].name;
}

enum op_class op_class(enum op op)
{
    return ops[op].class;
}

bool insn_is_branch(const struct insn *insn)
{
    return op_class(insn->op) == CLASS_JUMP && insn->op != OP_JA && insn->op != OP_GOTOX;
}

bool insn_reads_dst(const struct insn *insn)
{
    enum op_class class = op_class(insn->op);
    if (class == CLASS_ALU)
        return insn->op != OP_MOV && insn->op != OP_MOVSX && insn->op != OP_LDDW;
    if (class == CLASS_JUMP)
        return (insn_is_branch(insn) && insn->op != OP_JCOND) || insn->op == OP_GOTOX;
    return class == CLASS_STORE || class == CLASS_ATOMIC;
}

bool insn_reads_src(const struct insn *insn)
{
    enum op_class class = op_class(insn->op);
    if (insn->op == OP_LDDW || insn->op == OP_NEG || (class == CLASS_JUMP && !insn_reads_dst(insn)) ||
        insn->op == OP_GOTOX)
        return false;
    return !insn->use_imm && class != CLASS_CALL && class != CLASS_EXIT;
}

bool insn_has_target(const struct insn *insn)
{
    return op_class(insn->op) == CLASS_JUMP && insn->op != OP_GOTOX;
}

bool insn_ends_block(const struct insn *insn)
{
    return insn->op == OP_JA || insn->op == OP_GOTOX || insn->op == OP_EXIT;
}
