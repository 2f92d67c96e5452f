// SPDX-License-Identifier: Apache-2.0
/* The reference interpreter. Section numbers are those of RFC 9669. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "program/kfunc.h"

uint64_t ref_address(enum ref_space space, uint64_t object, uint64_t offset)
{
    return (uint64_t)space << SPACE_SHIFT | object << OBJECT_SHIFT | (offset & ((1ull << OBJECT_SHIFT) - 1));
}

/* Stack addresses count up from 2^20 - REF_STACK_BYTES to the frame's top at 2^20, so that offsets below the top do not
 * borrow from the object's number. */
#define STACK_TOP (1u << 20)

bool ref_fault(struct ref_machine *m, uint32_t insn, const char *why)
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
    m->tables = memory_alloc(program->jump_target_count * sizeof *m->tables + 1);
    for (uint32_t i = 0; i < program->jump_target_count; i++)
        m->tables[i] = ref_address(REF_SPACE_LABEL, 0, i);
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
        for (uint32_t entry = 0; map->type == MAP_ARRAY && entry < map->entries; entry++)
            memcpy(store->keys + (size_t)entry * 4, &entry, 4);
    }
}

void ref_free(struct ref_machine *m)
{
    free(m->tables);
    m->tables = NULL;
    for (uint32_t i = 0; m->maps && i < m->program->map_count; i++) {
        free(m->maps[i].keys);
        free(m->maps[i].values);
        free(m->maps[i].used);
    }
    free(m->maps);
    m->maps = NULL;
    for (uint32_t i = 0; i < m->record_count; i++)
        free(m->records[i].bytes);
    free(m->records);
    m->records = NULL;
    m->record_count = m->record_capacity = 0;
}

/* -- memory
 * ----------------------------------------------------------------------------------------------------------------------------
 */

static uint8_t *inside(uint8_t *bytes, uint64_t offset, uint64_t limit, uint64_t size)
{
    return offset <= limit && size <= limit - offset ? bytes + offset : NULL;
}

uint8_t *ref_memory(struct ref_machine *m, uint64_t where, uint64_t size, bool write)
{
    enum ref_space space = (enum ref_space)(where >> SPACE_SHIFT);
    uint32_t object = (uint32_t)(where >> OBJECT_SHIFT) & 0xffff;
    uint64_t offset = where & ((1ull << OBJECT_SHIFT) - 1);
    uint8_t *bytes = NULL;
    m->access = (struct ref_access){where, space, object, (int64_t)offset, (int64_t)(offset + size), true};
    if (space == REF_SPACE_CONTEXT && object == 0) {
        bytes = inside(m->context, offset, m->context_bytes, size);
    } else if (space == REF_SPACE_PACKET && m->kind != REF_CONTEXT_MEMORY) {
        bytes = ref_packet_memory(m, object, offset - PACKET_START, size, write);
    } else if (space == REF_SPACE_STACK && object <= m->depth) {
        m->access.low -= STACK_TOP;
        m->access.high -= STACK_TOP;
        if (offset >= STACK_TOP - REF_STACK_BYTES)
            bytes = inside(m->stack[object], offset - (STACK_TOP - REF_STACK_BYTES), REF_STACK_BYTES, size);
    } else if (space == REF_SPACE_TABLE && object == 0 && !write) {
        bytes = inside((uint8_t *)m->tables, offset, (uint64_t)m->program->jump_target_count * 8, size);
    } else if (space == REF_SPACE_RECORD && object < m->record_count && m->records[object].bytes) {
        bytes = inside(m->records[object].bytes, offset, m->records[object].size, size);
    } else if (space == REF_SPACE_KEY && object < m->program->map_count && !write) {
        const struct map *map = &m->program->maps[object];
        uint64_t entry = offset >> VALUE_SHIFT, at = offset & ((1u << VALUE_SHIFT) - 1);
        m->access.low = (int64_t)at;
        m->access.high = (int64_t)(at + size);
        if (entry < map->entries)
            bytes = inside(m->maps[object].keys + entry * map->key_bytes, at, map->key_bytes, size);
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
    const uint8_t *bytes = ref_memory(m, m->regs[insn->src] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, false);
    if (!bytes)
        return ref_fault(m, at, "load outside every object");
    uint64_t word = load(bytes, insn->bits);
    if (m->access.space == REF_SPACE_CONTEXT)
        ref_packet_field(m, m->access.low, insn->bits, &word);
    m->regs[insn->dst] = insn->op == OP_LDXS ? (uint64_t)sign_extend(word, insn->bits) : word;
    return true;
}

static bool run_store(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    uint64_t word = insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src];
    uint8_t *bytes = ref_memory(m, m->regs[insn->dst] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, true);
    if (!bytes)
        return ref_fault(m, at, "store outside every object");
    memcpy(bytes, &word, insn->bits / 8u);
    return true;
}

