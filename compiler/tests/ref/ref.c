// SPDX-License-Identifier: Apache-2.0
/* The reference interpreter. Section numbers are those of RFC 9669. */
#include "ref.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "program/helper.h"

#define SPACE_SHIFT  56
#define OBJECT_SHIFT 40
#define VALUE_SHIFT  24 /* each map value lies in an address range of its own */

static uint64_t address(enum ref_space space, uint64_t object, uint64_t offset)
{
    return (uint64_t)space << SPACE_SHIFT | object << OBJECT_SHIFT | (offset & ((1ull << OBJECT_SHIFT) - 1));
}

/* Stack addresses count up from 2^20 - 512 to the frame's top at 2^20, so that offsets below the top do not borrow from
 * the object's number. */
#define STACK_TOP (1u << 20)
/* Packets begin here, so that pointers before them are told from other objects too. */
#define PACKET_START (1u << 20)

static bool fault(struct ref_machine *m, uint32_t insn, const char *why)
{
    if (!m->fault) {
        m->fault = why;
        m->fault_insn = insn;
    }
    return false;
}

void ref_init(struct ref_machine *m, const struct program *program)
{
    m->program = program;
    m->maps = memory_alloc(program->map_count * sizeof *m->maps);
    for (uint32_t i = 0; i < program->map_count; i++) {
        const struct map *map = &program->maps[i];
        struct ref_map *store = &m->maps[i];
        store->keys = memory_alloc((size_t)map->entries * map->key_bytes);
        store->values = memory_alloc((size_t)map->entries * map->value_bytes);
        store->used = memory_alloc(map->entries);
        if (map->init)
            memcpy(store->values, map->init, map->value_bytes);
        if (map->type == MAP_ARRAY)
            memset(store->used, true, map->entries);
    }
}

void ref_free(struct ref_machine *m)
{
    for (uint32_t i = 0; m->maps && i < m->program->map_count; i++) {
        free(m->maps[i].keys);
        free(m->maps[i].values);
        free(m->maps[i].used);
    }
    free(m->maps);
    m->maps = NULL;
}

/* -- memory
 * ----------------------------------------------------------------------------------------------------------------------------
 */

static uint8_t *inside(uint8_t *bytes, uint64_t offset, uint64_t limit, uint64_t size)
{
    return offset <= limit && size <= limit - offset ? bytes + offset : NULL;
}

/* The bytes at an address when all of them belong to one object and may be used so; NULL otherwise. */
static uint8_t *memory_at(struct ref_machine *m, uint64_t where, uint64_t size, bool write)
{
    enum ref_space space = (enum ref_space)(where >> SPACE_SHIFT);
    uint32_t object = (uint32_t)(where >> OBJECT_SHIFT) & 0xffff;
    uint64_t offset = where & ((1ull << OBJECT_SHIFT) - 1);
    uint8_t *bytes = NULL;
    m->access = (struct ref_access){space, object, (int64_t)offset, (int64_t)(offset + size), true};
    if (space == REF_SPACE_CONTEXT && object == 0) {
        bytes = inside(m->context, offset, m->context_bytes, size);
    } else if (space == REF_SPACE_PACKET && object == 0 && m->packet) {
        m->access.low -= PACKET_START;
        m->access.high -= PACKET_START;
        if (offset >= PACKET_START)
            bytes = inside(m->packet, offset - PACKET_START, m->packet_bytes, size);
    } else if (space == REF_SPACE_STACK && object <= m->depth) {
        m->access.low -= STACK_TOP;
        m->access.high -= STACK_TOP;
        if (offset >= STACK_TOP - REF_STACK_BYTES)
            bytes = inside(m->stack[object], offset - (STACK_TOP - REF_STACK_BYTES), REF_STACK_BYTES, size);
    } else if (space == REF_SPACE_VALUE && object < m->program->map_count) {
        const struct map *map = &m->program->maps[object];
        uint64_t entry = offset >> VALUE_SHIFT, at = offset & ((1u << VALUE_SHIFT) - 1);
        m->access.low = (int64_t)at;
        m->access.high = (int64_t)(at + size);
        if (entry < map->entries && !(write && map->role == MAP_SECTION_RODATA))
            bytes = inside(m->maps[object].values + entry * map->value_bytes, at, map->value_bytes, size);
    }
    return bytes;
}

