// SPDX-License-Identifier: Apache-2.0
/* Random programs that acquire, lend and give back: reservations, dynptrs, iterators, timers, locks; callbacks; global
 * functions by contract; callx; may_goto without another bound. Each operation is right for itself, but many a program
 * does once what it must not, by a little: what the verifier accepts nevertheless is run.
 * Registers: r6 memory of the function, r7 and r8 numbers, r9 what was acquired. Stack, from the top: numbers, a key,
 * iterators, dynptrs. */
#include <string.h>

#include "base/memory.h"
#include "generate.h"
#include "program/helper.h"

enum { TABLE_INDEX, RING_INDEX, HASH_INDEX, MAP_COUNT };
enum { FUNC_ENTRY, FUNC_STATIC, FUNC_ROUND, FUNC_EACH, FUNC_MEMORY, FUNC_DYNPTR, FUNC_TIMER, FUNC_COUNT };
enum { ITER_NEW, ITER_NEXT, ITER_DESTROY };
enum { NUMBERS = 48, KEY = -56, ITERATORS = -64, DYNPTRS = -112, TIMER_AT = 0, LOCK_AT = 16, VALUE_FREE = 24 };
enum { VALUE_BYTES = 64, PAIR_BYTES = 16 };

struct resources {
    uint64_t seed;
    uint32_t slip;        /* opportunities to do what it must not that are left until it does; NONE: never */
    uint32_t func, depth; /* being made; operations inside others */
    uint32_t bytes;       /* behind r6 */
    bool record, locked;  /* r9 is memory of `record_bytes`; only loads and stores may be made */
    uint32_t record_bytes;
    VEC(struct insn) insns;
};

static uint32_t pick(struct resources *g, uint32_t count)
{
    return (uint32_t)(generate_random(&g->seed) >> 33) % count;
}

static bool slips(struct resources *g)
{
    return g->slip != NONE && g->slip-- == 0;
}

static void emit(struct resources *g, struct insn insn)
{
    vec_push(&g->insns, insn);
}

static void set(struct resources *g, uint8_t reg, int64_t number)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = reg, .use_imm = true, .imm = number});
}

static void copy(struct resources *g, uint8_t to, uint8_t from)
{
    emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = to, .src = from});
}

static void compute(struct resources *g, enum op op, uint8_t reg, int64_t number)
{
    emit(g, (struct insn){.op = op, .bits = 64, .dst = reg, .use_imm = true, .imm = number});
}

static void address(struct resources *g, uint8_t reg, int64_t off)
{
    copy(g, reg, REG_FP);
    compute(g, OP_ADD, reg, off);
}

static void refer(struct resources *g, uint8_t reg, enum ref_kind ref, uint32_t index)
{
    emit(g, (struct insn){.op = OP_LDDW, .bits = 64, .dst = reg, .ref = ref, .index = index, .use_imm = true});
}

static void call_helper(struct resources *g, uint32_t id)
{
    emit(g, (struct insn){.op = OP_HELPER, .bits = 64, .imm = id});
}

static void call_iterator(struct resources *g, uint32_t which, int off)
{
    address(g, 1, off);
    emit(g, (struct insn){.op = OP_KFUNC, .bits = 64, .index = which});
}

/* A jump, to be led to the end of what follows. */
static uint32_t jump_if(struct resources *g, enum op op, uint8_t reg, int64_t number)
{
    emit(g, (struct insn){.op = op, .bits = 64, .dst = reg, .use_imm = true, .imm = number});
    return g->insns.count - 1;
}

static void land(struct resources *g, uint32_t jump)
{
    g->insns.items[jump].target = g->insns.count;
}

/* -- numbers and memory -------------------------------------------------------------------------------------------- */

