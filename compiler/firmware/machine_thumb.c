// SPDX-License-Identifier: Apache-2.0
/* Thumb-1 and Thumb-2 instructions that branch or move the stack pointer. Source: Armv7-M ARM, A5 (encodings) and A7
 * (instructions). */
#include "machine.h"

#define SP 13u
#define LR 14u
#define PC 15u

static int32_t sign_extend(uint32_t value, unsigned bits)
{
    return (int32_t)(value << (32 - bits)) >> (32 - bits);
}

static uint32_t bit(uint32_t value, unsigned n)
{
    return value >> n & 1;
}

static uint32_t half(const uint8_t *code)
{
    return code[0] | (uint32_t)code[1] << 8;
}

static void jump_to(struct machine_insn *insn, enum machine_flow flow, int32_t offset)
{
    insn->flow = flow;
    insn->target = (uint32_t)(insn->address + 4 + (uint64_t)(int64_t)offset);
}

static void jump_register(struct machine_insn *insn, uint32_t reg)
{
    insn->flow = reg == LR ? FLOW_RETURN : FLOW_JUMP_ANY;
}

/* pop and push: lists of registers. */
static int32_t list_bytes(uint32_t list)
{
    return 4 * (int32_t)__builtin_popcount(list);
}

static void pop(struct machine_insn *insn, uint32_t list)
{
    insn->pushes = -list_bytes(list);
    if (bit(list, PC))
        insn->flow = FLOW_RETURN;
}

/* 1011 xxxx: A5.2.5. */
static void miscellaneous16(struct machine_insn *insn, uint32_t h, struct machine_line *line)
{
    if ((h & 0xf500) == 0xb100) /* cbz, cbnz */
        jump_to(insn, FLOW_BRANCH, (int32_t)(bit(h, 9) << 6 | (h >> 3 & 31) << 1));
    else if ((h & 0xff80) == 0xb000)
        insn->pushes = -(int32_t)(h & 127) * 4;
    else if ((h & 0xff80) == 0xb080)
        insn->pushes = (int32_t)(h & 127) * 4;
    else if ((h & 0xfe00) == 0xb400)
        insn->pushes = list_bytes(h & 0x1ff);
    else if ((h & 0xfe00) == 0xbc00)
        pop(insn, (h & 0xff) | bit(h, 8) << PC);
    else if ((h & 0xff00) == 0xbf00 && (h & 15)) /* it: the lowest bit set of the mask ends the block */
        line->conditional_left = 5 - (unsigned)__builtin_ctz(h & 15);
}

/* 0100 01xx: with high registers, A5.2.3. */
static void special16(struct machine_insn *insn, uint32_t h)
{
    uint32_t destination = bit(h, 7) << 3 | (h & 7), source = h >> 3 & 15;
    if ((h & 0xff00) == 0x4700) {
        if (bit(h, 7))
            insn->flow = FLOW_CALL_ANY;
        else
            jump_register(insn, source);
        return;
    }
    bool compares = (h & 0xff00) == 0x4500, adds = (h & 0xff00) == 0x4400;
    if (!compares && destination == PC)
        adds ? (void)(insn->flow = FLOW_JUMP_ANY) : jump_register(insn, source);
    if (!compares && destination == SP)
        insn->stack_unknown = true;
}

static void decode16(struct machine_insn *insn, uint32_t h, struct machine_line *line)
{
    uint32_t condition = h >> 8 & 15;
    if ((h & 0xf000) == 0xd000) {
        if (condition < 14)
            jump_to(insn, FLOW_BRANCH, sign_extend(h & 255, 8) * 2);
        else if (condition == 14) /* udf */
            insn->flow = FLOW_STOP;
    } else if ((h & 0xf800) == 0xe000) {
        jump_to(insn, FLOW_JUMP, sign_extend(h & 0x7ff, 11) * 2);
    } else if ((h & 0xf000) == 0xb000) {
        miscellaneous16(insn, h, line);
    } else if ((h & 0xfc00) == 0x4400) {
        special16(insn, h);
    } else if ((h & 0xf800) == 0x2000) {
        insn->sets = (uint8_t)(1 + (h >> 8 & 7));
        insn->value = h & 255;
    }
}

/* b.w, bl, bcond.w: A5.3.4. */
static void branch32(struct machine_insn *insn, uint32_t h, uint32_t g)
{
    uint32_t s = bit(h, 10), low = g & 0x7ff, condition = h >> 6 & 15;
    if (bit(g, 12)) { /* b.w, bl: 25 bits */
        uint32_t i1 = !(bit(g, 13) ^ s), i2 = !(bit(g, 11) ^ s);
        uint32_t offset = s << 24 | i1 << 23 | i2 << 22 | (h & 0x3ff) << 12 | low << 1;
        jump_to(insn, bit(g, 14) ? FLOW_CALL : FLOW_JUMP, sign_extend(offset, 25));
    } else if (bit(g, 14)) { /* blx: no core of the family goes to Arm code */
        insn->flow = FLOW_UNKNOWN;
    } else if (condition < 14) {
        uint32_t offset = s << 20 | bit(g, 11) << 19 | bit(g, 13) << 18 | (h & 63) << 12 | low << 1;
        jump_to(insn, FLOW_BRANCH, sign_extend(offset, 21));
    } else if ((h & 0xfff0) == 0xf7f0 && (g & 0xf000) == 0xa000) { /* udf.w */
        insn->flow = FLOW_STOP;
    }
}

