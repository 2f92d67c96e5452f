// SPDX-License-Identifier: Apache-2.0
/* Decoding: a table gives each opcode its operation and shape; a table of shapes says which fields must be 0, which
 * hold registers, and what remains to be looked at. Jump targets are resolved in a second pass over the instructions.
 * Source: RFC 9669; what Linux added to it (may_goto, gotox, acquire loads and release stores) is marked so. */
#include "decode.h"

#include <stdarg.h>

#include "opcode.h"
#include "program.h"

/* The fields of one slot, as encoded. RFC 9669 §3. */
struct raw {
    uint8_t opcode, dst, src;
    int16_t off;
    int32_t imm;
};

/* One function being decoded; `slot`, `raw` and `insn` are the instruction at hand. */
struct decoder {
    const struct code *code;
    struct arena *arena;
    struct diag *d;
    struct insn *insns;
    uint32_t count;
    uint32_t *slot_insn;
    uint32_t slot;
    struct raw raw;
    struct insn *insn;
};

/* Fields of an instruction, as a set. */
enum { DST = 1, SRC = 2, OFF = 4, IMM = 8 };

/* What instructions of one form have in common. */
struct shape {
    uint8_t zero;   /* fields that must be 0 */
    uint8_t regs;   /* fields that hold a register */
    uint8_t writes; /* of these, which are written: not r10 */
    bool use_imm, use_off;
    bool (*fill)(struct decoder *dec); /* checks and decodes the rest; or NULL */
};

static struct raw raw_at(const struct code *code, uint32_t slot)
{
    const uint8_t *b = code->bytes + (size_t)slot * SLOT_BYTES;
    uint32_t imm = (uint32_t)b[4] | (uint32_t)b[5] << 8 | (uint32_t)b[6] << 16 | (uint32_t)b[7] << 24;
    return (struct raw){
        .opcode = b[0],
        .dst = b[1] & 0xf,
        .src = b[1] >> 4,
        .off = (int16_t)(uint16_t)(b[2] | b[3] << 8),
        .imm = (int32_t)imm,
    };
}

/* Reports a fault of the instruction in `slot`, with its bytes as the listing. Returns false. */
__attribute__((format(printf, 4, 5))) static bool fault(const struct decoder *dec, uint32_t slot, enum diag_id id,
                                                        const char *format, ...)
{
    char message[256], listing[80];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const uint8_t *b = dec->code->bytes + (size_t)slot * SLOT_BYTES;
    snprintf(listing, sizeof listing, "> %u: %02x %02x %02x %02x %02x %02x %02x %02x\n", slot, b[0], b[1], b[2], b[3],
             b[4], b[5], b[6], b[7]);
    struct place where = {
        .file = dec->code->file, .function = dec->code->function, .insn = (int64_t)slot, .listing = listing};
    return diag_error(dec->d, &where, id, "%s", message);
}

/* The relocation of the instruction at hand, or NULL. */
static const struct slot_reloc *reloc_at(const struct code *code, uint32_t slot)
{
    return code->relocs && code->relocs[slot].kind != RELOC_NONE ? &code->relocs[slot] : NULL;
}

/* Division and modulo: offset 1 makes them signed. RFC 9669 §4.1. */
static bool fill_divide(struct decoder *dec)
{
    if (dec->raw.off == 0)
        return true;
    if (dec->raw.off != 1)
        return fault(dec, dec->slot, D_RESERVED_FIELD, "off of a division is %d, must be 0 or 1", dec->raw.off);
    dec->insn->op = dec->insn->op == OP_DIV ? OP_SDIV : OP_SMOD;
    return true;
}

/* Register moves: the offset is the width to sign-extend from. RFC 9669 §4.1; offset 1 with
 * an immediate is Linux's addr_space_cast. */