static void some_number(struct resources *g)
{
    static const enum op ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_AND, OP_XOR, OP_RSH, OP_SMOD, OP_SDIV};
    uint8_t reg = (uint8_t)(7 + pick(g, 2));
    enum op op = ops[pick(g, 8)];
    if (pick(g, 3) == 0)
        emit(g, (struct insn){.op = op, .bits = pick(g, 2) ? 32 : 64, .dst = reg, .src = (uint8_t)(15 - reg)});
    else if (pick(g, 4) == 0)
        emit(g, (struct insn){.op = OP_MOVSX, .bits = 64, .dst = reg, .src = (uint8_t)(15 - reg), .from_bits = 8});
    else
        compute(g, op, reg, 1 + pick(g, op == OP_RSH ? 60 : 100));
}

/* One load or store of memory behind `base`: at a fixed place, or at one that r7 decides. */
static void access_at(struct resources *g, uint8_t base, int32_t start, uint32_t bytes, bool writable)
{
    static const enum op loads[] = {OP_LDX, OP_LDX, OP_LDXS, OP_LDACQ};
    uint32_t size = bytes >= 8 && pick(g, 2) ? 8 : bytes >= 4 ? 4 : 1, last = bytes / size - 1;
    int32_t off = start + (int32_t)(size * (pick(g, last + 1) + slips(g)));
    uint8_t bits = (uint8_t)(8 * size), value = (uint8_t)(7 + pick(g, 2));
    enum op load = loads[pick(g, size == 8 ? 2 : 4)];
    if (pick(g, 3) == 0 && last) {
        uint32_t mask = 1;
        while (2 * mask + 1 <= last)
            mask = 2 * mask + 1;
        copy(g, 3, 7);
        compute(g, OP_AND, 3, slips(g) ? 2 * mask + 1 : mask <= last ? mask : 0);
        compute(g, OP_MUL, 3, size);
        copy(g, 4, base);
        emit(g, (struct insn){.op = OP_ADD, .bits = 64, .dst = 4, .src = 3});
        base = 4;
        off = start;
    }
    if (writable && pick(g, 2))
        emit(g, (struct insn){.op = OP_STX, .bits = bits, .dst = base, .src = value, .off = off});
    else
        emit(g, (struct insn){.op = load == OP_LDACQ && base != REG_FP && base != 9 ? OP_LDX : load,
                              .bits = bits,
                              .dst = value,
                              .src = base,
                              .off = off});
}

static void access_some(struct resources *g)
{
    uint32_t kind = pick(g, 3);
    if (kind == 0 && g->record)
        access_at(g, 9, 0, g->record_bytes, true);
    else if (kind == 1 && g->bytes)
        access_at(g, 6, 0, g->bytes, true);
    else
        access_at(g, REG_FP, -NUMBERS, NUMBERS, true);
}

static void body(struct resources *g, uint32_t count);

/* r0 = a value of the map or, behind the jump that is returned, NULL. */
static uint32_t look_up(struct resources *g, uint32_t map)
{
    emit(g, (struct insn){
                .op = OP_ST, .bits = 32, .dst = REG_FP, .off = KEY, .use_imm = true, .imm = (int64_t)pick(g, 5)});
    refer(g, 1, REF_MAP, map);
    address(g, 2, KEY);
    call_helper(g, 1);
    return jump_if(g, slips(g) ? OP_JNE : OP_JEQ, 0, 0);
}

/* -- what is acquired ---------------------------------------------------------------------------------------------- */

/* Operations with `bytes` bytes behind r9, which they keep. */
static void with_record(struct resources *g, uint32_t bytes)
{
    bool record = g->record;
    uint32_t before = g->record_bytes;
    g->record = true;
    g->record_bytes = bytes;
    body(g, 2);
    g->record = record;
    g->record_bytes = before;
}

