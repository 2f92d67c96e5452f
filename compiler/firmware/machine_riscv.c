// SPDX-License-Identifier: Apache-2.0
/* RV32 (I, M, A, C) instructions that branch or move the stack pointer. Source: RISC-V Unprivileged ISA, 2.5
 * (control transfer), 16.4 (compressed control transfer), 24 (opcode map). */
#include "machine.h"

enum { RA = 1, SP = 2, T0 = 5 };

static int32_t sign_extend(uint32_t value, unsigned bits)
{
    return (int32_t)(value << (32 - bits)) >> (32 - bits);
}

static uint32_t field(uint32_t word, unsigned low, unsigned count)
{
    return word >> low & ((1u << count) - 1);
}

static void jump_to(struct machine_insn *insn, enum machine_flow flow, int32_t offset)
{
    insn->flow = flow;
    insn->target = insn->address + (uint64_t)(int64_t)offset;
}

/* jal and jalr with a link: a call, unless the link is of a routine that saves registers. */
static enum machine_flow linked(uint32_t link, enum machine_flow call)
{
    return link == RA ? call : FLOW_UNKNOWN;
}

static void jal(struct machine_insn *insn, uint32_t w)
{
    uint32_t offset = field(w, 31, 1) << 20 | field(w, 12, 8) << 12 | field(w, 20, 1) << 11 | field(w, 21, 10) << 1;
    uint32_t link = field(w, 7, 5);
    jump_to(insn, link ? linked(link, FLOW_CALL) : FLOW_JUMP, sign_extend(offset, 21));
}

static void jalr(struct machine_insn *insn, uint32_t w, const struct machine_line *line)
{
    uint32_t link = field(w, 7, 5), base = field(w, 15, 5);
    if (base && base == line->page_register) { /* auipc; jalr: call and tail of far functions */
        insn->flow = link ? linked(link, FLOW_CALL) : FLOW_JUMP;
        insn->target = line->page + (uint64_t)(int64_t)sign_extend(w >> 20, 12);
    } else if (link) {
        insn->flow = linked(link, FLOW_CALL_ANY);
    } else {
        insn->flow = base == RA && w >> 20 == 0 ? FLOW_RETURN : FLOW_JUMP_ANY;
    }
}

static void branch(struct machine_insn *insn, uint32_t w)
{
    uint32_t offset = field(w, 31, 1) << 12 | field(w, 7, 1) << 11 | field(w, 25, 6) << 5 | field(w, 8, 4) << 1;
    jump_to(insn, FLOW_BRANCH, sign_extend(offset, 13));
}

/* What is left: does it set the stack pointer? Stores and fences have no destination. */
static void compute(struct machine_insn *insn, uint32_t w)
{
    uint32_t opcode = field(w, 0, 7), destination = field(w, 7, 5), source = field(w, 15, 5),
             function = field(w, 12, 3);
    bool has_destination = opcode != 0x23 && opcode != 0x27 && opcode != 0x0f;
    bool is_float = opcode == 0x07 || opcode == 0x43 || opcode == 0x47 || opcode == 0x4b || opcode == 0x4f;
    bool adds = opcode == 0x13 && function == 0;
    if (adds && source == 0) {
        insn->sets = (uint8_t)(1 + destination);
        insn->value = (uint32_t)sign_extend(w >> 20, 12);
    }
    if (!has_destination || is_float || destination != SP)
        return;
    if (adds && source == SP)
        insn->pushes = -sign_extend(w >> 20, 12);
    else
        insn->stack_unknown = true;
}

static void decode32(struct machine_insn *insn, uint32_t w, struct machine_line *line)
{
    uint8_t page_register = 0;
    switch (field(w, 0, 7)) {
    case 0x6f: jal(insn, w); break;
    case 0x67: jalr(insn, w, line); break;
    case 0x63: branch(insn, w); break;
    case 0x17:
        page_register = (uint8_t)field(w, 7, 5);
        line->page = insn->address + (uint64_t)(int64_t)(int32_t)(w & 0xfffff000u);
        break;
    case 0x73:
        if (w == 0x30200073) /* mret */
            insn->flow = FLOW_RETURN;
        else
            compute(insn, w);
        break;
    case 0x00:
    case 0x7f: insn->flow = FLOW_UNKNOWN; break;
    default: compute(insn, w);
    }
    line->page_register = page_register;
}

/* c.j and c.jal. */
static int32_t jump_offset(uint32_t h)
{
    return sign_extend(field(h, 12, 1) << 11 | field(h, 11, 1) << 4 | field(h, 9, 2) << 8 | field(h, 8, 1) << 10 |
                           field(h, 7, 1) << 6 | field(h, 6, 1) << 7 | field(h, 3, 3) << 1 | field(h, 2, 1) << 5,
                       12);
}

/* Quadrant 1. */
static void compressed1(struct machine_insn *insn, uint32_t h)
{
    uint32_t reg = field(h, 7, 5);
    int32_t constant = sign_extend(field(h, 12, 1) << 5 | field(h, 2, 5), 6);
    switch (field(h, 13, 3)) {
    case 0: /* c.addi */ insn->pushes = reg == SP ? -constant : 0; break;
    case 1: jump_to(insn, FLOW_CALL, jump_offset(h)); break;
    case 2: /* c.li */
        insn->sets = (uint8_t)(1 + reg);
        insn->value = (uint32_t)constant;
        insn->stack_unknown = reg == SP;
        break;
    case 3: /* c.addi16sp, c.lui */
        if (reg == SP)
            insn->pushes = -sign_extend(field(h, 12, 1) << 9 | field(h, 3, 2) << 7 | field(h, 5, 1) << 6 |
                                            field(h, 2, 1) << 5 | field(h, 6, 1) << 4,
                                        10);
        break;
    case 5: jump_to(insn, FLOW_JUMP, jump_offset(h)); break;
    case 6:
    case 7: /* c.beqz, c.bnez */
        jump_to(insn, FLOW_BRANCH,
                sign_extend(field(h, 12, 1) << 8 | field(h, 10, 2) << 3 | field(h, 5, 2) << 6 | field(h, 3, 2) << 1 |
                                field(h, 2, 1) << 5,
                            9));
        break;
    default: break; /* registers x8 to x15 only */
    }
}

/* Quadrant 2. */
static void compressed2(struct machine_insn *insn, uint32_t h)
{
    uint32_t reg = field(h, 7, 5), other = field(h, 2, 5), function = field(h, 13, 3);
    if (function == 4 && !other && reg) {
        if (field(h, 12, 1))
            insn->flow = FLOW_CALL_ANY;
        else
            insn->flow = reg == RA ? FLOW_RETURN : FLOW_JUMP_ANY;
    } else if (function == 0 || function == 2 || function == 3 || function == 4) {
        /* c.slli, c.lwsp, c.flwsp, c.mv, c.add */
        insn->stack_unknown = reg == SP;
    }
}

void machine_riscv(struct machine_insn *insn, const uint8_t *code, uint64_t left, struct machine_line *line)
{
    uint32_t h = left >= 2 ? code[0] | (uint32_t)code[1] << 8 : 0;
    insn->bytes = (h & 3) == 3 ? 4 : 2;
    if (left < insn->bytes || h == 0) {
        insn->flow = FLOW_UNKNOWN;
        return;
    }
    if (insn->bytes == 4) {
        decode32(insn, h | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24, line);
        return;
    }
    line->page_register = 0;
    if ((h & 3) == 1)
        compressed1(insn, h);
    else if ((h & 3) == 2)
        compressed2(insn, h);
}
