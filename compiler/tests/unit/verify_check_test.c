// SPDX-License-Identifier: Apache-2.0
/* The checker alone: it accepts what exploring finds, and refuses an invariant that is wrong in any one place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/invariant.h"

/* r0 = 0; r6 = *(u32 *)(r1 + 0); do { r0 += 1; if (r6 & 1) r7 = 5 else r7 = 6; r8 = r7 } while (r0 != 4); return r0 */
static const struct insn counted_loop[] = {
    {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 0},
    {.op = OP_LDX, .bits = 32, .dst = 6, .src = 1},
    {.op = OP_ADD, .bits = 64, .dst = 0, .use_imm = true, .imm = 1},
    {.op = OP_JSET, .bits = 64, .dst = 6, .use_imm = true, .imm = 1, .target = 6},
    {.op = OP_MOV, .bits = 64, .dst = 7, .use_imm = true, .imm = 5},
    {.op = OP_JA, .bits = 64, .target = 7},
    {.op = OP_MOV, .bits = 64, .dst = 7, .use_imm = true, .imm = 6},
    {.op = OP_STX, .bits = 64, .dst = 10, .src = 7, .off = -8},
    {.op = OP_JNE, .bits = 64, .dst = 0, .use_imm = true, .imm = 4, .target = 2},
    {.op = OP_EXIT, .bits = 64},
};

/* r0 = *(u64 *)(r1 + 0); do r0 += 1; while (r0 != 0): ends, but no bound is known. */
static const struct insn unbounded_loop[] = {
    {.op = OP_LDX, .bits = 64, .dst = 0, .src = 1},
    {.op = OP_ADD, .bits = 64, .dst = 0, .use_imm = true, .imm = 1},
    {.op = OP_JNE, .bits = 64, .dst = 0, .use_imm = true, .imm = 0, .target = 1},
    {.op = OP_EXIT, .bits = 64},
};

/* A machine of three states, six rounds: r3 says where it goes next, in one of them as the context says. */
static const struct insn states[] = {
    {.op = OP_MOV, .bits = 64, .dst = 8, .use_imm = true, .imm = 0},
    {.op = OP_LDDW, .bits = 64, .dst = 7, .use_imm = true, .ref = REF_TABLE},
    {.op = OP_LDX, .bits = 64, .dst = 3, .src = 7},
    {.op = OP_ADD, .bits = 64, .dst = 8, .use_imm = true, .imm = 1},
    {.op = OP_JGT, .bits = 64, .dst = 8, .use_imm = true, .imm = 6, .target = 17},
    {.op = OP_GOTOX, .bits = 64, .dst = 3, .target = 0, .index = 3},
    {.op = OP_LDX, .bits = 64, .dst = 3, .src = 7, .off = 8},
    {.op = OP_JA, .bits = 64, .target = 3},
    {.op = OP_LDX, .bits = 32, .dst = 2, .src = 1},
    {.op = OP_AND, .bits = 64, .dst = 2, .use_imm = true, .imm = 8},
    {.op = OP_ADD, .bits = 64, .dst = 2, .use_imm = true, .imm = 8},
    {.op = OP_MOV, .bits = 64, .dst = 3, .src = 7},
    {.op = OP_ADD, .bits = 64, .dst = 3, .src = 2},
    {.op = OP_LDX, .bits = 64, .dst = 3, .src = 3},
    {.op = OP_JA, .bits = 64, .target = 3},
    {.op = OP_LDX, .bits = 64, .dst = 3, .src = 7},
    {.op = OP_JA, .bits = 64, .target = 3},
    {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 0},
    {.op = OP_EXIT, .bits = 64},
};
static const uint32_t state_targets[] = {6, 8, 15};

/* A program of one function, with everything the two halves need. */
struct fixture {
    struct program program;
    struct func func;
    struct cfg cfg;
    struct machine machine;
    struct limits limits;
    struct arena arena;
    struct meter meter;
    struct invariant invariant;
};

