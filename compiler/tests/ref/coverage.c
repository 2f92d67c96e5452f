// SPDX-License-Identifier: Apache-2.0
/* See coverage.h. */
#include "coverage.h"

#include <inttypes.h>
#include <string.h>

#include "atomic_immediate.h"
#include "program/opcode.h"

enum { LOCAL_CALL = 1, HELPER_CALL = 0 };

static uint16_t variant_of(const struct insn *insn)
{
    enum op op = insn->op;
    if (op == OP_SDIV || op == OP_SMOD || op == OP_CALL)
        return 1;
    if (op == OP_MOVSX)
        return insn->from_bits;
    if (op == OP_LE || op == OP_BE || op == OP_BSWAP)
        return insn->bits;
    if (op == OP_LDDW)
        return (uint16_t)insn->ref;
    return op_class(op) == CLASS_ATOMIC || op == OP_LDACQ || op == OP_STREL ? atomic_immediate(insn) : 0;
}

static void add_form(struct coverage *c, uint8_t opcode, uint16_t variant, enum op op, const char *what)
{
    struct opcode entry = opcode_find(opcode);
    if (c->count == COVERAGE_FORMS)
        BUG("more than %d forms of instructions", COVERAGE_FORMS);
    struct form *form = &c->forms[c->count++];
    *form = (struct form){.opcode = opcode, .variant = variant, .op = op};
    snprintf(form->name, sizeof form->name, "%s%s%s, %u bits", op_name(op), *what ? " " : "", what, entry.bits);
}

static void add_atomics(struct coverage *c, uint8_t opcode, uint8_t bits)
{
    static const struct {
        uint16_t variant;
        enum op op;
    } all[] = {{0x100, OP_LDACQ},     {0x110, OP_STREL},     {0x00, OP_ATOMIC_ADD}, {0x01, OP_ATOMIC_ADD},
               {0x40, OP_ATOMIC_OR},  {0x41, OP_ATOMIC_OR},  {0x50, OP_ATOMIC_AND}, {0x51, OP_ATOMIC_AND},
               {0xa0, OP_ATOMIC_XOR}, {0xa1, OP_ATOMIC_XOR}, {0xe1, OP_XCHG},       {0xf1, OP_CMPXCHG}};
    for (size_t i = 0; i < (bits < 32 ? 2 : sizeof all / sizeof *all); i++)
        add_form(c, opcode, all[i].variant, all[i].op, all[i].variant & 1 ? "fetch" : "");
}

static void add_variants(struct coverage *c, uint8_t opcode, const struct opcode *entry)
{
    static const char *const from[] = {"from 8", "from 16", "from 32"}, *const swap[] = {"16", "32", "64"};
    static const char *const refs[] = {"number", "map", "map value", "function"};
    bool by_register = entry->shape == SHAPE_DIV_REG;
    switch ((int)entry->shape) {
    case SHAPE_DIV_IMM:
    case SHAPE_DIV_REG:
        add_form(c, opcode, 0, entry->op, by_register ? "register" : "number");
        add_form(c, opcode, 1, entry->op == OP_DIV ? OP_SDIV : OP_SMOD, by_register ? "register" : "number");
        break;
    case SHAPE_MOV_REG:
        add_form(c, opcode, 0, OP_MOV, "register");
        for (unsigned i = 0; i < (entry->bits == 64 ? 3 : 2); i++)
            add_form(c, opcode, (uint16_t)(8u << i), OP_MOVSX, from[i]);
        break;
    case SHAPE_SWAP:
        for (unsigned i = 0; i < 3; i++)
            add_form(c, opcode, (uint16_t)(16u << i), entry->op, swap[i]);
        break;
    case SHAPE_LDDW:
        for (unsigned ref = REF_NONE; ref <= REF_FUNC; ref++)
            add_form(c, opcode, (uint16_t)ref, OP_LDDW, refs[ref]);
        break;
    case SHAPE_ATOMIC: add_atomics(c, opcode, entry->bits); break;
    case SHAPE_CALL:
        add_form(c, opcode, HELPER_CALL, OP_HELPER, "");
        add_form(c, opcode, LOCAL_CALL, OP_CALL, "");
        break;
    case SHAPE_ALU_REG:
    case SHAPE_JMP_REG: add_form(c, opcode, 0, entry->op, "register"); break;
    case SHAPE_ALU_IMM:
    case SHAPE_JMP_IMM: add_form(c, opcode, 0, entry->op, "number"); break;
    default: add_form(c, opcode, 0, entry->op, ""); break;
    }
}

void coverage_init(struct coverage *c)
{
    memset(c, 0, sizeof *c);
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        struct opcode entry = opcode_find((uint8_t)opcode);
        switch ((int)entry.shape) {
        case SHAPE_NONE:
        case SHAPE_ABS:
        case SHAPE_IND:
        case SHAPE_GOTOL:
        case SHAPE_GOTOX:
        case SHAPE_CALLX: break;
        default: add_variants(c, (uint8_t)opcode, &entry); break;
        }
    }
}

void coverage_add(struct coverage *c, const struct program *program, const bool *ran)
{
    bool seen[COVERAGE_FORMS] = {false};
    for (uint32_t i = 0; i < program->insn_count; i++) {
        uint8_t opcode = insn_opcode(&program->insns[i]);
        uint16_t variant = variant_of(&program->insns[i]);
        for (uint32_t form = 0; ran[i] && form < c->count; form++)
            if (c->forms[form].opcode == opcode && c->forms[form].variant == variant)
                seen[form] = true;
    }
    for (uint32_t form = 0; form < c->count; form++)
        c->forms[form].programs += seen[form];
    c->programs++;
}

uint32_t coverage_print(const struct coverage *c)
{
    uint32_t missing = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        printf("%02x %-40s %8" PRIu64 "%s\n", c->forms[i].opcode, c->forms[i].name, c->forms[i].programs,
               c->forms[i].programs ? "" : " none");
        missing += c->forms[i].programs == 0;
    }
    printf("%" PRIu64 " programs ran %u of %u forms of instructions\n", c->programs, c->count - missing, c->count);
    return missing;
}