static bool fill_move(struct decoder *dec)
{
    const struct raw *raw = &dec->raw;
    if (raw->off == 1 && raw->imm != 0 && dec->insn->bits == 64)
        return fault(dec, dec->slot, D_FEATURE, "addr_space_cast is not supported: there are no arenas on bare metal");
    if (raw->imm != 0)
        return fault(dec, dec->slot, D_RESERVED_FIELD, "imm of opcode 0x%02x is %d, must be 0", raw->opcode, raw->imm);
    if (raw->off == 0)
        return true;
    if (raw->off != 8 && raw->off != 16 && !(raw->off == 32 && dec->insn->bits == 64))
        return fault(dec, dec->slot, D_RESERVED_FIELD, "off of a %u-bit move is %d, must be 0, 8%s", dec->insn->bits,
                     raw->off, dec->insn->bits == 64 ? ", 16 or 32" : " or 16");
    dec->insn->op = OP_MOVSX;
    dec->insn->from_bits = (uint8_t)raw->off;
    return true;
}

/* Byte swaps: the immediate is the width. RFC 9669 §4.2. */
static bool fill_swap(struct decoder *dec)
{
    int32_t width = dec->raw.imm;
    if (width != 16 && width != 32 && width != 64)
        return fault(dec, dec->slot, D_RESERVED_FIELD, "width of a byte swap is %d, must be 16, 32 or 64", width);
    dec->insn->bits = (uint8_t)width;
    return true;
}

/* What a lddw without relocation stands for, by its src. RFC 9669 §5.4. */
static bool fill_lddw_encoded(struct decoder *dec, int32_t high)
{
    static const char *const kinds[] = {"a number",   "a map (by fd)",    "a map value (by fd)",   "a variable",
                                        "a function", "a map (by index)", "a map value (by index)"};
    if (dec->raw.src != 0)
        return fault(dec, dec->slot, D_UNRELOCATED, "lddw refers to %s, but has no relocation that says which",
                     kinds[dec->raw.src]);
    dec->insn->imm = (int64_t)((uint64_t)(uint32_t)high << 32 | (uint32_t)dec->raw.imm);
    return true;
}

/* The second slot of a lddw holds nothing but the high half. RFC 9669 §3.2. */
static bool fill_lddw(struct decoder *dec)
{
    if (dec->raw.src > 6)
        return fault(dec, dec->slot, D_BAD_LDDW, "src of lddw is %u, must be 0 to 6", dec->raw.src);
    if (dec->slot + 1 >= dec->code->slot_count)
        return fault(dec, dec->slot, D_BAD_LDDW, "lddw lacks its second half");
    struct raw second = raw_at(dec->code, dec->slot + 1);
    if (second.opcode != 0 || second.dst != 0 || second.src != 0 || second.off != 0)
        return fault(dec, dec->slot + 1, D_BAD_LDDW, "second half of lddw has opcode 0x%02x and fields that must be 0",
                     second.opcode);
    if (reloc_at(dec->code, dec->slot + 1))
        return fault(dec, dec->slot + 1, D_ELF_MALFORMED, "relocation of the second half of a lddw");
    const struct slot_reloc *reloc = reloc_at(dec->code, dec->slot);
    if (!reloc)
        return fill_lddw_encoded(dec, second.imm);
    dec->insn->ref = reloc->ref;
    dec->insn->index = reloc->index;
    dec->insn->imm = reloc->addend;
    return true;
}

/* Atomic operations by their immediate. RFC 9669 §5.3. */
static bool atomic_op(int32_t imm, enum op *op, bool *fetch)
{
    static const struct {
        int32_t imm;
        enum op op;
        bool fetch;
    } rows[] = {
        {0x00, OP_ATOMIC_ADD, false}, {0x01, OP_ATOMIC_ADD, true},  {0x40, OP_ATOMIC_OR, false},
        {0x41, OP_ATOMIC_OR, true},   {0x50, OP_ATOMIC_AND, false}, {0x51, OP_ATOMIC_AND, true},
        {0xa0, OP_ATOMIC_XOR, false}, {0xa1, OP_ATOMIC_XOR, true},  {0xe1, OP_XCHG, true},
        {0xf1, OP_CMPXCHG, true},     {0x100, OP_LDACQ, false},     {0x110, OP_STREL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].imm == imm) {
            *op = rows[i].op;
            *fetch = rows[i].fetch;
            return true;
        }
    return false;
}