/* §5.3 */
static bool run_atomic(struct ref_machine *m, const struct insn *insn, uint32_t at)
{
    uint8_t *bytes = ref_memory(m, m->regs[insn->dst] + (uint64_t)(int64_t)insn->off, insn->bits / 8u, true);
    if (!bytes)
        return ref_fault(m, at, "atomic operation outside every object");
    uint64_t old = load(bytes, insn->bits), operand = m->regs[insn->src], word = old;
    switch ((int)insn->op) {
    case OP_ATOMIC_ADD: word = old + operand; break;
    case OP_ATOMIC_OR: word = old | operand; break;
    case OP_ATOMIC_AND: word = old & operand; break;
    case OP_ATOMIC_XOR: word = old ^ operand; break;
    case OP_XCHG: word = operand; break;
    case OP_CMPXCHG: word = old == (m->regs[0] & mask(insn->bits)) ? operand : old; break;
    default: return ref_fault(m, at, "unknown atomic operation");
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

static uint64_t reference(const struct program *program, const struct insn *insn)
{
    switch (insn->ref) {
    case REF_MAP: return ref_address(REF_SPACE_MAP, insn->index, 0);
    case REF_MAP_VALUE: return ref_address(REF_SPACE_VALUE, insn->index, (uint64_t)insn->imm);
    case REF_FUNC: return ref_address(REF_SPACE_FUNC, insn->index, 0);
    case REF_TABLE:
        return ref_address(REF_SPACE_TABLE, 0, 8 * (uint64_t)program->tables[insn->index].first + (uint64_t)insn->imm);
    case REF_NONE:
    case REF_EXTERN: break;
    }
    return (uint64_t)insn->imm;
}

static void run_alu(struct ref_machine *m, const struct insn *insn)
{
    uint64_t *dst = &m->regs[insn->dst], operand = insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src];
    if (insn->op == OP_LDDW)
        *dst = reference(m->program, insn);
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
        return ref_fault(m, at, "map argument is no map");
    const struct map *map = &m->program->maps[index];
    const uint8_t *key = ref_memory(m, m->regs[2], map->key_bytes, false);
    const uint8_t *value = id == 2 ? ref_memory(m, m->regs[3], map->value_bytes, false) : NULL;
    if (!key || (id == 2 && !value))
        return ref_fault(m, at, "key or value outside every object");
    uint64_t entry = find_entry(m, index, key);
    bool found = entry < map->entries;
    if (id == 1)
        m->regs[0] = found ? ref_address(REF_SPACE_VALUE, index, entry << VALUE_SHIFT) : 0;
    else if (id == 2)
        m->regs[0] = (uint64_t)update_entry(m, index, key, value, m->regs[4]);
    else
        m->regs[0] = map->type == MAP_ARRAY ? (uint64_t)-22 : found ? 0 : (uint64_t)-2;
    if (id == 3 && found && map->type != MAP_ARRAY)
        m->maps[index].used[entry] = false;
    return true;
}

/* -- control
 * ---------------------------------------------------------------------------------------------------------------------------------
 */

/* Linux: BPF_MAX_LOOPS, MAX_TAIL_CALL_CNT. */
#define LOOPS_MAX      (8u * 1024 * 1024)
#define TAIL_CALLS_MAX 33

static void begin_frame(struct ref_machine *m)
{
    memset(m->stack[m->depth], m->clean_stack ? 0 : 0xa5, REF_STACK_BYTES);
    m->regs[REG_FP] = ref_address(REF_SPACE_STACK, m->depth, STACK_TOP);
    m->gotos_left[m->depth] = LOOPS_MAX;
}

static bool enter(struct ref_machine *m, uint32_t back, uint32_t at)
{
    if (m->depth == 7)
        return ref_fault(m, at, "calls nest too deep");
    memcpy(m->saved[m->depth], &m->regs[6], sizeof m->saved[0]);
    m->return_insn[m->depth++] = back;
    begin_frame(m);
    return true;
}

static void lose_arguments(struct ref_machine *m)
{
    for (int reg = 1; reg <= 5; reg++)
        m->regs[reg] = 0xdeadbeefdeadbeef;
}

static uint32_t leave(struct ref_machine *m)
{
    m->depth--;
    memcpy(&m->regs[6], m->saved[m->depth], sizeof m->saved[0]);
    lose_arguments(m);
    return m->return_insn[m->depth];
}

static bool run_from(struct ref_machine *m, uint32_t at);

uint32_t ref_function_at(const struct ref_machine *m, uint64_t where)
{
    uint32_t index = (uint32_t)(where >> OBJECT_SHIFT) & 0xffff;
    return where == ref_address(REF_SPACE_FUNC, index, 0) && index < m->program->func_count ? index : NONE;
}

/* Calls a function of the program from a helper; its result is in r0. */
static bool call_back(struct ref_machine *m, uint32_t at, uint64_t function, const uint64_t args[4])
{
    uint32_t func = ref_function_at(m, function);
    if (func == NONE)
        return ref_fault(m, at, "callback is no function");
    if (!enter(m, NONE, at))
        return false;
    memcpy(&m->regs[1], args, 4 * sizeof *args);
    return run_from(m, m->program->funcs[func].first);
}

static bool run_bpf_loop(struct ref_machine *m, uint32_t at)
{
    uint32_t rounds = (uint32_t)m->regs[1], i = 0;
    uint64_t function = m->regs[2], args[4] = {0, m->regs[3]}, flags = m->regs[4];
    for (bool stop = false; !flags && rounds <= LOOPS_MAX && i < rounds && !stop; i++) {
        args[0] = i;
        if (!call_back(m, at, function, args))
            return false;
        stop = m->regs[0] != 0;
    }
    m->regs[0] = flags ? (uint64_t)-22 : rounds > LOOPS_MAX ? (uint64_t)-7 : i;
    return true;
}

/* Keys are handed over in memory of the map: for arrays in the place of `keys`, which hold the indices. */
static bool run_for_each(struct ref_machine *m, uint32_t at)
{
    uint64_t map_address = m->regs[1], function = m->regs[2], context = m->regs[3], flags = m->regs[4], visited = 0;
    uint32_t index = (uint32_t)(map_address >> OBJECT_SHIFT) & 0xffff;
    if (map_address >> SPACE_SHIFT != REF_SPACE_MAP || index >= m->program->map_count)
        return ref_fault(m, at, "map argument is no map");
    const struct map *map = &m->program->maps[index];
    bool stop = false;
    for (uint64_t i = 0; !flags && i < map->entries && !stop; i++) {
        if (!m->maps[index].used[i])
            continue;
        const uint64_t args[4] = {map_address, ref_address(REF_SPACE_KEY, index, i << VALUE_SHIFT),
                                  ref_address(REF_SPACE_VALUE, index, i << VALUE_SHIFT), context};
        if (!call_back(m, at, function, args))
            return false;
        stop = m->regs[0] != 0;
        visited++;
    }
    m->regs[0] = flags ? (uint64_t)-22 : visited;
    return true;
}

/* bpf_tail_call: true when it succeeds; *next is then the other program, in the frame of this one. */
static bool tail_call(struct ref_machine *m, uint32_t at, uint32_t *next)
{
    uint32_t index = (uint32_t)(m->regs[2] >> OBJECT_SHIFT) & 0xffff, slot = (uint32_t)m->regs[3];
    if (m->regs[2] != ref_address(REF_SPACE_MAP, index, 0) || index >= m->program->map_count)
        return ref_fault(m, at, "tail call through what is no map");
    const struct map *map = &m->program->maps[index];
    if (!map->progs || slot >= map->entries || map->progs[slot] == NONE || m->tail_calls == TAIL_CALLS_MAX)
        return false;
    m->tail_calls++;
    *next = m->program->funcs[map->progs[slot]].first;
    m->regs[2] = m->kind != REF_CONTEXT_MEMORY ? m->regs[2] : m->context_bytes;
    begin_frame(m);
    return true;
}

/* -- helpers with a number only
 * ------------------------------------------------------------------------------------------------------------------
 */

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
    if (m->locked && insn->imm != HELPER_SPIN_UNLOCK)
        return ref_fault(m, at, "called with a lock held");
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
    case HELPER_TAIL_CALL: m->regs[0] = 0xdeadbeefdeadbeef; break; /* it failed, and says nothing */
    case HELPER_FOR_EACH_MAP_ELEM: ok = run_for_each(m, at); break;
    case HELPER_LOOP: ok = run_bpf_loop(m, at); break;
    default:
        ok = ref_packet_helper(m, (uint32_t)insn->imm, at) ||
             (!m->fault && ref_resource_helper(m, (uint32_t)insn->imm, at)) ||
             (!m->fault && m->whims && ref_any_helper(m, (uint32_t)insn->imm, at));
    }
    lose_arguments(m); /* calls leave nothing in them */
    return ok || ref_fault(m, at, "unknown helper");
}