static uint64_t load(const uint8_t *bytes, unsigned bits)
{
    uint64_t word = 0;
    memcpy(&word, bytes, bits / 8);
    return word;
}

static uint64_t mask(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

static int64_t sign_extend(uint64_t word, unsigned bits)
{
    return (int64_t)(word << (64 - bits)) >> (64 - bits);
}

/* §5.1, §5.2 */
static bool run_load(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    const uint8_t *bytes = memory_at(m, m->regs[insn->src] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, false);
    if (!bytes)
        return fault(m, at, "load outside every object");
    uint64_t word = load(bytes, insn->bits);
    if (m->packet && m->access.space == REF_SPACE_CONTEXT && insn->bits == 32 && m->access.low <= 4)
        word = address(REF_SPACE_PACKET, 0, PACKET_START + (m->access.low == 0 ? 0 : m->packet_bytes));
    m->regs[insn->dst] = insn->op == OP_LDXS ? (uint64_t)sign_extend(word, insn->bits) : word;
    return true;
}

static bool run_store(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    uint64_t word = insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src];
    uint8_t *bytes = memory_at(m, m->regs[insn->dst] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, true);
    if (!bytes)
        return fault(m, at, "store outside every object");
    memcpy(bytes, &word, insn->bits / 8u);
    return true;
}

/* §5.3 */
static bool run_atomic(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    uint8_t *bytes = memory_at(m, m->regs[insn->dst] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, true);
    if (!bytes)
        return fault(m, at, "atomic operation outside every object");
    uint64_t old = load(bytes, insn->bits), operand = m->regs[insn->src], word = old;
    switch ((int)insn->op) {
    case OP_ATOMIC_ADD: word = old + operand; break;
    case OP_ATOMIC_OR: word = old | operand; break;
    case OP_ATOMIC_AND: word = old & operand; break;
    case OP_ATOMIC_XOR: word = old ^ operand; break;
    case OP_XCHG: word = operand; break;
    case OP_CMPXCHG: word = old == (m->regs[0] & mask(insn->bits)) ? operand : old; break;
    default: return fault(m, at, "unknown atomic operation");
    }
    memcpy(bytes, &word, insn->bits / 8u);
    if (insn->op == OP_CMPXCHG)
        m->regs[0] = old;
    else if (insn->fetch)
        m->regs[insn->src] = old;
    return true;
}

/* -- arithmetic, §4.1 and §4.2
 * ------------------------------------------------------------------------------------------------------------ */

static uint64_t divide(enum op op, uint64_t a, uint64_t b, unsigned bits)
{
    int64_t x = sign_extend(a, bits), y = sign_extend(b, bits);
    bool modulo = op == OP_MOD || op == OP_SMOD;
    if (b == 0)
        return modulo ? a : 0;
    if (op == OP_DIV || op == OP_MOD)
        return modulo ? a % b : a / b;
    if (y == -1)
        return modulo ? 0 : 0 - a;
    return (uint64_t)(modulo ? x % y : x / y);
}

static uint64_t compute(const struct insn *insn, uint64_t a, uint64_t b)
{
    unsigned bits = insn->bits, count = (unsigned)b & (bits - 1);
    switch ((int)insn->op) {
    case OP_ADD: return a + b;
    case OP_SUB: return a - b;
    case OP_MUL: return a * b;
    case OP_OR: return a | b;
    case OP_AND: return a & b;
    case OP_XOR: return a ^ b;
    case OP_MOV: return b;
    case OP_NEG: return 0 - a;
    case OP_LSH: return a << count;
    case OP_RSH: return a >> count;
    case OP_ARSH: return (uint64_t)(sign_extend(a, bits) >> count);
    case OP_MOVSX: return (uint64_t)sign_extend(b, insn->from_bits);
    }
    return divide(insn->op, a, b, bits);
}

static uint64_t reference(const struct insn *insn)
{
    switch (insn->ref) {
    case REF_MAP: return address(REF_SPACE_MAP, insn->index, 0);
    case REF_MAP_VALUE: return address(REF_SPACE_VALUE, insn->index, (uint64_t)insn->imm);
    case REF_FUNC: return address(REF_SPACE_FUNC, insn->index, 0);
    case REF_NONE:
    case REF_TABLE:
    case REF_EXTERN: break;
    }
    return (uint64_t)insn->imm;
}

