// SPDX-License-Identifier: Apache-2.0
/* Instructions as text, in the notation of the kernel's verifier logs and of bpftool, which eBPF developers read.
 * References print the names that the program has for them. */
#include <inttypes.h>

#include "helper.h"
#include "opcode.h"
#include "program.h"

/* Where text goes, and what it is about. */
struct printer {
    char *out;
    size_t size;
    const struct program *program;
    const struct insn *insn;
};

#define PRINT(p, ...) snprintf((p)->out, (p)->size, __VA_ARGS__)

/* 'w' for the low half of a register, 'r' for all of it. */
static char letter(const struct insn *insn)
{
    return insn->bits == 32 ? 'w' : 'r';
}

static int print_swap(const struct printer *p, const char *name)
{
    return PRINT(p, "r%u = %s%u r%u", p->insn->dst, name, p->insn->bits, p->insn->dst);
}

static int print_movsx(const struct printer *p)
{
    char c = letter(p->insn);
    return PRINT(p, "%c%u = (s%u)%c%u", c, p->insn->dst, p->insn->from_bits, c, p->insn->src);
}

static int print_alu(const struct printer *p)
{
    const struct insn *i = p->insn;
    char c = letter(i);
    if (i->use_imm)
        return PRINT(p, "%c%u %s %" PRId64, c, i->dst, op_name(i->op), i->imm);
    return PRINT(p, "%c%u %s %c%u", c, i->dst, op_name(i->op), c, i->src);
}

/* Names of what a lddw refers to; "?" when the index is out of range. */
static const char *map_name(const struct program *program, uint32_t index)
{
    return index < program->map_count ? program->maps[index].name : "?";
}

static const char *func_name(const struct program *program, uint32_t index)
{
    return index < program->func_count ? program->funcs[index].name : "?";
}

static const char *extern_name(const struct program *program, uint32_t index)
{
    return index < program->extern_count ? program->externs[index].name : "?";
}

static const char *table_name(const struct program *program, uint32_t index)
{
    return index < program->table_count ? program->tables[index].name : "?";
}

static int print_lddw(const struct printer *p)
{
    const struct insn *i = p->insn;
    switch (i->ref) {
    case REF_NONE: return PRINT(p, "r%u = 0x%" PRIx64, i->dst, (uint64_t)i->imm);
    case REF_MAP: return PRINT(p, "r%u = map[%s]", i->dst, map_name(p->program, i->index));
    case REF_MAP_VALUE: return PRINT(p, "r%u = map[%s][0]%+" PRId64, i->dst, map_name(p->program, i->index), i->imm);
    case REF_FUNC: return PRINT(p, "r%u = subprog[%s]", i->dst, func_name(p->program, i->index));
    case REF_TABLE: return PRINT(p, "r%u = table[%s]%+" PRId64, i->dst, table_name(p->program, i->index), i->imm);
    case REF_EXTERN: return PRINT(p, "r%u = extern[%s]", i->dst, extern_name(p->program, i->index));
    }
    BUG("reference kind %d", (int)i->ref);
}

static int print_load(const struct printer *p, char sign)
{
    const struct insn *i = p->insn;
    return PRINT(p, "r%u = *(%c%u *)(r%u %+d)", i->dst, sign, i->bits, i->src, i->off);
}

static int print_packet_load(const struct printer *p)
{
    const struct insn *i = p->insn;
    if (i->op == OP_LDABS)
        return PRINT(p, "r0 = *(u%u *)skb[%" PRId64 "]", i->bits, i->imm);
    return PRINT(p, "r0 = *(u%u *)skb[r%u + %" PRId64 "]", i->bits, i->src, i->imm);
}

static int print_store(const struct printer *p)
{
    const struct insn *i = p->insn;
    if (i->use_imm)
        return PRINT(p, "*(u%u *)(r%u %+d) = %" PRId64, i->bits, i->dst, i->off, i->imm);
    return PRINT(p, "*(u%u *)(r%u %+d) = r%u", i->bits, i->dst, i->off, i->src);
}

/* Atomic operation without result, `assign` being "+=" and so on; with one, `name` being "add". */
static int print_atomic(const struct printer *p, const char *assign, const char *name)
{
    const struct insn *i = p->insn;
    if (!i->fetch)
        return PRINT(p, "lock *(u%u *)(r%u %+d) %s r%u", i->bits, i->dst, i->off, assign, i->src);
    return PRINT(p, "r%u = atomic%s_fetch_%s((u%u *)(r%u %+d), r%u)", i->src, i->bits == 64 ? "64" : "", name, i->bits,
                 i->dst, i->off, i->src);
}

static int print_exchange(const struct printer *p)
{
    const struct insn *i = p->insn;
    const char *wide = i->bits == 64 ? "64" : "";
    if (i->op == OP_XCHG)
        return PRINT(p, "r%u = atomic%s_xchg((u%u *)(r%u %+d), r%u)", i->src, wide, i->bits, i->dst, i->off, i->src);
    return PRINT(p, "r0 = atomic%s_cmpxchg((u%u *)(r%u %+d), r0, r%u)", wide, i->bits, i->dst, i->off, i->src);
}

static int print_ordered(const struct printer *p)
{
    const struct insn *i = p->insn;
    if (i->op == OP_LDACQ)
        return PRINT(p, "r%u = load_acquire((u%u *)(r%u %+d))", i->dst, i->bits, i->src, i->off);
    return PRINT(p, "store_release((u%u *)(r%u %+d), r%u)", i->bits, i->dst, i->off, i->src);
}