static bool run_call(struct ref_machine *m, const struct insn *insn, uint32_t at, uint32_t *next)
{
    if (insn->op == OP_HELPER && insn->imm == HELPER_TAIL_CALL && tail_call(m, at, next))
        return true;
    if (insn->op == OP_HELPER)
        return !m->fault && run_helper(m, insn, at);
    if (insn->op == OP_KFUNC) {
        bool ok = !m->fault && ref_kfunc(m, m->program->externs[insn->index].name, at);
        lose_arguments(m);
        return ok;
    }
    uint32_t func = insn->op == OP_CALL    ? insn->index
                    : insn->op == OP_CALLX ? ref_function_at(m, m->regs[insn->dst])
                                           : NONE;
    if (func == NONE)
        return ref_fault(m, at, "call of no function");
    *next = m->program->funcs[func].first;
    return enter(m, at + 1, at);
}

/* gotox: the register holds what a jump table held. */
static bool jump_to_table(struct ref_machine *m, const struct insn *insn, uint32_t at, uint32_t *next)
{
    uint64_t slot = m->regs[insn->dst] - ref_address(REF_SPACE_LABEL, 0, 0);
    if (slot < insn->target || slot - insn->target >= insn->index)
        return ref_fault(m, at, "gotox leads to no target");
    *next = m->program->jump_targets[slot];
    return true;
}