static void set_up(struct fixture *f, const struct insn *insns, uint32_t count)
{
    memset(f, 0, sizeof *f);
    f->func =
        (struct func){.name = "f", .section = "raw", .count = count, .is_program = true, .hook = hook_named("raw")};
    f->program =
        (struct program){.path = "test", .stem = "test", .insn_count = count, .func_count = 1, .funcs = &f->func};
    f->program.insns = arena_memdup(&f->arena, insns, count * sizeof *insns);
    for (uint32_t i = 0; i < count; i++)
        f->program.insns[i].slot = i;
    if (insns == states) {
        f->program.table_count = 1;
        f->program.jump_target_count = 3;
        f->program.tables = arena_array(&f->arena, 1, sizeof *f->program.tables);
        f->program.tables[0] = (struct jump_table){.name = "states", .count = 3};
        f->program.jump_targets = arena_memdup(&f->arena, state_targets, sizeof state_targets);
    }
    f->machine = (struct machine){.program = &f->program,
                                  .hook = f->func.hook,
                                  .context_bytes = 8,
                                  .limits = &f->limits,
                                  .arena = &f->arena,
                                  .meter = &f->meter,
                                  .apart = NONE,
                                  .timer = NONE};
    f->machine.d = diag_new(NULL);
    assert_true(cfg_build(&f->cfg, &f->program, 0, &f->arena, f->machine.d));
}

static void explore_all(struct fixture *f)
{
    struct exploration x = {.care = CARE_BRANCHES, .limit = 1000};
    assert_true(explore(&f->machine, &f->cfg, &x, &f->invariant));
}

static void tear_down(struct fixture *f)
{
    invariant_free(&f->invariant);
    meter_end(&f->meter);
    diag_free(f->machine.d);
    arena_free(&f->arena);
}

/* The checker's verdict; *id is the name of the error. */
static bool check(struct fixture *f, const char **id)
{
    const char *message;
    struct place place;
    diag_clear(f->machine.d);
    f->machine.facts = verified_new(&f->program, 0, 8);
    bool ok = check_invariant(&f->machine, &f->cfg, &f->invariant);
    assert_int_equal(ok, !diag_root(f->machine.d, id, &message, &place));
    verified_free(f->machine.facts);
    f->machine.facts = NULL;
    return ok;
}

static void check_accepts_what_exploring_finds(void **state)
{
    (void)state;
    struct fixture f;
    const char *id;
    set_up(&f, counted_loop, sizeof counted_loop / sizeof *counted_loop);
    explore_all(&f);
    assert_true(f.invariant.nodes.count > 4);
    assert_true(check(&f, &id));
    tear_down(&f);
}

/* Every edge of the program's invariant leads to every other node, and nowhere. */
static void redirect_edges(const struct insn *insns, uint32_t count, unsigned least)
{
    struct fixture f;
    const char *id;
    set_up(&f, insns, count);
    explore_all(&f);
    unsigned tried = 0;
    for (uint32_t n = 0; n < f.invariant.nodes.count; n++)
        for (uint32_t k = 0; k < f.invariant.nodes.items[n].next_count; k++)
            for (uint32_t to = 0; to <= f.invariant.nodes.count; to++) {
                uint32_t *next = &f.invariant.nodes.items[n].next[k], right = *next;
                bool same = to < f.invariant.nodes.count &&
                            state_includes(f.invariant.nodes.items[to].state, f.invariant.nodes.items[right].state);
                if (same)
                    continue;
                *next = to;
                assert_false(check(&f, &id));
                assert_string_equal(id, "check-failed");
                *next = right;
                tried++;
            }
    assert_true(tried > least);
    assert_true(check(&f, &id));
    tear_down(&f);
}

