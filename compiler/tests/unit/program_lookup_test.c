// SPDX-License-Identifier: Apache-2.0
/* Looking things up: functions, entries, source lines, places, and the tables of helpers, hooks, map types and types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "program/helper.h"
#include "program/program.h"

/* tick(): 8 instructions as in a lookup without a test; helper(): one. */
static struct insn insns[] = {
    {.op = OP_MOV, .bits = 64, .dst = 2, .src = 10, .slot = 0},
    {.op = OP_ADD, .bits = 64, .dst = 2, .use_imm = true, .imm = -4, .slot = 1},
    {.op = OP_LDDW, .ref = REF_MAP, .bits = 64, .dst = 1, .use_imm = true, .index = 0, .slot = 2},
    {.op = OP_CALL, .bits = 64, .index = 1, .slot = 4},
    {.op = OP_HELPER, .bits = 64, .imm = 1, .slot = 5},
    {.op = OP_LDX, .bits = 64, .dst = 1, .slot = 6},
    {.op = OP_JEQ, .bits = 64, .dst = 1, .use_imm = true, .target = 2, .slot = 9},
    {.op = OP_EXIT, .bits = 64, .slot = 10},
    {.op = OP_LDDW, .ref = REF_MAP_VALUE, .bits = 64, .dst = 1, .use_imm = true, .index = 0, .imm = 8, .slot = 0},
    {.op = OP_LDDW, .ref = REF_FUNC, .bits = 64, .dst = 1, .use_imm = true, .index = 0, .slot = 2},
    {.op = OP_LDDW, .ref = REF_EXTERN, .bits = 64, .dst = 1, .use_imm = true, .index = 0, .slot = 4},
    {.op = OP_KFUNC, .bits = 64, .index = 0, .slot = 6},
    {.op = OP_EXIT, .bits = 64, .slot = 7},
};
static struct func funcs[] = {{.name = "tick", .first = 0, .count = 8, .is_program = true, .is_global = true},
                              {.name = "helper", .first = 8, .count = 5}};
static struct map maps[] = {{.name = "counts"}};
static struct external externs[] = {{.name = "clock_now"}};
static struct line lines[] = {{.insn = 0, .file = "a.c", .text = "lookup(", .line = 11, .column = 3},
                              {.insn = 4, .file = "a.c", .line = 0},
                              {.insn = 5, .file = "a.c", .text = "*n += 1;", .line = 13, .column = 5},
                              {.insn = 8, .file = "a.c", .line = 0},
                              {.insn = 9, .file = "a.c", .text = "return;", .line = 20, .column = 1}};
static struct type types[] = {
    {.kind = TYPE_VOID, .name = ""},
    {.kind = TYPE_INT, .name = "int", .size_bytes = 4},
    {.kind = TYPE_TYPEDEF, .name = "u32", .target = 1},
    {.kind = TYPE_QUALIFIER, .name = "const", .target = 2},
    {.kind = TYPE_ARRAY, .name = "", .target = 3, .count = 6},
    {.kind = TYPE_ARRAY, .name = "", .target = 4, .count = 2},
    {.kind = TYPE_POINTER, .name = "", .target = 1, .size_bytes = 8},
    {.kind = TYPE_TYPEDEF, .name = "loop", .target = 7},
    {.kind = TYPE_ARRAY, .name = "", .target = 8, .count = 1},
    {.kind = TYPE_ARRAY, .name = "", .target = 1, .count = UINT32_MAX},
};

static struct program sample(void)
{
    return (struct program){.path = "counter.bpf.o",
                            .insns = insns,
                            .insn_count = 13,
                            .funcs = funcs,
                            .func_count = 2,
                            .maps = maps,
                            .map_count = 1,
                            .externs = externs,
                            .extern_count = 1,
                            .types = types,
                            .type_count = sizeof types / sizeof types[0],
                            .lines = lines,
                            .line_count = 5};
}

static void functions_are_found(void **state)
{
    (void)state;
    struct program p = sample();
    assert_int_equal(program_func_at(&p, 0), 0);
    assert_int_equal(program_func_at(&p, 7), 0);
    assert_int_equal(program_func_at(&p, 8), 1);
    assert_int_equal(program_func_at(&p, 13), NONE);
    assert_int_equal(program_find_func(&p, "helper"), 1);
    assert_int_equal(program_find_func(&p, "nothing"), NONE);
}