static void run_alu(struct ref_machine *m, const struct insn *insn)
{
    uint64_t *dst = &m->regs[insn->dst], operand = insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src];
    if (insn->op == OP_LDDW)
        *dst = reference(insn);
    else if (insn->op == OP_BSWAP || insn->op == OP_BE)
        *dst = __builtin_bswap64(*dst) >> (64 - insn->bits);
    else if (insn->op == OP_LE)
        *dst &= mask(insn->bits);
    else
        *dst = compute(insn, *dst & mask(insn->bits), operand & mask(insn->bits)) & mask(insn->bits);
}

/* §4.3 */
static bool holds(const struct insn *insn, uint64_t a, uint64_t b)
{
    a &= mask(insn->bits);
    b &= mask(insn->bits);
    int64_t x = sign_extend(a, insn->bits), y = sign_extend(b, insn->bits);
    switch ((int)insn->op) {
    case OP_JA: return true;
    case OP_JEQ: return a == b;
    case OP_JNE: return a != b;
    case OP_JGT: return a > b;
    case OP_JGE: return a >= b;
    case OP_JLT: return a < b;
    case OP_JLE: return a <= b;
    case OP_JSGT: return x > y;
    case OP_JSGE: return x >= y;
    case OP_JSLT: return x < y;
    case OP_JSLE: return x <= y;
    case OP_JSET: return (a & b) != 0;
    }
    return false;
}

/* -- helpers
 * -------------------------------------------------------------------------------------------------------------------------------
 */

/* The entry of a map with this key, or entries when there is none. */
static uint64_t find_entry(const struct ref_machine *m, uint32_t index, const uint8_t *key)
{
    const struct map *map = &m->program->maps[index];
    if (map->type == MAP_ARRAY) {
        uint64_t entry = load(key, 32);
        return entry < map->entries ? entry : map->entries;
    }
    for (uint64_t i = 0; i < map->entries; i++)
        if (m->maps[index].used[i] && memcmp(m->maps[index].keys + i * map->key_bytes, key, map->key_bytes) == 0)
            return i;
    return map->entries;
}

/* bpf_map_update_elem: flags BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2; results -EEXIST 17, -ENOENT 2, -E2BIG 7,
 * -EINVAL 22. */
static int64_t update_entry(struct ref_machine *m, uint32_t index, const uint8_t *key, const uint8_t *value,
                            uint64_t flags)
{
    const struct map *map = &m->program->maps[index];
    struct ref_map *store = &m->maps[index];
    uint64_t entry = find_entry(m, index, key);
    bool found = entry < map->entries;
    if (flags > 2)
        return -22;
    if (!found && map->type == MAP_ARRAY)
        return -7;
    if (found && flags == 1)
        return -17;
    if (!found && flags == 2)
        return -2;
    for (entry = found ? entry : 0; !found && entry < map->entries && store->used[entry];)
        entry++;
    if (entry == map->entries)
        return -7;
    store->used[entry] = true;
    if (!found)
        memcpy(store->keys + entry * map->key_bytes, key, map->key_bytes);
    memcpy(store->values + entry * map->value_bytes, value, map->value_bytes);
    return 0;
}

static bool run_map_helper(struct ref_machine *m, uint32_t id, uint32_t at)
{
    uint32_t index = (uint32_t)(m->regs[1] >> OBJECT_SHIFT) & 0xffff;
    if (m->regs[1] >> SPACE_SHIFT != REF_SPACE_MAP || index >= m->program->map_count)
        return fault(m, at, "map argument is no map");
    const struct map *map = &m->program->maps[index];
    const uint8_t *key = memory_at(m, m->regs[2], map->key_bytes, false);
    const uint8_t *value = id == 2 ? memory_at(m, m->regs[3], map->value_bytes, false) : NULL;
    if (!key || (id == 2 && !value))
        return fault(m, at, "key or value outside every object");
    uint64_t entry = find_entry(m, index, key);
    bool found = entry < map->entries;
    if (id == 1)
        m->regs[0] = found ? address(REF_SPACE_VALUE, index, entry << VALUE_SHIFT) : 0;
    else if (id == 2)
        m->regs[0] = (uint64_t)update_entry(m, index, key, value, m->regs[4]);
    else
        m->regs[0] = map->type == MAP_ARRAY ? (uint64_t)-22 : found ? 0 : (uint64_t)-2;
    if (id == 3 && found && map->type != MAP_ARRAY)
        m->maps[index].used[entry] = false;
    return true;
}