static bool fill_atomic(struct decoder *dec)
{
    struct insn *insn = dec->insn;
    if (!atomic_op(dec->raw.imm, &insn->op, &insn->fetch))
        return fault(dec, dec->slot, D_BAD_OPCODE, "atomic operation 0x%x is not defined", (unsigned)dec->raw.imm);
    if (insn->bits < 32 && insn->op != OP_LDACQ && insn->op != OP_STREL)
        return fault(dec, dec->slot, D_BAD_OPCODE, "atomic operation on %u bits, must be 32 or 64", insn->bits);
    insn->imm = 0;
    if (insn->op == OP_LDACQ && insn->dst == REG_FP)
        return fault(dec, dec->slot, D_BAD_REGISTER, "r10 is written, but is read-only");
    if (insn->fetch && insn->op != OP_CMPXCHG && insn->src == REG_FP)
        return fault(dec, dec->slot, D_BAD_REGISTER, "r10 is written with the old value, but is read-only");
    return true;
}

/* A call that a relocation resolves, to a function of the object or a kfunc. */
static void call_resolved(struct insn *insn, const struct slot_reloc *reloc)
{
    insn->op = reloc->kind == RELOC_CALL ? OP_CALL : OP_KFUNC;
    insn->index = reloc->index;
    insn->imm = 0;
}

/* Calls by their src: helper, function, kfunc. RFC 9669 §4.3.1 and §4.3.2. Linux uses off of a kfunc call. */
static bool fill_call(struct decoder *dec)
{
    const struct raw *raw = &dec->raw;
    if (raw->src > 2)
        return fault(dec, dec->slot, D_RESERVED_FIELD, "src of a call is %u, must be 0 to 2", raw->src);
    if (raw->off != 0 && raw->src != 2)
        return fault(dec, dec->slot, D_RESERVED_FIELD, "off of a call is %d, must be 0", raw->off);
    const struct slot_reloc *reloc = reloc_at(dec->code, dec->slot);
    if (reloc) {
        call_resolved(dec->insn, reloc);
        return true;
    }
    if (raw->src != 0)
        return fault(dec, dec->slot, D_UNRELOCATED, "call of %s, but no relocation says which",
                     raw->src == 1 ? "a function" : "a kfunc");
    dec->insn->op = OP_HELPER;
    return true;
}

static const struct shape shapes[SHAPE_COUNT] = {
    [SHAPE_ALU_IMM] = {.zero = SRC | OFF, .regs = DST, .writes = DST, .use_imm = true},
    [SHAPE_ALU_REG] = {.zero = OFF | IMM, .regs = DST | SRC, .writes = DST},
    [SHAPE_DIV_IMM] = {.zero = SRC, .regs = DST, .writes = DST, .use_imm = true, .fill = fill_divide},
    [SHAPE_DIV_REG] = {.zero = IMM, .regs = DST | SRC, .writes = DST, .fill = fill_divide},
    [SHAPE_MOV_REG] = {.zero = 0, .regs = DST | SRC, .writes = DST, .fill = fill_move},
    [SHAPE_NEG] = {.zero = SRC | OFF | IMM, .regs = DST, .writes = DST, .use_imm = true},
    [SHAPE_SWAP] = {.zero = SRC | OFF, .regs = DST, .writes = DST, .use_imm = true, .fill = fill_swap},
    [SHAPE_LDDW] = {.zero = OFF, .regs = DST, .writes = DST, .use_imm = true, .fill = fill_lddw},
    [SHAPE_ABS] = {.zero = DST | SRC | OFF, .use_imm = true},
    [SHAPE_IND] = {.zero = DST | OFF, .regs = SRC},
    [SHAPE_LDX] = {.zero = IMM, .regs = DST | SRC, .writes = DST, .use_off = true},
    [SHAPE_ST] = {.zero = SRC, .regs = DST, .use_imm = true, .use_off = true},
    [SHAPE_STX] = {.zero = IMM, .regs = DST | SRC, .use_off = true},
    [SHAPE_ATOMIC] = {.zero = 0, .regs = DST | SRC, .use_off = true, .fill = fill_atomic},
    [SHAPE_JMP_IMM] = {.zero = SRC, .regs = DST, .use_imm = true},
    [SHAPE_JMP_REG] = {.zero = IMM, .regs = DST | SRC},
    [SHAPE_GOTO] = {.zero = DST | SRC | IMM},
    [SHAPE_GOTOL] = {.zero = DST | SRC | OFF},
    [SHAPE_GOTOX] = {.zero = SRC | OFF | IMM, .regs = DST},
    [SHAPE_CALL] = {.zero = DST, .fill = fill_call},
    [SHAPE_CALLX] = {.zero = SRC | OFF | IMM, .regs = DST},
    [SHAPE_EXIT] = {.zero = DST | SRC | OFF | IMM},
};