static void use_reservation(struct resources *g)
{
    uint32_t bytes = 8 * (1 + pick(g, 5));
    refer(g, 1, REF_MAP, RING_INDEX);
    set(g, 2, bytes);
    set(g, 3, 0);
    call_helper(g, HELPER_RINGBUF_RESERVE);
    uint32_t none = jump_if(g, slips(g) ? OP_JNE : OP_JEQ, 0, 0);
    copy(g, 9, 0);
    with_record(g, bytes);
    if (slips(g))
        compute(g, OP_ADD, 9, 8);
    copy(g, 1, 9);
    set(g, 2, 0);
    if (!slips(g))
        call_helper(g, 132 + pick(g, 2));
    if (slips(g))
        access_at(g, 9, 0, bytes, true);
    else if (pick(g, 3) == 0)
        compute(g, OP_MUL, 9, 3); /* a number now */
    land(g, none);
    set(g, 9, 1);
}

/* r9 = memory of the dynptr; the jump where there is none is the instruction before the last. Its size. */
static uint32_t take_data(struct resources *g, int off)
{
    uint32_t bytes = 4 * (1 + pick(g, 4));
    address(g, 1, off);
    set(g, 2, pick(g, 20));
    set(g, 3, bytes);
    call_helper(g, HELPER_DYNPTR_DATA);
    jump_if(g, slips(g) ? OP_JNE : OP_JEQ, 0, 0);
    copy(g, 9, 0);
    return bytes;
}

/* The dynptr at `off` is read, written, lent and taken apart. */
static void use_dynptr(struct resources *g, int off)
{
    switch (pick(g, 4)) {
    case 0: /* read */
        address(g, 1, -NUMBERS + (slips(g) ? -8 : 0));
        set(g, 2, 8 * (1 + pick(g, 6)) + (slips(g) ? 8 : 0));
        address(g, 3, off);
        copy(g, 4, 7);
        set(g, 5, 0);
        call_helper(g, 201);
        break;
    case 1: /* write */
        address(g, 1, off);
        set(g, 2, pick(g, 24));
        address(g, 3, -NUMBERS);
        set(g, 4, pick(g, NUMBERS + 1));
        set(g, 5, 0);
        call_helper(g, 202);
        break;
    case 2: /* lent */
        address(g, 1, slips(g) ? off + 8 : off);
        copy(g, 2, 8);
        emit(g, (struct insn){.op = OP_CALL, .bits = 64, .index = FUNC_DYNPTR});
        copy(g, 8, 0);
        break;
    default: { /* its memory */
        uint32_t bytes = take_data(g, off), none = g->insns.count - 2;
        with_record(g, bytes);
        land(g, none);
        set(g, 9, 2);
    }
    }
}

static void use_ring_dynptr(struct resources *g)
{
    int off = DYNPTRS + 16 * (int)(g->depth % 2);
    refer(g, 1, REF_MAP, RING_INDEX);
    set(g, 2, 16 + pick(g, 32));
    set(g, 3, 0);
    address(g, 4, off);
    call_helper(g, HELPER_RINGBUF_RESERVE_DYNPTR);
    for (uint32_t n = 1 + pick(g, 2); n; n--)
        use_dynptr(g, off);
    bool late = slips(g);
    if (late)
        take_data(g, off);
    uint32_t none = g->insns.count - 1;
    if (slips(g))
        emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 7, .off = off + 8});
    address(g, 1, off);
    set(g, 2, 0);
    if (!slips(g))
        call_helper(g, 199 + pick(g, 2));
    if (slips(g))
        use_dynptr(g, off);
    if (late) { /* its memory, although it was handed on; where there was none, it is not */
        access_at(g, 9, 0, 4, true);
        emit(g, (struct insn){.op = OP_JA, .bits = 64, .target = g->insns.count + 4});
        land(g, none - 1);
        address(g, 1, off);
        set(g, 2, 0);
        call_helper(g, 199);
    }
}

static void use_value_dynptr(struct resources *g)
{
    int off = DYNPTRS + 16 * (int)(g->depth % 2);
    uint32_t none = look_up(g, TABLE_INDEX);
    copy(g, 1, 0);
    compute(g, OP_ADD, 1, slips(g) ? VALUE_FREE - 8 : VALUE_FREE);
    set(g, 2, pick(g, VALUE_BYTES - VALUE_FREE + 1) + (slips(g) ? 8 : 0));
    set(g, 3, 0);
    address(g, 4, off);
    call_helper(g, HELPER_DYNPTR_FROM_MEM);
    for (uint32_t n = 1 + pick(g, 2); n; n--)
        use_dynptr(g, off);
    if (pick(g, 4) == 0)
        emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 7, .off = off + 8 * (int)pick(g, 2)});
    if (slips(g))
        use_dynptr(g, off);
    land(g, none);
}

