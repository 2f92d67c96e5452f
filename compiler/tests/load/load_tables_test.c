// SPDX-License-Identifier: Apache-2.0
/* Jump tables: what load makes of them, and each way in which a table is refused. The objects have the form that clang
 * 22 makes; written as assembly, so that any clang does. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object_maker.h"

/* Tables, then two programs of one section: `one` has slots 0 to 8, `two` 9 and 10. */
#define OBJECT(tables, address)                                                                                        \
    "__asm__(\"" tables "\\n.section raw,\\\"ax\\\",@progbits\\n.globl one\\n.type one,@function\\none:\\n"            \
    "r3 = " address " ll\\nr3 = *(u64 *)(r3 + 0)\\n.8byte 0x030d\\nx: r0 = 1\\nexit\\n"                                \
    "y: r0 = 5 ll\\nexit\\n.size one, . - one\\n.globl two\\n.type two,@function\\ntwo:\\nr0 = 2\\nexit\\n"            \
    ".size two, . - two\\n\");\n"
#define TABLE(section, flags, name, entries, bytes)                                                                    \
    ".section " section ",\\\"" flags "\\\",@progbits\\n.p2align 3\\n.globl " name "\\n.type " name ",@object\\n" name \
    ":\\n" entries "\\n.size " name ", " bytes "\\n"
#define SWITCH(entries, bytes) OBJECT(TABLE(".jumptables", "", "table", entries, bytes), "table")
#define LABELS(entries, bytes) OBJECT(TABLE(".rodata", "a", "table", entries, bytes), "table")

/* The object must be refused with message `id` that mentions `mention`. */
static void expect(const char *source, const char *id, const char *mention)
{
    struct made made;
    make_object(&made, source, "");
    assert_false(made_load(&made));
    if (strcmp(made_error(&made), id) != 0 || strstr(made_message(&made), mention) == NULL) {
        fail_msg("expected [%s] with '%s', got [%s]: %s", id, mention, made_error(&made), made_message(&made));
    }
    made_free(&made);
}

/* Entries are the instructions `wanted` of function `one`; every gotox of it may use them. */
static void check_entries(const struct program *p, uint32_t table, const uint32_t *wanted, uint32_t count)
{
    assert_true(table < p->table_count);
    assert_int_equal(p->tables[table].count, count);
    assert_int_equal(p->tables[table].func, program_find_func(p, "one"));
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(p->jump_targets[p->tables[table].first + i],
                         p->funcs[p->tables[table].func].first + wanted[i]);
    }
    const struct insn *jump = &p->insns[p->funcs[p->tables[table].func].first + 2];
    assert_int_equal(jump->op, OP_GOTOX);
    assert_true(jump->target <= p->tables[table].first);
    assert_true(jump->target + jump->index >= p->tables[table].first + count);
}

static void entries_become_instructions(void **state)
{
    (void)state;
    static const uint32_t wanted[] = {3, 5, 3};
    struct made made;
    const struct program *p = make_program(&made, SWITCH(".quad x - raw, y - raw, x - raw", "24"), "");
    assert_int_equal(p->table_count, 1);
    assert_string_equal(p->tables[0].name, "table");
    check_entries(p, 0, wanted, 3);
    assert_int_equal(p->insns[p->funcs[p->tables[0].func].first].ref, REF_TABLE);
    assert_int_equal(p->jump_target_count, 3);
    made_free(&made);
}

static void entries_in_constant_data_become_instructions(void **state)
{
    (void)state;
    static const uint32_t wanted[] = {5, 3};
    struct made made;
    const struct program *p = make_program(&made, LABELS(".quad y, x", "16"), "");
    assert_int_equal(p->table_count, 1);
    check_entries(p, 0, wanted, 2);
    assert_int_equal(p->insns[p->funcs[p->tables[0].func].first].ref, REF_TABLE);
    made_free(&made);
}

static void an_address_inside_a_table_keeps_its_offset(void **state)
{
    (void)state;
    struct made made;
    const struct program *p =
        make_program(&made, OBJECT(TABLE(".jumptables", "", "table", ".quad x - raw, y - raw", "16"), "table+8"), "");
    const struct insn *load = &p->insns[p->funcs[program_find_func(p, "one")].first];
    char text[64];
    assert_int_equal(load->imm, 8);
    insn_print(text, sizeof text, p, p->funcs[program_find_func(p, "one")].first);
    assert_string_equal(text, "r3 = table[table]+8");
    made_free(&made);
}

static void entries_must_lead_to_instructions_of_the_function(void **state)
{
    (void)state;
    expect(SWITCH(".quad x - raw, two - raw", "16"), "bad-jump", "entry 1 of jump table 'table' leads to byte 72");
    expect(SWITCH(".quad 0x1000", "8"), "bad-jump", "not in this function");
    expect(SWITCH(".quad -8", "8"), "bad-jump", "not in this function");
    expect(SWITCH(".quad x - raw + 4", "8"), "bad-jump", "not the start of an instruction");
    expect(SWITCH(".quad y - raw + 8", "8"), "bad-jump", "second half of a lddw");
    expect(LABELS(".quad x, y + 8", "16"), "bad-jump", "second half of a lddw");
}