static void check_refuses_every_redirected_edge(void **state)
{
    (void)state;
    redirect_edges(counted_loop, sizeof counted_loop / sizeof *counted_loop, 50);
    redirect_edges(states, sizeof states / sizeof *states, 50);
}

/* The last edge of each node is left out: one side of a branch, an entry of a jump table. */
static void drop_edges(const struct insn *insns, uint32_t count)
{
    struct fixture f;
    const char *id;
    set_up(&f, insns, count);
    explore_all(&f);
    for (uint32_t n = 0; n < f.invariant.nodes.count; n++) {
        if (!f.invariant.nodes.items[n].next_count)
            continue;
        f.invariant.nodes.items[n].next_count--;
        assert_false(check(&f, &id));
        assert_string_equal(id, "check-failed");
        f.invariant.nodes.items[n].next_count++;
    }
    tear_down(&f);
}

static void check_refuses_missing_edges(void **state)
{
    (void)state;
    drop_edges(counted_loop, sizeof counted_loop / sizeof *counted_loop);
    drop_edges(states, sizeof states / sizeof *states);
}

/* Claims that a label is one entry, or another than it is. */
static void check_refuses_every_wrong_label(void **state)
{
    (void)state;
    struct fixture f;
    const char *id;
    unsigned tried = 0, several = 0;
    uint64_t known;
    set_up(&f, states, sizeof states / sizeof *states);
    explore_all(&f);
    assert_true(check(&f, &id));
    for (uint32_t n = 0; n < f.invariant.nodes.count; n++) {
        struct value *v = &state_frame(f.invariant.nodes.items[n].state)->regs[3], right = *v;
        for (uint64_t entry = 0; v->kind == KIND_LABEL && entry < 3; entry++) {
            several += !num_is_const(&right.num, &known);
            if (num_is_const(&right.num, &known) && known == entry * 8)
                continue;
            v->num = num_const(entry * 8);
            assert_false(check(&f, &id));
            *v = right;
            tried++;
        }
    }
    assert_true(tried > 10 && several > 0);
    assert_true(check(&f, &id));
    tear_down(&f);
}

/* Claims that register `reg` of a node holds another number than it does. */
static void check_refuses_every_wrong_number(void **state)
{
    (void)state;
    struct fixture f;
    const char *id;
    unsigned tried = 0;
    set_up(&f, counted_loop, sizeof counted_loop / sizeof *counted_loop);
    explore_all(&f);
    for (uint32_t n = 0; n < f.invariant.nodes.count; n++)
        for (unsigned reg = 0; reg < REG_COUNT; reg++) {
            struct value *v = &state_frame(f.invariant.nodes.items[n].state)->regs[reg], right = *v;
            if (v->kind != KIND_NUMBER)
                continue;
            *v = value_number(num_const(0x123456789));
            assert_false(check(&f, &id));
            *v = right;
            tried++;
        }
    assert_true(tried > 10);
    tear_down(&f);
}

static void check_refuses_an_empty_invariant(void **state)
{
    (void)state;
    struct fixture f;
    const char *id;
    set_up(&f, counted_loop, sizeof counted_loop / sizeof *counted_loop);
    assert_false(check(&f, &id));
    assert_string_equal(id, "check-failed");
    tear_down(&f);
}

static void check_refuses_a_cycle_even_where_states_are_contained(void **state)
{
    (void)state;
    struct fixture f;
    const char *id;
    set_up(&f, unbounded_loop, sizeof unbounded_loop / sizeof *unbounded_loop);
    struct state *head = entry_state(&f.machine);
    head->insn = 1;
    state_frame(head)->regs[0] = value_number(num_unknown());
    uint32_t *first = malloc(sizeof *first), *again = malloc(sizeof *again);
    *first = *again = 1;
    vec_push(&f.invariant.nodes, ((struct node){entry_state(&f.machine), first, 1}));
    vec_push(&f.invariant.nodes, ((struct node){head, again, 1}));
    assert_false(check(&f, &id));
    assert_string_equal(id, "no-bound");
    tear_down(&f);
}