/* -- loops --------------------------------------------------------------------------------------------------------- */

static void use_iterator(struct resources *g)
{
    int off = ITERATORS - 8 * (int)(g->depth % 2);
    set(g, 2, (int64_t)pick(g, 4) - 2);
    set(g, 3, (int64_t)pick(g, 8) - 1);
    if (slips(g))
        copy(g, 3, 7);
    call_iterator(g, ITER_NEW, off);
    uint32_t head = g->insns.count;
    call_iterator(g, ITER_NEXT, off);
    uint32_t end = jump_if(g, slips(g) ? OP_JNE : OP_JEQ, 0, 0);
    emit(g, (struct insn){.op = OP_LDX, .bits = 32, .dst = (uint8_t)(7 + pick(g, 2)), .src = 0});
    body(g, 1);
    emit(g, (struct insn){.op = OP_JA, .bits = 64, .target = head});
    land(g, end);
    if (slips(g))
        emit(g, (struct insn){.op = OP_STX, .bits = 64, .dst = REG_FP, .src = 7, .off = off});
    if (!slips(g))
        call_iterator(g, ITER_DESTROY, off);
}

/* Ends when its budget is used up: at most a few thousand rounds are run, so r8 ends it as well. */
static void use_may_goto(struct resources *g)
{
    uint32_t head = g->insns.count;
    emit(g, (struct insn){.op = OP_JCOND, .bits = 64});
    uint32_t out = g->insns.count - 1;
    body(g, 1);
    compute(g, OP_ADD, 8, 1);
    uint32_t end = jump_if(g, OP_JSET, 8, 3);
    emit(g, (struct insn){.op = OP_JA, .bits = 64, .target = head});
    land(g, out);
    land(g, end);
}

static void call_back(struct resources *g)
{
    bool each = pick(g, 2);
    if (each)
        refer(g, 1, REF_MAP, pick(g, 2) ? TABLE_INDEX : HASH_INDEX);
    else if (pick(g, 2))
        set(g, 1, pick(g, 5));
    else
        emit(g, (struct insn){.op = OP_MOV, .bits = 64, .dst = 1, .src = 7}), compute(g, OP_AND, 1, 3);
    refer(g, 2, REF_FUNC, each ? FUNC_EACH : FUNC_ROUND);
    address(g, 3, slips(g) ? -8 : -PAIR_BYTES);
    set(g, 4, slips(g));
    call_helper(g, each ? HELPER_FOR_EACH_MAP_ELEM : HELPER_LOOP);
}

/* -- functions, timers, locks -------------------------------------------------------------------------------------- */

static void call_function(struct resources *g)
{
    uint32_t func = pick(g, 2) ? FUNC_STATIC : FUNC_MEMORY;
    bool record = g->record && g->record_bytes >= PAIR_BYTES && pick(g, 2);
    if (record)
        copy(g, 1, 9);
    else
        address(g, 1, -PAIR_BYTES * (1 + (int)pick(g, 3)));
    if (slips(g))
        compute(g, OP_ADD, 1, 4);
    if (func == FUNC_MEMORY && pick(g, 4) == 0)
        set(g, 1, 0);
    copy(g, 2, 7);
    if (func == FUNC_STATIC && pick(g, 2)) {
        refer(g, 4, REF_FUNC, func);
        emit(g, (struct insn){.op = OP_CALLX, .bits = 64, .dst = 4});
    } else {
        emit(g, (struct insn){.op = OP_CALL, .bits = 64, .index = func});
    }
    copy(g, 8, 0);
}