/* The constant of a data-processing instruction; A5.3.2 (ThumbExpandImm), for values without rotation only. */
static bool plain_constant(uint32_t h, uint32_t g, uint32_t *value)
{
    uint32_t rotation = bit(h, 10) << 4 | (g >> 12 & 7) << 1 | bit(g, 7);
    uint32_t byte = g & 255;
    if (rotation >= 8) {
        uint32_t full = byte | 128;
        *value = full >> rotation | full << (32 - rotation);
        return true;
    }
    *value = byte;
    return rotation < 2;
}

/* add, sub of the stack pointer and constants. */
static void constant32(struct machine_insn *insn, uint32_t h, uint32_t g)
{
    uint32_t destination = g >> 8 & 15, opcode = h & 0xfbf0, twelve = bit(h, 10) << 11 | (g >> 12 & 7) << 8 | (g & 255);
    uint32_t value = twelve;
    bool known = bit(h, 9) || plain_constant(h, g, &value);
    bool adds = opcode == 0xf100 || opcode == 0xf200, subtracts = opcode == 0xf1a0 || opcode == 0xf2a0;
    bool compares = destination == PC;
    if ((h & 0xfbff) == 0xf04f && known) { /* mov.w */
        insn->sets = (uint8_t)(1 + destination);
        insn->value = value;
    } else if ((h & 0xfbf0) == 0xf240) { /* movw */
        insn->sets = (uint8_t)(1 + destination);
        insn->value = (h & 15) << 12 | twelve;
    }
    if (destination != SP || compares)
        return;
    if ((h & 15) != SP || !known || !(adds || subtracts))
        insn->stack_unknown = true;
    else
        insn->pushes = subtracts ? (int32_t)value : -(int32_t)value;
}

/* Loads and stores of one register, A5.3.7 to A5.3.10; ldr to pc jumps. */
static void single32(struct machine_insn *insn, uint32_t h, uint32_t g)
{
    bool load = bit(h, 4), writes_back = (g & 0x0900) == 0x0900 && !bit(h, 7), on_stack = (h & 15) == SP;
    int32_t offset = (int32_t)(g & 255);
    bool is_word = (h & 0xff60) == 0xf840;
    if (on_stack && writes_back)
        insn->pushes = bit(g, 9) ? -offset : offset;
    if (is_word && load && g >> 12 == PC)
        insn->flow = on_stack && writes_back ? FLOW_RETURN : FLOW_JUMP_ANY;
    else if (is_word && load && g >> 12 == SP)
        insn->stack_unknown = true;
}

/* Loads and stores of several registers, table branches: A5.3.5, A5.3.6. */
static void several32(struct machine_insn *insn, uint32_t h, uint32_t g)
{
    bool on_stack = (h & 15) == SP, load = bit(h, 4);
    if ((h & 0xfff0) == 0xe8d0 && (g & 0xffe0) == 0xf000) {
        insn->flow = FLOW_TABLE;
        insn->table_entry = bit(g, 4) ? 2 : 1;
    } else if (bit(h, 6)) {        /* ldrd, strd, exclusive accesses */
        if (on_stack && bit(h, 5)) /* with write-back */
            insn->pushes = (bit(h, 7) ? -4 : 4) * (int32_t)(g & 255);
    } else if (on_stack && bit(h, 5)) { /* with write-back: push, pop */
        if (load)
            pop(insn, g);
        else
            insn->pushes = list_bytes(g);
    } else if (load && bit(g, PC)) {
        insn->flow = FLOW_JUMP_ANY;
    }
}

static void decode32(struct machine_insn *insn, uint32_t h, uint32_t g)
{
    if ((h & 0xf800) == 0xf000 && bit(g, 15))
        branch32(insn, h, g);
    else if ((h & 0xf800) == 0xf000)
        constant32(insn, h, g);
    else if ((h & 0xfe00) == 0xe800)
        several32(insn, h, g);
    else if ((h & 0xfe00) == 0xf800)
        single32(insn, h, g);
    else if ((h & 0xffbf) == 0xed2d) /* vpush */
        insn->pushes = 4 * (int32_t)(g & 255);
    else if ((h & 0xffbf) == 0xecbd) /* vpop */
        insn->pushes = -4 * (int32_t)(g & 255);
    else if ((h & 0xfe00) == 0xea00 && (g >> 8 & 15) == SP)
        insn->stack_unknown = true; /* add, sub, mov with a shifted register */
}

void machine_thumb(struct machine_insn *insn, const uint8_t *code, uint64_t left, struct machine_line *line)
{
    uint32_t h = left >= 2 ? half(code) : 0;
    bool is_long = h >> 11 >= 0x1d;
    bool conditional = line->conditional_left > 0;
    insn->bytes = is_long ? 4 : 2;
    if (left < insn->bytes) {
        insn->flow = FLOW_UNKNOWN;
        return;
    }
    if (conditional)
        line->conditional_left--;
    if (is_long)
        decode32(insn, h, half(code + 2));
    else
        decode16(insn, h, line);
    insn->conditional = conditional;
    if (conditional)
        insn->sets = 0;
    if (!conditional && line->conditional_left > 0) /* it was `it` itself */
        line->conditional_left--;
}