static uint32_t next_random(uint32_t x)
{
    x = x ? x : 1;
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

static bool run_helper(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    bool ok = true;
    switch (insn->imm) {
    case 1:
    case 2:
    case 3: ok = run_map_helper(m, (uint32_t)insn->imm, at); break;
    case 5: m->regs[0] = m->executed * 100; break;
    case 6:
    case 177: m->regs[0] = 0; break;
    case 7:
        m->random_state = next_random((uint32_t)m->random_state);
        m->regs[0] = m->random_state;
        break;
    case 8: m->regs[0] = 0; break;
    default: return fault(m, at, "unknown helper");
    }
    for (int reg = 1; reg <= 5; reg++)
        m->regs[reg] = 0xdeadbeefdeadbeef; /* calls leave nothing in them */
    return ok;
}

/* -- control
 * ---------------------------------------------------------------------------------------------------------------------------------
 */

static bool enter(struct ref_machine *m, uint32_t back, uint32_t at)
{
    if (m->depth == 7)
        return fault(m, at, "calls nest too deep");
    memcpy(m->saved[m->depth], &m->regs[6], sizeof m->saved[0]);
    m->return_insn[m->depth++] = back;
    memset(m->stack[m->depth], m->clean_stack ? 0 : 0xa5, REF_STACK_BYTES);
    m->regs[REG_FP] = address(REF_SPACE_STACK, m->depth, STACK_TOP);
    return true;
}

static uint32_t leave(struct ref_machine *m)
{
    m->depth--;
    memcpy(&m->regs[6], m->saved[m->depth], sizeof m->saved[0]);
    for (int reg = 1; reg <= 5; reg++)
        m->regs[reg] = 0xdeadbeefdeadbeef;
    return m->return_insn[m->depth];
}

/* One instruction; *next is where control goes on. */
static bool run_insn(struct ref_machine *m, uint32_t at, uint32_t *next)
{
    const struct insn *insn = &m->program->insns[at];
    *next = at + 1;
    switch (op_class(insn->op)) {
    case CLASS_ALU: run_alu(m, insn); return true;
    case CLASS_LOAD: return run_load(m, insn, at);
    case CLASS_STORE: return run_store(m, insn, at);
    case CLASS_ATOMIC: return run_atomic(m, insn, at);
    case CLASS_JUMP:
        if (holds(insn, m->regs[insn->dst], insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src]))
            *next = insn->target;
        return true;
    case CLASS_CALL:
        if (insn->op == OP_HELPER)
            return run_helper(m, insn, at);
        *next = m->program->funcs[insn->index].first;
        return insn->op == OP_CALL ? enter(m, at + 1, at) : fault(m, at, "unknown call");
    case CLASS_EXIT: *next = m->depth ? leave(m) : NONE; return true;
    }
    return fault(m, at, "unknown instruction");
}

bool ref_run(struct ref_machine *m, uint32_t entry)
{
    uint32_t at = m->program->funcs[entry].first, next;
    for (int reg = 0; reg < REG_COUNT; reg++)
        m->regs[reg] = 0xbadc0ffee0ddf00d;
    m->regs[1] = address(REF_SPACE_CONTEXT, 0, 0);
    m->regs[2] = m->packet ? m->regs[2] : m->context_bytes;
    m->depth = 0;
    m->regs[REG_FP] = address(REF_SPACE_STACK, 0, STACK_TOP);
    memset(m->stack[0], m->clean_stack ? 0 : 0xa5, REF_STACK_BYTES);
    m->fault = NULL;
    for (m->executed = 0; at != NONE; at = next) {
        const struct insn *insn = &m->program->insns[at];
        const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
        m->executed += 1 + (helper ? helper->cost_insns : 0);
        if (m->executed > m->budget)
            return fault(m, at, "runs longer than its bound");
        m->access.any = false;
        if (m->observe)
            m->observe(m, at, false);
        if (m->fault || !run_insn(m, at, &next))
            return false;
        if (m->observe)
            m->observe(m, at, true);
        if (m->fault)
            return false;
    }
    return true;
}