/* r9 = a value, for one call or two of a timer's helpers. */
static void use_timer(struct resources *g)
{
    uint32_t none = look_up(g, TABLE_INDEX);
    copy(g, 9, 0);
    for (uint32_t step = 0; step < 3; step++) {
        copy(g, 1, 9);
        if (slips(g))
            compute(g, OP_ADD, 1, 8);
        if (step == 0) {
            refer(g, 2, REF_MAP, slips(g) ? HASH_INDEX : TABLE_INDEX);
            set(g, 3, pick(g, 2));
            call_helper(g, HELPER_TIMER_INIT);
        } else if (step == 1) {
            refer(g, 2, REF_FUNC, FUNC_TIMER);
            call_helper(g, HELPER_TIMER_SET_CALLBACK);
        } else if (pick(g, 4)) {
            set(g, 2, 1000);
            set(g, 3, 0);
            call_helper(g, 171);
        } else {
            call_helper(g, 172);
        }
    }
    land(g, none);
    set(g, 9, 3);
}

static void use_lock(struct resources *g)
{
    uint32_t none = look_up(g, TABLE_INDEX);
    copy(g, 9, 0);
    copy(g, 1, 9);
    compute(g, OP_ADD, 1, LOCK_AT);
    call_helper(g, HELPER_SPIN_LOCK);
    access_at(g, 9, slips(g) ? LOCK_AT : VALUE_FREE, VALUE_BYTES - VALUE_FREE, true);
    if (slips(g))
        call_helper(g, 7);
    copy(g, 1, 9);
    compute(g, OP_ADD, 1, LOCK_AT);
    if (!slips(g))
        call_helper(g, HELPER_SPIN_UNLOCK);
    land(g, none);
    set(g, 9, 4);
}

static void branch(struct resources *g)
{
    static const enum op ops[] = {OP_JEQ, OP_JGT, OP_JSLT, OP_JSET, OP_JNE, OP_JSGE};
    uint32_t jump = jump_if(g, ops[pick(g, 6)], (uint8_t)(7 + pick(g, 2)), pick(g, 40));
    body(g, 1);
    land(g, jump);
}

/* Some operations; those that acquire are for the outer levels and keep r9 for themselves. */
static void body(struct resources *g, uint32_t count)
{
    typedef void operation(struct resources * g);
    static operation *const anywhere[] = {some_number, some_number, access_some, access_some, branch, use_may_goto};
    static operation *const calls[] = {use_iterator, call_function, call_function, call_back};
    static operation *const acquire[] = {use_reservation,  use_reservation, use_ring_dynptr, use_ring_dynptr,
                                         use_value_dynptr, use_timer,       use_lock};
    g->depth++;
    for (; count && g->insns.count < 400; count--) {
        uint32_t kind = pick(g, 3);
        if (kind == 0 && g->func == FUNC_ENTRY && !g->record && g->depth < 4)
            acquire[pick(g, 7)](g);
        else if (kind == 1 && g->func == FUNC_ENTRY && g->depth < 4)
            calls[pick(g, 4)](g);
        else
            anywhere[pick(g, g->depth < 4 ? 6 : 4)](g);
    }
    g->depth--;
}

/* -- the program --------------------------------------------------------------------------------------------------- */

/* Numbers in r7 and r8, and on the stack. */
static void begin(struct resources *g, uint32_t bytes)
{
    g->bytes = bytes;
    for (int off = -NUMBERS; off < 0; off += 8)
        emit(g, (struct insn){.op = OP_ST, .bits = 64, .dst = REG_FP, .off = off, .use_imm = true, .imm = off * 7});
    set(g, 8, pick(g, 100));
    set(g, 9, 0);
    g->record = false;
}

/* Behind a test for NULL where memory may be. */
static void function_of_memory(struct resources *g)
{
    uint32_t null = NONE;
    copy(g, 6, 1);
    copy(g, 7, 2);
    begin(g, PAIR_BYTES);
    if (g->func == FUNC_MEMORY && !slips(g))
        null = jump_if(g, OP_JEQ, 6, 0);
    body(g, 3);
    if (null != NONE)
        land(g, null);
    copy(g, 0, 8);
}