/* Facts of a branch on a pointer, `moved` bytes away from the start of the context of 8 bytes. */
static void null_branch(int64_t moved, bool *can_jump, bool *can_fall)
{
    const struct insn insns[] = {
        {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 0},
        {.op = OP_ADD, .bits = 64, .dst = 1, .use_imm = true, .imm = moved},
        {.op = OP_JNE, .bits = 64, .dst = 1, .use_imm = true, .imm = 0, .target = 4},
        {.op = OP_MOV, .bits = 64, .dst = 0, .use_imm = true, .imm = 1},
        {.op = OP_EXIT, .bits = 64},
    };
    struct fixture f;
    set_up(&f, insns, sizeof insns / sizeof *insns);
    f.limits.context_bytes = 8;
    struct verified *v = verify_program(&f.program, 0, &f.limits, NULL, f.machine.d);
    assert_non_null(v);
    *can_jump = verified_fact(v, 2)->can_jump;
    *can_fall = verified_fact(v, 2)->can_fall;
    verified_free(v);
    tear_down(&f);
}

static void pointers_inside_their_object_are_not_null(void **state)
{
    (void)state;
    bool can_jump, can_fall;
    null_branch(4, &can_jump, &can_fall);
    assert_true(can_jump && !can_fall);
}

/* On Cortex-M a pointer to the start of the RAM at 0x20000000 minus 2^29 is 0. */
static void pointers_beside_their_object_may_be_null(void **state)
{
    (void)state;
    bool can_jump, can_fall;
    null_branch(-536870912, &can_jump, &can_fall);
    assert_true(can_jump && can_fall);
    null_branch(16, &can_jump, &can_fall);
    assert_true(can_jump && can_fall);
}

/* -- containment
 * --------------------------------------------------------------------------------------------------------------------------
 */

static void includes_asks_for_the_same_links(void **state)
{
    (void)state;
    struct state *outer = state_new(0, 0, NULL), *inner = state_new(0, 0, NULL);
    for (unsigned reg = 1; reg <= 2; reg++) {
        state_set_reg(outer, reg, value_number(num_unknown()));
        state_set_reg(inner, reg, value_number(num_unknown()));
        state_frame(outer)->regs[reg].id = 7;
    }
    assert_false(state_includes(outer, inner)); /* nothing says that they are equal */
    state_frame(inner)->regs[1].id = 3;
    state_frame(inner)->regs[2].id = 4;
    assert_false(state_includes(outer, inner));
    state_frame(inner)->regs[2].id = 3;
    assert_true(state_includes(outer, inner));
    state_frame(outer)->regs[1].id = 0;
    assert_true(state_includes(outer, inner)); /* fewer links claim less */
    state_free(outer);
    state_free(inner);
}

/* What the outer state claims of pointers and cells without saying so must hold too. */
static void includes_refuses_hidden_claims(void **state)
{
    (void)state;
    struct state *outer = state_new(0, 0, NULL), *inner = state_new(0, 0, NULL);
    struct value v = value_pointer(KIND_MAP_VALUE, 0);
    state_set_reg(outer, 1, v);
    state_set_reg(inner, 1, v);
    assert_true(state_includes(outer, inner));
    state_frame(outer)->regs[1].off = -8;
    assert_false(state_includes(outer, inner)); /* the pointer does not stand there */
    state_frame(outer)->regs[1].off = 0;
    state_frame(outer)->regs[1].maybe_null = true;
    assert_false(state_includes(outer, inner)); /* NULL together with whatever has no id */
    state_frame(outer)->regs[1] = state_frame(inner)->regs[1] = value_pointer(KIND_PACKET, 0);
    assert_true(state_includes(outer, inner));
    state_frame(outer)->regs[1].num = num_word(8);
    assert_false(state_includes(outer, inner)); /* a variable part shared with whatever has no id */
    state_frame(outer)->regs[1].num = num_const(0);
    frame_write(state_frame(inner), -8, 8, value_number(num_word(16)));
    frame_write(state_frame(outer), -8, 1, value_number(num_const(0)));
    state_frame(outer)->stripes[0]->cells[0].value.num = num_word(8);
    assert_false(state_includes(outer, inner)); /* a cell of another size, whose values are counted differently */
    state_free(outer);
    state_free(inner);
}