/* The entry chosen among `count` functions; NONE, with the error's id and remedy in `id`, when there is none. */
static uint32_t choose(struct func *list, uint32_t count, const char *name, const char **id)
{
    struct program p = {.path = "x.bpf.o", .funcs = list, .func_count = count};
    struct diag *d = diag_new("x");
    uint32_t func;
    const char *message;
    struct place where;
    *id = "none";
    bool ok = program_entry(&p, name, &func, d);
    if (diag_root(d, id, &message, &where))
        assert_int_equal(diag_status(d), STATUS_INPUT);
    *id = ok ? "none" : strcmp(*id, "program-missing") == 0 ? "program-missing" : "program-ambiguous";
    diag_free(d);
    return ok ? func : NONE;
}

static void entry_is_the_only_program_or_the_named_one(void **state)
{
    (void)state;
    const char *id;
    assert_int_equal(choose(funcs, 2, NULL, &id), 0);
    assert_int_equal(choose(funcs, 2, "helper", &id), 1);
    assert_int_equal(choose(funcs, 2, "absent", &id), NONE);
    assert_string_equal(id, "program-missing");
    assert_int_equal(choose(NULL, 0, NULL, &id), NONE);
    assert_string_equal(id, "program-missing");
    struct func two[] = {funcs[0], {.name = "tock", .is_program = true}};
    assert_int_equal(choose(two, 2, NULL, &id), NONE);
    assert_string_equal(id, "program-ambiguous");
    assert_int_equal(choose(two, 2, "tock", &id), 1);
    struct func text_only[] = {{.name = "inner"}, {.name = "outer", .is_global = true}};
    assert_int_equal(choose(text_only, 2, NULL, &id), 1);
    assert_int_equal(choose(text_only, 1, NULL, &id), NONE);
}

static void lines_without_number_stand_for_the_one_before(void **state)
{
    (void)state;
    struct program p = sample();
    assert_int_equal(program_line(&p, 0)->line, 11);
    assert_int_equal(program_line(&p, 3)->line, 11);
    assert_int_equal(program_line(&p, 4)->line, 11);
    assert_int_equal(program_line(&p, 7)->line, 13);
    assert_null(program_line(&p, 8)); /* never a line of another function */
    assert_int_equal(program_line(&p, 12)->line, 20);
    p.line_count = 0;
    assert_null(program_line(&p, 0));
}

static void place_shows_source_and_the_instructions_around(void **state)
{
    (void)state;
    struct program p = sample();
    struct arena arena = {0};
    struct place place = program_place(&p, 5, &arena);
    assert_string_equal(place.file, "a.c");
    assert_int_equal(place.line, 13);
    assert_int_equal(place.column, 5);
    assert_string_equal(place.source, "*n += 1;");
    assert_string_equal(place.function, "tick");
    assert_int_equal(place.insn, 6);
    assert_string_equal(place.listing, "  2: r1 = map[counts]\n"
                                       "  4: call helper\n"
                                       "  5: call bpf_map_lookup_elem#1\n"
                                       "> 6: r1 = *(u64 *)(r0 +0)\n"
                                       "  9: if r1 == 0x0 goto pc-8\n");
    place = program_place(&p, 0, &arena);
    assert_string_equal(place.listing, "> 0: r2 = r10\n  1: r2 += -4\n");
    place = program_place(&p, 7, &arena);
    assert_string_equal(place.listing, "   5: call bpf_map_lookup_elem#1\n"
                                       "   6: r1 = *(u64 *)(r0 +0)\n"
                                       "   9: if r1 == 0x0 goto pc-8\n"
                                       "> 10: exit\n");
    place = program_place(&p, 8, &arena);
    assert_string_equal(place.file, "counter.bpf.o");
    assert_int_equal(place.line, 0);
    assert_string_equal(place.listing, "> 0: r1 = map[counts][0]+8\n  2: r1 = subprog[tick]\n");
    arena_free(&arena);
}

static void references_print_their_names(void **state)
{
    (void)state;
    struct program p = sample();
    char text[64];
    insn_print(text, sizeof text, &p, 10);
    assert_string_equal(text, "r1 = extern[clock_now]");
    insn_print(text, sizeof text, &p, 11);
    assert_string_equal(text, "call clock_now");
    assert_int_equal(insn_print(text, 4, &p, 12), 4);
    assert_string_equal(text, "exi");
}

static void types_resolve_and_have_sizes(void **state)
{
    (void)state;
    struct program p = sample();
    assert_int_equal(type_resolve(&p, 3)->kind, TYPE_INT);
    assert_int_equal(type_resolve(&p, 0)->kind, TYPE_VOID);
    assert_int_equal(type_resolve(&p, 99)->kind, TYPE_VOID);
    assert_int_equal(type_resolve(&p, 7)->kind, TYPE_VOID); /* circular */
    assert_int_equal(type_size(&p, 3), 4);
    assert_int_equal(type_size(&p, 5), 48);
    assert_int_equal(type_size(&p, 6), 8);
    assert_int_equal(type_size(&p, 8), 0); /* circular */
    assert_int_equal(type_size(&p, 9), 0); /* more than 4 GB */
}