static void tables_lie_in_their_section(void **state)
{
    (void)state;
    expect(SWITCH(".quad x - raw, y - raw", "12"), "elf-malformed", "in no jump table");
    expect(SWITCH(".quad x - raw, y - raw", "24"), "elf-malformed", "in no jump table");
    expect(SWITCH(".quad x - raw", "0"), "elf-malformed", "in no jump table");
    expect(OBJECT(TABLE(".jumptables", "", "table", ".quad x - raw", "8"), "table+8"), "elf-malformed",
           "byte 8 of section '.jumptables'");
    expect(OBJECT(TABLE(".jumptables", "", "table", ".quad x - raw", "8"), "table-8"), "relocation",
           "before its section");
}

/* What would take more memory than the object has bytes, or more than there is. */
static void tables_have_a_size_that_files_can_have(void **state)
{
    (void)state;
    static const char overlapping[] =
        "__asm__(\".section .jumptables,\\\"\\\",@progbits\\n.altmacro\\nbase: .rept 200\\n.quad x - raw\\n.endr\\n"
        ".macro sym n\\n.globl t\\\\n\\n.set t\\\\n, base + 792 - 8 * \\\\n\\n.size t\\\\n, 800\\n.endm\\n"
        ".set n, 0\\n.rept 100\\nsym %n\\n.set n, n + 1\\n.endr\\n"
        ".section raw,\\\"ax\\\",@progbits\\n.globl one\\n.type one,@function\\none:\\n"
        ".macro ref n\\nr3 = t\\\\n ll\\n.endm\\n.set n, 0\\n.rept 100\\nref %n\\n.set n, n + 1\\n.endr\\n"
        "r3 = *(u64 *)(r3 + 0)\\n.8byte 0x030d\\nx: r0 = 1\\nexit\\n.size one, . - one\\n\");\n";
    expect(overlapping, "elf-malformed", "overlap");
    expect("__asm__(\".section .jumptables,\\\"\\\",@progbits\\n.globl table\\ntable: .rept 2100\\n.quad x - "
           "raw\\n.endr\\n"
           ".size table, 16800\\n.section raw,\\\"ax\\\",@progbits\\n.globl one\\n.type one,@function\\none:\\n"
           "r3 = table ll\\nr3 = *(u64 *)(r3 + 0)\\n.rept 2100\\n.8byte 0x030d\\n.endr\\nx: r0 = 1\\nexit\\n"
           ".size one, . - one\\n\");\n",
           "feature", "must be at most 4194304");
}

/* Other addresses in data stay refused: functions, and what does not consist of labels of one function. */
static void other_addresses_are_no_tables(void **state)
{
    (void)state;
    expect(LABELS(".quad one", "8"), "relocation", "has the address of");
    expect(LABELS(".quad x, two", "16"), "relocation", "has the address of");
    expect(LABELS(".quad x, 7", "16"), "relocation", "has the address of");
    expect(LABELS(".quad x, y", "12"), "relocation", "has the address of");
    expect(OBJECT(TABLE(".data", "aw", "table", ".quad x, y", "16"), "table"), "relocation", "has the address of");
}

/* A number that callx goes by is a helper's only where no jump table leads between. */
static void labels_are_where_paths_meet(void **state)
{
    (void)state;
    static const char source[] =
        "__asm__(\".section .jumptables,\\\"\\\",@progbits\\n.globl table\\ntable: .quad x - raw, z - raw\\n"
        ".size table, 16\\n.section raw,\\\"ax\\\",@progbits\\n.globl one\\n.type one,@function\\none:\\n"
        "r3 = table ll\\nr3 = *(u64 *)(r3 + 0)\\n.8byte 0x030d\\nz: r2 = 9\\nr2 = 7\\nx: r4 = 0\\n"
        ".8byte 0x028d\\nexit\\n.size one, . - one\\n\");\n";
    struct made made;
    const struct program *p = make_program(&made, source, "");
    assert_int_equal(p->insns[6].op, OP_CALLX);
    made_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_become_instructions),
        cmocka_unit_test(entries_in_constant_data_become_instructions),
        cmocka_unit_test(an_address_inside_a_table_keeps_its_offset),
        cmocka_unit_test(entries_must_lead_to_instructions_of_the_function),
        cmocka_unit_test(tables_lie_in_their_section),
        cmocka_unit_test(tables_have_a_size_that_files_can_have),
        cmocka_unit_test(other_addresses_are_no_tables),
        cmocka_unit_test(labels_are_where_paths_meet),
    };
    return cmocka_run_group_tests_name("jump tables", tests, NULL, NULL);
}