static void includes_asks_for_null_tests_together(void **state)
{
    (void)state;
    struct state *outer = state_new(0, 0, NULL), *inner = state_new(0, 0, NULL);
    for (unsigned reg = 1; reg <= 2; reg++) {
        struct value v = value_pointer(KIND_MAP_VALUE, 0);
        v.maybe_null = true;
        v.id = 1;
        state_set_reg(outer, reg, v);
        state_set_reg(inner, reg, v);
    }
    assert_true(state_includes(outer, inner));
    state_frame(inner)->regs[2].maybe_null = false;
    assert_false(state_includes(outer, inner)); /* r1 may be NULL where r2 is not */
    state_frame(inner)->regs[1].maybe_null = false;
    assert_true(state_includes(outer, inner));
    state_frame(inner)->regs[1].id = 2;
    assert_false(state_includes(outer, inner)); /* not NULL, but not the same value, where that matters (locks) */
    state_frame(inner)->regs[1].id = 1;
    state_frame(outer)->regs[1].maybe_null = false;
    state_frame(inner)->regs[1].maybe_null = true;
    assert_false(state_includes(outer, inner));
    state_free(outer);
    state_free(inner);
}

static void includes_asks_for_written_bytes_and_cells(void **state)
{
    (void)state;
    struct state *outer = state_new(0, 0, NULL), *inner = state_new(0, 0, NULL);
    frame_write(state_frame(outer), -8, 8, value_number(num_const(5)));
    assert_false(state_includes(outer, inner));
    frame_write(state_frame(inner), -8, 8, value_number(num_const(6)));
    assert_false(state_includes(outer, inner));
    frame_write(state_frame(inner), -8, 8, value_number(num_const(5)));
    assert_true(state_includes(outer, inner));
    frame_forget(state_frame(outer), -8, 0, true);
    assert_true(state_includes(outer, inner)); /* unknown bytes hold anything */
    frame_write(state_frame(inner), -8, 8, value_pointer(KIND_CONTEXT, 0));
    assert_true(state_includes(outer, inner));
    frame_write(state_frame(outer), -8, 8, value_number(num_const(5)));
    assert_false(state_includes(outer, inner));
    state_free(outer);
    state_free(inner);
}

static void frame_reads_parts_and_joins_of_cells(void **state)
{
    (void)state;
    struct state *s = state_new(0, 0, NULL);
    struct frame *f = state_frame(s);
    uint64_t known;
    frame_write(f, -8, 8, value_number(num_const(0x1122334455667788)));
    struct value v = frame_read(f, -6, 2);
    assert_true(num_is_const(&v.num, &known) && known == 0x5566);
    frame_write(f, -6, 2, value_number(num_const(0xabcd)));
    v = frame_read(f, -6, 2);
    assert_true(num_is_const(&v.num, &known) && known == 0xabcd);
    v = frame_read(f, -8, 2); /* the rest of the old cell is forgotten */
    assert_false(num_is_const(&v.num, &known));
    frame_write(f, -8, 2, value_number(num_const(0x1111)));
    v = frame_read(f, -8, 4);
    assert_true(num_is_const(&v.num, &known) && known == 0xabcd1111);
    frame_write(f, -8, 8, value_number(num_const(0x0102030405060708))); /* over the narrow ones */
    assert_int_equal(frame_cell_count(f), 1);
    v = frame_read(f, -4, 2);
    assert_true(num_is_const(&v.num, &known) && known == 0x0304);
    frame_write(f, -16, 8, value_pointer(KIND_CONTEXT, 0));
    assert_int_equal(frame_read(f, -16, 8).kind, KIND_CONTEXT);
    assert_int_equal(frame_read(f, -16, 4).kind, KIND_NUMBER);
    frame_write(f, -13, 1, value_number(num_const(1)));
    assert_int_equal(frame_read(f, -16, 8).kind, KIND_NUMBER); /* no longer the pointer */
    state_free(s);
}

