// SPDX-License-Identifier: Apache-2.0
/* See table.h. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../batch/batch.h"
#include "../lift/cases.h"
#include "program/decode.h"
#include "wrap.h"

/* Other allocations of the table's registers: cases compute in r0 (first operand, result), r2 and r6 (memory). */
static const uint8_t allocations[][REG_COUNT] = {
    {9, 1, 3, 2, 4, 5, 7, 6, 8, 0, 10},
    {1, 0, 4, 3, 2, 5, 8, 7, 6, 9, 10},
};
#define ALLOCATIONS (sizeof allocations / sizeof *allocations)

static struct program *decode(const char *name, const uint8_t *bytes, uint32_t slots)
{
    struct program *program = memory_alloc(sizeof *program);
    struct diag *d = diag_new(name);
    if (!program_from_bytes(program, name, bytes, slots, d)) {
        diag_print(d, stdout, false);
        program_free(program);
        free(program);
        program = NULL;
    }
    diag_free(d);
    return program;
}

static void free_program(struct program *program)
{
    program_free(program);
    free(program);
}

/* The proof, or the same without one; NULL when it is refused. */
static struct verified *judge(const struct program *program, uint32_t bytes, bool prove)
{
    const struct limits limits = {.context_bytes = bytes, .explored_insns = 20000};
    struct diag *d = diag_new(program->stem);
    struct verified *v = prove ? verify_program(program, 0, &limits, NULL, d) : verify_skip(program, 0, &limits, d);
    diag_free(d);
    return v;
}

/* -- our own table --------------------------------------------------------------------------------------------------
 */

static void fill_runs(struct table *table, struct item *item, const struct test_run *runs, uint32_t count)
{
    uint64_t all = DIGEST_START;
    item->count = count;
    item->bytes = CASE_MEMORY;
    item->inputs = arena_alloc(&table->arena, (size_t)count * CASE_MEMORY);
    item->each = arena_array(&table->arena, count, sizeof *item->each);
    item->memory = DIGEST_START;
    item->memory_known = true;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(item->inputs + (size_t)i * CASE_MEMORY, runs[i].before, CASE_MEMORY);
        item->each[i] = runs[i].r0;
        all = digest_word(all, runs[i].r0);
        item->memory = digest_bytes(item->memory, runs[i].after, CASE_MEMORY);
    }
    item->r0 = count == 1 ? runs[0].r0 : all;
}

/* Takes the program over. */
static void add_item(struct table *table, const char *name, struct program *program, bool prove,
                     const struct test_run *runs, uint32_t count)
{
    struct item item = {.program = program};
    item.verified = program ? judge(program, CASE_MEMORY, prove) : NULL;
    if (!item.verified) {
        if (!program || !prove)
            BUG("%s is refused", name);
        printf("not proved: %s\n", name);
        table->unproved++;
        free_program(program);
        return;
    }
    snprintf(item.name, sizeof item.name, "%s%s", name, prove ? " proved" : "");
    fill_runs(table, &item, runs, count);
    vec_push(&table->items, item);
}

/* Renames registers; the first instruction still takes the context from r1, exits take r0 from where it went. */
static void rename_registers(struct program *program, const uint8_t map[REG_COUNT])
{
    struct insn *out = arena_array(&program->arena, 2 * (size_t)program->insn_count, sizeof *out);
    uint32_t *moved = arena_array(&program->arena, program->insn_count, sizeof *moved), count = 0;
    for (uint32_t i = 0; i < program->insn_count; i++) {
        struct insn insn = program->insns[i];
        moved[i] = count;
        if (insn.op == OP_EXIT && map[0] != 0)
            out[count++] = (struct insn){.op = OP_MOV, .bits = 64, .dst = 0, .src = map[0]};
        insn.dst = map[insn.dst];
        insn.src = i == 0 ? insn.src : map[insn.src];
        out[count++] = insn;
    }
    for (uint32_t i = 0; i < count; i++) {
        out[i].slot = i;
        if (op_class(out[i].op) == CLASS_JUMP)
            out[i].target = moved[out[i].target];
    }
    program->insns = out;
    program->insn_count = program->funcs[0].count = count;
}