/* Fields that the shape reserves are 0. RFC 9669 §3: "fields marked as reserved must be 0". */
static bool check_reserved(const struct decoder *dec, uint8_t zero)
{
    const struct raw *raw = &dec->raw;
    const struct {
        uint8_t field;
        const char *name;
        int32_t value;
    } fields[] = {{DST, "dst", raw->dst}, {SRC, "src", raw->src}, {OFF, "off", raw->off}, {IMM, "imm", raw->imm}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if ((zero & fields[i].field) && fields[i].value != 0)
            return fault(dec, dec->slot, D_RESERVED_FIELD, "%s of opcode 0x%02x is %d, must be 0", fields[i].name,
                         raw->opcode, fields[i].value);
    return true;
}

/* Registers exist, and r10 is not written. RFC 9669 §2.1. */
static bool check_registers(const struct decoder *dec, const struct shape *shape)
{
    const struct raw *raw = &dec->raw;
    if ((shape->regs & DST) && raw->dst >= REG_COUNT)
        return fault(dec, dec->slot, D_BAD_REGISTER, "destination register is r%u, must be r0 to r10", raw->dst);
    if ((shape->regs & SRC) && raw->src >= REG_COUNT)
        return fault(dec, dec->slot, D_BAD_REGISTER, "source register is r%u, must be r0 to r10", raw->src);
    if ((shape->writes & DST) && raw->dst == REG_FP)
        return fault(dec, dec->slot, D_BAD_REGISTER, "r10 is written, but is read-only");
    return true;
}

/* A relocation stands at an instruction of its kind. */
static bool check_reloc(const struct decoder *dec, enum shape_id shape)
{
    const struct slot_reloc *reloc = reloc_at(dec->code, dec->slot);
    if (!reloc || shape == (reloc->kind == RELOC_LDDW ? SHAPE_LDDW : SHAPE_CALL))
        return true;
    return fault(dec, dec->slot, D_ELF_MALFORMED, "relocation for a %s at opcode 0x%02x",
                 reloc->kind == RELOC_LDDW ? "lddw" : "call", dec->raw.opcode);
}

/* Decodes the instruction at dec->slot, except its jump target, and steps over it. */
static bool decode_one(struct decoder *dec)
{
    struct raw raw = dec->raw = raw_at(dec->code, dec->slot);
    struct opcode opcode = opcode_find(raw.opcode);
    if (opcode.shape == SHAPE_NONE)
        return fault(dec, dec->slot, D_BAD_OPCODE, "opcode 0x%02x is not defined", raw.opcode);
    const struct shape *shape = &shapes[opcode.shape];
    struct insn *insn = dec->insn = &dec->insns[dec->count];
    *insn = (struct insn){
        .op = opcode.op,
        .bits = opcode.bits,
        .dst = shape->regs & DST ? raw.dst : 0,
        .src = shape->regs & SRC ? raw.src : 0,
        .use_imm = shape->use_imm,
        .off = shape->use_off ? raw.off : 0,
        .imm = opcode.shape == SHAPE_GOTOL ? 0 : raw.imm,
        .slot = dec->slot,
    };
    if (!check_reserved(dec, shape->zero) || !check_registers(dec, shape) || !check_reloc(dec, opcode.shape) ||
        (shape->fill && !shape->fill(dec)))
        return false;
    dec->slot_insn[dec->slot++] = dec->count++;
    if (opcode.shape == SHAPE_LDDW)
        dec->slot_insn[dec->slot++] = NONE;
    return true;
}

/* needs: slot_insn of the whole function. fills: insn->target. RFC 9669 §4.3: offsets count slots from the next one. */
static bool resolve_jump(const struct decoder *dec, struct insn *insn)
{
    struct raw raw = raw_at(dec->code, insn->slot);
    int64_t distance = opcode_find(raw.opcode).shape == SHAPE_GOTOL ? raw.imm : raw.off;
    int64_t target = (int64_t)insn->slot + 1 + distance;
    if (target < 0 || target >= (int64_t)dec->code->slot_count)
        return fault(dec, insn->slot, D_BAD_JUMP, "jump leads to slot %lld, the function has slots 0 to %u",
                     (long long)target, dec->code->slot_count - 1);
    insn->target = dec->slot_insn[target];
    if (insn->target == NONE)
        return fault(dec, insn->slot, D_BAD_JUMP, "jump leads to slot %lld, the second half of a lddw",
                     (long long)target);
    return true;
}

static bool resolve_jumps(const struct decoder *dec)
{
    for (uint32_t i = 0; i < dec->count; i++)
        if (insn_has_target(&dec->insns[i]) && !resolve_jump(dec, &dec->insns[i]))
            return false;
    return true;
}

/* Marks the instructions where paths meet: targets of jumps, and where jump tables lead to. */
static bool *find_targets(const struct decoder *dec)
{
    bool *targets = arena_array(dec->arena, dec->count, sizeof *targets);
    for (uint32_t i = 0; i < dec->count; i++)
        if (insn_has_target(&dec->insns[i]))
            targets[dec->insns[i].target] = true;
    for (uint32_t slot = 0; dec->code->entered && slot < dec->code->slot_count; slot++)
        if (dec->code->entered[slot] && dec->slot_insn[slot] != NONE)
            targets[dec->slot_insn[slot]] = true;
    return targets;
}

/* The instruction that gives the register of the callx at `at` a constant, with nothing between that could change it or
 * come from elsewhere; NULL when there is none. */
static const struct insn *constant_callee(const struct decoder *dec, uint32_t at, const bool *targets)
{
    uint8_t reg = dec->insns[at].dst;
    while (at > 0 && !targets[at]) {
        const struct insn *before = &dec->insns[--at];
        if (before->op == OP_MOV && before->dst == reg)
            return before->use_imm && before->imm > 0 ? before : NULL;
        bool simple = op_class(before->op) == CLASS_ALU || (op_class(before->op) == CLASS_STORE);
        if (!simple || (op_class(before->op) == CLASS_ALU && before->dst == reg))
            return NULL;
    }
    return NULL;
}

/* clang -O0 puts a helper's number into a register and calls through that (RFC 9669 §4.3, appendix A: callx). */
static void resolve_call_registers(const struct decoder *dec)
{
    const bool *targets = NULL;
    for (uint32_t i = 0; i < dec->count; i++) {
        if (dec->insns[i].op != OP_CALLX)
            continue;
        targets = targets ? targets : find_targets(dec);
        const struct insn *constant = constant_callee(dec, i, targets);
        if (constant)
            dec->insns[i] =
                (struct insn){.op = OP_HELPER, .bits = 64, .imm = constant->imm, .slot = dec->insns[i].slot};
    }
}

bool decode_func(struct insn **insns, uint32_t *count, uint32_t **slot_insn, const struct code *code,
                 struct arena *arena, struct diag *d)
{
    struct place where = {.file = code->file, .function = code->function, .insn = -1};
    if (code->slot_count == 0)
        return diag_error(d, &where, D_EMPTY_FUNCTION, "function holds no instruction");
    struct decoder dec = {
        .code = code,
        .arena = arena,
        .d = d,
        .insns = arena_array(arena, code->slot_count, sizeof(struct insn)),
        .slot_insn = arena_array(arena, code->slot_count, sizeof(uint32_t)),
    };
    while (dec.slot < code->slot_count)
        if (!decode_one(&dec))
            return false;
    if (!resolve_jumps(&dec))
        return false;
    resolve_call_registers(&dec);
    const struct insn *last = &dec.insns[dec.count - 1];
    if (!insn_ends_block(last))
        return fault(&dec, last->slot, D_FALLS_OFF, "last instruction is neither exit nor an unconditional jump");
    *insns = dec.insns;
    *count = dec.count;
    *slot_insn = dec.slot_insn;
    return true;
}

bool decode_local_target(const struct code *code, uint32_t slot, int64_t *target)
{
    if (reloc_at(code, slot))
        return false;
    struct raw raw = raw_at(code, slot);
    enum shape_id shape = opcode_find(raw.opcode).shape;
    if (!(shape == SHAPE_CALL && raw.src == 1) && !(shape == SHAPE_LDDW && raw.src == 4))
        return false;
    *target = (int64_t)slot + 1 + raw.imm;
    return true;
}

/* Slots that one instruction takes. */
static uint32_t slots_at(const struct code *code, uint32_t slot)
{
    return opcode_find(raw_at(code, slot).opcode).shape == SHAPE_LDDW ? 2 : 1;
}

/* Marks in starts[] the slots where functions begin, and in inner[] the second halves of lddw. */
static bool find_starts(const struct decoder *dec, bool *starts, bool *inner)
{
    const struct code *code = dec->code;
    int64_t target;
    for (uint32_t slot = 0; slot < code->slot_count; slot += slots_at(code, slot)) {
        if (slots_at(code, slot) == 2 && slot + 1 < code->slot_count)
            inner[slot + 1] = true;
        if (!decode_local_target(code, slot, &target))
            continue;
        if (target < 0 || target >= (int64_t)code->slot_count)
            return fault(dec, slot, D_BAD_JUMP, "reference to a function at slot %lld, the code has slots 0 to %u",
                         (long long)target, code->slot_count - 1);
        starts[target] = true;
    }
    for (uint32_t slot = 0; slot < code->slot_count; slot++)
        if (starts[slot] && inner[slot])
            return fault(dec, slot, D_BAD_JUMP, "a function would begin in the second half of a lddw");
    return true;
}

/* Writes the parts that starts[] says into `parts`, and to func_at[slot] the part that begins there. */
static uint32_t cut(struct code *parts, uint32_t *func_at, const struct decoder *dec, const bool *starts,
                    const struct slot_reloc *relocs)
{
    const struct code *code = dec->code;
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < code->slot_count; slot++) {
        if (starts[slot]) {
            func_at[slot] = count;
            parts[count++] = (struct code){
                .bytes = code->bytes + (size_t)slot * SLOT_BYTES,
                .relocs = relocs + slot,
                .file = code->file,
                .function = slot == 0 ? code->function
                                      : arena_printf(dec->arena, "%s+%u", code->function ? code->function : "", slot),
            };
        }
        parts[count - 1].slot_count++;
    }
    return count;
}