static void pop_forgets_pointers_into_the_frame(void **state)
{
    (void)state;
    struct state *s = state_new(0, 0, NULL);
    state_set_reg(s, 1, value_pointer(KIND_STACK, 0));
    assert_true(state_push(s, 0, 0, 5));
    assert_int_equal(state_reg(s, 1)->object, 0);
    assert_int_equal(state_reg(s, REG_FP)->object, 1);
    frame_write(s->frames[0], -8, 8, *state_reg(s, REG_FP));
    state_set_reg(s, 0, value_number(num_const(1)));
    state_pop(s);
    assert_int_equal(s->insn, 5);
    assert_int_equal(frame_read(s->frames[0], -8, 8).kind, KIND_NUMBER);
    assert_int_equal(state_reg(s, 1)->kind, KIND_UNINIT);
    state_free(s);
}

/* A dynptr at r10 - 16, of which nothing is known any more in the 8 bytes at `forgotten` (0: all is known). */
static bool uses_half_a_dynptr(int forgotten)
{
    struct fixture f;
    set_up(&f, counted_loop, sizeof counted_loop / sizeof *counted_loop);
    struct state *s = state_new(0, 0, &f.meter);
    const struct helper *makes = helper_find(HELPER_DYNPTR_FROM_MEM), *reads = helper_find(HELPER_DYNPTR_DATA);
    struct value at = value_pointer(KIND_STACK, 0);
    uint32_t ref;
    at.num = num_const((uint64_t)-16);
    state_set_reg(s, 1, at);
    state_set_reg(s, 4, at);
    assert_true(dynptr_make(&f.machine, s, makes, 3));
    if (forgotten)
        frame_forget(state_frame(s), forgotten, forgotten + 8, false);
    bool used = dynptr_check(&f.machine, s, reads, 0, &ref);
    state_free(s);
    tear_down(&f);
    return used;
}

static void half_a_dynptr_is_none(void **state)
{
    (void)state;
    assert_true(uses_half_a_dynptr(0));
    assert_false(uses_half_a_dynptr(-16));
    assert_false(uses_half_a_dynptr(-8)); /* it may hold anything by now: an invariant may forget what it held */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_accepts_what_exploring_finds),
        cmocka_unit_test(check_refuses_every_redirected_edge),
        cmocka_unit_test(check_refuses_missing_edges),
        cmocka_unit_test(check_refuses_every_wrong_label),
        cmocka_unit_test(check_refuses_every_wrong_number),
        cmocka_unit_test(check_refuses_an_empty_invariant),
        cmocka_unit_test(check_refuses_a_cycle_even_where_states_are_contained),
        cmocka_unit_test(pointers_inside_their_object_are_not_null),
        cmocka_unit_test(pointers_beside_their_object_may_be_null),
        cmocka_unit_test(includes_asks_for_the_same_links),
        cmocka_unit_test(includes_refuses_hidden_claims),
        cmocka_unit_test(includes_asks_for_null_tests_together),
        cmocka_unit_test(includes_asks_for_written_bytes_and_cells),
        cmocka_unit_test(frame_reads_parts_and_joins_of_cells),
        cmocka_unit_test(pop_forgets_pointers_into_the_frame),
        cmocka_unit_test(half_a_dynptr_is_none),
    };
    return cmocka_run_group_tests_name("checker", tests, NULL, NULL);
}