/* §5.5: where the bytes are missing the function returns 0 (Linux). */
static bool run_packet_load(struct ref_machine *m, const struct insn *insn, uint32_t at, uint32_t *next)
{
    bool there = false;
    if (!ref_packet_load(m, insn, at, &there))
        return false;
    lose_arguments(m);
    if (!there)
        *next = m->depth ? leave(m) : NONE;
    return true;
}

/* One instruction; *next is where control goes on. */
static bool run_insn(struct ref_machine *m, uint32_t at, uint32_t *next)
{
    const struct insn *insn = &m->program->insns[at];
    *next = at + 1;
    switch (op_class(insn->op)) {
    case CLASS_ALU: run_alu(m, insn); return true;
    case CLASS_LOAD:
        if (insn->op == OP_LDABS || insn->op == OP_LDIND)
            return run_packet_load(m, insn, at, next);
        return run_load(m, insn, at);
    case CLASS_STORE: return run_store(m, insn, at);
    case CLASS_ATOMIC: return run_atomic(m, insn, at);
    case CLASS_JUMP:
        if (insn->op == OP_JCOND && m->gotos_left[m->depth] != 0) {
            m->gotos_left[m->depth]--;
            return true;
        }
        if (insn->op == OP_GOTOX)
            return jump_to_table(m, insn, at, next);
        if (insn->op == OP_JCOND ||
            holds(insn, m->regs[insn->dst], insn->use_imm ? (uint64_t)insn->imm : m->regs[insn->src]))
            *next = insn->target;
        return true;
    case CLASS_CALL: return run_call(m, insn, at, next);
    case CLASS_EXIT: *next = m->depth ? leave(m) : NONE; return true;
    }
    return ref_fault(m, at, "unknown instruction");
}

/* Runs until the program or callback that begins at `at` returns. */
static bool run_from(struct ref_machine *m, uint32_t at)
{
    for (uint32_t next; at != NONE; at = next) {
        const struct insn *insn = &m->program->insns[at];
        const struct helper *helper = insn->op == OP_HELPER ? helper_find((uint32_t)insn->imm) : NULL;
        m->executed += 1 + (helper                 ? helper->cost_insns
                            : insn->op == OP_KFUNC ? kfunc_cost(m->program, insn->index)
                                                   : 0);
        if (m->executed > m->budget)
            return ref_fault(m, at, "runs longer than its bound");
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

bool ref_begin(struct ref_machine *m, uint32_t func, const uint64_t args[3])
{
    for (int reg = 0; reg < REG_COUNT; reg++)
        m->regs[reg] = 0xbadc0ffee0ddf00d;
    memcpy(&m->regs[1], args, 3 * sizeof *args);
    m->depth = m->tail_calls = 0;
    m->executed = m->locked = m->held = 0;
    m->fault = NULL;
    begin_frame(m);
    uint32_t first = m->program->funcs[func].first;
    return run_from(m, first) && ((!m->held && !m->locked) || ref_fault(m, first, "something is held at the end"));
}

bool ref_run(struct ref_machine *m, uint32_t entry)
{
    bool plain = m->kind == REF_CONTEXT_MEMORY;
    const uint64_t unset = 0xbadc0ffee0ddf00d,
                   args[3] = {ref_address(REF_SPACE_CONTEXT, 0, 0), plain ? m->context_bytes : unset, unset};
    return ref_begin(m, entry, args);
}