bool decode_split(struct code **parts, uint32_t *part_count, const struct code *code, uint32_t first_func,
                  struct arena *arena, struct diag *d)
{
    struct decoder dec = {.code = code, .arena = arena, .d = d};
    struct place where = {.file = code->file, .function = code->function, .insn = -1};
    if (code->slot_count == 0)
        return diag_error(d, &where, D_EMPTY_FUNCTION, "function holds no instruction");
    bool *starts = arena_array(arena, code->slot_count, sizeof(bool));
    bool *inner = arena_array(arena, code->slot_count, sizeof(bool));
    starts[0] = true;
    if (!find_starts(&dec, starts, inner))
        return false;
    uint32_t *func_at = arena_array(arena, code->slot_count, sizeof(uint32_t));
    struct slot_reloc *relocs = arena_array(arena, code->slot_count, sizeof(struct slot_reloc));
    *parts = arena_array(arena, code->slot_count, sizeof(struct code));
    *part_count = cut(*parts, func_at, &dec, starts, relocs);
    int64_t target;
    for (uint32_t slot = 0; slot < code->slot_count; slot++) {
        if (reloc_at(code, slot))
            relocs[slot] = code->relocs[slot];
        else if (!inner[slot] && decode_local_target(code, slot, &target))
            relocs[slot] = (struct slot_reloc){.kind = slots_at(code, slot) == 2 ? RELOC_LDDW : RELOC_CALL,
                                               .ref = REF_FUNC,
                                               .index = first_func + func_at[target]};
    }
    return true;
}