static void function_of_dynptr(struct resources *g)
{
    copy(g, 6, 1);
    copy(g, 7, 2);
    begin(g, 0);
    copy(g, 1, 6);
    if (slips(g))
        access_at(g, 1, 0, 16, true);
    set(g, 2, pick(g, 12));
    set(g, 3, 8);
    call_helper(g, HELPER_DYNPTR_DATA);
    uint32_t none = jump_if(g, slips(g) ? OP_JNE : OP_JEQ, 0, 0);
    copy(g, 9, 0);
    with_record(g, 8);
    land(g, none);
    copy(g, 1, 6);
    if (slips(g))
        set(g, 2, 0), call_helper(g, 199);
    copy(g, 0, 8);
}

static void callback(struct resources *g)
{
    bool each = g->func == FUNC_EACH, timer = g->func == FUNC_TIMER;
    copy(g, 6, each ? 4 : timer ? 3 : 2);
    if (each || timer)
        emit(g, (struct insn){.op = OP_LDX, .bits = slips(g) ? 64 : 32, .dst = 7, .src = 2});
    else
        copy(g, 7, 1);
    if (timer)
        compute(g, OP_ADD, 6, VALUE_FREE);
    begin(g, timer ? VALUE_BYTES - VALUE_FREE : PAIR_BYTES);
    if (each)
        emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 8, .src = 3, .off = slips(g) ? 64 : VALUE_FREE});
    body(g, 2);
    set(g, 0, timer ? slips(g) : pick(g, 2));
}

static void entry(struct resources *g)
{
    copy(g, 6, 1);
    emit(g, (struct insn){.op = OP_LDX, .bits = 64, .dst = 7, .src = 6, .off = 8 * (int32_t)pick(g, 8)});
    begin(g, GENERATED_CONTEXT_BYTES);
    for (uint32_t n = 2 + pick(g, 4); n; n--)
        body(g, 2);
    copy(g, 0, 7);
}

/* Types: what the contracts of the two global functions and the map's value need. */
static void add_types(struct program *p)
{
    enum { VOID, NUMBER, PAIR, PAIR_PTR, DYNPTR, DYNPTR_PTR, TAKES_PAIR, TAKES_DYNPTR, TIMER, LOCK, VALUE, COUNT };
    static struct member pair_args[] = {{.name = "pair", .type = PAIR_PTR}, {.name = "n", .type = NUMBER}},
                         dynptr_args[] = {{.name = "d", .type = DYNPTR_PTR}, {.name = "n", .type = NUMBER}},
                         value[] = {{.name = "timer", .type = TIMER},
                                    {.name = "lock", .type = LOCK, .offset_bits = 8 * LOCK_AT}},
                         pair[] = {{.name = "first", .type = NUMBER},
                                   {.name = "second", .type = NUMBER, .offset_bits = 64}};
    static const struct type types[COUNT] = {
        [VOID] = {.kind = TYPE_VOID, .name = ""},
        [NUMBER] = {.kind = TYPE_INT, .name = "long", .size_bytes = 8},
        [PAIR] = {.kind = TYPE_STRUCT, .name = "pair", .size_bytes = PAIR_BYTES, .members = pair, .member_count = 2},
        [PAIR_PTR] = {.kind = TYPE_POINTER, .name = "", .size_bytes = 8, .target = PAIR},
        [DYNPTR] = {.kind = TYPE_STRUCT, .name = "bpf_dynptr", .size_bytes = 16},
        [DYNPTR_PTR] = {.kind = TYPE_POINTER, .name = "", .size_bytes = 8, .target = DYNPTR},
        [TAKES_PAIR] = {.kind = TYPE_FUNC, .name = "", .target = NUMBER, .members = pair_args, .member_count = 2},
        [TAKES_DYNPTR] = {.kind = TYPE_FUNC, .name = "", .target = NUMBER, .members = dynptr_args, .member_count = 2},
        [TIMER] = {.kind = TYPE_STRUCT, .name = "bpf_timer", .size_bytes = 16},
        [LOCK] = {.kind = TYPE_STRUCT, .name = "bpf_spin_lock", .size_bytes = 4},
        [VALUE] = {
            .kind = TYPE_STRUCT, .name = "value", .size_bytes = VALUE_BYTES, .members = value, .member_count = 2}};
    p->types = arena_memdup(&p->arena, types, sizeof types);
    p->type_count = COUNT;
    p->maps[TABLE_INDEX].value_type = VALUE;
    p->funcs[FUNC_MEMORY].proto = TAKES_PAIR;
    p->funcs[FUNC_DYNPTR].proto = TAKES_DYNPTR;
}