static void sections_find_their_hooks(void **state)
{
    (void)state;
    assert_string_equal(hook_find("xdp")->name, "xdp");
    assert_string_equal(hook_find("xdp/eth0")->name, "xdp");
    assert_string_equal(hook_find("xdp.frags")->name, "xdp");
    assert_string_equal(hook_find("hook/tick")->name, "hook");
    assert_string_equal(hook_find("raw")->name, "raw");
    assert_string_equal(hook_find("xdp_drop")->name, "xdp");
    assert_string_equal(hook_find("xdp/devmap")->name, "xdp_devmap");
    assert_string_equal(hook_find("socket1")->name, "socket");
    assert_string_equal(hook_find("socket/3")->name, "socket");
    assert_string_equal(hook_find("tcx/egress")->name, "tc");
    assert_string_equal(hook_find("classifier")->name, "tc");
    assert_string_equal(hook_find("cgroup_skb/egress")->name, "cgroup_skb_egress");
    assert_string_equal(hook_find("sk_skb/stream_parser")->name, "sk_skb_parser");
    assert_string_equal(hook_find("raw_tp.w/x")->name, "raw_tracepoint.w");
    assert_null(hook_find("tp_btf/x"));
    assert_null(hook_find("fentry/x"));
    assert_null(hook_find("xdpx"));
    assert_null(hook_find("hook"));
    assert_null(hook_find("hook/"));
    assert_null(hook_find(".text"));
    assert_ptr_equal(hook_named("raw"), hook_find("raw"));
    assert_null(hook_named("none"));
}

static void hook_fields_have_both_views(void **state)
{
    (void)state;
    const struct hook *xdp = hook_named("xdp");
    assert_int_equal(xdp->layout->field_count, 6);
    assert_int_equal(hook_named("raw")->layout->field_count, 0);
    assert_null(hook_field_at(xdp, 2));
    assert_null(hook_field_at(xdp, 24));
    assert_string_equal(hook_field_at(xdp, 4)->name, "data_end");
    static const uint32_t wide[] = {0, 8, 16, 24, 28, 32};
    for (uint32_t i = 0; i < 6; i++) {
        const struct hook_field *field = hook_field_at(xdp, 4 * i);
        assert_int_equal(hook_field_target_offset(xdp, field, 4), 4 * i);
        assert_int_equal(hook_field_target_offset(xdp, field, 8), wide[i]);
    }
    assert_int_equal(hook_target_bytes(xdp, 4), 24);
    assert_int_equal(hook_target_bytes(xdp, 8), 40);
    assert_int_equal(hook_target_bytes(hook_named("raw"), 8), 0);
}

static void helpers_have_contracts(void **state)
{
    (void)state;
    const struct helper *update = helper_find(2);
    assert_string_equal(update->name, "map_update_elem");
    assert_string_equal(update->enum_name, "bpf_map_update_elem");
    assert_int_equal(update->arg_count, 4);
    assert_string_equal(arg_c_type(update->args[1]), "const void *");
    assert_string_equal(arg_c_type(update->args[3]), "uint64_t");
    assert_string_equal(arg_c_type(ARG_MAP), "void *");
    assert_string_equal(ret_c_type(update->ret), "long");
    assert_true(arg_is_pointer(ARG_MEM_OR_NULL));
    assert_false(arg_is_pointer(ARG_SIZE));
    assert_null(helper_find(0));
    uint32_t count = 0;
    for (const struct helper *helper; (helper = helper_at(count)); count++)
        assert_ptr_equal(helper_find(helper->id), helper); /* numbers are unique */
    assert_true(count >= 8);
}

static void map_types_have_names(void **state)
{
    (void)state;
    assert_string_equal(map_type_name(MAP_ARRAY), "array");
    assert_string_equal(map_type_name(27), "ringbuf");
    assert_null(map_type_name(0));
    assert_null(map_type_name(999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_found),
        cmocka_unit_test(entry_is_the_only_program_or_the_named_one),
        cmocka_unit_test(lines_without_number_stand_for_the_one_before),
        cmocka_unit_test(place_shows_source_and_the_instructions_around),
        cmocka_unit_test(references_print_their_names),
        cmocka_unit_test(types_resolve_and_have_sizes),
        cmocka_unit_test(sections_find_their_hooks),
        cmocka_unit_test(hook_fields_have_both_views),
        cmocka_unit_test(helpers_have_contracts),
        cmocka_unit_test(map_types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