/* Jump distance in slots from the next instruction, as it was encoded. */
static int distance(const struct printer *p)
{
    if (p->insn->target >= p->program->insn_count)
        return 0;
    return (int)(p->program->insns[p->insn->target].slot - p->insn->slot) - 1;
}

static int print_jump(const struct printer *p)
{
    const struct insn *i = p->insn;
    char c = letter(i);
    if (i->op == OP_JA || i->op == OP_JCOND)
        return PRINT(p, "%s pc%+d", op_name(i->op), distance(p));
    if (i->op == OP_GOTOX)
        return PRINT(p, "gotox r%u", i->dst);
    if (i->use_imm)
        return PRINT(p, "if %c%u %s 0x%x goto pc%+d", c, i->dst, op_name(i->op), (unsigned)i->imm, distance(p));
    return PRINT(p, "if %c%u %s %c%u goto pc%+d", c, i->dst, op_name(i->op), c, i->src, distance(p));
}

static int print_helper(const struct printer *p)
{
    const struct poison *poison = program_poison(p->program, p->insn);
    if (poison)
        return PRINT(p, "unreachable: %s", poison->text);
    const struct helper *helper = program_helper(p->program, p->insn->imm);
    return PRINT(p, "call %s#%" PRId64, helper ? helper->enum_name : "unknown", p->insn->imm);
}

/* Arithmetic and constants. */
static int print_computation(const struct printer *p)
{
    const struct insn *i = p->insn;
    if (i->op == OP_NEG)
        return PRINT(p, "%c%u = -%c%u", letter(i), i->dst, letter(i), i->dst);
    if (i->op == OP_LE || i->op == OP_BE || i->op == OP_BSWAP)
        return print_swap(p, op_name(i->op));
    if (i->op == OP_MOVSX)
        return print_movsx(p);
    return i->op == OP_LDDW ? print_lddw(p) : print_alu(p);
}

static int print_memory(const struct printer *p)
{
    enum op op = p->insn->op;
    if (op == OP_LDX || op == OP_LDXS)
        return print_load(p, op == OP_LDXS ? 's' : 'u');
    if (op == OP_LDABS || op == OP_LDIND)
        return print_packet_load(p);
    if (op == OP_LDACQ || op == OP_STREL)
        return print_ordered(p);
    return print_store(p);
}

static int print_read_modify_write(const struct printer *p)
{
    switch ((int)p->insn->op) {
    case OP_ATOMIC_ADD: return print_atomic(p, "+=", "add");
    case OP_ATOMIC_OR: return print_atomic(p, "|=", "or");
    case OP_ATOMIC_AND: return print_atomic(p, "&=", "and");
    case OP_ATOMIC_XOR: return print_atomic(p, "^=", "xor");
    }
    return print_exchange(p);
}

static int print_call(const struct printer *p)
{
    if (p->insn->op == OP_HELPER)
        return print_helper(p);
    if (p->insn->op == OP_CALLX)
        return PRINT(p, "callx r%u", p->insn->dst);
    if (p->insn->op == OP_KFUNC)
        return PRINT(p, "call %s", extern_name(p->program, p->insn->index));
    return PRINT(p, "call %s", func_name(p->program, p->insn->index));
}

int insn_print(char *out, size_t size, const struct program *program, uint32_t insn)
{
    struct printer p = {out, size, program, &program->insns[insn]};
    switch (op_class(p.insn->op)) {
    case CLASS_ALU: return print_computation(&p);
    case CLASS_LOAD:
    case CLASS_STORE: return print_memory(&p);
    case CLASS_ATOMIC: return print_read_modify_write(&p);
    case CLASS_JUMP: return print_jump(&p);
    case CLASS_CALL: return print_call(&p);
    case CLASS_EXIT: return PRINT(&p, "exit");
    }
    BUG("operation %d", (int)p.insn->op);
}

/* The operation that the opcode table has for a variant that other fields choose. */
static enum op encoded_op(const struct insn *insn)
{
    if (insn->op == OP_SDIV || insn->op == OP_SMOD)
        return insn->op == OP_SDIV ? OP_DIV : OP_MOD;
    if (insn->op == OP_MOVSX)
        return OP_MOV;
    if (insn->op == OP_HELPER || insn->op == OP_KFUNC)
        return OP_CALL;
    if (op_class(insn->op) == CLASS_ATOMIC || insn->op == OP_LDACQ || insn->op == OP_STREL)
        return OP_ATOMIC_ADD;
    return insn->op;
}

/* True for shapes whose second operand is a register in the opcode, where the same operation has an immediate form. */
static bool shape_is_reg(enum shape_id shape)
{
    return shape == SHAPE_ALU_REG || shape == SHAPE_DIV_REG || shape == SHAPE_MOV_REG || shape == SHAPE_JMP_REG;
}

static bool shape_is_imm(enum shape_id shape)
{
    return shape == SHAPE_ALU_IMM || shape == SHAPE_DIV_IMM || shape == SHAPE_JMP_IMM;
}

uint8_t insn_opcode(const struct insn *insn)
{
    enum op op = encoded_op(insn);
    for (unsigned code = 0; code < 256; code++) {
        struct opcode row = opcode_find((uint8_t)code);
        if (row.shape == SHAPE_NONE || row.op != op || (row.bits != 0 && row.bits != insn->bits))
            continue;
        if ((shape_is_reg(row.shape) && insn->use_imm) || (shape_is_imm(row.shape) && !insn->use_imm))
            continue;
        return (uint8_t)code;
    }
    BUG("operation %d has no opcode", (int)insn->op);
}