static bool can_rename(const struct program *program)
{
    for (uint32_t i = 0; i < program->insn_count; i++)
        if (program->insns[i].op == OP_CMPXCHG || program->insns[i].op == OP_LDDW)
            return false;
    return program->func_count == 1;
}

/* "r0 op= r0" on the runs with equal operands; the fourth instruction is the one that is tested. */
static void add_same_register(struct table *table, const struct test_case *test, const struct test_run *runs,
                              uint32_t count)
{
    struct program *program = decode("same", test->bytes, test->slots);
    struct insn *insn = &program->insns[3];
    enum op_class class = op_class(insn->op);
    struct test_run *equal = memory_alloc(count * sizeof *equal);
    uint32_t equal_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (memcmp(runs[i].before, runs[i].before + 8, 8) == 0)
            equal[equal_count++] = runs[i];
    bool two = (class == CLASS_ALU || insn_is_branch(insn)) && !insn->use_imm && insn->dst == 0 && insn->src == 2;
    if (two && program->func_count == 1 && equal_count > 1) {
        char name[64];
        insn->src = 0;
        snprintf(name, sizeof name, "%s, one register", test->name);
        add_item(table, name, program, false, equal, equal_count);
    } else {
        free_program(program);
    }
    free(equal);
}

static void add_case(void *self, const struct test_case *test, const struct test_run *runs, uint32_t count)
{
    struct table *table = self;
    for (unsigned prove = 0; prove < 2; prove++)
        add_item(table, test->name, decode("own", test->bytes, test->slots), prove, runs, count);
    for (uint32_t i = 0; i < ALLOCATIONS; i++) {
        struct program *program = decode("renamed", test->bytes, test->slots);
        char name[64];
        if (!can_rename(program)) {
            free_program(program);
            continue;
        }
        rename_registers(program, allocations[i]);
        snprintf(name, sizeof name, "%s, allocation %u", test->name, i + 1);
        add_item(table, name, program, i == 1, runs, count);
    }
    add_same_register(table, test, runs, count);
}

void table_add_own(struct table *table)
{
    cases_visit(add_case, table);
}

/* -- the public suite -----------------------------------------------------------------------------------------------
 */

/* Why a case says nothing of us; NULL when it does. */
static const char *reason_to_skip(const json_t *test)
{
    size_t i;
    json_t *group;
    json_array_foreach(
        json_object_get(test, "groups"), i,
        group) if (strcmp(json_string_value(group), "callx") ==
                   0) return "its callx calls a helper, which batch images lack (conformance-plugin runs it)";
    if (json_array_size(json_object_get(test, "helpers")))
        return "it calls the suite's own helper functions";
    return NULL;
}

static void add_public(struct table *table, const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name")), *why = reason_to_skip(test);
    struct item item = {.count = 1};
    uint32_t code_bytes;
    if (why) {
        printf("skipped: %s: %s\n", name, why);
        table->skipped++;
        return;
    }
    uint8_t *code = bytes_of_hex(&table->arena, json_string_value(json_object_get(test, "bytecode_hex")), &code_bytes);
    item.inputs = bytes_of_hex(&table->arena, json_string_value(json_object_get(test, "mem_hex")), &item.bytes);
    item.r0 = strtoull(json_string_value(json_object_get(test, "expected_r0")), NULL, 0);
    item.each = arena_memdup(&table->arena, &item.r0, sizeof item.r0);
    item.program = decode("public", code, code_bytes / SLOT_BYTES);
    snprintf(item.name, sizeof item.name, "public %s", name);
    if (item.program)
        item.verified = judge(item.program, item.bytes, false);
    if (!item.verified)
        printf("FAIL %s: refused\n", item.name);
    vec_push(&table->items, item);
}

void table_add_public(struct table *table, const char *folder)
{
    json_t *tests = public_cases(folder, "positive.json"), *test;
    size_t i;
    json_array_foreach(tests, i, test) add_public(table, test);
    json_decref(tests);
}

void table_free(struct table *table)
{
    for (uint32_t i = 0; i < table->items.count; i++) {
        verified_free(table->items.items[i].verified);
        if (table->items.items[i].program)
            free_program(table->items.items[i].program);
    }
    vec_free(&table->items);
    arena_free(&table->arena);
}