static void add_objects(struct program *p)
{
    static const struct map maps[MAP_COUNT] = {
        {.name = "table",
         .symbol = "table",
         .type = MAP_ARRAY,
         .key_bytes = 4,
         .value_bytes = VALUE_BYTES,
         .entries = 4},
        {.name = "ring", .symbol = "ring", .type = MAP_RINGBUF, .entries = 4096},
        {.name = "hash", .symbol = "hash", .type = MAP_HASH, .key_bytes = 4, .value_bytes = VALUE_BYTES, .entries = 3}};
    static const struct external iterators[] = {{.name = "bpf_iter_num_new", .is_func = true},
                                                {.name = "bpf_iter_num_next", .is_func = true},
                                                {.name = "bpf_iter_num_destroy", .is_func = true}};
    p->maps = arena_memdup(&p->arena, maps, sizeof maps);
    p->map_count = MAP_COUNT;
    p->externs = arena_memdup(&p->arena, iterators, sizeof iterators);
    p->extern_count = 3;
}

static void add_function(struct program *p, struct resources *g, uint32_t func)
{
    typedef void make(struct resources * g);
    static make *const makes[FUNC_COUNT] = {
        entry, function_of_memory, callback, callback, function_of_memory, function_of_dynptr, callback};
    static const char *const names[FUNC_COUNT] = {"acquires",     "a_static",       "a_round", "an_element",
                                                  "takes_memory", "takes_a_dynptr", "a_timer"};
    uint32_t first = g->insns.count;
    g->func = func;
    makes[func](g);
    emit(g, (struct insn){.op = OP_EXIT, .bits = 64});
    p->funcs[func] = (struct func){.name = names[func],
                                   .section = func ? ".text" : "raw",
                                   .first = first,
                                   .count = g->insns.count - first,
                                   .is_program = func == FUNC_ENTRY,
                                   .is_global = func == FUNC_ENTRY || func == FUNC_MEMORY || func == FUNC_DYNPTR,
                                   .hook = func ? NULL : hook_named("raw")};
}

void generate_resource_program(struct program *p, uint64_t seed)
{
    struct resources g = {.seed = seed * 0x9E3779B97F4A7C15 + 5};
    generate_random(&g.seed);
    g.slip = pick(&g, 2) ? pick(&g, 60) : NONE;
    p->path = p->stem = "resources";
    p->license = "GPL";
    p->func_count = FUNC_COUNT;
    p->funcs = arena_array(&p->arena, FUNC_COUNT, sizeof *p->funcs);
    for (uint32_t func = 0; func < FUNC_COUNT; func++)
        add_function(p, &g, func);
    p->insn_count = g.insns.count;
    p->insns = arena_memdup(&p->arena, g.insns.items, g.insns.count * sizeof *g.insns.items);
    add_objects(p);
    add_types(p);
    for (uint32_t func = 0, slot = 0; func < FUNC_COUNT; func++, slot = 0)
        for (uint32_t i = p->funcs[func].first; i < p->funcs[func].first + p->funcs[func].count; i++)
            p->insns[i].slot = slot, slot += p->insns[i].op == OP_LDDW ? 2 : 1;
    vec_free(&g.insns);
}
